"""Schedules of named items: flat prices, prices for each unit, and tables with one column an item."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from market.base.money import FEN_PER_UNIT
from market.base.pricing import Band, Measure, PricedItem, same_unit
from market.base.words import N_, register_labels, register_sentences
from market.catalogue.schedules.basis import checked_unit
from market.catalogue.schedules.brackets import bracket_rows, money_slope, other_list, spans, unfit, with_minimum_base
from market.catalogue.schedules.cells import Place, known_keys, number, stated, text
from market.catalogue.schedules.head import Head, Line, steps

COLUMNS = ("external", "internal", "hydrostatic", "furnace_wall")
"""The named columns of the boiler inspection table: each is a fee item."""

PIECE = "项"
_SHARES = {"rate_percent": 100, "rate_permille": 1000, "max_rate_percent": 100, "max_rate_permille": 1000}
_FORMS = (("fee",), ("rate",), ("min", "max"), *((cell,) for cell in _SHARES))
_ITEM = ("item", "per", "from", "to", *(cell for form in _FORMS for cell in form))
_FIGURE = r"([0-9]{1,12}(?:\.[0-9]{1,6})?)"
_FORMULA = re.compile(rf"{_FIGURE}\+{_FIGURE}\*\(([A-Za-z])-{_FIGURE}\)")
_PLAIN = re.compile(r"[0-9.,]+")
_SYMBOL = re.compile(r"(?<![A-Za-z])([A-Za-z])$")

register_labels(
    {
        "fee_item.external": N_("External inspection"),
        "fee_item.internal": N_("Internal inspection"),
        "fee_item.hydrostatic": N_("Hydrostatic test"),
        "fee_item.furnace_wall": N_("Furnace wall inspection"),
    }
)
register_sentences(
    {
        "schedule.item_missing": N_(
            "Schedule {schedule}, bracket {bracket}: the item has no name. Name what is charged for."
        ),
        "schedule.item_twice": N_(
            "Schedule {schedule}, bracket {bracket}: the item “{given}” is there twice. Keep one."
        ),
        "schedule.range_falls": N_(
            "Schedule {schedule}, bracket {bracket}: the highest figure {given} is below the lowest. Check both."
        ),
        "schedule.formula_unreadable": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: “{given}” is not a formula this register "
            "understands. "
            "Write it as 150+8*(D-20), with the letter of the basis."
        ),
    }
)


def read_named(head: Head, row: Mapping[str, object]) -> dict[str, PricedItem]:
    """The named items of a flat or per-unit schedule."""
    unfit(head, row, "below_first", "above_last", "mode")
    brackets = bracket_rows(head.place, row)
    if any(column in bracket for _, bracket in brackets for column in COLUMNS):
        return _columns(head, brackets)
    items: dict[str, PricedItem] = {}
    for place, bracket in brackets:
        known_keys(place, bracket, _ITEM)
        name = text(place.at("item"), bracket)
        if not name and (len(brackets) > 1 or bracket.get("item") is not None):
            raise place.at("item").refusal("schedule.item_missing")
        name = name or head.title
        if name in items:
            raise place.at("item").refusal("schedule.item_twice", name)
        item = _item(head, place, bracket, name)
        items[name] = with_minimum_base(head, item) if item.bands else item
    return items


def _item(head: Head, place: Place, bracket: Mapping[str, object], name: str) -> PricedItem:
    form = _form(place, bracket)
    measure = _measure(head, place, bracket, form)
    if bracket.get(form[-1]) is None:
        return _silent(head, place, (name, bracket), form)
    if form == ("min", "max"):
        band = _range(head, place, bracket, measure)
    else:
        at_figure = place.at(form[0])
        figure = number(at_figure, bracket)
        if form[0] in _SHARES:
            slope = money_slope(head, measure, at_figure, figure / _SHARES[form[0]])
            band = head.band(place, _span(place, bracket, measure), Line(0, Fraction(0), slope))
        else:
            line = _line(head, at_figure, (figure, measure), _for_each(head, bracket, form))
            band = head.band(place, _span(place, bracket, measure), line)
        if form[0].startswith("max_rate"):
            band = head.upper_only(place, band, Fraction(0))
    return _priced(head, name, measure, (band,))


def _silent(head: Head, place: Place, row: tuple[str, Mapping[str, object]], form: tuple[str, ...]) -> PricedItem:
    """An item whose figure is printed as missing: it is listed, and its price is not published here."""
    name, bracket = row
    if form[-1] not in bracket:
        raise place.at(form[-1]).refusal("schedule.cell_missing")
    measure = _measure(head, place, bracket, form)
    gap = other_list(measure, 0)
    if form == ("min", "max"):
        gap = replace(gap, reason="price.no_ceiling_published")
    return replace(_priced(head, name, measure, ()), gaps=(gap,))


def _form(place: Place, bracket: Mapping[str, object]) -> tuple[str, ...]:
    filled = stated(bracket, [cell for form in _FORMS for cell in form])
    given = [form for form in _FORMS if any(cell in filled for cell in form)]
    if not given:
        raise place.at("fee").refusal("schedule.cell_missing")
    if len(given) > 1 and bracket[filled[0]] is not None:
        raise place.refusal("schedule.one_rate")
    return given[0]


def _for_each(head: Head, bracket: Mapping[str, object], form: tuple[str, ...]) -> str:
    """`each` where the figure is for one unit of the quantity, `whole` where it is one fixed price."""
    per_each = head.method == "per_unit" or form == ("rate",) or bracket.get("per") is not None
    return "each" if per_each or (head.fee_per and same_unit(head.fee_per, head.base_unit)) else "whole"


def _measure(head: Head, place: Place, bracket: Mapping[str, object], form: tuple[str, ...]) -> Measure:
    at_per = place.at("per")
    per = checked_unit(at_per, text(at_per, bracket))
    if bracket.get("per") is not None and not per:
        raise at_per.refusal("schedule.unit_missing")
    if form[0] in _SHARES:
        return Measure.of(head.base_unit or head.money_unit)
    if per and head.base_unit not in ("", head.base_name) and not same_unit(per, head.base_unit):
        raise at_per.refusal("schedule.unit_conflict", per)
    unit = per or head.base_unit or ("" if form == ("fee",) and head.method == "flat" else head.fee_per)
    if not unit and _for_each(head, bracket, form) == "each":
        raise at_per.refusal("schedule.unit_missing")
    return Measure.of(unit or PIECE)


def _line(head: Head, place: Place, figure: tuple[Fraction, Measure], per: str) -> Line:
    amount, measure = figure
    if per == "each":
        return Line(0, Fraction(0), amount * FEN_PER_UNIT[head.money_unit] / measure.steps_per_unit)
    return Line(0, head.fen(place, amount))


def _range(head: Head, place: Place, bracket: Mapping[str, object], measure: Measure) -> Band:
    # A highest figure alone is a ceiling: nothing is the least.
    least, most = (number(place.at(cell), {"min": Decimal(0), **_filled(bracket)}) for cell in ("min", "max"))
    if most < least:
        raise place.at("max").refusal("schedule.range_falls", bracket["max"])
    line = _line(head, place.at("max"), (most, measure), _for_each(head, bracket, ("min", "max")))
    band = head.band(place, _span(place, bracket, measure), line)
    return head.upper_only(place, band, least / most if most else Fraction(1))


def _filled(bracket: Mapping[str, object]) -> dict[str, object]:
    return {cell: given for cell, given in bracket.items() if given is not None}


def _span(place: Place, bracket: Mapping[str, object], measure: Measure) -> tuple[int, int | None]:
    if bracket.get("from") is None and bracket.get("to") is None:
        return 0, None
    return spans(measure, [(place, dict(bracket))])[0]


def _columns(head: Head, brackets: list[tuple[Place, dict[str, object]]]) -> dict[str, PricedItem]:
    if not head.base_unit:
        raise head.place.at("base").refusal("schedule.unit_missing")
    measure = Measure.of(head.base_unit)
    names = [column for column in COLUMNS if any(column in bracket for _, bracket in brackets)]
    limits = spans(measure, brackets)
    items: dict[str, PricedItem] = {}
    for name in names:
        bands = []
        for (place, bracket), span in zip(brackets, limits, strict=True):
            known_keys(place, bracket, ("from", "to", *COLUMNS))
            bands.append(head.band(place, span, _column_line(head, place.at(name), bracket, measure)))
        items[name] = with_minimum_base(head, _priced(head, name, measure, tuple(bands)))
    return items


def _column_line(head: Head, place: Place, bracket: Mapping[str, object], measure: Measure) -> Line:
    given = bracket.get(place.cell)
    if not isinstance(given, str):
        return Line(0, head.fen(place, number(place, bracket)))
    plain = "".join(unicodedata.normalize("NFKC", given).split()).replace("×", "*").replace("−", "-")
    if _PLAIN.fullmatch(plain):
        return Line(0, head.fen(place, number(place, bracket)))
    found = _FORMULA.fullmatch(plain)
    symbol = _SYMBOL.search(head.base_name)
    if not found or not symbol or found[3] != symbol[1]:
        raise place.refusal("schedule.formula_unreadable", given)
    fixed, rate, start = (Fraction(Decimal(found[group])) for group in (1, 2, 4))
    slope = rate * FEN_PER_UNIT[head.money_unit] / measure.steps_per_unit
    return Line(steps(place, measure, start), head.fen(place, fixed), slope)


def _priced(head: Head, name: str, measure: Measure, bands: tuple[Band, ...]) -> PricedItem:
    return PricedItem(
        name=name,
        base_name=head.base_name,
        unit=measure.unit,
        steps_per_unit=measure.steps_per_unit,
        bands=bands,
        method=head.method,
    )
