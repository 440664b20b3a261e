"""The one condition "does this offer serve now", and the plain reasons why it does not.

What follows from days is never written: a paper that ends pauses the services that need it, and its renewal resumes
them, at the moment and by the clock alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from market.agencies.models import Agency, AgencyPaper, Offer, Practitioner
from market.agencies.queries.holding import NOW, answers, reaches
from market.agencies.rules import EVERYWHERE, GRADE_RANKS, AgencyState, RecordState
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.catalogue.models import Entry, EntryRequirement
from market.catalogue.rules import RequirementKind, RequirementMode
from market.store.db import db
from market.store.types import Moment

TODAY: BindParameter[date] = bindparam("serving_day", type_=Date(), callable_=clock.today)
"""The day of a statement that is built once; who asks for another moment gives both, by their keys."""


def serving(offer: Any = Offer, now: datetime | None = None, *, region: str = EVERYWHERE) -> ColumnElement[bool]:
    """The condition that an offer (the class or an alias of it) can be chosen in a region at `now`, or when it is read.

    Its agency is admitted, the offer holds and is the one its agency asks there (`answers`), and the agency has on
    record, valid on that day in China, every paper and all practitioners that the entry asks for. At most some index
    look-ups for each offer.
    """
    if now is not None:
        moment = literal(now, Moment())
        return and_(answers(region, moment, offer), _able(offer, literal(clock.china_date(now), Date())))
    if offer is Offer and region == EVERYWHERE:
        return _of_offers()
    return and_(answers(region, NOW, offer), _able(offer, TODAY))


def serving_where(region: Any) -> ColumnElement[bool]:
    """The condition that an `Offer` makes its agency serve now in the region that a row of another table names.

    For asking whether an agency has any; which of its prices answers there is `serving` with the region itself.
    """
    return and_(reaches(region, NOW), _able(Offer, TODAY))


@cache
def _of_offers() -> ColumnElement[bool]:
    """The condition on `Offer` at the moment of reading: building it takes longer than most statements do."""
    return and_(answers(EVERYWHERE, NOW), _able(Offer, TODAY))


def serving_of(entry_id: Any, *, region: str = EVERYWHERE) -> ColumnElement[bool]:
    """The condition that an `Offer` is one of an entry (its id or a parameter) and is `serving`, among thousands.

    Whether the entry asks for anything at all is looked up once and not of each offer; and each agency by its number,
    as a value: asked whether there is one, PostgreSQL would rather read all 100,000 agencies and join them.
    """
    asks = exists().where(EntryRequirement.entry_id == entry_id).correlate(None)
    has_all = and_(~_lacks_a_paper(Offer, TODAY), ~_lacks_practitioners(Offer, TODAY))
    agency = aliased(Agency)
    well = select(standing_well(agency, TODAY)).where(agency.id == Offer.agency_id).correlate(Offer).scalar_subquery()
    return and_(Offer.entry_id == entry_id, answers(region, NOW), well == literal(True), or_(~asks, has_all))


def _able(offer: Any, day: Any) -> ColumnElement[bool]:
    """The condition that an offer's agency stands well on a day and has on record what its entry asks for."""
    agency = aliased(Agency)
    stands = exists().where(agency.id == offer.agency_id, standing_well(agency, day)).correlate(offer)
    return and_(stands, ~_lacks_a_paper(offer, day), ~_lacks_practitioners(offer, day))


def standing_well(agency: Any, day: Any) -> ColumnElement[bool]:
    """The condition that an agency may serve on a day: admitted, or suspended until a day before it."""
    over = and_(agency.state == AgencyState.SUSPENDED, agency.suspended_until < day)
    return or_(agency.state == AgencyState.ADMITTED, over)


def _lacks_a_paper(offer: Any, day: Any) -> ColumnElement[bool]:
    asked, entry = aliased(EntryRequirement), aliased(Entry)
    other = aliased(EntryRequirement)
    kind = RequirementKind.QUALIFICATION
    # Where any one is enough, a requirement is unmet only if no paper covers any of them.
    some = (
        exists()
        .where(other.entry_id == asked.entry_id, other.kind == kind, _held(offer, other, day))
        .correlate(offer, asked)
    )
    unmet = case((entry.requirement_mode == RequirementMode.ANY, ~some), else_=~_held(offer, asked, day))
    return (
        exists()
        .where(asked.entry_id == offer.entry_id, asked.kind == kind, entry.id == asked.entry_id, unmet)
        .correlate(offer)
    )


def _held(offer: Any, asked: Any, day: Any) -> ColumnElement[bool]:
    paper = aliased(AgencyPaper)
    return exists().where(_on_record(paper, offer, day), _covers(paper, asked)).correlate(offer, asked)


def _on_record(row: Any, offer: Any, day: Any) -> ColumnElement[bool]:
    living = and_(row.state == RecordState.ON_RECORD, row.valid_from <= day, row.valid_until >= day)
    return and_(row.agency_id == offer.agency_id, living)


def _covers(paper: Any, asked: Any) -> ColumnElement[bool]:
    """The law of `rules.covers` in SQL."""
    of_major = and_(paper.major != "", asked.name == paper.qualification + "（" + paper.major + "）")
    high_enough = or_(asked.level == "", paper.grade == asked.level, _rank(paper.grade) <= _rank(asked.level))
    return and_(or_(asked.name == paper.qualification, of_major), high_enough)


def _rank(grade: Any) -> ColumnElement[Any]:
    return case(*[(grade == name, rank) for name, rank in GRADE_RANKS.items()], else_=None)


def _lacks_practitioners(offer: Any, day: Any) -> ColumnElement[bool]:
    asked, person = aliased(EntryRequirement), aliased(Practitioner)
    there = (
        select(func.count())
        .select_from(person)
        .where(_on_record(person, offer, day), person.certificate_kind == asked.name)
        .correlate(offer, asked)
        .scalar_subquery()
    )
    few = and_(asked.kind == RequirementKind.PRACTITIONER, there < asked.count)
    return exists().where(asked.entry_id == offer.entry_id, few).correlate(offer)


@dataclass(frozen=True, slots=True)
class Paused:
    """Why an offer does not serve: a code of the labels `paused.*`, the paper or certificate, and the day it ended."""

    code: str
    name: str = ""
    day: date | None = None


def why_paused(offer: Offer, now: datetime) -> list[Paused]:
    """Why an offer does not serve at `now`; nothing when it does. At most five queries."""
    day = clock.china_date(now)
    agency = db.session.get_one(Agency, offer.agency_id)
    found = []
    if agency.state == AgencyState.SUSPENDED and agency.suspended_until is not None and agency.suspended_until >= day:
        found.append(Paused("agency_suspended", day=agency.suspended_until))
    elif agency.state not in (AgencyState.ADMITTED, AgencyState.SUSPENDED):
        found.append(Paused("agency_left"))
    found += _missing_papers(offer, day) + _missing_practitioners(offer, day)
    if not found and not serves(offer, now):
        found.append(Paused("not_yet" if offer.marked_at > now else "own_pause"))
    return found


def serves(offer: Offer, now: datetime) -> bool:
    """Whether an offer can be chosen at `now` in the region it is marked for. One query."""
    at = {"offer": offer.id, NOW.key: now, TODAY.key: clock.china_date(now)}
    return bool(db.session.scalar(_one_serves(offer.region_code), at))


@lru_cache(maxsize=256)
def _one_serves(region: str) -> Any:
    """`region` is one that an offer has."""
    return select(exists().where(Offer.id == bindparam("offer"), serving(region=region)))


def require_serving(offer: Offer, now: datetime) -> None:
    """Refuse what does not serve at `now`, with the sentence of its first reason."""
    if serves(offer, now):
        return
    reason = why_paused(offer, now)[0]
    if reason.code == "agency_suspended":
        raise BadState("agency.suspended", day=reason.day)
    if reason.code in ("paper_expired", "paper_missing", "practitioners_missing"):
        raise BreaksRule(f"serves.{reason.code}", name=reason.name, day=reason.day)
    raise BadState("serves.not_now")


def _missing_papers(offer: Offer, day: date) -> list[Paused]:
    entry = db.session.get_one(Entry, offer.entry_id)
    asked = _asked(offer.entry_id, RequirementKind.QUALIFICATION)
    unmet = [one for one in asked if not _newest(offer.agency_id, one, valid_on=day)]
    if entry.requirement_mode == RequirementMode.ANY and len(unmet) < len(asked):
        return []
    found = []
    for one in unmet:
        last = _newest(offer.agency_id, one, valid_on=None)
        expired = last is not None and last.valid_until < day
        name = f"{one.name} {one.level}".strip()
        found.append(
            Paused("paper_expired", name, last.valid_until) if last and expired else Paused("paper_missing", name)
        )
    return found


def _newest(agency_id: int, asked: EntryRequirement, *, valid_on: date | None) -> AgencyPaper | None:
    query = (
        select(AgencyPaper)
        .join(EntryRequirement, EntryRequirement.id == asked.id)
        .where(AgencyPaper.agency_id == agency_id, AgencyPaper.state == RecordState.ON_RECORD)
        .where(_covers(AgencyPaper, EntryRequirement))
        .order_by(AgencyPaper.valid_until.desc())
    )
    if valid_on is not None:
        query = query.where(AgencyPaper.valid_from <= valid_on, AgencyPaper.valid_until >= valid_on)
    return db.session.scalar(query.limit(1))


def _missing_practitioners(offer: Offer, day: date) -> list[Paused]:
    asked = _asked(offer.entry_id, RequirementKind.PRACTITIONER)
    if not asked:
        return []
    counted = (
        select(Practitioner.certificate_kind, func.count())
        .where(Practitioner.agency_id == offer.agency_id, Practitioner.state == RecordState.ON_RECORD)
        .where(Practitioner.valid_from <= day, Practitioner.valid_until >= day)
        .group_by(Practitioner.certificate_kind)
    )
    there = {kind: int(number) for kind, number in db.session.execute(counted)}
    return [Paused("practitioners_missing", one.name) for one in asked if there.get(one.name, 0) < one.count]


def qualifications_asked(edition_id: int) -> list[tuple[str, str, str]]:
    """Every qualification that an edition's entries ask for: (entry code, any or all, name), in order. One query."""
    query = select(Entry.code, Entry.requirement_mode, EntryRequirement.name).join(
        EntryRequirement, EntryRequirement.entry_id == Entry.id
    )
    query = query.where(Entry.edition_id == edition_id, EntryRequirement.kind == RequirementKind.QUALIFICATION)
    rows = db.session.execute(query.order_by(Entry.position, EntryRequirement.position))
    return [(row[0], row[1], row[2]) for row in rows]


def _asked(entry_id: int, kind: RequirementKind) -> Sequence[EntryRequirement]:
    query = select(EntryRequirement).where(EntryRequirement.entry_id == entry_id, EntryRequirement.kind == kind)
    return db.session.scalars(query.order_by(EntryRequirement.position)).all()
