"""Everything that is wrong with a typed schedule, each problem led back to the field it was typed in.

The one reader of schedules decides, and stops at its first refusal. So that an editor sees all of them, the same reader
is asked again about each row alone and about each two rows that meet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from market.base.errors import BreaksRule
from market.catalogue.forms.price_document import CELL_OF, Typed
from market.catalogue.forms.price_kinds import CELLS, PriceKind
from market.catalogue.importing.exact import exact_json
from market.catalogue.schedules import NormalSchedule, RefusedSchedule, read_schedules

_HEAD = {
    "title_zh": "title",
    "method": "kind",
    "mode": "kind",
    "unit": "fee_unit",
    "base": "base_name",
    "float_range": "float_kind",
    "rate_percent": "below_first",
}
_SAID = {
    **dict.fromkeys(("rate_percent", "rate_permille", "unit_rate", "fee", "max_rate_percent"), "rate"),
    "area_ratio_percent": "ratio",
    "fee_min": "least",
    "fee_max": "most",
    "min": "least",
    "max": "most",
    **dict.fromkeys(("below_first", "above_last"), "outer"),
    **dict.fromkeys(("effective_from", "effective_until"), "effective"),
}
# What a row alone or a pair alone is refused for, although the whole is not.
_ONLY_WHOLE = (
    "schedule.start_unknown",
    "schedule.item_missing",
    "schedule.minimum_base_outside",
    "schedule.item_twice",
)
_PROGRESSIVE = (PriceKind.PROGRESSIVE, PriceKind.SLAB)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and the id of the field it stands at (empty: the whole schedule)."""

    code: str
    field: str
    refusal: BreaksRule


@dataclass(frozen=True, slots=True)
class Understood:
    """What the register understands of a typed schedule: the normal schedule, or the problems."""

    schedule: NormalSchedule | None
    problems: list[Problem]


def understand(document: Mapping[str, Any], typed: Typed) -> Understood:
    """Read the document as the import would."""
    read = _read(document)
    if isinstance(read, NormalSchedule):
        return Understood(read, [])
    found: dict[tuple[str, str], Problem] = {}
    for refusal, offset in [(read.refusal, 0), *_parts(document, typed)]:
        problem = _problem(refusal, offset, typed)
        found.setdefault((problem.code, problem.field), problem)
    return Understood(None, list(found.values()))


def _read(document: Mapping[str, Any]) -> NormalSchedule | RefusedSchedule:
    return read_schedules('{"schedules": [' + exact_json(document) + "]}")[0]


def _parts(document: Mapping[str, Any], typed: Typed) -> Iterator[tuple[BreaksRule, int]]:
    """The refusals of each row alone and of each two rows that meet, with how many rows stand before them."""
    brackets = document["brackets"]
    for before in range(len(brackets)):
        for rows in (_alone(brackets[before], typed.kind), brackets[before : before + 2]):
            read = _read({**document, "brackets": rows})
            lacks_a_second = typed.kind == PriceKind.POINTS and len(rows) == 1
            if isinstance(read, RefusedSchedule) and read.code not in _ONLY_WHOLE and not lacks_a_second:
                yield read.refusal, before


def _alone(bracket: Mapping[str, Any], kind: PriceKind) -> list[Mapping[str, Any]]:
    # A rate is judged apart from its limits: a progressive table that begins above 0 would hide it.
    return [{**bracket, "from": 0, "to": None} if kind in _PROGRESSIVE else bracket]


def _problem(refusal: BreaksRule, offset: int, typed: Typed) -> Problem:
    bracket, cell = refusal.facts.get("bracket"), str(refusal.facts.get("cell", ""))
    number = bracket + offset if isinstance(bracket, int) else None
    at = _row_field(number, cell, typed) if number else _head_field(refusal.code, cell, typed)
    said = _SAID.get(cell, cell.split(" ", maxsplit=1)[0])
    facts = dict(refusal.facts) | {"cell": f"price_cell.{said}"} | ({"bracket": number} if number else {})
    return Problem(refusal.code, at, BreaksRule(refusal.code, **facts))


def _row_field(number: int, cell: str, typed: Typed) -> str:
    row = typed.rows[number - 1][0]
    field = CELL_OF.get(cell, CELLS[typed.kind][0])
    if field == "per" and "per" not in CELLS[typed.kind]:
        return "base_unit"
    return f"brackets-{row}-{field if field in CELLS[typed.kind] else CELLS[typed.kind][0]}"


def _head_field(code: str, cell: str, typed: Typed) -> str:
    if code in ("schedule.unit_missing", "schedule.unit_conflict"):
        return "base_unit"
    if code == "schedule.limits_contradict":
        return "minimum_fee"
    if code == "schedule.minimum_base_outside":
        return "minimum_base"
    if code == "schedule.no_brackets":
        return f"brackets-0-{CELLS[typed.kind][0]}"
    if cell == "rate_percent" and not typed.head["below_first"]:
        return "above_last"
    if cell.startswith("coefficients") or code.startswith("schedule.coefficient"):
        return "coefficients"
    field = _HEAD.get(cell, cell)
    return field if field in typed.head else ""
