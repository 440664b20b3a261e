"""Read agencies, their papers, and what waits at the admission desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from market.accounts.models import Organisation
from market.agencies.models import Agency, AgencyPaper, Standing
from market.agencies.rules import AgencyState
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
    """A public agency with its organisation, its grades, the newest year first, and its papers, the longest first."""

    agency: Agency
    standings: Sequence[Standing]
    papers: Sequence[AgencyPaper]


def admitted_agency(ref: str) -> Known:
    """A public agency by its reference; NotFound("agency.not_found") before its admission. One query.

    An agency has few grades and few papers: that each row has one of each costs less than another query.
    """
    query = (
        select(Agency, Standing, AgencyPaper)
        .outerjoin(Standing, Standing.agency_id == Agency.id)
        .outerjoin(AgencyPaper, AgencyPaper.agency_id == Agency.id)
        .where(Agency.ref == ref, Agency.state == AgencyState.ADMITTED)
        .options(joinedload(Agency.organisation))
        .order_by(Standing.year.desc(), AgencyPaper.valid_until.desc(), AgencyPaper.id)
    )
    rows = db.session.execute(query).all()
    if not rows:
        raise NotFound("agency.not_found")
    standings = {row[1].id: row[1] for row in rows if row[1] is not None}
    papers = {row[2].id: row[2] for row in rows if row[2] is not None}
    return Known(rows[0][0], list(standings.values()), list(papers.values()))


def application_of(ref: str) -> Agency:
    """An agency as the admission desk sees it, once it has been sent in; NotFound("agency.not_found")."""
    return _one(Agency.ref == ref, Agency.state != AgencyState.DRAFT)


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
    """The papers of an agency, the ones that end last first."""
    query = select(AgencyPaper).where(AgencyPaper.agency_id == agency_id)
    return list(db.session.scalars(query.order_by(AgencyPaper.valid_until.desc(), AgencyPaper.id)))


def paper_of(agency_id: int, paper_id: int) -> AgencyPaper:
    """A paper of this agency; NotFound("paper.not_found")."""
    found = db.session.scalar(select(AgencyPaper).where(AgencyPaper.id == paper_id, AgencyPaper.agency_id == agency_id))
    if found is None:
        raise NotFound("paper.not_found")
    return found


@dataclass(frozen=True, slots=True)
class Application:
    """A row of the admission desk."""

    ref: str
    name: str
    uscc: str | None
    kind: str
    state: str
    submitted_at: datetime
    due_on: date
    decided_at: datetime | None


def waiting_for_check() -> list[Application]:
    """Every application in formal check, the most urgent first. One query."""
    return _applications(
        Agency.state == AgencyState.IN_CHECK, order=(Agency.check_due_on, Agency.submitted_at), limit=500
    )


def decided_lately(limit: int) -> list[Application]:
    """The desk's newest decisions. One query."""
    decided = Agency.decided_at.is_not(None) & (Agency.state != AgencyState.IN_CHECK)
    return _applications(decided, order=(Agency.decided_at.desc(),), limit=limit)


def _applications(condition: ColumnElement[bool], *, order: Sequence[Any], limit: int) -> list[Application]:
    query = (
        select(
            Agency.ref, Organisation.name, Organisation.uscc, Agency.kind, Agency.state,
            Agency.submitted_at, Agency.check_due_on, Agency.decided_at,
        )
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .where(condition, Agency.submitted_at.is_not(None), Agency.check_due_on.is_not(None))
        .order_by(*order, Agency.id)
        .limit(limit)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    return [Application(*row) for row in rows]
