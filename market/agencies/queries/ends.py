"""Which papers and certificates end, which services pause with them, and which services rest today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, literal, or_, select, union, union_all

from market.agencies.models import Agency, AgencyPaper, EndTold, Offer, Practitioner, RestTold
from market.agencies.queries.holding import holds
from market.agencies.queries.serving import serving, standing_well
from market.agencies.rules import RecordKind, RecordState
from market.base import clock
from market.catalogue.models import Entry
from market.store.db import db

LOOKED_BACK = timedelta(days=35)
"""So far back every round looks for ends; further where the clock stood still for longer."""


class End(NamedTuple):
    """A paper or a certificate on record and its last day; `about` is its number, or the kind of the certificate."""

    kind: str
    row_id: int
    agency_id: int
    organisation_id: int
    name: str
    about: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Pausing:
    """A service of an agency: its id, its code on the list and its names."""

    agency_id: int
    service_id: int
    code: str
    name_zh: str
    name_en: str


def ends_of(agency_id: int) -> list[End]:
    """Every paper and certificate an agency has on record, the earliest end first. One query."""
    return _ends(Agency.id == agency_id)


def ends_between(first: date, last: date) -> list[End]:
    """Papers and certificates of agencies in the market that end on these days, the earliest first. One query."""
    return _ends(Agency.exited_at.is_(None), between=(first, last))


def _ends(*conditions: ColumnElement[bool], between: tuple[date, date] | None = None) -> list[End]:
    parts = []
    told: tuple[tuple[RecordKind, Any, Any, Any], ...] = (
        (RecordKind.PAPER, AgencyPaper, AgencyPaper.name, AgencyPaper.number),
        (RecordKind.PRACTITIONER, Practitioner, Practitioner.name, Practitioner.certificate_kind),
    )
    for kind, model, name, about in told:
        part = (
            select(
                literal(str(kind)).label("kind"), model.id.label("row_id"), Agency.id.label("agency_id"),
                Agency.organisation_id, name.label("name"), about.label("about"),
                model.valid_from, model.valid_until.label("last_day"),
            )
            .join(Agency, Agency.id == model.agency_id)
            .where(model.state == RecordState.ON_RECORD, *conditions)
        )  # fmt: skip
        parts.append(part.where(model.valid_until.between(*between)) if between else part)
    every = union_all(*parts).subquery()
    query = select(every).order_by(every.c.last_day, every.c.kind, every.c.row_id)
    return [End(*row) for row in db.session.execute(query)]


def told_ends(rows: Sequence[End]) -> set[tuple[str, int, int]]:
    """Which notices of these ends were sent: (kind, row, days before). One query."""
    agencies = {row.agency_id for row in rows}
    if not agencies:
        return set()
    query = select(EndTold.kind, EndTold.row_id, EndTold.days_before).where(EndTold.agency_id.in_(agencies))
    return {(kind, row_id, days) for kind, row_id, days in db.session.execute(query)}


def pausing_after(agency_id: int, day: date) -> list[Pausing]:
    """The services of an agency that serve to the end of a day and no longer, as the records are now. One query."""
    end = clock.end_of_day(day)
    within = end - timedelta(microseconds=1)
    return _services(Offer.agency_id == agency_id, serving(Offer, within), ~serving(Offer, end))


def resting(now: datetime) -> list[Pausing]:
    """The services whose marked price holds but which rest for want of a paper or of practitioners. Two queries.

    Of agencies of which something has ended within `LOOKED_BACK` or since the clock last told anybody of an end, or
    which were told of a rest that is not over: so the clock need not look at every marked price. An agency that is
    suspended or has left is told of that instead.
    """
    today = clock.china_date(now)
    told = db.session.scalar(select(EndTold.told_at).where(EndTold.told_at < now).order_by(EndTold.id.desc()).limit(1))
    since = min(now - LOOKED_BACK, told) if told is not None else None
    stands = and_(Agency.id == Offer.agency_id, standing_well(Agency, today))
    parts = [select(RestTold.agency_id).where(RestTold.over_at.is_(None))]
    for model in (AgencyPaper, Practitioner):
        expired = (model.state == RecordState.ON_RECORD) & (model.valid_until <= today)
        taken_off = model.state == RecordState.ENDED
        if since is not None:
            expired &= model.valid_until >= clock.china_date(since)
            taken_off &= model.ended_at > since
        parts.append(select(model.agency_id).where(or_(expired, taken_off)))
    touched = Offer.agency_id.in_(union(*parts))
    return _services(touched, holds(now), select(Agency.id).where(stands).exists(), ~serving(Offer, now))


def _services(*conditions: ColumnElement[bool]) -> list[Pausing]:
    query = (
        select(Offer.agency_id, Entry.service_id, Entry.code, Entry.name_zh, Entry.name_en)
        .join(Entry, Entry.id == Offer.entry_id)
        .where(*conditions)
        .distinct()
        .order_by(Offer.agency_id, Entry.code)
    )
    return [Pausing(*row) for row in db.session.execute(query)]


def rests_told() -> list[RestTold]:
    """The services that agencies were told rest and not yet that they are over, to be written. One query."""
    query = select(RestTold).where(RestTold.over_at.is_(None)).order_by(RestTold.id)
    return list(db.session.scalars(query.with_for_update()))


def serving_again(rows: Sequence[RestTold], now: datetime) -> list[Pausing]:
    """Which services of these rests can be chosen at `now`. One query."""
    if not rows:
        return []
    asked = {(row.agency_id, row.service_id) for row in rows}
    found = _services(Offer.agency_id.in_({agency for agency, _service in asked}), serving(Offer, now))
    return [one for one in found if (one.agency_id, one.service_id) in asked]
