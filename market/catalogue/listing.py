"""The only maker of a `ListedPrice`: the law "no service and no fee outside the list", once in Python.

Quotes, contract lines and fee notes accept a `ListedPrice`, never a service id and a sum. What cannot be said cannot be
done wrong. The database says the same by `Priced`; a guard proves that the two agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from market.base.errors import BreaksRule
from market.base.money import format_yuan
from market.base.pricing import (
    APPLICANT,
    COEFFICIENT_UNIT,
    Measure,
    Price,
    PricedItem,
    Step,
    evaluate,
    in_force,
    outside,
)
from market.base.pricing import Band as Line
from market.catalogue.models import BAND_KEY, Band, FeeItem, Priced, PriceSchedule
from market.catalogue.rules import PriceState
from market.catalogue.schedules import NormalSchedule, find_schedule, read_schedules

_SHAPE = (
    *("payer", "q_from", "q_to", "q0", "y0", "slope_num", "slope_den"),
    *("float_low", "float_high", "float_den", "min_fen", "max_fen", "limits", "rounding"),
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: a fee item, how much of it (in steps), at which coefficient (1/10000), paid by whom.

    `on` is the day it is asked for; None where no day is known, and then no day is refused.
    """

    fee_item: FeeItem
    quantity: int
    coefficient: int = COEFFICIENT_UNIT
    payer: str = APPLICANT
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """A sum that the list allows, with the band it hangs on. Only `price` and `relist` make one."""

    key: dict[str, Any]
    quantity: int
    base_fen: int
    charge_base_fen: int
    coefficient: int
    amount_fen: int
    law: Price

    @property
    def floor_fen(self) -> int:
        """The least lawful amount."""
        return self.law.floor_fen

    @property
    def ceiling_fen(self) -> int:
        """The greatest lawful amount: the list's ceiling, or the agency's marked price."""
        return self.law.ceiling_fen

    @property
    def base_known(self) -> bool:
        """Whether the document states a base price, not only a range or a ceiling."""
        return self.law.base_fen is not None

    def columns(self) -> dict[str, Any]:
        """Every column of a Priced row."""
        return {
            **self.key,
            "quantity": self.quantity,
            "base_fen": self.base_fen,
            "charge_base_fen": self.charge_base_fen,
            "coefficient": self.coefficient,
            "amount_fen": self.amount_fen,
        }

    def trace(self, item: PricedItem) -> tuple[Step, ...]:
        """How the lawful floor and ceiling came about, in the units and brackets of `item`."""
        return replace(self.law, item=item).trace


def price(ask: Ask, bands: Sequence[Band], *, amount_fen: int | None = None) -> ListedPrice:
    """The listed price of `ask` on the bands of one owner (the list, or one agency's offer).

    `amount_fen` None means the ceiling. Refuses `price.not_published`, `price.free_to_applicant`,
    `price.quantity_outside`, `price.no_coefficient`, `price.outside_rule`, and for a day outside those of the price
    `price.not_in_force_yet` and `price.no_longer_in_force`.
    """
    item = ask.fee_item
    require_in_force(item, ask.on)
    if item.price_state == PriceState.UNPUBLISHED:
        raise BreaksRule("price.not_published", item=item.name_zh)
    if item.price_state == PriceState.FREE and ask.payer == APPLICANT and amount_fen:
        raise BreaksRule("price.free_to_applicant", service=item.name_zh)
    mine = [band for band in bands if band.fee_item_id == item.id and band.payer == ask.payer]
    band = next((one for one in mine if one.q_from < ask.quantity <= one.q_to), None)
    if band is None:
        raise outside([(one.q_from, one.q_to) for one in mine], measure_of(item))
    key = {column: band.id if column == "band_id" else getattr(band, column) for column in BAND_KEY}
    return _listed(key, line_of(band, ask.coefficient), ask.quantity, ask.coefficient, amount_fen)


def require_in_force(fee_item: FeeItem, on: date | None) -> None:
    """Refuse a day outside those of a fee item: `price.not_in_force_yet`, `price.no_longer_in_force`."""
    in_force(fee_item.name_zh, (fee_item.effective_from, fee_item.effective_until), on)


def relist(row: Priced, *, amount_fen: int) -> ListedPrice:
    """The same band, quantity and coefficient as a priced row, at `amount_fen`; refuses `price.outside_rule`."""
    key = {column: getattr(row, column) for column in BAND_KEY}
    line = Line(**{name: getattr(row, name) for name in _SHAPE}, coefficients=(row.coefficient,))
    return _listed(key, line, row.quantity, row.coefficient, amount_fen)


def line_of(band: Band, coefficient: int = COEFFICIENT_UNIT) -> Line:
    """The band as the formula knows it; whether the coefficient is in the closed set is the database's key."""
    return Line(
        **{name: getattr(band, name) for name in _SHAPE}, coefficients=(coefficient,), base_known=band.base_known
    )


def measure_of(fee_item: FeeItem) -> Measure:
    """The unit in which quantities of a fee item are typed and shown."""
    return Measure(fee_item.unit, fee_item.steps_per_unit)


def item_of(fee_item: FeeItem, schedules: Sequence[PriceSchedule] = ()) -> PricedItem:
    """The fee item as the formula knows it; with its published schedule also the brackets and gaps as printed."""
    for schedule in schedules:
        if schedule.key == fee_item.schedule_key and not schedule.refused_code:
            normal = published(schedule)
            return normal.items[fee_item.schedule_item]
    return PricedItem(
        name=fee_item.name_zh, base_name=fee_item.base_name, unit=fee_item.unit,
        steps_per_unit=fee_item.steps_per_unit, bands=(), method=fee_item.method,
        effective_from=fee_item.effective_from, effective_until=fee_item.effective_until,
    )  # fmt: skip


def published(schedule: PriceSchedule) -> NormalSchedule:
    """A stored schedule, normalised again from the document's own figures."""
    return find_schedule(read_schedules('{"schedules": [' + schedule.data + "]}"), schedule.key)


def band_row(fee_item: FeeItem, line: Line, *, agency_id: int, parent: Band | None = None) -> Band:
    """An unsaved band of the list (agency 0) or of an agency; `parent` is the list's band that a mark narrows."""
    shape = {name: getattr(line, name) for name in _SHAPE}
    return Band(
        **shape,
        edition_id=fee_item.edition_id,
        service_id=fee_item.service_id,
        fee_item_id=fee_item.id,
        pricing=fee_item.pricing,
        agency_id=agency_id,
        coefficient_set_id=fee_item.coefficient_set_id,
        base_known=line.base_known,
        parent_id=parent.id if parent else None,
        parent_agency_id=0,
        parent_float_low=parent.float_low if parent else 0,
        parent_float_high=parent.float_high if parent else 0,
        parent_float_den=parent.float_den if parent else 1,
    )


def _listed(key: dict[str, Any], line: Line, quantity: int, coefficient: int, amount_fen: int | None) -> ListedPrice:
    law = evaluate(line, quantity, coefficient)
    amount = law.ceiling_fen if amount_fen is None else amount_fen
    if not law.floor_fen <= amount <= law.ceiling_fen:
        shown = {"amount": amount, "floor": law.floor_fen, "ceiling": law.ceiling_fen}
        raise BreaksRule("price.outside_rule", **{name: format_yuan(fen) for name, fen in shown.items()})
    return ListedPrice(key, quantity, line.base(quantity), law.charge_base_fen, coefficient, amount, law)
