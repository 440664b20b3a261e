"""The rows of a fee item as the mark that they make: what the form reads of its fields, read of a sheet."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from market.agencies.importing.columns import Way
from market.agencies.importing.files import Part
from market.agencies.importing.values import fen
from market.agencies.rules import ByBand, Counting, Fixed, Mark, Percent, PerUnit, Schedule, Step
from market.base.errors import BreaksRule
from market.base.pricing import parse_quantity
from market.base.sheets.cells import BadCell, Row
from market.base.words import N_, register_sentences

_FIGURES = ("base", "unit", "percent", "up_to", "counting")
_OF_WAY: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Way.FIXED: (("base",), ("base",)),
    Way.PER_UNIT: (("unit",), ("unit", "base")),
    Way.PERCENT: (("percent",), ("percent",)),
    Way.BY_BAND: (("percent",), ("percent",)),
    Way.SCHEDULE: ((), ("base", "unit", "up_to", "counting")),
}
"""Of each way of pricing the columns that must be filled, and all that may be."""
_SEVERAL = (Way.BY_BAND, Way.SCHEDULE)


def read_mark(part: Part, rows: Sequence[Row], steps_per_unit: int) -> tuple[Mark | None, list[BadCell]]:
    """The mark that the rows of one fee item make, or the cells for which they make none."""
    first = rows[0]
    bad = [part.bad(row, "way", "sheets.two_ways", first=first.line) for row in rows if row["way"] != first["way"]]
    if not bad and first["way"] not in _SEVERAL:
        bad = [part.bad(row, "fee_item", "sheets.same_price", first=first.line, second=row.line) for row in rows[1:]]
    for row in rows if not bad else ():
        needed, open_ = _OF_WAY[row["way"]]
        bad += [part.bad(row, column, "import.needed") for column in needed if not row[column]]
        bad += [part.bad(row, one, "sheets.not_of_way") for one in _FIGURES if row[one] and one not in open_]
    if bad:
        return None, bad
    return _WAYS[Way(first["way"])](part, rows, steps_per_unit)


def _fixed(_part: Part, rows: Sequence[Row], _steps: int) -> tuple[Mark | None, list[BadCell]]:
    return Fixed(fen(rows[0]["base"])), []


def _per_unit(_part: Part, rows: Sequence[Row], _steps: int) -> tuple[Mark | None, list[BadCell]]:
    return PerUnit(fen(rows[0]["unit"]), fen(rows[0]["base"]) if rows[0]["base"] else 0), []


def _percent(_part: Part, rows: Sequence[Row], _steps: int) -> tuple[Mark | None, list[BadCell]]:
    return Percent(_thousandths(rows[0])), []


def _by_band(_part: Part, rows: Sequence[Row], _steps: int) -> tuple[Mark | None, list[BadCell]]:
    return ByBand(tuple(_thousandths(row) for row in rows)), []


def _schedule(part: Part, rows: Sequence[Row], steps_per_unit: int) -> tuple[Mark | None, list[BadCell]]:
    steps, bad = [], []
    for row in rows:
        if not row["base"] and not row["unit"]:
            bad.append(part.bad(row, "unit", "offer.row_without_price"))
        if row["counting"] and row["counting"] != (rows[0]["counting"] or Counting.WHOLE):
            bad.append(part.bad(row, "counting", "sheets.differs", first=rows[0].line))
        try:
            up_to = parse_quantity(row["up_to"], steps_per_unit) if row["up_to"] else None
            base, unit = (fen(row[one]) if row[one] else 0 for one in ("base", "unit"))
            steps.append(Step(up_to, base, unit))
        except BreaksRule as refusal:
            bad.append(part.bad(row, "up_to", refusal.code, **refusal.facts))
    counting = Counting(rows[0]["counting"] or Counting.WHOLE)
    return (None, bad) if bad else (Schedule(tuple(steps), counting), [])


def _thousandths(row: Row) -> int:
    return int(Decimal(row["percent"]) * 10)


_WAYS: Mapping[Way, Callable[[Part, Sequence[Row], int], tuple[Mark | None, list[BadCell]]]] = {
    Way.FIXED: _fixed,
    Way.PER_UNIT: _per_unit,
    Way.PERCENT: _percent,
    Way.BY_BAND: _by_band,
    Way.SCHEDULE: _schedule,
}


def column_of(code: str, way: str) -> str:
    """The column in which a refusal of a price stands, by its code and the way of pricing."""
    if code.startswith("offer.percent_") and code != "offer.percent_only":
        return "percent" if way in (Way.PERCENT, Way.BY_BAND) else "way"
    if code.startswith("offer.amount_"):
        return {Way.FIXED: "base", Way.PER_UNIT: "unit", Way.SCHEDULE: "unit"}.get(Way(way), "way")
    if code.startswith("price.band"):
        return {Way.FIXED: "base", Way.PER_UNIT: "unit"}.get(Way(way), "way")
    return {"offer.steps_order": "up_to", "offer.joint_not_whole": "up_to", "offer.not_markable": "fee_item"}.get(
        code, "way"
    )


register_sentences(
    {
        "sheets.two_ways": N_("Line {first} prices the same fee item in another way. Give it one way of pricing."),
        "sheets.same_price": N_("Lines {first} and {second} price the same fee item for the same place. Keep one."),
        "sheets.not_of_way": N_("This way of pricing does not use the cell. Empty it, or choose another way."),
        "sheets.differs": N_("Line {first} of the same price says something else here. Write it once, or alike."),
    }
)
