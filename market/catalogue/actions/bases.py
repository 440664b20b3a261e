"""The register of legal bases: enter what a list cites, add a law, note that it was repealed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.catalogue.citations import WHOLE, Citation, citations, key_of, normal_number
from market.catalogue.models import LegalArticle, LegalBasis, LegalBasisChange
from market.catalogue.queries.bases import drafters_citing, latest_change
from market.journal.actions import record
from market.notices.actions import queue
from market.store.db import db


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a basis: in force from a day (None: always) up to and without `repealed_from` (None: still)."""

    organ: str = ""
    in_force_from: date | None = None
    repealed_from: date | None = None
    superseded_by: int | None = None
    reason: str = ""


def enter_cited(texts: Iterable[str], *, reason: str, actor: Actor, now: datetime) -> Mapping[str, tuple[int, ...]]:
    """Enter every law and article that the texts cite and the register lacks; the ids of the articles of each text.

    A law cited with its number and without it is one law.
    """
    cited = {text: citations(text) for text in dict.fromkeys(texts)}
    register = _Register(Standing(reason=reason), actor, now)
    every = dict.fromkeys(citation for found in cited.values() for citation in found)
    articles = register.articles(sorted(every, key=lambda one: not one.number))
    return {text: tuple(dict.fromkeys(articles[one] for one in found)) for text, found in cited.items()}


def add_basis(title: str, number: str, standing: Standing, *, actor: Actor, now: datetime) -> LegalBasis:
    """Enter one law or document; refuses `basis.known_already`, `basis.dates_contradict`, `basis.reason_needed`."""
    _check(standing)
    key, number = key_of(title), normal_number(number)
    if db.session.scalar(select(LegalBasis.id).where(LegalBasis.key == key, LegalBasis.number == number)):
        raise BadState("basis.known_already")
    basis = LegalBasis(key=key, title=title.strip(), number=number)
    db.session.add(basis)
    db.session.flush()
    db.session.add(LegalArticle(basis_id=basis.id, number=WHOLE, text=""))
    _change(basis, standing, actor, now)
    record("basis.add", _obj(basis), actor=actor, payload={"title": basis.title, "number": number}, now=now)
    return basis


def note_change(basis: LegalBasis, standing: Standing, *, actor: Actor, now: datetime) -> None:
    """Write down what became of a law, such as its repeal; what was known before stays in the register's history.

    The drafters of every edition that cites it are told. Refuses `basis.dates_contradict`, `basis.own_successor` and
    `basis.reason_needed`.
    """
    _check(standing)
    if standing.superseded_by == basis.id:
        raise BreaksRule("basis.own_successor")
    before = latest_change(basis.id)
    _change(basis, standing, actor, now)
    facts = {
        "title": basis.title,
        "in_force_from": _iso(standing.in_force_from),
        "repealed_from": _iso(standing.repealed_from),
        "superseded_by": standing.superseded_by,
        "reason": standing.reason,
    }
    record("basis.change", _obj(basis), actor=actor, payload=facts, now=now)
    if standing.repealed_from is not None and standing.repealed_from != before.repealed_from:
        told = {"title": basis.title, "day": _iso(standing.repealed_from), "link": f"/desk/bases/{basis.id}"}
        queue("notice.basis_repealed", to=drafters_citing(basis.id), facts=told, now=now)


def write_article(basis: LegalBasis, number: str, text: str, *, actor: Actor, now: datetime) -> LegalArticle:
    """Enter an article with its text, or the text of an article that had none; a text once written stays."""
    query = select(LegalArticle).where(LegalArticle.basis_id == basis.id, LegalArticle.number == number)
    article = db.session.scalar(query)
    if article is None:
        article = LegalArticle(basis_id=basis.id, number=number, text=text)
        db.session.add(article)
    else:
        article.text = text
    db.session.flush()
    record("basis.write_article", _obj(basis), actor=actor, payload={"article": number, "text": text}, now=now)
    return article


class _Register:
    """The register in memory, for entering many citations with few statements."""

    def __init__(self, standing: Standing, actor: Actor, now: datetime) -> None:
        self._standing, self._actor, self._now = standing, actor, now
        self._by_key: dict[str, dict[str, LegalBasis]] = {}
        for basis in db.session.scalars(select(LegalBasis)):
            self._by_key.setdefault(basis.key, {})[basis.number] = basis

    def articles(self, cited: list[Citation]) -> dict[Citation, int]:
        """The article of each citation; those with a number come first, so that the others find them."""
        bases = {citation: self._basis(citation) for citation in cited}
        new = [basis for basis in dict.fromkeys(bases.values()) if basis.id is None]
        db.session.add_all(new)
        db.session.flush()
        for basis in new:
            _change(basis, self._standing, self._actor, self._now)
        known = {(one.basis_id, one.number): one for one in db.session.scalars(select(LegalArticle))}
        for citation, basis in bases.items():
            place = basis.id, citation.article
            if place not in known:
                known[place] = LegalArticle(basis_id=basis.id, number=citation.article, text="")
                db.session.add(known[place])
        db.session.flush()
        return {citation: known[basis.id, citation.article].id for citation, basis in bases.items()}

    def _basis(self, citation: Citation) -> LegalBasis:
        numbered = self._by_key.setdefault(citation.key, {})
        if citation.number in numbered:
            return numbered[citation.number]
        if citation.number and "" in numbered:
            basis = numbered.pop("")
            basis.number = citation.number
        elif not citation.number and len(numbered) == 1:
            return next(iter(numbered.values()))
        else:
            basis = LegalBasis(key=citation.key, title=citation.title, number=citation.number)
        numbered[citation.number] = basis
        return basis


def _check(standing: Standing) -> None:
    begins, ends = standing.in_force_from, standing.repealed_from
    if begins is not None and ends is not None and ends < begins:
        raise BreaksRule("basis.dates_contradict")
    if not standing.reason.strip():
        raise BreaksRule("basis.reason_needed")


def _change(basis: LegalBasis, standing: Standing, actor: Actor, now: datetime) -> None:
    db.session.add(
        LegalBasisChange(
            basis_id=basis.id,
            organ=standing.organ,
            in_force_from=standing.in_force_from,
            repealed_from=standing.repealed_from,
            superseded_by=standing.superseded_by,
            reason=standing.reason,
            recorded_by=actor.id,
            recorded_at=now,
        )
    )
    db.session.flush()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _obj(basis: LegalBasis) -> str:
    return f"basis/{basis.id}"
