"""The head of a schedule: units, minimum and maximum, and what its free text about floating means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.money import FEN_PER_UNIT, HALF_UP, MAX_FEN, ROUNDINGS
from market.base.pricing import (
    BEFORE,
    MAX_QUANTITY,
    Band,
    Factor,
    Measure,
    closed,
    floated,
)
from market.base.words import N_, register_sentences
from market.catalogue.schedules.cells import Place, day, number, text
from market.catalogue.schedules.factors import lawful_products, read_factors
from market.catalogue.schedules.floats import ONLY_A_CEILING, read_floating

PERCENT = "%"
_BASE_UNIT = re.compile(r"[（(]([^（）()]*)[）)]")

register_sentences(
    {
        "schedule.unit_unknown": N_(
            "Schedule {schedule}, cell {cell}: the unit “{given}” is not known here. Use 元, 万元, 亿元, 元/台 or %."
        ),
        "schedule.float_ambiguous": N_(
            "Schedule {schedule}, cell {cell}: “{given}” can be read in more than one way, so it is not applied. "
            "State one range such as ±20%."
        ),
        "schedule.rounding_unknown": N_(
            "Schedule {schedule}, cell {cell}: “{given}” is not a known way of rounding. Use half_up, half_even, down or "
            "up."
        ),
        "schedule.days_contradict": N_(
            "Schedule {schedule}, cell {cell}: the last day {given} comes before the first. Check both days."
        ),
        "schedule.limits_contradict": N_(
            "Schedule {schedule}: the minimum fee is above the maximum fee. Check both figures."
        ),
        "schedule.too_fine": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: {given} is finer than one fen or one step of "
            "the quantity. "
            "Check the figure and its unit."
        ),
        "schedule.joint_not_whole": N_(
            "Schedule {schedule}, bracket {bracket}: the fee at the bracket's edge is not a whole fen ({given} fen). "
            "Check the limits and rates."
        ),
        "schedule.overflows": N_(
            "Schedule {schedule}, bracket {bracket}: the amounts fall below zero, or are too large or too fine for the register. "
            "Check the figures and their units."
        ),
        "schedule.float_on_ceiling": N_(
            "Schedule {schedule}, cell {cell}: “{given}” cannot float a price that is only a ceiling. Leave one "
            "of the two."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line: `y0` fen (perhaps a fraction) at `q0` steps, `slope` fen a step."""

    q0: int
    y0: Fraction
    slope: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the brackets of a schedule share. `template` carries limits, float, rounding, coefficients into each band.

    `unapplied` is a text about floating that was not understood and changes no price.
    """

    place: Place
    title: str
    method: str
    fee_unit: str
    base_name: str
    base_unit: str
    template: Band
    minimum_base: Fraction | None
    remarks: tuple[str, ...]
    unapplied: str = ""
    factors: tuple[Factor, ...] = ()
    effective: tuple[date | None, date | None] = (None, None)

    @property
    def money_unit(self) -> str:
        """The unit of money the fee is stated in; a pure percentage is of yuan."""
        return "元" if self.fee_unit == PERCENT else self.fee_unit

    def fen(self, place: Place, amount: Fraction) -> Fraction:
        """A published fee in whole fen. Refuses `schedule.too_fine`."""
        fen = amount * FEN_PER_UNIT[self.money_unit]
        if fen.denominator != 1:
            raise place.refusal("schedule.too_fine", amount)
        if fen > MAX_FEN:
            raise place.refusal("schedule.out_of_range", amount)
        return fen

    def band(self, place: Place, span: tuple[int, int | None], line: Line) -> Band:
        """One bracket as a proved band over `span` (above, up to; None: open), the head's float and limits applied.

        Refuses `schedule.joint_not_whole`, `schedule.overflows`.
        """
        if line.y0.denominator != 1:
            raise place.refusal("schedule.joint_not_whole", line.y0)
        slope = line.slope
        band = replace(
            self.template,
            q_from=span[0],
            q0=line.q0,
            y0=int(line.y0),
            slope_num=slope.numerator,
            slope_den=slope.denominator,
        )
        return proved(place, band, span[1])

    def upper_only(self, place: Place, band: Band, lowest_share: Fraction) -> Band:
        """The band of a printed range: its line is the upper figure, `lowest_share` of it the lower one.

        A ceiling has the share 0. Refuses `schedule.float_on_ceiling`, `schedule.overflows`.
        """
        low, high = (Fraction(part, band.float_den) for part in (band.float_low, band.float_high))
        if not low or (not lowest_share and low != high):
            raise self.place.at("float_range").refusal("schedule.float_on_ceiling", ONLY_A_CEILING)
        limits = BEFORE if not lowest_share else band.limits
        known = replace(floated(band, low * lowest_share, high), base_known=False, limits=limits)
        return proved(place, known, band.q_to)


def steps(place: Place, measure: Measure, quantity: Fraction) -> int:
    """A published limit of quantity in steps. Refuses `schedule.too_fine`, `schedule.out_of_range`."""
    exact = quantity * measure.steps_per_unit
    if exact.denominator != 1:
        raise place.refusal("schedule.too_fine", quantity)
    if exact > MAX_QUANTITY:
        raise place.refusal("schedule.out_of_range", quantity)
    return int(exact)


def proved(place: Place, band: Band, q_to: int | None) -> Band:
    """The band closed at `q_to`. Refuses `schedule.overflows`, naming the place."""
    try:
        return closed(band, q_to)
    except BreaksRule:
        raise place.refusal("schedule.overflows") from None


def read_head(place: Place, row: Mapping[str, object]) -> Head:
    """The head of a schedule.

    Refuses `schedule.unit_unknown`, `schedule.float_ambiguous`, `schedule.limits_contradict`,
    `schedule.rounding_unknown`, `schedule.days_contradict`, `schedule.coefficients_twice` and bad cells.
    """
    fee_unit = text(place.at("unit"), row).partition("/")[0]
    if fee_unit not in FEN_PER_UNIT and fee_unit != PERCENT:
        raise place.at("unit").refusal("schedule.unit_unknown", fee_unit)
    base = text(place.at("base"), row)
    if not base:
        raise place.at("base").refusal("schedule.cell_missing")
    printed = _BASE_UNIT.search(base)
    head = Head(
        place=place,
        title=text(place.at("title_zh"), row),
        method=text(place.at("method"), row),
        fee_unit=fee_unit,
        base_name=base[: printed.start()].strip() if printed and printed.start() else base,
        base_unit=checked_unit(place.at("base"), printed[1].strip()) if printed and printed.start() else "",
        template=Band(),
        minimum_base=number(place.at("minimum_base"), row) if row.get("minimum_base") is not None else None,
        remarks=(),
    )
    floating = read_floating(place.at("float_range"), text(place.at("float_range"), row))
    factors = read_factors(place, row)
    template = replace(floating.template, rounding=_rounding(place.at("rounding"), row))
    if factors:
        if template.coefficients != Band().coefficients:
            raise place.at("coefficients").refusal("schedule.coefficients_twice", row["float_range"])
        template = replace(template, coefficients=lawful_products(place.at("coefficients"), factors))
    remarks = tuple(remark for remark in (floating.unapplied, text(place.at("notes"), row)) if remark)
    return replace(
        head,
        template=_limited(head, row, template),
        remarks=remarks,
        unapplied=floating.unapplied,
        factors=factors,
        effective=_days(place, row),
    )


def _rounding(place: Place, row: Mapping[str, object]) -> str:
    if row.get("rounding") is None:
        return HALF_UP
    given = text(place, row)
    if given not in ROUNDINGS:
        raise place.refusal("schedule.rounding_unknown", given)
    return given


def _days(place: Place, row: Mapping[str, object]) -> tuple[date | None, date | None]:
    first, last = (day(place.at(cell), row) for cell in ("effective_from", "effective_until"))
    if first and last and last < first:
        raise place.at("effective_until").refusal("schedule.days_contradict", last)
    return first, last


def checked_unit(place: Place, unit: str) -> str:
    """A unit of quantity; money in a unit that is not 元, 万元 or 亿元 is refused (`schedule.unit_unknown`)."""
    if unit.endswith("元") and unit not in FEN_PER_UNIT:
        raise place.refusal("schedule.unit_unknown", unit)
    return unit


def _limited(head: Head, row: Mapping[str, object], template: Band) -> Band:
    limits = {}
    for cell in ("minimum_fee", "maximum_fee"):
        if row.get(cell) is not None:
            place = head.place.at(cell)
            limits[cell] = int(head.fen(place, number(place, row)))
    lowest, highest = limits.get("minimum_fee", 0), limits.get("maximum_fee", MAX_FEN)
    if lowest > highest:
        raise head.place.refusal("schedule.limits_contradict")
    return replace(template, min_fen=lowest, max_fen=highest)
