"""Sheets to hand out: a template with every column explained, and an agency's own papers and prices as they stand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from market.agencies.importing.columns import NOTES, PARTS, SHEETS, Kind, Way
from market.agencies.models import AgencyPaper
from market.agencies.rules import ByBand, Fixed, Mark, Percent, PerUnit, Schedule
from market.base.money import format_yuan
from market.base.sheets.columns import DAY, NAME, PERCENT, TEXT
from market.base.sheets.writing import Pages
from market.catalogue.models import FeeItem

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
Cells = dict[str, str]
OWN_PARTS = ("papers", "offers")
"""What an agency fills in itself."""
ENTRY_PARTS = ("agencies", "papers")
"""What the desk fills in for new agencies."""


class SheetPages(Pages):
    """A workbook of agencies, papers and prices being written."""

    WIDTHS = {
        TEXT: 18, NAME: 26, DAY: 13, PERCENT: 11, Kind.USCC: 23, Kind.CODE: 13, Kind.MONEY: 15, Kind.WHOLE: 11,
        Kind.DAYS: 11, Kind.SERVICES: 24, Kind.EMAIL: 24, Kind.HALF_WIDTH: 18,
    }  # fmt: skip
    COUNTED = frozenset({Kind.WHOLE, Kind.DAYS})


def template(parts: Sequence[str]) -> bytes:
    """An empty workbook with the sheets of some parts."""
    return workbook(dict.fromkeys(parts, ()))


def workbook(parts: Mapping[str, Sequence[Cells]]) -> bytes:
    """The rows of each part under their headings, and the page that explains every column."""
    pages = SheetPages("·".join(SHEETS[part] for part in parts), _FIRST)
    for part, rows in parts.items():
        pages.drop_downs(pages.table(SHEETS[part], PARTS[part], rows), PARTS[part])
    pages.explained(
        [[SHEETS[part], one.heading, one.key, *NOTES[part][one.key]] for part in parts for one in PARTS[part]]
    )
    return pages.content()


def paper_cells(uscc: str, paper: AgencyPaper) -> Cells:
    """A paper as a row."""
    return {
        "agency_code": uscc, "qualification": paper.qualification, "major": paper.major, "grade": paper.grade,
        "paper_name": paper.name, "issuer": paper.issuer, "number": paper.number,
        "valid_from": paper.valid_from.isoformat(), "valid_until": paper.valid_until.isoformat(),
    }  # fmt: skip


def mark_cells(mark: Mark, item: FeeItem) -> list[Cells]:
    """A mark as the rows that make it."""
    if isinstance(mark, Fixed):
        return [{"way": Way.FIXED, "base": _yuan(mark.amount_fen)}]
    if isinstance(mark, PerUnit):
        based = {"base": _yuan(mark.base_fen)} if mark.base_fen else {}
        return [{"way": Way.PER_UNIT, "unit": _yuan(mark.unit_fen), **based}]
    if isinstance(mark, Percent):
        return [{"way": Way.PERCENT, "percent": _percent(mark.thousandths)}]
    if isinstance(mark, ByBand):
        return [{"way": Way.BY_BAND, "percent": _percent(part)} for part in mark.thousandths]
    return _schedule(mark, item)


def _schedule(mark: Schedule, item: FeeItem) -> list[dict[str, Any]]:
    return [
        {
            "way": Way.SCHEDULE,
            "counting": mark.counting,
            "up_to": "" if step.up_to is None else f"{Decimal(step.up_to) / item.steps_per_unit:f}",
            "base": _yuan(step.base_fen),
            "unit": _yuan(step.unit_fen),
        }
        for step in mark.steps
    ]


def _yuan(fen: int) -> str:
    return format_yuan(fen).removeprefix("¥")


def _percent(thousandths: int) -> str:
    return f"{Decimal(thousandths) / 10:f}"
