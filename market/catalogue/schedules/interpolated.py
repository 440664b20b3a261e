"""Interpolated schedules (直线内插): points or ranges with straight lines between them."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from market.base.money import format_yuan
from market.base.pricing import MAX_QUANTITY, Gap, Measure, PricedItem
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
from market.catalogue.schedules.cells import Place, known_keys, number, stated, table
from market.catalogue.schedules.head import Head, Line, steps

_RANGES = ("from", "to", "fee_min", "fee_max")
_POINTS = ("x", "y")

register_sentences(
    {
        "schedule.fee_falls": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: the fee falls to {given} although the quantity "
            "rises. "
            "Check the figures."
        ),
    }
)


def read_interpolated(head: Head, row: Mapping[str, object]) -> dict[str, PricedItem]:
    """Points or ranges with straight lines between them; an open last range has no computable price."""
    unfit(head, row, "mode")
    measure, built = measured(head), Built()
    brackets = bracket_rows(head.place, row)
    if "x" in brackets[0][1]:
        first, last = _points(head, measure, brackets, built)
        first_included = max(first - 1, 0)
    else:
        first, last = _ranges(head, measure, brackets, built)
        first_included = first
    _beyond(head, row, (first_included, last), built)
    return one_item(head, measure, built)


def _points(
    head: Head, measure: Measure, brackets: list[tuple[Place, dict[str, object]]], built: Built
) -> tuple[int, int | None]:
    points: list[tuple[int, Fraction]] = []
    for place, bracket in brackets:
        known_keys(place, bracket, _POINTS)
        at_x, at_y = place.at("x"), place.at("y")
        x, y = steps(at_x, measure, number(at_x, bracket)), head.fen(at_y, number(at_y, bracket))
        if points:
            x0, y0 = points[-1]
            if x <= x0:
                raise at_x.refusal("schedule.bracket_descends", measure.number(x))
            if y < y0:
                raise at_y.refusal("schedule.fee_falls", format_yuan(int(y)))
            # The first point itself has a published fee: its band begins one step before it.
            low = max(x0 - 1, 0) if len(points) == 1 else x0
            built.bands.append(head.band(place, (low, x), Line(x0, y0, (y - y0) / (x - x0))))
        points.append((x, y))
    if len(points) < 2:
        raise brackets[0][0].at("x").refusal("schedule.cell_missing")
    return points[0][0], points[-1][0]


def _ranges(
    head: Head, measure: Measure, brackets: list[tuple[Place, dict[str, object]]], built: Built
) -> tuple[int, int | None]:
    limits = spans(measure, brackets)
    for (place, bracket), (low, high) in zip(brackets, limits, strict=True):
        known_keys(place, bracket, _RANGES)
        least = head.fen(place.at("fee_min"), number(place.at("fee_min"), bracket))
        if high is None and bracket.get("fee_max") is None:
            facts: dict[str, int | str] = {"lower": measure.number(low), "unit": measure.unit}
            built.gaps.append(Gap(low, MAX_QUANTITY, "price.no_ceiling_published", facts))
            continue
        most = head.fen(place.at("fee_max"), number(place.at("fee_max"), bracket))
        if most < least:
            raise place.at("fee_max").refusal("schedule.fee_falls", format_yuan(int(most)))
        if high is None:
            facts = {"lower": measure.number(low), "unit": measure.unit, "least_fen": int(least), "most_fen": int(most)}
            built.gaps.append(Gap(low, MAX_QUANTITY, "price.bare_range", facts))
        else:
            built.bands.append(head.band(place, (low, high), Line(low, least, (most - least) / (high - low))))
    return limits[0][0], limits[-1][1]


def _beyond(head: Head, row: Mapping[str, object], covered: tuple[int, int | None], built: Built) -> None:
    """Below the first and above the last published figure a rate on the whole quantity may be stated."""
    first, last = covered
    outer = {"below_first": (0, first), "above_last": (last, None)}
    measure = measured(head)
    for cell, (low, high) in outer.items():
        if row.get(cell) is None:
            continue
        place = head.place.at(cell)
        rule = table(place, row[cell])
        known_keys(place, rule, tuple(RATES))
        if low is None or high == 0:
            raise place.refusal("schedule.key_unfit")
        slope = _one_rate(head, measure, place, rule)
        if slope is None:
            built.gaps.append(replace(other_list(measure, low), q_to=high or MAX_QUANTITY))
        else:
            built.bands.append(head.band(place, (low, high), Line(0, Fraction(0), slope)))


def _one_rate(head: Head, measure: Measure, place: Place, rule: Mapping[str, object]) -> Fraction | None:
    given = stated(rule, tuple(RATES))
    if given and rule[given[0]] is None:
        return None
    if len(given) > 1:
        raise place.refusal("schedule.one_rate")
    at_rate = place.at(given[0] if given else "rate_percent")
    return money_slope(head, measure, at_rate, number(at_rate, rule) / RATES[at_rate.cell])
