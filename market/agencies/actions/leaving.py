"""Suspend an agency by two persons and until a day, lift it, and leave the market of one's own will."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from market.accounts.queries import organisations_with_role
from market.agencies import queries
from market.agencies.actions.directory import list_agencies
from market.agencies.actions.filings import obj
from market.agencies.models import Agency, Suspension
from market.agencies.rules import AGENCY, AgencyState, SuspensionGround
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor, Role
from market.journal.actions import record
from market.notices.actions import queue
from market.store.db import db

LONGEST_SUSPENSION_DAYS = 730


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ground of the closed list and the last day of the suspension."""

    ground: SuspensionGround
    last_day: date


def propose_suspension(agency: Agency, given: Proposal, *, actor: Actor, now: datetime) -> Suspension:
    """Propose to suspend an admitted agency; nothing happens to it before a second person confirms.

    Refuses agency.not_admitted, agency.suspension_ends and agency.suspension_open.
    """
    if not AGENCY.allows(agency.state, "suspend"):
        raise BadState("agency.not_admitted")
    today = clock.china_date(now)
    if not today < given.last_day <= today + timedelta(days=LONGEST_SUSPENSION_DAYS):
        raise BreaksRule("agency.suspension_ends")
    if _open(agency.id) is not None:
        raise BadState("agency.suspension_open")
    row = Suspension(
        agency_id=agency.id, ground=given.ground, last_day=given.last_day, proposed_at=now, proposed_by=actor.id
    )
    db.session.add(row)
    db.session.flush()
    facts = {"ground": str(given.ground), "last_day": given.last_day.isoformat()}
    record("agency.propose_suspension", obj(agency), actor=actor, payload=facts, now=now)
    told = {"name": agency.organisation.name, "day": given.last_day.isoformat(), "link": "/desk/suspensions"}
    desks = {*organisations_with_role(Role.ADMISSION_DESK), *organisations_with_role(Role.SUPERVISOR)}
    queue("notice.suspension.proposed", to=desks, facts=told, now=now)
    return row


def confirm_suspension(agency: Agency, row: Suspension, *, actor: Actor, now: datetime) -> None:
    """Suspend the agency, by another person than proposed it (agency.self_confirmed), until the day that was named."""
    if row.proposed_by == actor.id:
        raise BreaksRule("agency.self_confirmed")
    if row.last_day <= clock.china_date(now):
        raise BreaksRule("agency.suspension_ends")
    agency.state, agency.suspended_until = AGENCY.step(agency.state, "suspend"), row.last_day
    row.confirmed_at, row.confirmed_by = now, actor.id
    db.session.flush()
    facts = {"ground": row.ground, "last_day": row.last_day.isoformat()}
    list_agencies([agency.id], now=now)
    record("agency.suspend", obj(agency), actor=actor, payload=facts, now=now)
    told = {"day": row.last_day.isoformat(), "link": "/desk/agency"}
    queue("notice.agency.suspended", to=[agency.organisation_id], facts=told, now=now)


def end_suspension(agency: Agency, row: Suspension, *, actor: Actor, now: datetime) -> None:
    """Lift a suspension before its last day, or drop a proposal that nobody confirmed."""
    lifted = row.confirmed_at is not None
    if lifted:
        agency.state, agency.suspended_until = AGENCY.step(agency.state, "lift"), None
    row.ended_at, row.ended_by = now, actor.id
    db.session.flush()
    act = "agency.lift_suspension" if lifted else "agency.drop_suspension"
    list_agencies([agency.id], now=now)
    record(act, obj(agency), actor=actor, payload={"ground": row.ground}, now=now)
    if lifted:
        queue("notice.agency.lifted", to=[agency.organisation_id], facts={"link": "/desk/agency"}, now=now)


def lift_ended(*, now: datetime) -> int:
    """Write down that suspensions whose last day has passed are over; how many. Safe to run twice.

    They serve again without it: it follows from the day.
    """
    over = select(Agency).where(Agency.state == AgencyState.SUSPENDED, Agency.suspended_until < clock.china_date(now))
    found = db.session.scalars(over.order_by(Agency.id).with_for_update()).all()
    for agency in found:
        row = _open(agency.id)
        if row is not None:
            end_suspension(agency, row, actor=Actor.system(), now=now)
    return len(found)


def leave(agency: Agency, *, actor: Actor, now: datetime) -> None:
    """Leave the market (退出): nothing of the agency serves from now on; contracts already made go on.

    Refuses agency.work_open while an application is with the desk or being written.
    """
    state = AGENCY.step(agency.state, "exit")
    if queries.open_filing(agency.id) is not None:
        raise BadState("agency.work_open")
    agency.state, agency.exited_at, agency.suspended_until = state, now, None
    row = _open(agency.id)
    if row is not None:
        row.ended_at, row.ended_by = now, actor.id
    db.session.flush()
    list_agencies([agency.id], now=now)
    record("agency.exit", obj(agency), actor=actor, payload={}, now=now)


def _open(agency_id: int) -> Suspension | None:
    query = select(Suspension).where(Suspension.agency_id == agency_id, Suspension.ended_at.is_(None))
    return db.session.scalar(query)
