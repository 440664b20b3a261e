"""Read agencies by whoever may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from market.accounts.models import Organisation
from market.agencies.models import Agency, AgencyPaper, Filing, Standing, Suspension
from market.agencies.rules import FilingState, RecordState
from market.base.errors import NotFound
from market.base.people import Actor
from market.store.db import db


def agency_of(actor: Actor) -> Agency:
    """The agency the actor acts for, with its organisation; NotFound("agency.not_found")."""
    return _one(Agency.organisation_id == actor.organisation)


def agency_or_none(actor: Actor) -> Agency | None:
    """The agency the actor acts for, with its organisation; None before its registration was begun."""
    query = select(Agency).where(Agency.organisation_id == actor.organisation)
    return db.session.scalar(query.options(joinedload(Agency.organisation)))


@dataclass(frozen=True, slots=True)
class Known:
    """A public agency with its organisation, and its grades, the newest year first.

    `former` are the names that passed applications said and that it has no longer, each with the moment of its end.
    """

    agency: Agency
    standings: Sequence[Standing]
    former: Sequence[tuple[str, datetime]]


def admitted_agency(ref: str) -> Known:
    """An agency that is public, because it was admitted once; NotFound("agency.not_found") before. One query."""
    before, later = aliased(Filing), aliased(Filing)
    until = (
        select(func.min(later.decided_at))
        .where(later.agency_id == before.agency_id, later.state == FilingState.PASSED)
        .where(later.decided_at > before.decided_at, later.name != before.name)
        .correlate(before)
        .scalar_subquery()
    )
    passed = and_(before.agency_id == Agency.id, before.state == FilingState.PASSED, before.name != Organisation.name)
    query = (
        select(Agency, Standing, before.name, until)
        .join(Agency.organisation)
        .outerjoin(Standing, Standing.agency_id == Agency.id)
        .outerjoin(before, passed)
        .where(Agency.ref == ref, Agency.admitted_at.is_not(None))
        .options(contains_eager(Agency.organisation))
        .order_by(Standing.year.desc(), before.decided_at)
    )
    rows = db.session.execute(query).all()
    if not rows:
        raise NotFound("agency.not_found")
    standings = dict.fromkeys(row[1] for row in rows if row[1] is not None)
    former = dict.fromkeys((row[2], row[3]) for row in rows if row[2] is not None and row[3] is not None)
    return Known(rows[0][0], list(standings), list(former))


def agency_by_ref(ref: str) -> Agency:
    """An agency as the desks see it; NotFound("agency.not_found")."""
    return _one(Agency.ref == ref)


def agency_lock(actor: Actor) -> Select[Any]:
    """The row to lock while the actor's agency changes."""
    return select(Agency).where(Agency.organisation_id == actor.organisation)


def application_lock(ref: str) -> Select[Any]:
    """The row to lock while the desk decides."""
    return select(Agency).where(Agency.ref == ref)


def _one(*conditions: ColumnElement[bool]) -> Agency:
    query = select(Agency).where(*conditions).options(joinedload(Agency.organisation))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("agency.not_found")
    return found


def papers_of(agency_id: int) -> list[AgencyPaper]:
    """The papers an agency has on record, the ones that end last first."""
    query = select(AgencyPaper).where(AgencyPaper.agency_id == agency_id, AgencyPaper.state == RecordState.ON_RECORD)
    return list(db.session.scalars(query.order_by(AgencyPaper.valid_until.desc(), AgencyPaper.id)))


def living_papers(agency_id: int) -> list[AgencyPaper]:
    """The papers of an agency that are on record or in an application, without those that an application ends."""
    living = AgencyPaper.state.in_((RecordState.FILED, RecordState.ON_RECORD)) & AgencyPaper.ended_filing_id.is_(None)
    query = select(AgencyPaper).where(AgencyPaper.agency_id == agency_id, living)
    return list(db.session.scalars(query.order_by(AgencyPaper.number, AgencyPaper.valid_from, AgencyPaper.id)))


def open_suspensions() -> list[Suspension]:
    """Proposals and suspensions that nobody has ended, the oldest first. One query."""
    query = select(Suspension).where(Suspension.ended_at.is_(None)).order_by(Suspension.proposed_at, Suspension.id)
    return list(db.session.scalars(query.options(joinedload(Suspension.agency).joinedload(Agency.organisation))))


def suspension_of(ref: str) -> Suspension:
    """The open proposal or suspension of an agency; NotFound("suspension.not_found")."""
    query = select(Suspension).join(Agency, Agency.id == Suspension.agency_id)
    found = db.session.scalar(query.where(Agency.ref == ref, Suspension.ended_at.is_(None)))
    if found is None:
        raise NotFound("suspension.not_found")
    return found
