"""Which edition of the list is in force, and what an edition holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Engine, Select, bindparam, case, event, func, select

from market.base.errors import NotFound
from market.base.money import shown
from market.catalogue.models import CleanUp, Edition, Entry, LegalBasisChange, Service
from market.catalogue.queries.difference import counts_of_steps
from market.catalogue.rules import EditionState, Handling, Pricing, SelfService
from market.store.db import db


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """A published edition in plain values, good beyond the transaction."""

    id: int
    number: int
    title: str
    effective_from: date
    published_at: datetime
    register: int = 0
    """How far the register of legal bases had come: what is kept of an edition is forgotten when a law changes."""


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


@dataclass(frozen=True, slots=True)
class Counted:
    """A published edition with how many services it lists and how many of them of each sort."""

    id: int
    number: int
    title: str
    effective_from: date
    published_at: datetime
    register: int
    entries: int
    free: int
    yourself: int


def with_counts() -> list[Counted]:
    """Every published edition with its figures, the newest first. One query."""
    fiscal, yourself = Entry.pricing == Pricing.FISCAL, Entry.self_service == SelfService.YES
    counts = (func.count(Entry.id), func.count(case((fiscal, 1))), func.count(case((yourself, 1))))
    query = _published().add_columns(*counts).outerjoin(Entry, Entry.edition_id == Edition.id).group_by(Edition.id)
    return [Counted(*row) for row in db.session.execute(query.order_by(Edition.number.desc()))]


Step = tuple[Counted, Counted]
_steps: dict[Step, dict[str, int]] = {}
_MOST_STEPS = 100


@event.listens_for(Engine, "engine_disposed")
def _forget(_engine: Engine) -> None:
    """Another database may follow."""
    _steps.clear()


def steps_between(steps: Sequence[Step]) -> dict[Step, dict[str, int]]:
    """What each step from a published edition to a later one changed. One query the first time in a process, then none.

    Published editions never change, and what they changed neither.
    """
    unknown = [step for step in steps if step not in _steps]
    if len(_steps) + len(unknown) > _MOST_STEPS:
        _steps.clear()
        unknown = list(steps)
    counts = counts_of_steps([(earlier.id, later.id) for earlier, later in unknown])
    for step in unknown:
        _steps[step] = counts[step[0].id, step[1].id]
    return {step: _steps[step] for step in steps}


def shares(edition_id: int) -> dict[str, dict[str, int]]:
    """How many entries of an edition there are by price management mode and by who may write them. One query."""
    query = select(Entry.pricing, Entry.self_service, func.count()).where(Entry.edition_id == edition_id)
    found: dict[str, dict[str, int]] = {"pricing": {}, "self_service": {}}
    for pricing, yourself, count in db.session.execute(query.group_by(Entry.pricing, Entry.self_service)):
        found["pricing"][pricing] = found["pricing"].get(pricing, 0) + count
        found["self_service"][yourself] = found["self_service"].get(yourself, 0) + count
    return found


def entry_in(edition_id: int, code: str) -> int:
    """The id of a service's entry in an edition; NotFound("service.not_listed")."""
    found = db.session.scalar(select(Entry.id).where(Entry.edition_id == edition_id, Entry.code == code))
    if found is None:
        raise NotFound("service.not_listed", service=shown(code))
    return found


def service_coded(code: str) -> Service:
    """The service of a code that a published edition lists or listed; NotFound("service.not_listed")."""
    listed = select(Entry.id).join(Edition, Edition.id == Entry.edition_id)
    ever = listed.where(Entry.service_id == Service.id, Edition.state == EditionState.PUBLISHED).exists()
    found = db.session.scalar(select(Service).where(Service.code == code, ever))
    if found is None:
        raise NotFound("service.not_listed", service=shown(code))
    return found


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
    newest = select(func.coalesce(func.max(LegalBasisChange.id), 0)).scalar_subquery()
    return select(*columns, newest).where(Edition.state == EditionState.PUBLISHED)


def _removed() -> Select[*tuple[Any, ...]]:
    return select(
        CleanUp.id, CleanUp.name_zh, CleanUp.act_name_zh, CleanUp.decision, CleanUp.handling, CleanUp.handling_text
    )
