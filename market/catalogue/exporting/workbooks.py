"""The list as one workbook: official headings in official order, labels for closed values, no formula anywhere."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from market.catalogue.exporting.data import ListExport, keys_of
from market.catalogue.importing.columns import BRACKET_SHEET, SCHEDULE_SHEET, SHEETS, Column, Kind
from market.catalogue.importing.schedule_sheets import HEADINGS, OWNER, written
from market.catalogue.importing.values import plain, protected

_WIDTHS = {Kind.TEXT: 40, Kind.NAME: 24, Kind.CODE: 14, Kind.WHOLE: 7, Kind.WORKDAYS: 12, Kind.CALENDAR_DAYS: 12}
_COUNTED = (Kind.WHOLE, Kind.WORKDAYS, Kind.CALENDAR_DAYS)


class Pages:
    """A workbook being written."""

    def __init__(self, title: str, created: datetime) -> None:
        self._bytes = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self._bytes, options)
        # A fixed time: the same edition is the same file, byte for byte.
        self.book.set_properties({"title": title, "created": created})
        self.head = self.book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#E8EEF7"}
        )
        self.cell = self.book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.figure = self.book.add_format({"valign": "top"})

    def sheet(self, name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Any:
        """A sheet with a frozen, filtered first line; texts are written as texts whatever they begin with."""
        sheet = self.book.add_worksheet(name)
        for at, word in enumerate(head):
            sheet.write_string(0, at, protected(word), self.head)
        for line, values in enumerate(rows, 1):
            for at, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(line, at, protected(value), self.cell)
                elif value is not None:
                    sheet.write_number(line, at, value, self.figure)
        sheet.freeze_panes(1, 0)
        if head:
            sheet.autofilter(0, 0, max(len(rows), 1), len(head) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        return sheet

    def table(self, name: str, columns: Sequence[Column], rows: Sequence[Mapping[str, str]]) -> Any:
        """A sheet of one part of the list."""
        lines = [[_shown(column, row.get(column.key, "")) for column in columns] for row in rows]
        sheet = self.sheet(name, [column.heading for column in columns], lines)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _WIDTHS.get(column.kind, 16))
        return sheet

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

    def content(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self._bytes.getvalue()


def xlsx(data: ListExport) -> bytes:
    """The whole edition as a workbook; schedules stand on two sheets of their own."""
    day = (
        datetime.combine(data.effective_from, time(), UTC) if data.effective_from else datetime(2026, 1, 1, tzinfo=UTC)
    )
    pages = Pages(data.title, day)
    for name, columns, rows in data.parts():
        pages.table(SHEETS[name], columns, rows)
    pages.schedules(data.schedules)
    return pages.content()


def _shown(column: Column, value: str) -> object:
    if column.kind in _COUNTED and value.isdigit():
        return int(value)
    if value in column.closed:
        return column.closed[value][0]
    return value or None


def _literal(row: Mapping[str, Any], key: str) -> object:
    """A figure as a number where a spreadsheet keeps it exactly, else as text."""
    if key not in row:
        return None
    value = row[key]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = float(value)
        return number if plain(number) == (str(value), "") else str(value)
    return written(key, value)
