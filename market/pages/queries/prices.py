"""The prices of a service through the editions: the list's own, and every marked one. Two queries for all rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select

from market.agencies.models import Offer, OfferBand, OfferPause
from market.agencies.rules import EVERYWHERE
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


Span = tuple[datetime, datetime | None]
"""From a moment on, up to another one or without an end."""


@dataclass(frozen=True, slots=True)
class PastOffer:
    """A marked price, whether it still holds or not; `bands` by fee item of its own edition."""

    id: int
    edition_id: int
    held: Span
    withdrawn_at: datetime | None
    pauses: Sequence[Span]
    bands: Mapping[int, Sequence[Band]]

    def stood(self, moment: datetime) -> bool:
        """Whether it held just before a moment: begun, not over, not withdrawn and not paused."""
        withdrawn = self.withdrawn_at is not None and self.withdrawn_at < moment
        return _within(self.held, moment) and not withdrawn and not any(_within(one, moment) for one in self.pauses)


def _within(span: Span, moment: datetime) -> bool:
    begins, ends = span
    return begins < moment and (ends is None or ends >= moment)


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
    """Every price ever marked for a service in the whole area of the list, in any edition. One query."""
    query = (
        select(
            Offer.id, Offer.edition_id, Offer.effective_from, Offer.ends_at, Offer.withdrawn_at,
            OfferPause.paused_at, OfferPause.resumed_at, Band,
        )
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .join(Band, Band.id == OfferBand.band_id)
        .outerjoin(OfferPause, OfferPause.offer_id == Offer.id)
        .where(Offer.entry_id.in_(select(Entry.id).where(Entry.service_id == service_id)))
        .where(Offer.region_code == EVERYWHERE)
        .order_by(Offer.id, Band.fee_item_id, Band.q_to)
    )  # fmt: skip
    facts: dict[int, tuple[int, Span, datetime | None]] = {}
    pauses: dict[int, dict[datetime, datetime | None]] = defaultdict(dict)
    bands: dict[int, dict[int, dict[int, Band]]] = defaultdict(lambda: defaultdict(dict))
    for offer, edition, begins, ends, withdrawn_at, paused_at, resumed_at, band in db.session.execute(query):
        facts[offer] = (edition, (begins, ends), withdrawn_at)
        bands[offer][band.fee_item_id][band.id] = band
        if paused_at is not None:
            pauses[offer][paused_at] = resumed_at
    return [
        PastOffer(
            offer, *told, list(pauses[offer].items()),
            {item: list(found.values()) for item, found in bands[offer].items()},
        )
        for offer, told in facts.items()
    ]  # fmt: skip
