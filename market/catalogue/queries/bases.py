"""Read the register of legal bases, and which entries rest on a law that is no longer in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from market.accounts.models import Membership
from market.base.errors import NotFound
from market.base.people import Role
from market.catalogue.citations import WHOLE
from market.catalogue.models import Edition, Entry, EntryArticle, LegalArticle, LegalBasis, LegalBasisChange
from market.catalogue.rules import EditionState
from market.store.db import db


@dataclass(frozen=True, slots=True)
class BasisRow:
    """A law of the register with what is known of it now. `entries` is how many entries of an edition rest on it."""

    id: int
    title: str
    number: str
    organ: str
    in_force_from: date | None
    repealed_from: date | None
    successor: str | None
    entries: int

    def living(self, on: date) -> bool:
        """Whether the law is in force on a day."""
        begun = self.in_force_from is None or self.in_force_from <= on
        return begun and (self.repealed_from is None or self.repealed_from > on)


def newest_change() -> Any:
    """The condition that a row of LegalBasisChange is the newest of its basis."""
    newer = aliased(LegalBasisChange)
    newest = select(func.max(newer.id)).where(newer.basis_id == LegalBasisChange.basis_id)
    return LegalBasisChange.id == newest.scalar_subquery()


def latest_change(basis_id: int) -> LegalBasisChange:
    """What is known of a basis now."""
    query = select(LegalBasisChange).where(LegalBasisChange.basis_id == basis_id)
    return db.session.scalars(query.order_by(LegalBasisChange.id.desc()).limit(1)).one()


def changes_of(basis_id: int) -> list[LegalBasisChange]:
    """Everything that was ever known of a basis, the newest first."""
    query = select(LegalBasisChange).where(LegalBasisChange.basis_id == basis_id)
    return list(db.session.scalars(query.order_by(LegalBasisChange.id.desc())))


def basis_of(basis_id: int) -> LegalBasis:
    """A basis with its articles; NotFound("basis.not_found")."""
    query = select(LegalBasis).where(LegalBasis.id == basis_id).options(joinedload(LegalBasis.articles))
    found = db.session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotFound("basis.not_found")
    return found


def titles(basis_ids: Iterable[int | None]) -> dict[int, str]:
    """The titles of bases by id. One query."""
    wanted = [one for one in basis_ids if one is not None]
    query = select(LegalBasis.id, LegalBasis.title).where(LegalBasis.id.in_(wanted))
    return {row[0]: row[1] for row in db.session.execute(query)}


def register(edition_id: int | None) -> list[BasisRow]:
    """Every basis by title, with how many entries of an edition rest on it. One query."""
    successor = aliased(LegalBasis)
    entries = (
        select(func.count(EntryArticle.entry_id.distinct()))
        .select_from(EntryArticle)
        .join(LegalArticle, LegalArticle.id == EntryArticle.article_id)
        .where(LegalArticle.basis_id == LegalBasis.id, EntryArticle.edition_id == edition_id)
        .scalar_subquery()
    )
    query = (
        select(
            LegalBasis.id, LegalBasis.title, LegalBasis.number, LegalBasisChange.organ, LegalBasisChange.in_force_from,
            LegalBasisChange.repealed_from, successor.title, entries,
        )
        .select_from(LegalBasis)
        .join(LegalBasisChange, and_(LegalBasisChange.basis_id == LegalBasis.id, newest_change()))
        .outerjoin(successor, successor.id == LegalBasisChange.superseded_by)
        .order_by(LegalBasis.key, LegalBasis.number)
    )  # fmt: skip
    return [BasisRow(*row) for row in db.session.execute(query)]


def basis_ends() -> Any:
    """The first day on which a law that `Entry` cites is repealed, as a column; null while none is."""
    return (
        select(func.min(LegalBasisChange.repealed_from))
        .join(LegalArticle, LegalArticle.basis_id == LegalBasisChange.basis_id)
        .join(EntryArticle, EntryArticle.article_id == LegalArticle.id)
        .where(EntryArticle.entry_id == Entry.id, newest_change())
        .correlate(Entry)
        .scalar_subquery()
    )


def repealed_and_cited(on: date) -> list[tuple[int, str, int]]:
    """Each law repealed by a day that the list in force then cites: its id, title and number of entries. One query."""
    newest = (
        select(Edition.id)
        .where(Edition.state == EditionState.PUBLISHED, Edition.effective_from <= on)
        .order_by(Edition.effective_from.desc(), Edition.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(LegalBasis.id, LegalBasis.title, func.count(EntryArticle.entry_id.distinct()))
        .join(LegalArticle, LegalArticle.basis_id == LegalBasis.id)
        .join(EntryArticle, EntryArticle.article_id == LegalArticle.id)
        .join(LegalBasisChange, and_(LegalBasisChange.basis_id == LegalBasis.id, newest_change()))
        .where(EntryArticle.edition_id == newest, LegalBasisChange.repealed_from <= on)
        .group_by(LegalBasis.id, LegalBasis.title)
        .order_by(LegalBasis.id)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def without_living_basis(edition_id: int, on: date) -> list[Entry]:
    """The entries of an edition of which no cited law is in force on a day, in the list's order. One query."""
    living = (
        select(EntryArticle.id)
        .join(LegalArticle, LegalArticle.id == EntryArticle.article_id)
        .join(LegalBasisChange, and_(LegalBasisChange.basis_id == LegalArticle.basis_id, newest_change()))
        .where(
            EntryArticle.entry_id == Entry.id,
            or_(LegalBasisChange.in_force_from.is_(None), LegalBasisChange.in_force_from <= on),
            or_(LegalBasisChange.repealed_from.is_(None), LegalBasisChange.repealed_from > on),
        )
    )
    query = select(Entry).where(Entry.edition_id == edition_id, ~living.exists()).order_by(Entry.position)
    return list(db.session.scalars(query))


def entries_citing(basis_id: int, edition_id: int) -> Sequence[Any]:
    """Code, names and articles of an edition's entries that rest on a basis, in the list's order. One query."""
    query = (
        select(Entry.code, Entry.name_zh, Entry.name_en, LegalArticle.number)
        .join(EntryArticle, EntryArticle.entry_id == Entry.id)
        .join(LegalArticle, LegalArticle.id == EntryArticle.article_id)
        .where(LegalArticle.basis_id == basis_id, Entry.edition_id == edition_id)
        .order_by(Entry.position, EntryArticle.position)
    )
    return db.session.execute(query).all()


def drafters_citing(basis_id: int) -> list[int]:
    """The organisations of the list editors, when any edition rests on the basis: who must look at it."""
    cites = (
        select(EntryArticle.id)
        .join(LegalArticle, LegalArticle.id == EntryArticle.article_id)
        .where(LegalArticle.basis_id == basis_id)
    )
    query = select(Membership.organisation_id).distinct().where(Membership.role == Role.LIST_EDITOR, cites.exists())
    return list(db.session.scalars(query))


def told_article(title: str, number: str, article: str) -> str:
    """An article in one line as the list cites it: 《title》（number）article."""
    return f"《{title}》" + (f"（{number}）" if number else "") + (article if article != WHOLE else "")
