"""What schedules over one quantity share: their brackets, the limits of these, and the item that is made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.pricing import MAX_QUANTITY, Band, Gap, Measure, Part, PricedItem, find_band
from market.base.words import N_, register_sentences
from market.catalogue.schedules.cells import Place, number, rows, table
from market.catalogue.schedules.head import Head, proved, steps

RATES = {"rate_percent": 100, "rate_permille": 1000}

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
class Built:
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


def other_list(measure: Measure, low: int) -> Gap:
    """The gap above `low` where the document names no rate because another list governs."""
    return Gap(low, MAX_QUANTITY, "price.other_list_governs", {"lower": measure.number(low), "unit": measure.unit})


def measured(head: Head) -> Measure:
    """How the quantity of the schedule is counted. Refuses `schedule.unit_missing`."""
    if not head.base_unit:
        raise head.place.at("base").refusal("schedule.unit_missing")
    return Measure.of(head.base_unit)


def unfit(head: Head, row: Mapping[str, object], *cells: str) -> None:
    """Refuse `schedule.key_unfit` where one of the cells is filled."""
    for cell in cells:
        if row.get(cell) is not None:
            raise head.place.at(cell).refusal("schedule.key_unfit")


def one_item(head: Head, measure: Measure, built: Built) -> dict[str, PricedItem]:
    """The one fee item of the schedule, by its name."""
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
