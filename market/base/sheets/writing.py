"""A workbook to hand out: official headings in their order, labels for closed values, no formula anywhere."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import xlsxwriter

from market.base.sheets.columns import NAME, TEXT, Column
from market.base.sheets.values import protected

EXPLAINED = "说明"
"""The sheet that explains the columns; it is passed over when a file comes back."""
_CHOSEN_ROWS = 2000


class Pages:
    """A workbook being written. `WIDTHS` and `COUNTED`: which kinds of column are how wide, and hold whole numbers."""

    WIDTHS: ClassVar[Mapping[str, int]] = {TEXT: 40, NAME: 24}
    COUNTED: ClassVar[frozenset[str]] = frozenset()

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
        """A sheet of rows under the headings of their columns, closed values in their official words."""
        lines = [[self._shown(column, row.get(column.key, "")) for column in columns] for row in rows]
        sheet = self.sheet(name, [column.heading for column in columns], lines)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, self.WIDTHS.get(column.kind, 16))
        return sheet

    def drop_downs(self, sheet: Any, columns: Sequence[Column]) -> None:
        """Offer the words of each closed column in a list to choose from."""
        for at, column in enumerate(columns):
            if column.closed:
                words = [labels[0] for labels in column.closed.values()]
                rule = {"validate": "list", "source": words, "ignore_blank": True, "error_title": column.heading}
                sheet.data_validation(1, at, _CHOSEN_ROWS, at, rule)

    def explained(self, lines: Sequence[Sequence[object]]) -> None:
        """The page that explains every column: sheet, heading, key, and what it holds in both languages."""
        sheet = self.sheet(EXPLAINED, ["工作表 Sheet", "列 Column", "键 Key", "说明", "Explanation"], lines)
        sheet.set_column(0, 2, 22)
        sheet.set_column(3, 4, 60)

    def content(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self._bytes.getvalue()

    def _shown(self, column: Column, value: str) -> object:
        if column.kind in self.COUNTED and value.isdigit():
            return int(value)
        if value in column.closed:
            return column.closed[value][0]
        return value or None
