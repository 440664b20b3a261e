"""The desk: pass a filing or return it with reasons at its fields; overdue checks go up to the supervisor."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from market.accounts.queries import organisations_with_role
from market.agencies import queries
from market.agencies.actions.directory import list_agencies
from market.agencies.actions.filings import RECORDS, obj, profile_of, take_name
from market.agencies.models import Agency, Filing, FilingReturn, Practitioner
from market.agencies.rules import (
    AGENCY,
    FIELDS_OF,
    FILING,
    AgencyState,
    FilingField,
    FilingKind,
    FilingState,
    RecordState,
    ReturnReason,
    usual_field,
)
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor, Role
from market.journal.actions import record
from market.notices.actions import queue
from market.store.db import db


def pass_filing(filing: Filing, *, actor: Actor, now: datetime) -> None:
    """The formal check is passed: what the filing says is published and on record at once (即入).

    Refuses practitioner.elsewhere when another agency was faster (the desk then returns the filing for that), and
    filing.self_checked.
    """
    state, agency = FILING.step(filing.state, "pass"), filing.agency
    _require_another(filing, actor)
    if (filing.kind == FilingKind.CHANGE) != (agency.state in (AgencyState.ADMITTED, AgencyState.SUSPENDED)):
        raise BadState("filing.wrong_kind")
    filing.state, filing.decided_at, filing.decided_by = state, now, actor.id
    db.session.flush()
    _put_on_record(filing, now)
    take_name(filing, actor=actor, now=now)
    said = profile_of(filing)
    agency.kind, agency.legal_representative = said.kind, said.legal_representative
    agency.phone, agency.address, agency.introduction = said.phone, said.address, said.introduction
    agency.contact_name, agency.contact_email = said.contact_name, said.contact_email
    if filing.kind != FilingKind.CHANGE:
        agency.admitted_at = now
        agency.state = AGENCY.step(agency.state, "admit")
    db.session.flush()
    list_agencies([agency.id], now=now)
    record("filing.pass", obj(agency), actor=actor, payload={"kind": filing.kind}, now=now)
    link = "/desk/agency" if filing.kind == FilingKind.CHANGE else "/desk/offers"
    queue("notice.filing.passed", to=[agency.organisation_id], facts={"link": link}, now=now)


def send_back(filing: Filing, reasons: Iterable[str | tuple[str, str]], *, actor: Actor, now: datetime) -> None:
    """Return a filing for correction, for reasons of the closed list only (filing.reason_needed).

    Each is a reason, or a reason and the field it is about.
    """
    named = sorted({_at_field(reason) for reason in reasons})
    state = FILING.step(filing.state, "return")
    if not named:
        raise BreaksRule("filing.reason_needed")
    _require_another(filing, actor)
    db.session.add_all(
        FilingReturn(filing_id=filing.id, round=filing.round, reason=reason, field=field) for reason, field in named
    )
    db.session.flush()
    filing.state, filing.decided_at, filing.decided_by = state, now, actor.id
    db.session.flush()
    payload = {"reasons": [f"{reason}:{field}" for reason, field in named]}
    record("filing.return", obj(filing.agency), actor=actor, payload=payload, now=now)
    queue("notice.filing.returned", to=[filing.agency.organisation_id], facts={"link": "/desk/agency"}, now=now)


def escalate_overdue(*, now: datetime) -> int:
    """Tell the supervisors of every check whose day has passed, once for each sending; how many. Safe to run twice."""
    late = (
        select(Filing)
        .where(Filing.state == FilingState.IN_CHECK, Filing.escalated_at.is_(None))
        .where(Filing.check_due_on < clock.china_date(now))
        .options(joinedload(Filing.agency).joinedload(Agency.organisation))
        .order_by(Filing.id)
        .with_for_update(of=Filing)
    )
    found = db.session.scalars(late).all()
    to = organisations_with_role(Role.SUPERVISOR) if found else ()
    for filing in found:
        filing.escalated_at = now
        agency, due = filing.agency, filing.check_due_on
        facts = {
            "name": agency.organisation.name,
            "day": due.isoformat() if due else "",
            "link": "/desk/overdue-checks",
        }
        record("filing.overdue", obj(agency), actor=Actor.system(), payload={"due": facts["day"]}, now=now)
        queue("notice.filing.overdue", to=to, facts=facts, now=now)
    db.session.flush()
    return len(found)


def _require_another(filing: Filing, actor: Actor) -> None:
    """Nobody judges his own: refuse filing.self_checked to whoever handed the application in."""
    if filing.commitment_accepted_by == actor.id:
        raise BreaksRule("filing.self_checked")


def _at_field(given: str | tuple[str, str]) -> tuple[str, str]:
    reason, field = (given, "") if isinstance(given, str) else given
    if reason not in set(ReturnReason):
        raise BreaksRule("filing.reason_needed")
    known = ReturnReason(reason)
    if not field:
        return str(known), str(usual_field(known))
    if field not in FIELDS_OF[known]:
        raise BreaksRule("filing.reason_needed")
    return str(known), str(FilingField(field))


def _put_on_record(filing: Filing, now: datetime) -> None:
    """End what the filing ends, then record what it brings: a renewal may carry the same number."""
    for model in RECORDS:
        ends = (model.ended_filing_id == filing.id) & (model.state == RecordState.ON_RECORD)
        db.session.execute(update(model).where(ends).values(state=RecordState.ENDED, ended_at=now))
    mine = Practitioner.filing_id == filing.id
    for person in db.session.scalars(select(Practitioner).where(mine, Practitioner.state == RecordState.FILED)):
        if queries.serves_elsewhere(person):
            raise BreaksRule("practitioner.elsewhere", number=person.certificate_number)
    for model in RECORDS:
        brought = (model.filing_id == filing.id) & (model.state == RecordState.FILED)
        db.session.execute(update(model).where(brought).values(state=RecordState.ON_RECORD, recorded_at=now))
