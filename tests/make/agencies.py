"""Make agencies and their marked prices: `make_agency()`, `make_offer()`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from market.agencies import actions
from market.agencies.models import Agency, Filing
from market.agencies.rules import AgencyKind, AgencyState, FilingKind, FilingState, Fixed, Mark, Percent
from market.base import clock
from market.base.people import Actor, Role
from market.base.refs import RefKind
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.catalogue.rules import Pricing
from market.store.db import db
from market.store.references import next_reference
from market.store.transaction import transaction
from tests.make.ground import make_ground, numbers
from tests.make.listing import FIRST_DAY, Listed, make_listed_service
from tests.make.people import make_person, person_of

LAST_DAY = date(2099, 12, 31)
PROFILE = actions.Profile(AgencyKind.COMPANY, "【虚构】某某", "000-00000000", "虚构省虚构市虚构路 1 号")


@dataclass(frozen=True)
class MadeAgency:
    """An agency and the person of it."""

    id: int
    ref: str
    name: str
    organisation_id: int
    actor: Actor
    email: str


_WAYS: Mapping[FilingState, tuple[FilingState, ...]] = {
    FilingState.DRAFT: (),
    FilingState.TAKEN_BACK: (FilingState.TAKEN_BACK,),
    FilingState.IN_CHECK: (FilingState.IN_CHECK,),
    FilingState.RETURNED: (FilingState.IN_CHECK, FilingState.RETURNED),
    FilingState.PASSED: (FilingState.IN_CHECK, FilingState.PASSED),
}


def make_agency(
    *, filed: FilingState = FilingState.PASSED, name: str = "", kind: AgencyKind = AgencyKind.COMPANY
) -> MadeAgency:
    """Make an agency whose filing to enter is in any state (passed: it is admitted), with one person of it."""
    make_ground()
    with transaction() as now:
        person = person_of(Role.AGENCY, name, None, now)
        said = {
            "legal_representative": "【虚构】某某",
            "phone": "000-00000000",
            "address": "虚构省虚构市虚构路 1 号",
            "introduction": "",
        }
        agency = Agency(
            ref=next_reference(RefKind.AGENCY, now), organisation_id=person.organisation_id,
            state=AgencyState.ENTERING, kind=kind, **said,
        )  # fmt: skip
        db.session.add(agency)
        db.session.flush()
        sent = filed not in (FilingState.DRAFT, FilingState.TAKEN_BACK)
        filing = Filing(
            agency_id=agency.id, kind=FilingKind.ENTRY, state=FilingState.DRAFT, name=person.organisation_name,
            agency_kind=kind, contact_name="", contact_email="", opened_at=now, round=int(sent), commitment_version="2026-1" if sent else None,
            commitment_accepted_at=now if sent else None, commitment_accepted_by=person.actor.id if sent else None,
            submitted_at=now if sent else None, check_due_on=clock.china_date(now) if sent else None, **said,
        )  # fmt: skip
        db.session.add(filing)
        db.session.flush()
        for step in _WAYS[filed]:
            filing.state = step
            filing.decided_at = now if step != FilingState.IN_CHECK else None
            db.session.flush()
        if filed == FilingState.PASSED:
            agency.state, agency.admitted_at = AgencyState.ADMITTED, now
            db.session.flush()
        actions.list_agencies([agency.id], now=now)
        made = (agency.id, agency.ref, person.organisation_name, person.organisation_id, person.actor, person.email)
    return MadeAgency(*made)


def register_agency(*, filed: FilingState = FilingState.PASSED) -> MadeAgency:
    """An agency that came in through the actions, so that the log knows it: a draft, or admitted by the desk."""
    make_ground()
    person = make_person(role=Role.AGENCY)
    with transaction() as now:
        filing = actions.begin(PROFILE, actor=person.actor, now=now)
        made = MadeAgency(
            filing.agency_id, filing.agency.ref, person.organisation_name, person.organisation_id, person.actor,
            person.email,
        )  # fmt: skip
    if filed == FilingState.PASSED:
        pass_filing(made)
    return made


def pass_filing(agency: MadeAgency) -> None:
    """Send the agency's open filing to the desk, which passes it."""
    desk = make_person(role=Role.ADMISSION_DESK)
    with transaction() as now:
        whole = joinedload(Filing.agency).joinedload(Agency.organisation)
        query = select(Filing).where(Filing.agency_id == agency.id, Filing.decided_at.is_(None)).options(whole)
        filing = db.session.scalars(query).one()
        actions.accept_commitment(filing, actor=agency.actor, now=now)
        actions.submit(filing, actor=agency.actor, now=now)
        actions.pass_filing(filing, actor=desk.actor, now=now)


def make_paper(
    *, agency: MadeAgency, qualification: str = "", grade: str = "", days: tuple[date, date] = (FIRST_DAY, LAST_DAY),
    number: str = "",
) -> int:  # fmt: skip
    """Put a paper on record by a change that passes at once; returns its id."""
    desk = make_person(role=Role.ADMISSION_DESK)
    with transaction() as now:
        row = db.session.get_one(Agency, agency.id)
        filing = actions.begin_change(row, actor=agency.actor, now=now)
        paper = actions.NewPaper(
            "【虚构】证书", number or f"FAKE-{next(numbers)}", "【虚构】发证机关", *days, qualification, grade=grade
        )
        made = actions.add_paper(filing, paper, actor=agency.actor, now=now).id
        actions.accept_commitment(filing, actor=agency.actor, now=now)
        actions.submit(filing, actor=agency.actor, now=now)
        actions.pass_filing(filing, actor=desk.actor, now=now)
        return made


@dataclass(frozen=True)
class MadeOffer:
    """A marked price in force."""

    id: int
    agency: MadeAgency
    service: Listed


def make_offer(
    *,
    agency: MadeAgency | None = None,
    service: Listed | None = None,
    mark: Mark | None = None,
    days: int = 10,
) -> MadeOffer:
    """Mark a price for every fee item in the edition in force: 5,000 yuan, or 100 % where the government prices."""
    service = service or make_listed_service()
    agency = agency or make_agency()
    with transaction() as now:
        entry = entry_of(service.code, db.session.get_one(Edition, service.edition_id))
        governed = entry.pricing in (Pricing.GOVERNMENT_SET, Pricing.GOVERNMENT_GUIDED)
        prices = dict.fromkeys(service.fee_item_ids, mark or (Percent(1000) if governed else Fixed(5_000_00)))
        given = actions.Marking(entry, prices, days)
        offer = actions.mark_price(db.session.get_one(Agency, agency.id), given, actor=agency.actor, now=now)
        return MadeOffer(offer.id, agency, service)
