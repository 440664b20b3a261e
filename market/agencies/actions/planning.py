"""A price to mark, and the bands that it makes inside the list's rule."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from market.agencies import queries
from market.agencies.rules import (
    EVERYWHERE,
    ByBand,
    Fixed,
    Mark,
    Percent,
    PerUnit,
    amount_of_listed,
    market_lines,
    share_of_listed,
    share_of_reference,
    share_range,
)
from market.base.errors import BreaksRule
from market.base.pricing import APPLICANT, AUTHORITY
from market.catalogue.listing import band_row, line_of
from market.catalogue.models import Band, Entry, FeeItem
from market.catalogue.rules import PriceState, Pricing


@dataclass(frozen=True, slots=True)
class Terms:
    """Where and from when a price holds, how many jobs it is for, and which version the person had seen.

    `effective_from` None is at once; `seen` None is whatever there is, 0 is none.
    """

    region: str = EVERYWHERE
    effective_from: datetime | None = None
    capacity: int | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Marking:
    """A price to mark: for an entry of the edition in force, a mark per fee item id, and working days promised."""

    entry: Entry
    prices: Mapping[int, Mark]
    promised_days: int
    terms: Terms = Terms()


def planned_bands(marking: Marking, agency_id: int, *, ground: queries.Ground) -> list[Band]:
    """The unsaved bands of a marking, every mark inside the list's rule; the form's example uses it too."""
    items = {item.id: item for item in ground.items[marking.entry.id]}
    if not marking.prices:
        raise BreaksRule("offer.price_needed")
    for item_id in marking.prices:
        if item_id not in items:
            raise BreaksRule("fee_item.not_listed", item=item_id)
    bands: list[Band] = []
    for item_id, mark in marking.prices.items():
        item = items[item_id]
        if item.price_state == PriceState.LISTED:
            bands += _inside_rule(item, ground.listed[item.id], mark, agency_id)
        elif item.price_state in (PriceState.MARKED, PriceState.FREE):
            bands += _free_mark(item, ground.references.get(item.id, ()), mark, agency_id)
        else:
            raise BreaksRule("offer.not_markable", item=item.name_zh)
    return bands


def mark_facts(mark: Mark) -> dict[str, Any]:
    """A mark as the journal keeps it."""
    return {"kind": type(mark).__name__, **asdict(mark)}


def _inside_rule(item: FeeItem, listed: Sequence[Band], mark: Mark, agency_id: int) -> list[Band]:
    if not listed:
        raise BreaksRule("offer.not_markable", item=item.name_zh)
    is_set = item.pricing == Pricing.GOVERNMENT_SET
    plain = [line_of(band) for band in listed]
    if isinstance(mark, (Percent, ByBand)):
        lines = share_of_listed(plain, mark, is_set=is_set)
    else:
        single = None
        if len(plain) == 1 and isinstance(mark, (Fixed, PerUnit)):
            shares = share_range(plain, is_set=is_set)
            single = amount_of_listed(plain[0], mark, item.steps_per_unit, shares)
        if single is None:
            raise BreaksRule("offer.percent_only", item=item.name_zh)
        lines = [single]
    return [
        band_row(item, line, agency_id=agency_id, parent=parent) for line, parent in zip(lines, listed, strict=True)
    ]


def _free_mark(item: FeeItem, reference: Sequence[Any], mark: Mark, agency_id: int) -> list[Band]:
    payer = AUTHORITY if item.price_state == PriceState.FREE else APPLICANT
    if isinstance(mark, Percent):
        if not reference:
            raise BreaksRule("offer.no_reference", item=item.name_zh)
        lines = share_of_reference(reference, mark, payer=payer)
    elif isinstance(mark, ByBand):
        raise BreaksRule("offer.no_reference", item=item.name_zh)
    else:
        lines = market_lines(mark, item.steps_per_unit, payer=payer)
    return [band_row(item, line, agency_id=agency_id) for line in lines]
