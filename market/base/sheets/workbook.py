"""A workbook's sheets as rows of plain values; merged cells are filled down or refused by their range."""

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

import openpyxl
from openpyxl.utils import range_boundaries

from market.base.errors import BreaksRule
from market.base.sheets.cells import Formula, Percentage, SheetError
from market.base.sheets.uploads import LIMITS, Limits, Upload, safe_zip

MOST_COLUMNS = 256
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
# How a workbook writes a line break in XML; the library undoes other escapes.
_ESCAPED = re.compile(r"_x(000[9ADad])_")


@dataclass(slots=True)
class Sheet:
    """A sheet: its lines that hold anything, and the ranges of its merged cells (left, top, right, bottom)."""

    name: str
    lines: list[tuple[int, list[object]]]
    merged: list[tuple[str, tuple[int, int, int, int]]] = field(default_factory=list)


class Workbook:
    """An opened workbook; a sheet is read when it is asked for. Refuses what `safe_zip` refuses."""

    def __init__(self, upload: Upload, limits: Limits = LIMITS) -> None:
        safe_zip(upload, limits)
        self.upload, self.limits = upload, limits
        try:
            with warnings.catch_warnings():
                # What the library leaves out (validations, headers) is no part of the values.
                warnings.simplefilter("ignore")
                self._book = openpyxl.load_workbook(io.BytesIO(upload.content), read_only=True, keep_links=False)
            self.names = [sheet.title for sheet in self._book.worksheets]
        except Exception as error:  # the library has no exception of its own for a torn file
            raise BreaksRule("import.not_workbook", path=upload.shown) from error

    def sheet(self, name: str) -> Sheet:
        """The sheet's lines. Refuses `import.not_workbook` and `import.too_many_rows`."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Sheet(name, list(self._lines(name)), self._merged(name))
        except BreaksRule:
            raise
        except Exception as error:
            raise BreaksRule("import.not_workbook", path=self.upload.shown) from error

    def _lines(self, name: str) -> Iterator[tuple[int, list[object]]]:
        sheet = self._book[name]
        sheet.reset_dimensions()
        found = 0
        for line, cells in enumerate(sheet.iter_rows(), 1):
            values = [_value(cell) for cell in cells]
            while values and (values[-1] is None or values[-1] == "" or str(values[-1]).isspace()):
                values.pop()
            if not values:
                continue
            found += 1
            if found > self.limits.rows or len(values) > MOST_COLUMNS:
                told = {"rows": self.limits.rows, "columns": MOST_COLUMNS}
                raise BreaksRule("import.too_many_rows", path=self.upload.shown, **told)
            yield line, values

    def _merged(self, name: str) -> list[tuple[str, tuple[int, int, int, int]]]:
        path = self._book[name]._worksheet_path  # read-only sheets say nothing of merged cells themselves
        text = self._book._archive.read(path.removeprefix("/"))
        ranges = (found.decode() for found in _MERGE.findall(text))
        return [(one, range_boundaries(one)) for one in ranges]


def _value(cell: object) -> object:
    raw = getattr(cell, "value", None)
    if raw is None:
        return None
    kind = getattr(cell, "data_type", "")
    if kind == "f":
        return Formula(raw)
    if kind == "e":
        return SheetError(raw)
    if isinstance(raw, int | float) and "%" in (getattr(cell, "number_format", None) or ""):
        return Percentage(raw)
    if not isinstance(raw, str) or "_x" not in raw:
        return raw
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), raw)
