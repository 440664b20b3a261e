"""The prices of a service through the editions: the list's own, and every marked one. Two queries for all rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from market.agencies.models import Offer, OfferBand, OfferPause
from market.agencies.rules import EVERYWHERE
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.models.price import LISTED
from market.catalogue.queries.ceiling import ceiling_of
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


class PastAsk(NamedTuple):
    """How much is asked of what several editions list as one fee item: by who pays, its keys in them."""

    fee_items: Mapping[str, Sequence[int]]
    quantity: int
    coefficient: int


@dataclass(frozen=True, slots=True)
class PastOffer:
    """A marked price for the quantities asked, whether it still holds or not; `until`: its end or its withdrawal."""

    edition_id: int
    total_fen: int
    begins: datetime
    until: datetime | None
    pauses: Sequence[Span]

    def paused(self, moment: datetime) -> bool:
        """Whether it was paused just before a moment."""
        return any(begins < moment and (ends is None or ends >= moment) for begins, ends in self.pauses)


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


def offers_ever(service_id: int, asks: Sequence[PastAsk]) -> list[PastOffer]:
    """Every price ever marked for a service in the whole area, in any edition, for these quantities, the lowest first.

    The sum of the ceilings, as `marks_at` makes it; what does not reach a quantity is left out. One query.
    """
    found: dict[int, tuple[Any, ...]] = {}
    pauses: dict[int, dict[datetime, datetime | None]] = defaultdict(dict)
    # Past the session, which adds a third to the time of thousands of plain rows.
    rows = db.session.connection().execute(_ever(service_id, asks))
    for offer, *facts, paused_at, resumed_at in rows:
        found[offer] = tuple(facts)
        if paused_at is not None:
            pauses[offer][paused_at] = resumed_at
    return [
        PastOffer(
            edition, total, begins, min(filter(None, (ends, withdrawn)), default=None), list(pauses[offer].items())
        )
        for offer, (edition, total, begins, ends, withdrawn) in found.items()
    ]


def _ever(service_id: int, asks: Sequence[PastAsk]) -> Select[*tuple[Any, ...]]:
    prices = [_prices(ask) for ask in asks]
    total = reduce(add, (one.c.price for one in prices))
    query = select(
        Offer.id, Offer.edition_id, total, Offer.effective_from, Offer.ends_at, Offer.withdrawn_at,
        OfferPause.paused_at, OfferPause.resumed_at,
    ).outerjoin(OfferPause, OfferPause.offer_id == Offer.id)  # fmt: skip
    for one in prices:
        query = query.join(one, one.c.offer_id == Offer.id)
    mine = Offer.entry_id.in_(select(Entry.id).where(Entry.service_id == service_id))
    return query.where(mine, Offer.region_code == EVERYWHERE, total > 0).order_by(total, Offer.id)


def _prices(ask: PastAsk) -> Any:
    """The price of one of the quantities by offer, for whoever pays in the edition of the offer."""
    mine = aliased(OfferBand)
    # PostgreSQL would take small numbers for integers of 32 bits, which products of them leave.
    quantity, coefficient = (literal(value, BigInteger()) for value in (ask.quantity, ask.coefficient))
    reaches = and_(Band.fee_item_id == mine.fee_item_id, Band.q_from < quantity, Band.q_to >= quantity)
    return (
        select(mine.offer_id, func.max(ceiling_of(Band, quantity, coefficient)).label("price"))
        .join(Band, and_(Band.id == mine.band_id, reaches))
        .where(or_(*(and_(mine.fee_item_id.in_(ids), Band.payer == payer) for payer, ids in ask.fee_items.items())))
        .group_by(mine.offer_id)
        .subquery()
    )
