"""Make agencies and their marked prices: `make_agency()`, `make_offer()`."""

from dataclasses import dataclass

from market.agencies import actions
from market.agencies.models import Agency
from market.agencies.rules import COMMITMENT_VERSION, AgencyKind, AgencyState, Fixed, Mark, Percent
from market.base.people import Actor, Role
from market.base.refs import RefKind
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.catalogue.rules import Pricing
from market.store.db import db
from market.store.references import next_reference
from market.store.transaction import transaction
from tests.make.ground import make_ground
from tests.make.listing import Listed, make_listed_service
from tests.make.people import person_of

_WAY = (AgencyState.DRAFT, AgencyState.IN_CHECK, AgencyState.ADMITTED)


@dataclass(frozen=True)
class MadeAgency:
    """An agency and the person of it."""

    id: int
    ref: str
    name: str
    organisation_id: int
    actor: Actor
    email: str


def make_agency(
    *, state: AgencyState = AgencyState.ADMITTED, name: str = "", kind: AgencyKind = AgencyKind.COMPANY
) -> MadeAgency:
    """Make an agency in any state (admitted unless said), with one person of it."""
    make_ground()
    with transaction() as now:
        person = person_of(Role.AGENCY, name, None, now)
        begun = state != AgencyState.DRAFT
        agency = Agency(
            ref=next_reference(RefKind.AGENCY, now),
            organisation_id=person.organisation_id,
            state=AgencyState.DRAFT,
            kind=kind,
            legal_representative="【虚构】某某",
            phone="000-00000000",
            address="虚构省虚构市虚构路 1 号",
            introduction="",
            commitment_version=COMMITMENT_VERSION if begun else "",
            commitment_accepted_at=now if begun else None,
            commitment_accepted_by=person.actor.id if begun else None,
            submitted_at=now if begun else None,
            admitted_at=now if state == AgencyState.ADMITTED else None,
            return_reasons=[],
        )
        db.session.add(agency)
        db.session.flush()
        for step in _WAY[: _WAY.index(state) + 1] if state in _WAY else (AgencyState.IN_CHECK, state):
            agency.state = step
            db.session.flush()
        actions.list_agencies([agency.id], now=now)
        made = (agency.id, agency.ref, person.organisation_name, person.organisation_id, person.actor, person.email)
    return MadeAgency(*made)


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
