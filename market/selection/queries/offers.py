"""Every agency's marked price for the lines of one request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from market.agencies.queries import OfferRow, offers_for
from market.base.errors import BreaksRule
from market.catalogue.listing import Ask, ListedPrice, price
from market.catalogue.models import FeeItem
from market.catalogue.queries import fee_items_of
from market.selection.methods import QuoteFacts
from market.selection.models import Request


@dataclass(frozen=True, slots=True)
class Compared:
    """One agency's marked price for a request's lines: `prices` by request line, or None and why not."""

    offer: OfferRow
    prices: Mapping[int, ListedPrice] | None
    refusal: BreaksRule | None

    @property
    def total_fen(self) -> int:
        """The sum of all lines; only where every line has a price."""
        return sum(listed.amount_fen for listed in (self.prices or {}).values())

    def facts(self, now: datetime) -> QuoteFacts:
        """The marked price as a selection method looks at it."""
        offer = self.offer
        return QuoteFacts(offer.agency_id, offer.agency_name, self.total_fen, now, offer.promised_days)


def compare(request: Request) -> list[Compared]:
    """Every marked price that answers where a request's work is done, at its quantities, cheapest first.

    Agencies without a price for one of the lines stand at the end. Three queries, whatever the number.
    """
    return ranked(request, offers_for(request.entry_id, request.region_code), fee_items_of(request.entry_id))


def ranked(request: Request, offers: Iterable[OfferRow], items: Iterable[FeeItem]) -> list[Compared]:
    """These marked prices for the request's lines, in the order of `compare`."""
    by_id = {item.id: item for item in items}
    rows = [compared(request, offer, by_id) for offer in offers]
    return sorted(
        rows, key=lambda row: (row.prices is None, row.total_fen, row.offer.promised_days, row.offer.offer_id)
    )


def compared(request: Request, offer: OfferRow, items: Mapping[int, FeeItem]) -> Compared:
    """One agency's marked price for the request's lines."""
    prices: dict[int, ListedPrice] = {}
    for line in request.lines:
        try:
            ask = Ask(items[line.fee_item_id], line.quantity, line.coefficient, request.payer)
            listed = price(ask, offer.bands.get(line.fee_item_id, ()))
            if listed.amount_fen <= 0:
                raise BreaksRule("choice.no_price_there")
            prices[line.id] = listed
        except BreaksRule as refusal:
            return Compared(offer, None, refusal)
    return Compared(offer, prices, None)
