"""Read agencies by whoever may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from market.agencies.models import Agency, AgencyPaper, Standing, Suspension
from market.agencies.rules import RecordState
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
    """A public agency with its organisation, and its grades, the newest year first."""

    agency: Agency
    standings: Sequence[Standing]


def admitted_agency(ref: str) -> Known:
    """An agency that is public, because it was admitted once; NotFound("agency.not_found") before. One query."""
    query = (
        select(Agency, Standing)
        .outerjoin(Standing, Standing.agency_id == Agency.id)
        .where(Agency.ref == ref, Agency.admitted_at.is_not(None))
        .options(joinedload(Agency.organisation))
        .order_by(Standing.year.desc())
    )
    rows = db.session.execute(query).all()
    if not rows:
        raise NotFound("agency.not_found")
    return Known(rows[0][0], [row[1] for row in rows if row[1] is not None])


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
