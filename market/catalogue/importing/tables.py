"""The parts of a list in one file of any format: items, links, clean-up decisions, schedules."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from market.base.errors import BreaksRule
from market.base.sheets.cells import Exact, Table
from market.base.sheets.columns import PROBLEM_SHEET, folded
from market.base.sheets.tables import checked, keys_of, table_of
from market.base.sheets.uploads import Format, Upload, csv_lines, decoded, delimiter_of, format_of
from market.base.sheets.workbook import Sheet, Workbook
from market.base.words import N_, register_sentences
from market.catalogue.importing.columns import BRACKET_SHEET, PARTS, SCHEDULE_SHEET, SHEETS


class Book:
    """A file whose parts can be asked for by name; formats are told apart by content."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.format = format_of(upload)
        self.workbook = Workbook(upload) if self.format == Format.XLSX else None
        self.document = _document(upload) if self.format == Format.JSON else None

    def part(self, name: str) -> Table | None:
        """The table of that part, or None where a file of several parts lacks it."""
        if self.document is not None:
            return _of_document(self.upload, self.document, name)
        if self.workbook is not None:
            sheet = _named(self.workbook, name)
            return table_of(self.upload, self.workbook.sheet(sheet), PARTS[name]) if sheet else None
        return _of_csv(self.upload, name) if name == "items" else None

    def sole(self, name: str) -> Table:
        """The table of the part that the file was handed in for; refuses `import.columns_missing`."""
        found = self.part(name)
        if found is not None:
            return found
        if self.workbook is not None:
            return table_of(self.upload, self.workbook.sheet(_first(self.workbook)), PARTS[name])
        if self.format == Format.CSV:
            return _of_csv(self.upload, name)
        raise BreaksRule("import.columns_missing", path=self.upload.shown, columns=name)


def _document(upload: Upload) -> dict[str, Any]:
    text = decoded(upload)[0]
    try:
        document = json.loads(text, parse_float=Decimal, parse_int=_whole)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BreaksRule("import.not_json", path=upload.shown, why=" ".join(str(error).split())[:120]) from error
    if not isinstance(document, dict):
        raise BreaksRule("import.not_json", path=upload.shown, why="no table")
    return document


def _whole(text: str) -> Decimal:
    return Decimal(text)


def _of_document(upload: Upload, document: Mapping[str, Any], name: str) -> Table | None:
    rows = document.get(name)
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BreaksRule("import.not_json", path=upload.shown, why=f"{name}: no list of tables")
    head = list(dict.fromkeys(key for row in rows for key in row)) or [one.key for one in PARTS[name]]
    lines = [(count, [_exact(row.get(key)) for key in head]) for count, row in enumerate(rows, 1)]
    return checked(Table(upload.name, "", head, keys_of(head, PARTS[name]), lines), PARTS[name])


def _exact(raw: object) -> object:
    return Exact(raw) if isinstance(raw, str) else raw


def _of_csv(upload: Upload, name: str) -> Table:
    lines = [(line, list[object](values)) for line, values in csv_lines(upload, delimiter_of(upload))]
    lines = [(line, values) for line, values in lines if any(str(one).strip() for one in values)]
    table = table_of(upload, Sheet("", lines), PARTS[name])
    kept = []
    for line, values in table.rows:
        if len(values) < len(table.head) or any(str(one).strip() for one in values[len(table.head) :]):
            table.bad.append(table.bad_cell(line, "", f"{len(values)} / {len(table.head)}", "import.cell_count"))
        else:
            kept.append((line, values[: len(table.head)]))
    table.rows = kept
    return table


def _named(workbook: Workbook, part: str) -> str:
    """The sheet that carries a part: by its name; the items may also stand on the first sheet that is nothing else."""
    wanted = {folded(part), folded(SHEETS[part])}
    named = next((name for name in workbook.names if folded(name) in wanted), "")
    return named or (_first(workbook) if part == "items" else "")


def _first(workbook: Workbook) -> str:
    taken = {folded(name) for name in (*SHEETS, *SHEETS.values(), SCHEDULE_SHEET, BRACKET_SHEET, PROBLEM_SHEET)}
    return next((name for name in workbook.names if folded(name) not in taken), workbook.names[0])


register_sentences(
    {
        "import.not_json": N_("The file {path} is not the JSON of a list ({why}). Export a list to see the format."),
    }
)
