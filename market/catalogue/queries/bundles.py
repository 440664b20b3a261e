"""Read bundles, acts with their marks, questions and rules of an edition."""

from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select, union

from market.base.errors import NotFound
from market.catalogue.models import (
    Act,
    Applicability,
    Bundle,
    BundleAct,
    BundleOrder,
    Edition,
    EditionAct,
    Entry,
    EntryAct,
    Question,
)
from market.catalogue.rules import EditionState
from market.store.db import db


class BundleRow(NamedTuple):
    """A bundle as a shelf shows it, with how many acts it has and how many services are tied to them."""

    id: int
    code: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    acts: int
    services: int


class ActRow(NamedTuple):
    """An act of an edition with its category (that of its first service) and how many services are tied to it."""

    id: int
    kind: str
    name_zh: str
    name_en: str
    authority_zh: str
    authority_en: str
    category_zh: str
    category_en: str
    services: int


class RuleRow(NamedTuple):
    """A rule with the service it speaks of."""

    rule: Applicability
    code: str
    name_zh: str
    name_en: str


def tied(edition_id: int) -> Any:
    """A subquery of the pairs of entry and act in an edition: the act an entry is known by, and its further ones."""
    first = select(Entry.id.label("entry_id"), Entry.act_id.label("act_id")).where(Entry.edition_id == edition_id)
    further = select(EntryAct.entry_id, EntryAct.act_id).where(EntryAct.edition_id == edition_id)
    return union(first, further).subquery("tied")


def bundles_of(edition_id: int) -> list[BundleRow]:
    """The bundles of an edition in order. One query."""
    pairs = tied(edition_id)
    counts = (func.count(BundleAct.act_id.distinct()), func.count(pairs.c.entry_id.distinct()))
    query = (
        select(Bundle.id, Bundle.code, Bundle.name_zh, Bundle.name_en, Bundle.summary_zh, Bundle.summary_en, *counts)
        .outerjoin(BundleAct, BundleAct.bundle_id == Bundle.id)
        .outerjoin(pairs, pairs.c.act_id == BundleAct.act_id)
        .where(Bundle.edition_id == edition_id)
        .group_by(Bundle.id)
        .order_by(Bundle.position, Bundle.id)
    )
    return [BundleRow(*row) for row in db.session.execute(query)]


def acts_of(edition_id: int) -> list[ActRow]:
    """The acts that services of an edition are tied to, in the list's order. One query."""
    pairs = tied(edition_id)
    query = (
        select(
            Act.id, Act.kind, Act.name_zh, Act.name_en, Act.authority_zh, Act.authority_en,
            func.min(Entry.category_zh), func.min(Entry.category_en), func.count(Entry.id.distinct()),
        )
        .join(pairs, pairs.c.act_id == Act.id)
        .join(Entry, Entry.id == pairs.c.entry_id)
        .group_by(Act.id)
        .order_by(func.min(Entry.position), Act.id)
    )  # fmt: skip
    return [ActRow(*row) for row in db.session.execute(query)]


def codes_in_bundles(edition_id: int) -> list[str]:
    """The codes of services that bundles of an edition ask for, those of the most bundles first. One query."""
    pairs = tied(edition_id)
    query = (
        select(Entry.code)
        .join(pairs, pairs.c.entry_id == Entry.id)
        .join(BundleAct, BundleAct.act_id == pairs.c.act_id)
        .join(Bundle, Bundle.id == BundleAct.bundle_id)
        .where(Bundle.edition_id == edition_id)
        .group_by(Entry.code)
        .order_by(func.count(Bundle.id.distinct()).desc(), Entry.code)
    )
    return list(db.session.scalars(query))


def bundle_of(edition: Edition, code: str) -> Bundle:
    """The bundle of a code in an edition; NotFound("bundle.not_found")."""
    found = db.session.scalar(select(Bundle).where(Bundle.edition_id == edition.id, Bundle.code == code))
    if found is None:
        raise NotFound("bundle.not_found")
    return found


def acts_in(bundle_id: int) -> list[int]:
    """The acts of a bundle in order."""
    query = select(BundleAct.act_id).where(BundleAct.bundle_id == bundle_id).order_by(BundleAct.position)
    return list(db.session.scalars(query))


def orders_in(bundle_id: int) -> list[BundleOrder]:
    """What must come before what in a bundle."""
    query = select(BundleOrder).where(BundleOrder.bundle_id == bundle_id).order_by(BundleOrder.id)
    return list(db.session.scalars(query))


def marks_of(edition_id: int) -> dict[int, EditionAct]:
    """The marks of an edition's acts, by act."""
    query = select(EditionAct).where(EditionAct.edition_id == edition_id)
    return {one.act_id: one for one in db.session.scalars(query)}


def questions_of(edition_id: int) -> list[Question]:
    """The questions of an edition in order."""
    query = select(Question).where(Question.edition_id == edition_id).order_by(Question.position, Question.id)
    return list(db.session.scalars(query))


def rules_of(edition_id: int) -> list[RuleRow]:
    """The rules of an edition for the services it lists, in the list's order."""
    listed = and_(Entry.edition_id == Applicability.edition_id, Entry.service_id == Applicability.service_id)
    query = select(Applicability, Entry.code, Entry.name_zh, Entry.name_en).join(Entry, listed)
    query = query.where(Applicability.edition_id == edition_id)
    ordered = query.order_by(Entry.position, Applicability.alternative, Applicability.id)
    return [RuleRow(*row) for row in db.session.execute(ordered)]


def edition_to_carry(before: int) -> int | None:
    """The id of the newest published edition numbered lower that has bundles, questions or rules; None without any."""
    has = [select(table.id).where(table.edition_id == Edition.id).exists() for table in (Bundle, Question)]
    query = select(Edition.id).where(Edition.state == EditionState.PUBLISHED, Edition.number < before, or_(*has))
    return db.session.scalar(query.order_by(Edition.number.desc()).limit(1))


def rows_of(table: Any, edition_id: int) -> list[dict[str, Any]]:
    """The rows of one of an edition's tables as plain values, in the order they were written."""
    query: Select[Any] = select(*table.__table__.columns).where(table.edition_id == edition_id).order_by(table.id)
    return [dict(row) for row in db.session.execute(query).mappings()]


def bundle_documents(edition_id: int) -> list[dict[str, str]]:
    """The bundles and the acts of an edition as search documents. Two queries."""
    found = [
        {
            "id": f"bundle/{one.code}",
            "kind": "bundle",
            "title": one.name_zh,
            "body": " ".join((one.code, one.name_en, one.summary_zh, one.summary_en)),
            "called": f"{one.name_zh} {one.name_en}",
        }
        for one in bundles_of(edition_id)
    ]
    return found + [
        {
            "id": f"act/{one.id}",
            "kind": "act",
            "title": one.name_zh,
            "body": " ".join((one.name_en, one.authority_zh, one.authority_en, one.category_zh, one.category_en)),
        }
        for one in acts_of(edition_id)
    ]
