"""Registration, papers, and the formal check."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from market.accounts.actions import NewOrganisation, NewUser
from market.accounts.actions import register as register_account
from market.accounts.models import Membership
from market.accounts.queries import organisations_with_role
from market.agencies import queries
from market.agencies.actions.directory import list_agencies
from market.agencies.models import Agency, AgencyPaper
from market.agencies.rules import (
    AGENCY,
    COMMITMENT_VERSION,
    CORRECTABLE,
    AgencyKind,
    AgencyState,
    ReturnReason,
)
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor, Role
from market.base.refs import RefKind
from market.journal.actions import record
from market.notices.actions import queue
from market.store.calendar import calendar
from market.store.db import db
from market.store.references import next_reference
from market.store.settings import setting


@dataclass(frozen=True, slots=True)
class Profile:
    """What an agency says about itself."""

    kind: AgencyKind
    legal_representative: str
    phone: str
    address: str
    introduction: str = ""


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A qualification paper, valid on both days."""

    name: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date


def register(organisation: NewOrganisation, person: NewUser, profile: Profile, *, now: datetime) -> Membership:
    """An agency registers itself: account, organisation, and a draft registration. Anybody may; there is no gate.

    Refuses what `accounts.actions.register` refuses.
    """
    member = register_account(organisation, person, now=now)
    begin(profile, actor=Actor(member.user_id, Role.AGENCY, member.organisation_id), now=now)
    return member


def begin(profile: Profile, *, actor: Actor, now: datetime) -> Agency:
    """Begin the registration of the actor's organisation as a draft; a second one is refused (changed.meanwhile)."""
    agency = Agency(
        ref=next_reference(RefKind.AGENCY, now),
        organisation_id=actor.organisation,
        state=AgencyState.DRAFT,
        commitment_version="",
        return_reasons=[],
        **asdict(profile),
    )
    db.session.add(agency)
    db.session.flush()
    record("agency.register", _obj(agency), actor=actor, payload=_profile_facts(profile), now=now)
    return agency


def save_profile(agency: Agency, profile: Profile, *, actor: Actor, now: datetime) -> None:
    """Correct what the agency says about itself; refuses agency.being_checked while the desk has it.

    After admission the kind stays what was checked.
    """
    if agency.state == AgencyState.IN_CHECK:
        raise BadState("agency.being_checked")
    if agency.state in CORRECTABLE:
        agency.kind = profile.kind
    agency.legal_representative = profile.legal_representative
    agency.phone, agency.address, agency.introduction = profile.phone, profile.address, profile.introduction
    record("agency.save_profile", _obj(agency), actor=actor, payload=_profile_facts(profile), now=now)


def add_paper(agency: Agency, paper: NewPaper, *, actor: Actor, now: datetime) -> AgencyPaper:
    """Put a paper on record, at any time. Refuses paper.interval, paper.expired and paper.number_taken."""
    if paper.valid_until < paper.valid_from:
        raise BreaksRule("paper.interval")
    if paper.valid_until < clock.china_date(now):
        raise BreaksRule("paper.expired", day=paper.valid_until)
    if any(known.number == paper.number for known in queries.papers_of(agency.id)):
        raise BreaksRule("paper.number_taken", number=paper.number)
    row = AgencyPaper(agency_id=agency.id, **asdict(paper))
    db.session.add(row)
    db.session.flush()
    record("agency.add_paper", _obj(agency), actor=actor, payload=_paper_facts(row), now=now)
    return row


def remove_paper(agency: Agency, paper: AgencyPaper, *, actor: Actor, now: datetime) -> None:
    """Take a paper back while the application is still the agency's own; later it stays (agency.paper_stays)."""
    if agency.state not in CORRECTABLE:
        raise BadState("agency.paper_stays")
    record("agency.remove_paper", _obj(agency), actor=actor, payload=_paper_facts(paper), now=now)
    db.session.delete(paper)


def accept_commitment(agency: Agency, *, actor: Actor, now: datetime) -> None:
    """Accept the commitment letter in its present version; once accepted it is not accepted again."""
    if agency.commitment_version == COMMITMENT_VERSION and agency.commitment_accepted_at is not None:
        return
    agency.commitment_version = COMMITMENT_VERSION
    agency.commitment_accepted_at, agency.commitment_accepted_by = now, actor.id
    record("agency.accept_commitment", _obj(agency), actor=actor, payload={"version": COMMITMENT_VERSION}, now=now)


def submit(agency: Agency, *, actor: Actor, now: datetime) -> None:
    """Send the application to the formal check, due some working days later (a dated setting).

    Refuses agency.commitment_needed, and a second sending.
    """
    state = AGENCY.step(agency.state, "submit")
    if agency.commitment_accepted_at is None or agency.commitment_version != COMMITMENT_VERSION:
        raise BreaksRule("agency.commitment_needed")
    today = clock.china_date(now)
    due = calendar().after(today, setting("admission.check_workdays", today)).day
    agency.state, agency.submitted_at, agency.check_due_on = state, now, due
    agency.return_reasons = []
    record("agency.submit", _obj(agency), actor=actor, payload={"check_due_on": due.isoformat()}, now=now)
    facts = {"name": agency.organisation.name, "day": due.isoformat(), "link": f"/desk/admission/{agency.ref}"}
    queue("notice.agency.submitted", to=organisations_with_role(Role.ADMISSION_DESK), facts=facts, now=now)


def admit(agency: Agency, *, actor: Actor, now: datetime) -> None:
    """The formal check is passed: the agency is in at once (即入)."""
    agency.state = AGENCY.step(agency.state, "admit")
    agency.admitted_at = agency.decided_at = now
    agency.decided_by = actor.id
    record("agency.admit", _obj(agency), actor=actor, payload={}, now=now)
    list_agencies([agency.id], now=now)
    queue("notice.agency.admitted", to=[agency.organisation_id], facts={"link": "/desk/offers"}, now=now)


def send_back(agency: Agency, reasons: Iterable[str], *, actor: Actor, now: datetime) -> None:
    """Return an application for correction, for reasons of the closed list only (agency.reason_needed)."""
    named = sorted({str(reason) for reason in reasons})
    state = AGENCY.step(agency.state, "return")
    if not named or not set(named) <= set(ReturnReason):
        raise BreaksRule("agency.reason_needed")
    agency.state, agency.return_reasons = state, named
    agency.decided_at, agency.decided_by = now, actor.id
    record("agency.return", _obj(agency), actor=actor, payload={"reasons": named}, now=now)
    queue("notice.agency.returned", to=[agency.organisation_id], facts={"link": "/desk/agency"}, now=now)


def require_unchanged(agency: Agency, seen: int) -> None:
    """Refuse changed.meanwhile when the row is no longer the version that the page showed."""
    if agency.row_version != seen:
        raise BadState("changed.meanwhile")


def _obj(agency: Agency) -> str:
    return f"agency/{agency.ref}"


def _profile_facts(profile: Profile) -> dict[str, Any]:
    return {name: str(value) for name, value in asdict(profile).items()}


def _paper_facts(paper: AgencyPaper) -> dict[str, Any]:
    return {"name": paper.name, "number": paper.number, "valid_until": paper.valid_until.isoformat()}
