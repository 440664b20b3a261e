"""The prices of a service through the editions: the list's own, and every marked one. Two queries for all rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select

from market.agencies.models import Offer, OfferBand
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.models.price import LISTED
from market.catalogue.rules import EditionState, Payer
from market.pages.queries.item import Priced
from market.store.db import db


@dataclass(frozen=True, slots=True)
class ListedThen:
    """A published edition with the fee items that a service had in it; none where it did not list the service."""

    edition_id: int
    number: int
    effective_from: date
    payer: str
    items: Sequence[Priced]


@dataclass(frozen=True, slots=True)
class PastOffer:
    """A marked price, whether it still holds or not; `bands` by fee item of its own edition."""

    id: int
    edition_id: int
    marked_at: datetime
    withdrawn_at: datetime | None
    bands: Mapping[int, Sequence[Band]]

    def stood(self, moment: datetime) -> bool:
        """Whether it was marked before a moment and not yet withdrawn."""
        return self.marked_at < moment and (self.withdrawn_at is None or self.withdrawn_at >= moment)


def editions_of(service_id: int, on: date) -> list[ListedThen]:
    """Every edition that has come into force by a day, the oldest first. One query."""
    query = (
        select(Edition.id, Edition.number, Edition.effective_from, Entry.payer, FeeItem, Band)
        .outerjoin(Entry, and_(Entry.edition_id == Edition.id, Entry.service_id == service_id))
        .outerjoin(FeeItem, FeeItem.entry_id == Entry.id)
        .outerjoin(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED))
        .where(Edition.state == EditionState.PUBLISHED, Edition.effective_from <= on)
        .order_by(Edition.effective_from, Edition.number, FeeItem.position, Band.q_to)
    )
    facts: dict[int, tuple[int, date, str]] = {}
    items: dict[int, dict[int, FeeItem]] = defaultdict(dict)
    bands: dict[int, list[Band]] = defaultdict(list)
    for edition, number, begins, payer, item, band in db.session.execute(query):
        facts[edition] = (number, begins or on, payer or Payer.APPLICANT)
        if item is not None:
            items[edition][item.id] = item
        if band is not None:
            bands[item.id].append(band)
    return [
        ListedThen(edition, *told, [Priced(item, bands[key], ()) for key, item in items[edition].items()])
        for edition, told in facts.items()
    ]


def offers_ever(service_id: int) -> list[PastOffer]:
    """Every price ever marked for a service, in any edition. One query."""
    query = (
        select(Offer.id, Offer.edition_id, Offer.marked_at, Offer.withdrawn_at, Band)
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .join(Band, Band.id == OfferBand.band_id)
        .where(Offer.entry_id.in_(select(Entry.id).where(Entry.service_id == service_id)))
        .order_by(Offer.id, Band.fee_item_id, Band.q_to)
    )
    facts: dict[int, tuple[int, datetime, datetime | None]] = {}
    bands: dict[int, dict[int, list[Band]]] = defaultdict(lambda: defaultdict(list))
    for offer, edition, marked_at, withdrawn_at, band in db.session.execute(query):
        facts[offer] = (edition, marked_at, withdrawn_at)
        bands[offer][band.fee_item_id].append(band)
    return [PastOffer(offer, *told, bands[offer]) for offer, told in facts.items()]
