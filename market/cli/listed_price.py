"""`flask list price CODE`: the lawful price of a quantity by the list in force."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from market.base import clock
from market.base.errors import BreaksRule
from market.base.money import parse_decimal
from market.base.pricing import COEFFICIENT_UNIT, gap_at, parse_coefficient, parse_quantity, price_at
from market.base.words import N_, register_sentences
from market.catalogue import listing, queries
from market.catalogue.models import FeeItem, PriceSchedule
from market.catalogue.rules import PriceState
from market.catalogue.schedules import IN_FORCE, NormalSchedule
from market.cli.list_answer import Wanted, about_price, without_price

register_sentences(
    {
        "price.marked_by_agencies": N_(
            "This price is market-regulated: each agency marks its own, and none is on the list."
        ),
        "price.free_here": N_("The authority pays; the applicant pays nothing."),
    }
)


def from_list(code: str, wanted: Wanted) -> dict[str, Any]:
    """The price of a service of the list in force on the day wanted (today); refuses as `price_from_schedules` does.

    A market-regulated service with a published reference gets the reference's figures, and `status` says so.
    """
    on = wanted.on or clock.today()
    edition = queries.edition_in_force(on)
    entry = queries.entry_of(code.strip().upper(), edition)
    fee_item = _chosen(queries.fee_items_of(entry.id), wanted.item)
    schedules = queries.schedules_of(entry.id)
    if fee_item.price_state == PriceState.LISTED:
        listing.require_in_force(fee_item, on)
    steps = parse_quantity(wanted.quantity, fee_item.steps_per_unit)
    answer, status = _answer(fee_item, schedules, steps, wanted.coefficient)
    normal = _document(fee_item, schedules)
    about = {
        "status": status,
        "unit": fee_item.unit,
        "quantity": parse_decimal(wanted.quantity),
        "item": fee_item.name_zh,
        "document_no": fee_item.document_no or entry.price_basis,
        "schedule": fee_item.schedule_key or "",
        "service": entry.code,
        "edition": edition.number,
        "remarks": list(normal.remarks) if normal else [],
    }
    return {**answer, **about}


def _chosen(items: Sequence[FeeItem], name: str | None) -> FeeItem:
    if name is None and len(items) == 1:
        return items[0]
    known = ", ".join(one.name_zh for one in items)
    if name is None:
        raise BreaksRule("price.item_needed", items=known)
    found = next((one for one in items if one.name_zh == name.strip()), None)
    if found is None:
        raise BreaksRule("price.item_unknown", given=name, items=known)
    return found


def _answer(
    fee_item: FeeItem, schedules: Sequence[PriceSchedule], steps: int, coefficient: str | None
) -> tuple[dict[str, Any], str]:
    state = fee_item.price_state
    if state == PriceState.UNPUBLISHED:
        return without_price("price.not_published", {"item": fee_item.name_zh}), IN_FORCE
    if state == PriceState.MARKED and fee_item.schedule_key is None:
        return without_price("price.marked_by_agencies", {}), IN_FORCE
    item = listing.item_of(fee_item, schedules)
    if state == PriceState.MARKED:
        document = _document(fee_item, schedules)
        status = document.status if document else IN_FORCE
    else:
        bands = queries.list_bands([fee_item.id])[fee_item.id]
        closed = tuple(queries.coefficients_of([fee_item.coefficient_set_id])[fee_item.coefficient_set_id])
        lines = tuple(replace(listing.line_of(band), coefficients=closed) for band in bands)
        item, status = replace(item, bands=lines), IN_FORCE
    gap = gap_at(item, steps)
    if gap:
        return without_price(gap.reason, gap.facts), status
    product = COEFFICIENT_UNIT
    if coefficient is not None:
        product = parse_coefficient(Decimal(parse_decimal(coefficient)), item.bands[0], item=item)
    return about_price(price_at(item, steps, coefficient=product)), status


def _document(fee_item: FeeItem, schedules: Sequence[PriceSchedule]) -> NormalSchedule | None:
    one = next((one for one in schedules if one.key == fee_item.schedule_key and not one.refused_code), None)
    return listing.published(one) if one else None
