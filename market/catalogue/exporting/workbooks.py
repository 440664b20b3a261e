"""The list as one workbook; schedules stand on two sheets of their own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from market.base.sheets.values import plain
from market.base.sheets.writing import Pages
from market.catalogue.exporting.data import ListExport, keys_of
from market.catalogue.importing.columns import BRACKET_SHEET, SCHEDULE_SHEET, SHEETS, Kind
from market.catalogue.importing.schedule_sheets import HEADINGS, OWNER, written


class ListPages(Pages):
    """The list's workbook being written."""

    WIDTHS = {Kind.TEXT: 40, Kind.NAME: 24, Kind.CODE: 14, Kind.WHOLE: 7, Kind.WORKDAYS: 12, Kind.CALENDAR_DAYS: 12}
    COUNTED = frozenset({Kind.WHOLE, Kind.WORKDAYS, Kind.CALENDAR_DAYS})

    def schedules(self, schedules: Sequence[Mapping[str, Any]]) -> None:
        """The two sheets of price schedules."""
        rows = [dict(one) for one in schedules]
        keys = keys_of(rows, but="brackets") or ["id"]
        head = [HEADINGS.get(key, key) for key in keys]
        self.sheet(SCHEDULE_SHEET, head, [[_literal(row, key) for key in keys] for row in rows]).set_column(
            0, len(keys) - 1, 20
        )
        brackets = [{OWNER: row.get("id", ""), **one} for row in rows for one in row.get("brackets") or ()]
        keys = keys_of(brackets) or [OWNER]
        head = [HEADINGS.get(key, key) for key in keys]
        self.sheet(BRACKET_SHEET, head, [[_literal(row, key) for key in keys] for row in brackets]).set_column(
            0, len(keys) - 1, 16
        )


def xlsx(data: ListExport) -> bytes:
    """The whole edition as a workbook; schedules stand on two sheets of their own."""
    day = (
        datetime.combine(data.effective_from, time(), UTC) if data.effective_from else datetime(2026, 1, 1, tzinfo=UTC)
    )
    pages = ListPages(data.title, day)
    for name, columns, rows in data.parts():
        pages.table(SHEETS[name], columns, rows)
    pages.schedules(data.schedules)
    return pages.content()


def _literal(row: Mapping[str, Any], key: str) -> object:
    """A figure as a number where a spreadsheet keeps it exactly, else as text."""
    if key not in row:
        return None
    value = row[key]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = float(value)
        return number if plain(number) == (str(value), "") else str(value)
    return written(key, value)
