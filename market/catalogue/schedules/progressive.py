"""Progressive schedules (差额累进 and 全额累进): each rate on its part, or the whole at its bracket's rate."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from market.base.money import FEN_PER_UNIT
from market.base.pricing import MAX_QUANTITY, SLAB, Measure, Part, PricedItem
from market.base.words import N_, register_sentences
from market.catalogue.schedules.brackets import (
    RATES,
    Built,
    bracket_rows,
    measured,
    money_slope,
    one_item,
    other_list,
    spans,
    unfit,
)
from market.catalogue.schedules.cells import Place, known_keys, number, stated, text
from market.catalogue.schedules.head import Head, Line

_KEYS = ("from", "to", "unit_rate", "area_ratio_percent", *RATES)

register_sentences(
    {
        "schedule.mode_unknown": N_(
            "Schedule {schedule}, cell {cell}: “{given}” does not say how brackets count. Use block (each rate on the part "
            "inside its bracket) or slab (the whole quantity at its bracket's rate)."
        ),
        "schedule.start_unknown": N_(
            "Schedule {schedule}, bracket {bracket}: progressive brackets must begin at 0, this one begins at {given}. "
            "Add the brackets below it."
        ),
    }
)


def read_progressive(head: Head, row: Mapping[str, object]) -> dict[str, PricedItem]:
    """Progressive brackets: by block each rate is for the part inside its bracket, by slab for the whole quantity.

    Where a rate is null the price is a gap: by block for that part and all above it, by slab for that bracket only.
    Refuses `schedule.mode_unknown`.
    """
    unfit(head, row, "below_first", "above_last")
    slab = _mode(head.place.at("mode"), row) == "slab"
    measure, built, value = measured(head), Built(), Fraction(0)
    brackets = bracket_rows(head.place, row)
    for (place, bracket), (low, high) in zip(brackets, spans(measure, brackets), strict=True):
        known_keys(place, bracket, _KEYS)
        if place.bracket == 1 and low:
            raise place.refusal("schedule.start_unknown", measure.number(low))
        slope = _slope(head, measure, place, bracket)
        if slope is None or (built.gaps and not slab):
            gap = replace(other_list(measure, low), q_to=high or MAX_QUANTITY)
            # By block the parts add up: one missing rate leaves everything above it without a price.
            built.gaps = [*built.gaps, gap] if slab or not built.gaps else [replace(built.gaps[0], q_to=gap.q_to)]
            continue
        line = Line(0, Fraction(0), slope) if slab else Line(low, value, slope)
        band = head.band(place, (low, high), line)
        built.bands.append(band)
        built.parts.append(Part(low, band.q_to, slope))
        value += slope * (band.q_to - low)
    return one_item(replace(head, method=SLAB) if slab else head, measure, built)


def _mode(place: Place, row: Mapping[str, object]) -> str:
    given = text(place, row) if row.get("mode") is not None else "block"
    if given not in ("block", "slab"):
        raise place.refusal("schedule.mode_unknown", given)
    return given


def _slope(head: Head, measure: Measure, place: Place, bracket: Mapping[str, object]) -> Fraction | None:
    given = stated(bracket, (*RATES, "unit_rate"))
    if not given:
        raise place.at("rate_percent").refusal("schedule.cell_missing")
    if bracket[given[0]] is None:
        return None
    if len(given) > 1:
        raise place.refusal("schedule.one_rate")
    at_rate = place.at(given[0])
    if given[0] != "unit_rate" and bracket.get("area_ratio_percent") is not None:
        raise place.at("area_ratio_percent").refusal("schedule.key_unknown")
    rate = number(at_rate, bracket)
    if given[0] != "unit_rate":
        return money_slope(head, measure, at_rate, rate / RATES[given[0]])
    at_ratio = place.at("area_ratio_percent")
    if "area_ratio_percent" in bracket and bracket["area_ratio_percent"] is None:
        # A share that is printed as missing leaves the part without a price, as a missing rate does.
        return None
    ratio = number(at_ratio, bracket) / 100 if "area_ratio_percent" in bracket else Fraction(1)
    return rate * ratio * FEN_PER_UNIT[head.money_unit] / measure.steps_per_unit
