"""A price schedule typed as people know it, as the document that the import would read, and back.

`schedule_document` writes the JSON schedule format, its decimals exactly as typed; a figure that is no number stays the
text it is, so that the one reader of schedules refuses it and names its cell. `CELL_OF` leads from such a cell back
to the one it was typed in.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from market.base.errors import BreaksRule
from market.base.money import parse_decimal
from market.catalogue.forms.price_kinds import ALL_CELLS, METHOD, Figure, Floating, PriceKind, RateKind
from market.catalogue.schedules import COLUMNS
from market.catalogue.schedules.basis import read_base
from market.catalogue.schedules.cells import Place, stated
from market.catalogue.schedules.floats import ONLY_A_CEILING

Kind = PriceKind
_SINGLE = {Kind.FIXED: "fee", Kind.CEILING: "fee", Kind.PER_UNIT: "rate"}
_SHARE = {Kind.PERCENTAGE: "rate_percent", Kind.PERCENT_CEILING: "max_rate_percent"}
_RATES = {RateKind.PERCENT: "rate_percent", RateKind.PERMILLE: "rate_permille", RateKind.EACH: "unit_rate"}
_KEPT = ("status", "status_confidence", "numbers_confidence", "worked_examples")
_LIMITS = ("minimum_fee", "maximum_fee", "minimum_base")
_OUTER = ("below_first", "above_last")
_TEXTS = ("document_no", "notes", "rounding", "effective_from", "effective_until")
_ONLY = {Kind.PERCENTAGE: "rate_percent", Kind.PERCENT_CEILING: "max_rate_percent", Kind.FIXED: "fee"}
CELL_OF = {
    "item": "item",
    "per": "per",
    "from": "low",
    "to": "high",
    "x": "low",
    "y": "least",
    "fee_min": "least",
    "fee_max": "most",
    "min": "least",
    "max": "most",
    "area_ratio_percent": "ratio",
    **dict.fromkeys(("rate_percent", "rate_permille", "unit_rate", "fee", "rate", "max_rate_percent"), "rate"),
    **{column: column for column in COLUMNS},
}
"""Where a cell of the document is typed."""
_RATE_KINDS = {key: kind for kind, key in _RATES.items()}
_FIGURES = {figure.value: figure for figure in Figure} | {"min": Figure.RANGE, "max": Figure.RANGE}
_APART = re.compile(r"下浮([0-9]+(?:\.[0-9]+)?)%，上浮([0-9]+(?:\.[0-9]+)?)%")
_BOTH = re.compile(r"±([0-9]+(?:\.[0-9]+)?)%")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: the head by field, and every row that is not blank with its number in the table."""

    head: Mapping[str, str]
    rows: list[tuple[int, Mapping[str, str]]]

    @property
    def kind(self) -> PriceKind:
        """The kind of price that was chosen."""
        return PriceKind(self.head["kind"])


@dataclass(slots=True)
class Source:
    """What the form has no field for: the schedule's id, whether it is in force, and what was stored beside it."""

    key: str
    in_force: bool | None
    stored: Mapping[str, Any] = field(default_factory=dict)


def schedule_document(typed: Typed, source: Source) -> dict[str, Any]:
    """The published document in the JSON schedule format, for `read_schedules`."""
    head, kind = typed.head, typed.kind
    document: dict[str, Any] = {"id": source.key, "title_zh": head["title"]}
    document |= {key: source.stored[key] for key in _KEPT if key in source.stored}
    document |= {"in_force": source.in_force, "method": METHOD[kind], "unit": head["fee_unit"]}
    document["base"] = f"{head['base_name']}（{head['base_unit']}）" if head["base_unit"] else head["base_name"]
    document["brackets"] = [_bracket(kind, row) for _, row in typed.rows]
    document |= {key: head[key] for key in _TEXTS if head[key]}
    document |= {key: figure(head[key]) for key in _LIMITS if head[key]}
    document |= {key: {"rate_percent": figure(head[key])} for key in _OUTER if head[key]}
    document |= {"mode": "slab"} if kind == Kind.SLAB else {}
    if head["coefficients"]:
        document["coefficients"] = _coefficients(head["coefficients"], source.stored.get("coefficients"))
    floating = _float_range(head, kind)
    return document | ({"float_range": floating} if floating else {})


def figure(text: str) -> Decimal | str:
    """The number as typed, or the text where it is none."""
    try:
        return parse_decimal(text)
    except BreaksRule:
        return text


def _bracket(kind: PriceKind, row: Mapping[str, str]) -> dict[str, Any]:
    if kind in _SINGLE:
        return _given(row, {_SINGLE[kind]: "rate"})
    if kind in _SHARE:
        return _limits(row) | _given(row, {_SHARE[kind]: "rate"})
    if kind in (Kind.PROGRESSIVE, Kind.SLAB):
        return _open_limits(row) | _rate(row)
    if kind == Kind.POINTS:
        return _given(row, {"x": "low", "y": "least"})
    if kind == Kind.RANGES:
        most = {"fee_max": figure(row["most"]) if row["most"] else None}
        return _open_limits(row) | _given(row, {"fee_min": "least"}) | most
    if kind == Kind.COLUMNS:
        return _open_limits(row) | _given(row, {name: name for name in COLUMNS})
    return _named(row)


def _given(row: Mapping[str, str], cells: Mapping[str, str]) -> dict[str, Any]:
    return {key: figure(row[cell]) for key, cell in cells.items() if row[cell]}


def _open_limits(row: Mapping[str, str]) -> dict[str, Any]:
    return _given(row, {"from": "low"}) | {"to": figure(row["high"]) if row["high"] else None}


def _limits(row: Mapping[str, str]) -> dict[str, Any]:
    return _open_limits(row) if row["low"] or row["high"] else {}


def _rate(row: Mapping[str, str]) -> dict[str, Any]:
    if row["rate_kind"] == RateKind.OTHER:
        return {"rate_percent": None}
    given = _given(row, {_RATES[RateKind(row["rate_kind"])]: "rate"})
    return given | _given(row, {"area_ratio_percent": "ratio"})


def _named(row: Mapping[str, str]) -> dict[str, Any]:
    named = {cell: row[cell] for cell in ("item", "per") if row[cell]}
    cells = {"min": "least", "max": "most"} if row["figure"] == Figure.RANGE else {row["figure"]: "rate"}
    return named | _limits(row) | _given(row, cells)


def _float_range(head: Mapping[str, str], kind: PriceKind) -> str:
    chosen = head["float_kind"]
    if kind == Kind.CEILING or chosen == Floating.CEILING:
        return ONLY_A_CEILING
    if chosen == Floating.BOTH:
        return f"±{head['float_up']}%"
    if chosen == Floating.APART:
        return f"下浮{head['float_down']}%，上浮{head['float_up']}%"
    return head["float_words"] if chosen == Floating.WORDS else ""


def read_document(text: str) -> dict[str, Any]:
    """A stored document with its decimals as printed."""
    read: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return read


def _coefficients(text: str, stored: object) -> object:
    """One closed set a line, `name: 1.0 ordinary / 1.15 complex`; what is stored stays where the text still says it."""
    if text == _typed_coefficients(stored):
        return stored
    sets = []
    for line in text.splitlines():
        name, _colon, values = line.replace("：", ":").partition(":")
        given = [one.strip().partition(" ") for one in values.replace("／", "/").split("/") if one.strip()]
        named = [{"value": figure(value), "name_zh": said.strip()} for value, _space, said in given]
        sets.append({"name_zh": name.strip(), "values": [one if one["name_zh"] else one["value"] for one in named]})
    return sets


def _typed_coefficients(stored: object) -> str:
    sets = stored if isinstance(stored, list) else []
    return "\n".join(
        f"{one.get('name_zh', '')}：{' / '.join(_typed_value(v) for v in one.get('values', []))}" for one in sets
    )


def _typed_value(given: Any) -> str:
    if isinstance(given, Mapping):
        return f"{_text(given.get('value'))} {_text(given.get('name_zh'))}".strip()
    return _text(given)


def typed_from(document: Mapping[str, Any]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The head and the rows of the form that `schedule_document` makes this document from again."""
    brackets = document.get("brackets") or [{}]
    base, unit = _base(_text(document.get("base")))
    head = {key: _text(document.get(key)) for key in (*_TEXTS, *_LIMITS)}
    head |= {key: _text((document.get(key) or {}).get("rate_percent")) for key in _OUTER}
    head |= {"title": _text(document.get("title_zh")), "fee_unit": _text(document.get("unit"))}
    head["coefficients"] = _typed_coefficients(document.get("coefficients"))
    head |= {"base_name": base, "base_unit": unit, "kind": _kind(document, brackets)}
    return head | _typed_float(_text(document.get("float_range"))), [_row(bracket) for bracket in brackets]


def _base(printed: str) -> tuple[str, str]:
    try:
        return read_base(Place(""), printed)
    except BreaksRule:
        return printed, ""


def _kind(document: Mapping[str, Any], brackets: list[Mapping[str, Any]]) -> PriceKind:
    first, cells = brackets[0], {cell for bracket in brackets for cell in bracket}
    method = document.get("method")
    if method == "progressive":
        return Kind.SLAB if document.get("mode") == "slab" else Kind.PROGRESSIVE
    if method == "bracket_interpolated":
        return Kind.POINTS if "x" in first else Kind.RANGES
    if cells & set(COLUMNS):
        return Kind.COLUMNS
    if len(brackets) > 1 or "item" in first or "per" in first:
        return Kind.NAMED_PER_UNIT if method == "per_unit" else Kind.NAMED
    if method == "per_unit":
        return Kind.PER_UNIT if cells == {"rate"} else Kind.NAMED_PER_UNIT
    return next((kind for kind, cell in _ONLY.items() if cell in cells and cells <= {cell, "from", "to"}), Kind.NAMED)


def _row(bracket: Mapping[str, Any]) -> dict[str, str]:
    row = dict.fromkeys(ALL_CELLS, "") | {"rate_kind": RateKind.PERCENT, "figure": Figure.FEE}
    priced = set(stated(bracket, (*_RATE_KINDS, *_FIGURES)))
    for key, value in bracket.items():
        if value is None and key in {*_RATE_KINDS, *_FIGURES} - priced:
            continue
        if key in CELL_OF:
            row[CELL_OF[key]] = _text(value)
        if key in _RATE_KINDS:
            row["rate_kind"] = RateKind.OTHER if value is None else _RATE_KINDS[key]
        if key in _FIGURES:
            row["figure"] = _FIGURES[key]
    return row


def _typed_float(printed: str) -> dict[str, str]:
    typed = {"float_kind": Floating.NONE, "float_up": "", "float_down": "", "float_words": ""}
    if found := _BOTH.fullmatch(printed):
        return typed | {"float_kind": Floating.BOTH, "float_up": found[1]}
    if found := _APART.fullmatch(printed):
        return typed | {"float_kind": Floating.APART, "float_down": found[1], "float_up": found[2]}
    if printed == ONLY_A_CEILING:
        return typed | {"float_kind": Floating.CEILING}
    return typed | ({"float_kind": Floating.WORDS, "float_words": printed} if printed else {})


def _text(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
