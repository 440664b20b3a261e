"""Read an agency's own marked prices: what holds, what is paused or begins later, and what there ever was."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from market.agencies.models import CarryOver, Offer, OfferBand, OfferPause
from market.agencies.queries.holding import holds
from market.agencies.rules import OfferState
from market.base import clock
from market.catalogue.models import Band, Edition, Entry, FeeItem, Region, Service
from market.store.db import db


@dataclass(frozen=True, slots=True)
class MarkedEntry:
    """One of an agency's marked prices with the entry it is for, the fee items it prices and its bands by fee item."""

    offer_id: int
    version: int
    state: str
    promised_days: int
    marked_at: datetime
    withdrawn_at: datetime | None
    effective_from: datetime
    ends_at: datetime | None
    capacity: int | None
    region_code: str
    region_zh: str
    region_en: str
    pause: str | None
    settled_at: datetime | None
    edition_number: int
    entry_id: int
    code: str
    name_zh: str
    name_en: str
    pricing: str
    time_limit_workdays: int | None
    fee_items: Sequence[FeeItem]
    bands: Mapping[int, Sequence[Band]]

    def phase(self, now: datetime) -> str:
        """The state as a person sees it: `planned` and `ended` follow from the moments."""
        if self.state != OfferState.WITHDRAWN and self.effective_from > now:
            return "planned"
        if self.state != OfferState.WITHDRAWN and (end := self.end()) is not None and end <= now:
            return "ended"
        return self.state

    def end(self) -> datetime | None:
        """When it ceased or will cease to hold: withdrawn, replaced, or settled by a later edition."""
        return min([end for end in (self.withdrawn_at, self.ends_at, self.settled_at) if end is not None], default=None)


def offers_of(agency_id: int) -> list[MarkedEntry]:
    """An agency's marked prices that hold now, in the list's order. Two queries, whatever the number."""
    return _marked(Offer.agency_id == agency_id, holds(clock.now()))


def offers_at_desk(agency_id: int) -> list[MarkedEntry]:
    """Every price of an agency that is not over: in force, paused, or beginning later. Two queries."""
    now = clock.now()
    return _marked(
        Offer.agency_id == agency_id,
        Offer.state != OfferState.WITHDRAWN,
        or_(Offer.ends_at.is_(None), Offer.ends_at > now),
        ~exists().where(CarryOver.offer_id == Offer.id),
    )


def price_history(agency_id: int, code: str) -> list[MarkedEntry]:
    """Every price that an agency ever marked for a service, in any edition and region, the newest first.

    Two queries. Empty when it never marked one.
    """
    found = _marked(Offer.agency_id == agency_id, Offer.service_id.in_(select(Service.id).where(Service.code == code)))
    return sorted(found, key=lambda row: (row.effective_from, row.offer_id), reverse=True)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which an agency took no orders at a price."""

    offer_id: int
    reason: str
    paused_at: datetime
    resumed_at: datetime | None


def pauses_of(offer_ids: Iterable[int]) -> list[Pause]:
    """The pauses of marked prices, the newest first. One query."""
    query = select(OfferPause.offer_id, OfferPause.reason, OfferPause.paused_at, OfferPause.resumed_at)
    query = query.where(OfferPause.offer_id.in_(list(offer_ids))).order_by(OfferPause.paused_at.desc())
    return [Pause(*row) for row in db.session.execute(query)]


def _marked(*conditions: ColumnElement[bool]) -> list[MarkedEntry]:
    pause = select(OfferPause.reason).where(OfferPause.offer_id == Offer.id, OfferPause.resumed_at.is_(None))
    settled = select(CarryOver.settled_at).where(CarryOver.offer_id == Offer.id)
    query = (
        select(
            Offer.id, Offer.version, Offer.state, Offer.promised_days, Offer.marked_at, Offer.withdrawn_at,
            Offer.effective_from, Offer.ends_at, Offer.capacity, Offer.region_code,
            func.coalesce(Region.name_zh, ""), func.coalesce(Region.name_en, ""), pause.scalar_subquery(), settled.scalar_subquery(),
            Edition.number, Entry.id, Entry.code, Entry.name_zh, Entry.name_en, Entry.pricing, Entry.time_limit_workdays,
        )
        .join(Entry, Entry.id == Offer.entry_id)
        .join(Edition, Edition.id == Offer.edition_id)
        .outerjoin(Region, Region.code == Offer.region_code)
        .where(*conditions)
        .order_by(Edition.number.desc(), Entry.position, Offer.region_code, Offer.version.desc())
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    bands: dict[int, dict[int, list[Band]]] = defaultdict(dict)
    items: dict[int, dict[int, FeeItem]] = defaultdict(dict)
    priced = (
        select(OfferBand.offer_id, Band, FeeItem)
        .join(Band, Band.id == OfferBand.band_id)
        .join(FeeItem, FeeItem.id == Band.fee_item_id)
        .where(OfferBand.offer_id.in_([row[0] for row in rows]))
        .order_by(FeeItem.position, Band.q_to)
    )
    for offer_id, band, item in db.session.execute(priced) if rows else ():
        bands[offer_id].setdefault(item.id, []).append(band)
        items[offer_id][item.id] = item
    whole: list[list[Any]] = [[*row, list(items[row[0]].values()), bands[row[0]]] for row in rows]
    return [MarkedEntry(*values) for values in whole]
