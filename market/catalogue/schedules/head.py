"""The head of a schedule: units, minimum and maximum, and what its free text about floating means."""

import unicodedata
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
from market.base.pricing.units import known_unit
from market.base.words import N_, register_sentences
from market.catalogue.schedules.basis import read_base
from market.catalogue.schedules.cells import Place, day, number, text
from market.catalogue.schedules.factors import lawful_products, read_factors
from market.catalogue.schedules.floats import ONLY_A_CEILING, read_floating

PERCENT, PERMILLE = "%", "‰"
"""A fee that is nothing but a share; its amounts are yuan."""

register_sentences(
    {
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

    `fee_per` is what one fee is for, where the unit says it (`件` of 元/件).
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
    fee_per: str = ""
    unapplied: str = ""
    factors: tuple[Factor, ...] = ()
    effective: tuple[date | None, date | None] = (None, None)

    @property
    def money_unit(self) -> str:
        """The unit of money the fee is stated in; a pure percentage is of yuan."""
        return "元" if self.fee_unit in (PERCENT, PERMILLE) else self.fee_unit

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
        line, slope = _whole(place, line), line.slope
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


def _whole(place: Place, line: Line) -> Line:
    """The same line from a quantity at which it is a whole number of fen, the nearest one at or below its start.

    A bracket's edge often lies between two fen; the line itself is what binds. Refuses `schedule.joint_not_whole`.
    """
    part, den = line.y0 % 1, line.slope.denominator
    if not part:
        return line
    if den % part.denominator:
        raise place.refusal("schedule.joint_not_whole", line.y0)
    # slope * back has the fractional part of y0: back = part * den / numerator, modulo den.
    back = int(part * den) * pow(line.slope.numerator, -1, den) % den
    down = line.y0 - line.slope * back
    if down >= 0 and line.q0 >= back:
        return Line(line.q0 - back, down, line.slope)
    return Line(line.q0 + den - back, down + line.slope * den, line.slope)


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
    fee_unit, fee_per = _fee_unit(place.at("unit"), row)
    base = text(place.at("base"), row)
    if not base:
        raise place.at("base").refusal("schedule.cell_missing")
    base_name, base_unit = read_base(place.at("base"), base)
    head = Head(
        place=place,
        title=text(place.at("title_zh"), row) or place.schedule,
        method=text(place.at("method"), row),
        fee_unit=fee_unit,
        base_name=base_name,
        base_unit=base_unit,
        fee_per=fee_per,
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


def _fee_unit(place: Place, row: Mapping[str, object]) -> tuple[str, str]:
    """The money a fee is stated in, and what one fee is for: 元/件 is 元 and 件."""
    given = text(place, row)
    plain = "".join(unicodedata.normalize("NFKC", given).split())
    money, _, per = plain.partition("/")
    found = known_unit(money)
    unit = found.name_zh if found else money
    if unit not in FEN_PER_UNIT and unit not in (PERCENT, PERMILLE):
        raise place.refusal("schedule.unit_unknown", given.partition("/")[0])
    return unit, per


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
