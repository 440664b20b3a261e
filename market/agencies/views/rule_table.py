"""The list's price rule, and a worked example, in words for the form that marks a price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from market.base.money import MAX_FEN, format_yuan
from market.base.pricing import APPLICANT, AUTHORITY, Measure, open_end, parse_quantity
from market.base.pricing import Band as Line
from market.base.pricing.quantity import exact_decimal
from market.catalogue.listing import Ask, ListedPrice, item_of, line_of, measure_of, price
from market.catalogue.models import Band, FeeItem
from market.catalogue.rules import PriceState
from market.web.forms import HouseForm


@dataclass(frozen=True, slots=True)
class Example:
    """What a marked price comes to for a quantity, and how."""

    item: FeeItem
    quantity: str
    price: ListedPrice
    steps: Sequence[str]


def lines_of(bands: Sequence[Band]) -> list[Line]:
    """Stored bands as the formula knows them."""
    return [line_of(band) for band in bands]


def rule_rows(lines: Sequence[Line], measure: Measure) -> list[list[str]]:
    """One row per band: for which quantity, the standard, what is lawful, and least and greatest fee."""
    words = {
        "any": _("Any quantity"),
        "above": _("Above {low} {unit}"),
        "between": _("Above {low} up to {high} {unit}"),
        "up_to": _("Up to {high} {unit}"),
        "line": _("{start} at {at} {unit}, then {rate}"),
        "upper": _("{line} (upper figure; no standard is printed)"),
        "least": _("at least {fen}"),
        "most": _("at most {fen}"),
    }
    return [
        [
            _interval(line, measure, words),
            _standard(line, measure, words),
            _shares(line),
            _limits(line, words),
        ]
        for line in lines
    ]


def examples(form: HouseForm, items: Sequence[FeeItem], bands: Mapping[int, Sequence[Band]]) -> list[Example]:
    """What the marks in `bands` come to for the quantities typed; a refusal names what is wrong with a quantity."""
    found = []
    for item in items:
        typed = form._fields.get(f"quantity_{item.id}")
        if typed is None or typed.data is None or not bands.get(item.id):
            continue
        quantity = parse_quantity(typed.data, item.steps_per_unit)
        payer = AUTHORITY if item.price_state == PriceState.FREE else APPLICANT
        listed = price(Ask(item, quantity, payer=payer), bands[item.id])
        steps = [step.text(_) for step in listed.trace(item_of(item))]
        found.append(Example(item, f"{measure_of(item).number(quantity)} {item.unit}", listed, steps))
    return found


def _interval(line: Line, measure: Measure, words: Mapping[str, str]) -> str:
    low, high = measure.number(line.q_from), measure.number(line.q_to)
    endless = open_end(line) == line.q_to
    key = ("any" if endless else "up_to") if line.q_from == 0 else ("above" if endless else "between")
    return words[key].format(low=low, high=high, unit=measure.unit)


def _standard(line: Line, measure: Measure, words: Mapping[str, str]) -> str:
    if not line.slope_num:
        told = format_yuan(line.y0)
    elif line.y0 == line.slope * line.q0:
        told = measure.rate(line.slope)
    else:
        facts = {"start": format_yuan(line.y0), "at": measure.number(line.q0), "rate": measure.rate(line.slope)}
        told = words["line"].format(unit=measure.unit, **facts)
    return told if line.base_known else words["upper"].format(line=told)


def _shares(line: Line) -> str:
    low, high = (
        exact_decimal(Fraction(part * 100, line.float_den)) + "%" for part in (line.float_low, line.float_high)
    )
    return low if low == high else f"{low} – {high}"


def _limits(line: Line, words: Mapping[str, str]) -> str:
    told = []
    if line.min_fen:
        told.append(words["least"].format(fen=format_yuan(line.min_fen)))
    if line.max_fen < MAX_FEN:
        told.append(words["most"].format(fen=format_yuan(line.max_fen)))
    return ", ".join(told) or "—"
