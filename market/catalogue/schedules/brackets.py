"""Schedules over one quantity: progressive (差额累进) and interpolated (直线内插)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.money import FEN_PER_UNIT, format_yuan
from market.base.pricing import MAX_QUANTITY, SLAB, Band, Gap, Measure, Part, PricedItem, find_band
from market.base.words import N_, register_sentences
from market.catalogue.schedules.cells import Place, known_keys, number, rows, table, text
from market.catalogue.schedules.head import Head, Line, proved, steps

_RATES = {"rate_percent": 100, "rate_permille": 1000}
_PROGRESSIVE = ("from", "to", "unit_rate", "area_ratio_percent", "origin", *_RATES)
_RANGES = ("from", "to", "fee_min", "fee_max", "origin")
_POINTS = ("x", "y", "origin")

register_sentences(
    {
        "schedule.no_brackets": N_(
            "Schedule {schedule} has no prices: its table of brackets is empty. Enter the published table."
        ),
        "schedule.unit_missing": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: the unit of the quantity is not stated. Add it."
        ),
        "schedule.unit_conflict": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: “{given}” does not fit the unit of the quantity. "
            "A percentage needs a basis in 元, 万元 or 亿元; a price for each unit needs the unit of the basis."
        ),
        "schedule.mode_unknown": N_(
            "Schedule {schedule}, cell {cell}: “{given}” does not say how brackets count. Use block (each rate on the part "
            "inside its bracket) or slab (the whole quantity at its bracket's rate)."
        ),
        "schedule.start_unknown": N_(
            "Schedule {schedule}, bracket {bracket}: progressive brackets must begin at 0, this one begins at {given}. "
            "Add the brackets below it."
        ),
        "schedule.brackets_overlap": N_(
            "Schedule {schedule}, bracket {bracket}: it begins at {given}, inside the bracket before it. Check "
            "the limits."
        ),
        "schedule.brackets_gap": N_(
            "Schedule {schedule}, bracket {bracket}: it begins at {given} and leaves a part without a price before it. "
            "Check the limits."
        ),
        "schedule.bracket_descends": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: {given} does not lie above what comes before it. "
            "Brackets must ascend; check the limits."
        ),
        "schedule.open_not_last": N_(
            "Schedule {schedule}, bracket {bracket}: only the last bracket may be without an upper limit. Enter "
            "the limit."
        ),
        "schedule.fee_falls": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: the fee falls to {given} although the quantity "
            "rises. "
            "Check the figures."
        ),
        "schedule.one_rate": N_(
            "Schedule {schedule}, bracket {bracket}: exactly one kind of price must be given there. Keep one."
        ),
        "schedule.key_unfit": N_(
            "Schedule {schedule}, cell {cell}: it does not fit this kind of table. Remove it or complete the brackets."
        ),
        "schedule.minimum_base_outside": N_(
            "Schedule {schedule}: the smallest quantity that counts ({given}) lies where there is no price. Check it."
        ),
    }
)


@dataclass(slots=True)
class _Built:
    """Bands, gaps and printed parts as they are found."""

    bands: list[Band] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def bracket_rows(place: Place, row: Mapping[str, object]) -> list[tuple[Place, dict[str, object]]]:
    """Every bracket with its place. Refuses `schedule.no_brackets`, `schedule.not_a_table`."""
    brackets = rows(place.at("brackets"), row)
    if not brackets:
        raise place.refusal("schedule.no_brackets")
    places = [Place(place.schedule, count) for count in range(1, len(brackets) + 1)]
    return [(where, table(where, bracket)) for where, bracket in zip(places, brackets, strict=True)]


def read_progressive(head: Head, row: Mapping[str, object]) -> dict[str, PricedItem]:
    """Progressive brackets: by block each rate is for the part inside its bracket, by slab for the whole quantity.

    Where a rate is null the price is a gap: by block for that part and all above it, by slab for that bracket only.
    Refuses `schedule.mode_unknown`.
    """
    unfit(head, row, "below_first", "above_last")
    slab = _mode(head.place.at("mode"), row) == "slab"
    measure, built, value = _measure(head), _Built(), Fraction(0)
    brackets = bracket_rows(head.place, row)
    for (place, bracket), (low, high) in zip(brackets, spans(measure, brackets), strict=True):
        known_keys(place, bracket, _PROGRESSIVE)
        if place.bracket == 1 and low:
            raise place.refusal("schedule.start_unknown", measure.number(low))
        slope = _progressive_slope(head, measure, place, bracket)
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
    return _one_item(replace(head, method=SLAB) if slab else head, measure, built)


def _mode(place: Place, row: Mapping[str, object]) -> str:
    given = text(place, row) if row.get("mode") is not None else "block"
    if given not in ("block", "slab"):
        raise place.refusal("schedule.mode_unknown", given)
    return given


def read_interpolated(head: Head, row: Mapping[str, object]) -> dict[str, PricedItem]:
    """Points or ranges with straight lines between them; an open last range has no computable price."""
    unfit(head, row, "mode")
    measure, built = _measure(head), _Built()
    brackets = bracket_rows(head.place, row)
    if "x" in brackets[0][1]:
        first, last = _points(head, measure, brackets, built)
        first_included = max(first - 1, 0)
    else:
        first, last = _ranges(head, measure, brackets, built)
        first_included = first
    _beyond(head, row, (first_included, last), built)
    return _one_item(head, measure, built)


def _points(
    head: Head, measure: Measure, brackets: list[tuple[Place, dict[str, object]]], built: _Built
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
    head: Head, measure: Measure, brackets: list[tuple[Place, dict[str, object]]], built: _Built
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


def _beyond(head: Head, row: Mapping[str, object], covered: tuple[int, int | None], built: _Built) -> None:
    """Below the first and above the last published figure a rate on the whole quantity may be stated."""
    first, last = covered
    outer = {"below_first": (0, first), "above_last": (last, None)}
    measure = _measure(head)
    for cell, (low, high) in outer.items():
        if row.get(cell) is None:
            continue
        place = head.place.at(cell)
        rule = table(place, row[cell])
        known_keys(place, rule, (*_RATES, "origin"))
        if low is None or high == 0:
            raise place.refusal("schedule.key_unfit")
        slope = _one_rate(head, measure, place, rule)
        if slope is None:
            built.gaps.append(replace(other_list(measure, low), q_to=high or MAX_QUANTITY))
        else:
            built.bands.append(head.band(place, (low, high), Line(0, Fraction(0), slope)))


def _one_rate(head: Head, measure: Measure, place: Place, rule: Mapping[str, object]) -> Fraction | None:
    given = [key for key in _RATES if key in rule]
    if len(given) > 1:
        raise place.refusal("schedule.one_rate")
    at_rate = place.at(given[0] if given else "rate_percent")
    if given and rule[given[0]] is None:
        return None
    return money_slope(head, measure, at_rate, number(at_rate, rule) / _RATES[at_rate.cell])


def spans(measure: Measure, brackets: list[tuple[Place, dict[str, object]]]) -> list[tuple[int, int | None]]:
    """The limits of every bracket in steps, ascending without overlap or gap; the last may be open (None)."""
    found: list[tuple[int, int | None]] = []
    for place, bracket in brackets:
        low = steps(place.at("from"), measure, number(place.at("from"), bracket))
        high = _upper(place.at("to"), measure, bracket)
        if high is not None and high <= low:
            raise place.at("to").refusal("schedule.bracket_descends", measure.number(high))
        if found:
            before = found[-1][1]
            if before is None:
                raise Place(place.schedule, (place.bracket or 0) - 1).refusal("schedule.open_not_last")
            if low != before:
                code = "schedule.brackets_overlap" if low < before else "schedule.brackets_gap"
                raise place.at("from").refusal(code, measure.number(low))
        found.append((low, high))
    return found


def _upper(place: Place, measure: Measure, bracket: Mapping[str, object]) -> int | None:
    if "to" not in bracket:
        raise place.refusal("schedule.cell_missing")
    return None if bracket["to"] is None else steps(place, measure, number(place, bracket))


def money_slope(head: Head, measure: Measure, place: Place, rate: Fraction) -> Fraction:
    """A rate on a basis that is money, in fen a step (a step is a fen). Refuses `schedule.unit_conflict`."""
    if not measure.is_money:
        raise place.refusal("schedule.unit_conflict", head.base_unit or head.base_name)
    return rate


def _progressive_slope(head: Head, measure: Measure, place: Place, bracket: Mapping[str, object]) -> Fraction | None:
    given = [key for key in (*_RATES, "unit_rate") if key in bracket]
    if not given:
        raise place.at("rate_percent").refusal("schedule.cell_missing")
    if len(given) > 1:
        raise place.refusal("schedule.one_rate")
    at_rate = place.at(given[0])
    if given[0] != "unit_rate" and "area_ratio_percent" in bracket:
        raise place.at("area_ratio_percent").refusal("schedule.key_unknown")
    if bracket[given[0]] is None:
        return None
    rate = number(at_rate, bracket)
    if given[0] != "unit_rate":
        return money_slope(head, measure, at_rate, rate / _RATES[given[0]])
    at_ratio = place.at("area_ratio_percent")
    ratio = number(at_ratio, bracket) / 100 if "area_ratio_percent" in bracket else Fraction(1)
    return rate * ratio * FEN_PER_UNIT[head.money_unit] / measure.steps_per_unit


def other_list(measure: Measure, low: int) -> Gap:
    """The gap above `low` where the document names no rate because another list governs."""
    return Gap(low, MAX_QUANTITY, "price.other_list_governs", {"lower": measure.number(low), "unit": measure.unit})


def _measure(head: Head) -> Measure:
    if not head.base_unit:
        raise head.place.at("base").refusal("schedule.unit_missing")
    return Measure.of(head.base_unit)


def unfit(head: Head, row: Mapping[str, object], *cells: str) -> None:
    """Refuse `schedule.key_unfit` where one of the cells is filled."""
    for cell in cells:
        if row.get(cell) is not None:
            raise head.place.at(cell).refusal("schedule.key_unfit")


def _one_item(head: Head, measure: Measure, built: _Built) -> dict[str, PricedItem]:
    bands = sorted(built.bands, key=lambda band: band.q_to)
    item = PricedItem(
        name=head.title,
        base_name=head.base_name,
        unit=measure.unit,
        steps_per_unit=measure.steps_per_unit,
        bands=tuple(bands),
        gaps=tuple(built.gaps),
        method=head.method,
        parts=tuple(built.parts),
    )
    return {item.name: with_minimum_base(head, item)}


def with_minimum_base(head: Head, item: PricedItem) -> PricedItem:
    """The item with every quantity below the schedule's smallest counting as it.

    Refuses `schedule.minimum_base_outside`.
    """
    if not head.minimum_base:
        return item
    place = head.place.at("minimum_base")
    smallest = steps(place, item.measure, head.minimum_base)
    try:
        ruling = find_band(item.bands, smallest)
    except BreaksRule:
        raise place.refusal("schedule.minimum_base_outside", item.measure.number(smallest)) from None
    level = replace(ruling, q_from=0, q_to=smallest, q0=smallest, y0=ruling.base(smallest), slope_num=0, slope_den=1)
    rest = [replace(band, q_from=max(band.q_from, smallest)) for band in item.bands if band.q_to > smallest]
    bands = (proved(place, level, smallest), *rest)
    gaps = tuple(gap for gap in item.gaps if gap.q_to > smallest)
    return replace(item, bands=bands, gaps=gaps, minimum_quantity=smallest)
