"""A filing, step by step: begin it, save what the agency says, accept the letter, send it, take it back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from market.accounts.actions import NewOrganisation, NewUser, rename
from market.accounts.actions import register as register_account
from market.accounts.models import Membership
from market.accounts.queries import organisation_of, organisations_with_role
from market.agencies import queries
from market.agencies.models import Agency, AgencyPaper, AuthorisedPerson, Filing, FilingService, Practitioner
from market.agencies.rules import (
    AGENCY,
    CORRECTABLE,
    FILING,
    AgencyKind,
    AgencyState,
    FilingKind,
    FilingState,
    RecordState,
)
from market.agencies.rules.steps import NEEDED
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor, Role
from market.base.refs import RefKind
from market.catalogue.models import Entry
from market.catalogue.queries import edition_in_force
from market.journal.actions import record
from market.notices.actions import queue
from market.store.calendar import calendar
from market.store.db import db
from market.store.references import next_reference
from market.store.settings import setting

RECORDS = (AgencyPaper, Practitioner, AuthorisedPerson)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an agency says about itself; no `name` leaves the name it has."""

    kind: AgencyKind
    legal_representative: str
    phone: str
    address: str
    introduction: str = ""
    contact_name: str = ""
    contact_email: str = ""
    name: str = ""


def register(organisation: NewOrganisation, person: NewUser, profile: Profile, *, now: datetime) -> Membership:
    """An agency registers itself: account, organisation, and a filing to enter. Anybody may; there is no gate.

    Refuses what `accounts.actions.register` refuses.
    """
    member = register_account(organisation, person, now=now)
    begin(profile, actor=Actor(member.user_id, Role.AGENCY, member.organisation_id), now=now)
    return member


def begin(profile: Profile, *, actor: Actor, now: datetime) -> Filing:
    """Begin a filing of the actor's agency with what it says of itself; the agency's state says of which kind it is.

    The first one makes the agency. An exited agency thereby comes back to be checked anew. Refuses
    filing.one_at_a_time.
    """
    agency = queries.agency_or_none(actor)
    if agency is None:
        agency = _found_agency(profile, actor, now)
    elif queries.open_filing(agency.id) is not None:
        raise BadState("filing.one_at_a_time")
    if not profile.name:
        profile = replace(profile, name=organisation_of(agency.organisation_id).name)
    filing = Filing(
        agency=agency, kind=_kind_of_filing(agency), state=FilingState.DRAFT, opened_at=now, round=0,
        **columns_of(profile),
    )  # fmt: skip
    if filing.kind == FilingKind.CHANGE:
        filing.agency_kind = agency.kind
    if agency.state == AgencyState.EXITED:
        agency.state, agency.exited_at = AGENCY.step(agency.state, "come_back"), None
    db.session.add(filing)
    db.session.flush()
    _apply_for_the_same(agency, filing)
    record("filing.begin", obj(agency), actor=actor, payload={"kind": filing.kind}, now=now)
    return filing


def begin_change(agency: Agency, *, actor: Actor, now: datetime) -> Filing:
    """Begin a change, or a return after the exit, with what is published now."""
    return begin(profile_of(agency), actor=actor, now=now)


def profile_of(row: Agency | Filing) -> Profile:
    """What an agency or a filing says, as a profile."""
    kind = row.agency_kind if isinstance(row, Filing) else row.kind
    return Profile(
        AgencyKind(kind), row.legal_representative, row.phone, row.address, row.introduction, row.contact_name,
        row.contact_email, row.name if isinstance(row, Filing) else "",
    )  # fmt: skip


def save_profile(filing: Filing, profile: Profile, *, actor: Actor, now: datetime) -> None:
    """Save what the agency says about itself; before the admission its name counts at once, nothing being public yet.

    Refuses filing.being_checked and, after admission, filing.kind_stays.
    """
    require_correctable(filing)
    if filing.kind == FilingKind.CHANGE and profile.kind != filing.agency_kind:
        raise BreaksRule("filing.kind_stays")
    profile = replace(profile, name=profile.name.strip() or filing.name)
    for name, value in columns_of(profile).items():
        setattr(filing, name, value)
    db.session.flush()
    if filing.agency.admitted_at is None:
        take_name(filing, actor=actor, now=now)
    record("filing.save_profile", obj(filing.agency), actor=actor, payload=_profile_facts(profile), now=now)


def take_name(filing: Filing, *, actor: Actor, now: datetime) -> None:
    """Call the organisation what the filing says."""
    organisation = organisation_of(filing.agency.organisation_id)
    if organisation.name != filing.name:
        rename(organisation, filing.name, actor=actor, now=now)


def choose_services(filing: Filing, codes: Iterable[str], *, actor: Actor, now: datetime) -> None:
    """Save the services applied for, by their codes on the list in force. Refuses filing.unknown_service."""
    require_correctable(filing)
    wanted = sorted(set(codes))
    edition = edition_in_force(clock.china_date(now))
    listed = select(Entry.code, Entry.service_id).where(Entry.edition_id == edition.id, Entry.code.in_(wanted))
    found = {row.code: row.service_id for row in db.session.execute(listed)}
    for code in wanted:
        if code not in found:
            raise BreaksRule("filing.unknown_service", code=code)
    db.session.execute(delete(FilingService).where(FilingService.filing_id == filing.id))
    db.session.add_all(FilingService(filing_id=filing.id, service_id=service) for service in found.values())
    db.session.flush()
    record("filing.choose_services", obj(filing.agency), actor=actor, payload={"services": wanted}, now=now)


def accept_commitment(filing: Filing, *, actor: Actor, now: datetime) -> None:
    """Accept the commitment letter in force today; the version once accepted is not accepted again."""
    require_correctable(filing)
    letter = queries.commitment_on(clock.china_date(now))
    if letter is None:
        raise BadState("filing.no_letter")
    if filing.commitment_version == letter.version:
        return
    filing.commitment_version = letter.version
    filing.commitment_accepted_at, filing.commitment_accepted_by = now, actor.id
    db.session.flush()
    record("filing.accept_commitment", obj(filing.agency), actor=actor, payload={"version": letter.version}, now=now)


def submit(filing: Filing, *, actor: Actor, now: datetime) -> None:
    """Send the filing to the formal check, due some working days later (a dated setting).

    Refuses filing.incomplete, filing.commitment_needed, and a second sending.
    """
    state = FILING.step(filing.state, "submit")
    today = clock.china_date(now)
    for name in NEEDED:
        if not getattr(filing, name).strip():
            raise BreaksRule("filing.incomplete", field=f"filing_field.{name}")
    letter = queries.commitment_on(today)
    if letter is None or filing.commitment_version != letter.version:
        raise BreaksRule("filing.commitment_needed")
    due = calendar().after(today, setting("admission.check_workdays", today)).day
    filing.state, filing.submitted_at, filing.check_due_on = state, now, due
    filing.round, filing.escalated_at = filing.round + 1, None
    db.session.flush()
    agency = filing.agency
    record("filing.submit", obj(agency), actor=actor, payload={"check_due_on": due.isoformat()}, now=now)
    facts = {"name": agency.organisation.name, "day": due.isoformat(), "link": f"/desk/admission/{agency.ref}"}
    queue("notice.filing.submitted", to=organisations_with_role(Role.ADMISSION_DESK), facts=facts, now=now)


def take_back(filing: Filing, *, actor: Actor, now: datetime) -> None:
    """Take a filing back while it is the agency's own; what it brought goes, what it was to end stays on record."""
    state = FILING.step(filing.state, "take_back")
    for model in RECORDS:
        brought = (model.filing_id == filing.id) & (model.state == RecordState.FILED)
        db.session.execute(update(model).where(brought).values(state=RecordState.TAKEN_BACK))
        kept = model.ended_filing_id == filing.id
        db.session.execute(update(model).where(kept).values(ended_filing_id=None))
    filing.state, filing.decided_at, filing.decided_by = state, now, actor.id
    db.session.flush()
    record("filing.take_back", obj(filing.agency), actor=actor, payload={"kind": filing.kind}, now=now)


def require_correctable(filing: Filing) -> None:
    """Refuse filing.being_checked unless the filing is the agency's own to correct."""
    if filing.state not in CORRECTABLE:
        raise BadState("filing.being_checked")


def require_unchanged(filing: Filing, seen: int) -> None:
    """Refuse changed.meanwhile when the filing is no longer the version that the page showed.

    `queries.filing_of` has what is stored, for a page that shows both.
    """
    if filing.row_version != seen:
        raise BadState("changed.meanwhile")


def obj(agency: Agency) -> str:
    """The name of an agency in the journal."""
    return f"agency/{agency.ref}"


def _found_agency(profile: Profile, actor: Actor, now: datetime) -> Agency:
    # Nothing of it is public before a filing has passed.
    agency = Agency(
        ref=next_reference(RefKind.AGENCY, now), organisation_id=actor.organisation, state=AgencyState.ENTERING,
        kind=profile.kind, legal_representative="", phone="", address="", introduction="",
    )  # fmt: skip
    db.session.add(agency)
    db.session.flush()
    record("agency.register", obj(agency), actor=actor, payload={"kind": str(profile.kind)}, now=now)
    return agency


def _kind_of_filing(agency: Agency) -> FilingKind:
    if agency.admitted_at is None:
        return FilingKind.ENTRY
    return FilingKind.RE_ENTRY if agency.state in (AgencyState.EXITED, AgencyState.ENTERING) else FilingKind.CHANGE


def _apply_for_the_same(agency: Agency, filing: Filing) -> None:
    """A change begins with the services of the last filing that passed."""
    last = (
        select(Filing.id)
        .where(Filing.agency_id == agency.id, Filing.state == FilingState.PASSED)
        .order_by(Filing.decided_at.desc(), Filing.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    services = db.session.scalars(select(FilingService.service_id).where(FilingService.filing_id == last)).all()
    db.session.add_all(FilingService(filing_id=filing.id, service_id=service) for service in services)
    db.session.flush()


def columns_of(profile: Profile) -> dict[str, Any]:
    """What an agency says, by the columns of a filing."""
    columns = asdict(profile)
    columns["agency_kind"] = columns.pop("kind")
    return columns


def _profile_facts(profile: Profile) -> dict[str, Any]:
    return {name: str(value) for name, value in asdict(profile).items()}
