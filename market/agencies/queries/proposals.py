"""What an agency may mark again by one click, after an edition whose rules its prices no longer fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from market.agencies.models import Offer
from market.agencies.queries.offers import days_limit, offer_bands, reference_lines, rule_bands
from market.agencies.queries.succession import Lapsed, waiting_to_be_marked
from market.agencies.rules import Mark, NewRule, Succession, mark_of, nearest_mark, share_range
from market.base.pricing import Band as Line
from market.catalogue.listing import line_of
from market.catalogue.models import Band, Entry, FeeItem
from market.catalogue.queries import fee_items_of
from market.catalogue.rules import PriceState, Pricing
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lapsed price and the nearest lawful one: `marks` by fee item of the new entry, None where there is none."""

    lapsed: Lapsed
    entry: Entry
    region_code: str
    capacity: int | None
    old_days: int
    days: int
    old: Sequence[tuple[FeeItem, Mark]]
    new: Sequence[tuple[FeeItem, Mark]]

    @property
    def marks(self) -> Mapping[int, Mark] | None:
        """The proposed marks by fee item, or None where the agency must say them itself."""
        return {item.id: mark for item, mark in self.new} or None


def proposals(agency_id: int, edition_id: int, on: date) -> list[Proposal]:
    """Every price of the agency that lapsed with the edition and was not marked since, with the nearest lawful one."""
    lapsed = waiting_to_be_marked(agency_id, edition_id)
    if not lapsed:
        return []
    offers = {
        one.id: one for one in db.session.scalars(select(Offer).where(Offer.id.in_([x.offer_id for x in lapsed])))
    }
    entries = {
        one.id: one for one in db.session.scalars(select(Entry).where(Entry.id.in_([x.entry_id for x in lapsed])))
    }
    bands = offer_bands(list(offers))
    items = _items([item for by_item in bands.values() for item in by_item])
    return [
        _proposal(one, (offers[one.offer_id], bands.get(one.offer_id, {})), (entries[one.entry_id], items), on)
        for one in lapsed
    ]


def _items(ids: Sequence[int]) -> dict[int, FeeItem]:
    return {one.id: one for one in db.session.scalars(select(FeeItem).where(FeeItem.id.in_(ids)))}


def _proposal(
    lapsed: Lapsed,
    before: tuple[Offer, Mapping[int, Sequence[Band]]],
    now: tuple[Entry, Mapping[int, FeeItem]],
    on: date,
) -> Proposal:
    (offer, bands), (entry, old_items) = before, now
    fresh = fee_items_of(entry.id)
    listed, references = rule_bands(fresh), reference_lines(entry, fresh)
    old, new = [], []
    for item_id, marked in bands.items():
        item, lines = old_items[item_id], [line_of(band) for band in marked]
        mark = mark_of(lines, item.steps_per_unit)
        old.append((item, mark))
        twin = _twin(item, fresh)
        if twin is None:
            continue
        rule = _rule((item, twin), [line_of(band) for band in listed[twin.id]], references)
        nearest = nearest_mark(lines, mark, rule) if rule is not None else None
        if nearest is not None:
            new.append((twin, nearest))
    days = min(offer.promised_days, days_limit(entry, on).days)
    # A price that leaves out what the agency offered before is no longer its price; it marks that one itself.
    whole = new if len(new) == len(old) and lapsed.outcome != Succession.REGION else []
    return Proposal(lapsed, entry, offer.region_code, offer.capacity, offer.promised_days, days, old, whole)


def _twin(item: FeeItem, fresh: Sequence[FeeItem]) -> FeeItem | None:
    named = [one for one in fresh if one.name_zh == item.name_zh]
    if len(named) == 1:
        return named[0]
    return fresh[0] if len(fresh) == 1 else None


def _rule(items: tuple[FeeItem, FeeItem], lines: Sequence[Line], references: Mapping[int, object]) -> NewRule | None:
    old, new = items
    same_unit = (old.unit, old.steps_per_unit) == (new.unit, new.steps_per_unit)
    if new.price_state == PriceState.LISTED and lines:
        shares = share_range(lines, is_set=new.pricing == Pricing.GOVERNMENT_SET)
        return NewRule(shares, has_reference=False, same_unit=same_unit, steps_per_unit=new.steps_per_unit)
    if new.price_state in (PriceState.MARKED, PriceState.FREE):
        return NewRule(None, has_reference=new.id in references, same_unit=same_unit, steps_per_unit=new.steps_per_unit)
    return None
