"""Which edition of the list is in force, and what an edition holds."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from market.base.errors import NotFound
from market.catalogue.models import CleanUp, Edition
from market.catalogue.rules import EditionState, Handling
from market.store.db import db


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """A published edition in plain values, good beyond the transaction."""

    id: int
    number: int
    title: str
    effective_from: date
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """An item that a clean-up decision took off the list, or that its authority must commission and pay."""

    id: int
    name: str
    act: str
    decision: str
    handling: str
    handling_text: str


def in_force(on: date) -> EditionFacts | None:
    """The edition in force on a day, or None. One query."""
    row = db.session.execute(_in_force(), {"on": on}).first()
    return EditionFacts(*row) if row else None


@cache
def _in_force() -> Select[*tuple[Any, ...]]:
    # Every page asks this; building the statement costs more than asking it.
    query = _published().where(Edition.effective_from <= bindparam("on"))
    return query.order_by(Edition.effective_from.desc(), Edition.number.desc()).limit(1)


def published(number: int) -> EditionFacts:
    """A published edition by its number; NotFound("edition.not_found") for a draft. One query."""
    row = db.session.execute(_published().where(Edition.number == number)).first()
    if row is None:
        raise NotFound("edition.not_found")
    return EditionFacts(*row)


def all_published() -> list[EditionFacts]:
    """Every published edition, the newest first. One query."""
    return [EditionFacts(*row) for row in db.session.execute(_published().order_by(Edition.number.desc()))]


def not_listed(edition_id: int) -> list[Removed]:
    """What clean-up decisions keep off the list of an edition, abolished items first. One query."""
    query = _removed().where(CleanUp.edition_id == edition_id, CleanUp.service_id.is_(None))
    abolished_first = (CleanUp.handling != Handling.ABOLISHED, CleanUp.handling, CleanUp.id)
    return [Removed(*row) for row in db.session.execute(query.order_by(*abolished_first))]


def removed_by_id(ids: list[int]) -> dict[int, Removed]:
    """Clean-up decisions by their ids, as search found them. One query."""
    if not ids:
        return {}
    return {row[0]: Removed(*row) for row in db.session.execute(_removed().where(CleanUp.id.in_(ids)))}


def _published() -> Select[*tuple[Any, ...]]:
    columns = (Edition.id, Edition.number, Edition.title, Edition.effective_from, Edition.published_at)
    return select(*columns).where(Edition.state == EditionState.PUBLISHED)


def _removed() -> Select[*tuple[Any, ...]]:
    return select(
        CleanUp.id, CleanUp.name_zh, CleanUp.act_name_zh, CleanUp.decision, CleanUp.handling, CleanUp.handling_text
    )
