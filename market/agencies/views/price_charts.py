"""How an agency's price for a service moved, for the macro `line_chart`."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from market.agencies.queries import MarkedEntry
from market.base.errors import BreaksRule
from market.base.money import format_yuan
from market.base.pricing import APPLICANT, AUTHORITY
from market.catalogue.listing import Ask, price
from market.catalogue.models import FeeItem
from market.catalogue.rules import PriceState
from market.web import locale
from market.web.filters import day


@dataclass(frozen=True, slots=True)
class PriceChart:
    """What one unit of a fee item came to in one region, each time that the price began to hold."""

    name: str
    unit: str
    region: str
    points: Sequence[dict[str, object]]


def price_charts(rows: Sequence[MarkedEntry]) -> list[PriceChart]:
    """A chart for each fee item and region with two prices or more; `rows` are the newest first."""
    english = locale.current() == "en"
    points: dict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
    for row in reversed(rows):
        region = row.region_en if english else row.region_zh
        for item in row.fee_items:
            fen = _one_unit(row, item)
            if fen is not None:
                name = item.name_en if english else item.name_zh
                told = {"label": day(row.effective_from), "value": fen, "text": format_yuan(fen)}
                points[name, item.unit, region].append(told)
    return [PriceChart(*key, found) for key, found in points.items() if len(found) > 1]


def _one_unit(row: MarkedEntry, item: FeeItem) -> int | None:
    payer = AUTHORITY if item.price_state == PriceState.FREE else APPLICANT
    try:
        return price(Ask(item, item.steps_per_unit, payer=payer), row.bands.get(item.id, ())).ceiling_fen
    except BreaksRule:
        return None
