"""The parts of a list in one file of any format: items, links, clean-up decisions, schedules."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from market.base.errors import BreaksRule
from market.base.words import N_, register_sentences
from market.catalogue.importing.cells import Exact, Table
from market.catalogue.importing.columns import (
    BRACKET_SHEET,
    PARTS,
    PROBLEM_SHEET,
    SCHEDULE_SHEET,
    SHEETS,
    Column,
    folded,
)
from market.catalogue.importing.uploads import Format, Upload, csv_lines, decoded, delimiter_of, format_of
from market.catalogue.importing.workbook import MOST_ROWS, Sheet, Workbook

_HEADS = 10  # a title and remarks may stand above the headings


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
            return _table(self.upload, self.workbook.sheet(sheet), PARTS[name]) if sheet else None
        return _of_csv(self.upload, name) if name == "items" else None

    def sole(self, name: str) -> Table:
        """The table of the part that the file was handed in for; refuses `import.columns_missing`."""
        found = self.part(name)
        if found is not None:
            return found
        if self.workbook is not None:
            return _table(self.upload, self.workbook.sheet(_first(self.workbook)), PARTS[name])
        if self.format == Format.CSV:
            return _of_csv(self.upload, name)
        raise BreaksRule("import.columns_missing", path=self.upload.shown, columns=name)


def keys_of(head: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The column of each heading, in either language; empty where it is not known."""
    known = {folded(word): one.key for one in columns for word in (one.key, one.heading)}
    return [known.get(folded(name), "") for name in head]


def head_at(lines: Sequence[tuple[int, Sequence[object]]], columns: Sequence[Column]) -> int:
    """Which of the first lines holds the headings: the one with most of them."""

    def known(index: int) -> int:
        return sum(1 for key in keys_of([heading(one) for one in lines[index][1]], columns) if key)

    return max(range(min(_HEADS, len(lines))), key=known, default=0)


def heading(raw: object) -> str:
    """A cell of the first line as the heading it is."""
    return raw.strip().removeprefix("'") if isinstance(raw, str) else "" if raw is None else str(raw)


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
    return _checked(Table(upload.name, "", head, keys_of(head, PARTS[name]), lines), PARTS[name])


def _exact(raw: object) -> object:
    return Exact(raw) if isinstance(raw, str) else raw


def _of_csv(upload: Upload, name: str) -> Table:
    lines = [(line, list[object](values)) for line, values in csv_lines(upload, delimiter_of(upload))]
    lines = [(line, values) for line, values in lines if any(str(one).strip() for one in values)]
    table = _table(upload, Sheet("", lines), PARTS[name])
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


def _table(upload: Upload, sheet: Sheet, columns: Sequence[Column]) -> Table:
    at = head_at(sheet.lines, columns)
    line, values = sheet.lines[at] if sheet.lines else (0, [])
    head = [heading(one) for one in values]
    while head and not head[-1].strip():
        head.pop()
    rows = sheet.lines[at + 1 :]
    if len(rows) > MOST_ROWS:
        raise BreaksRule("import.too_many_rows", path=upload.shown, rows=MOST_ROWS, columns=len(head))
    table = _checked(Table(upload.name, sheet.name, head, keys_of(head, columns), rows), columns)
    fill_down(table, sheet, line)
    if sheet.name:
        nothing_beside(table)
    return table


def _checked(table: Table, columns: Sequence[Column]) -> Table:
    known = [key for key in table.keys if key]
    missing = [one.key for one in columns if one.needed and one.key not in known]
    twice = sorted({key for key in known if known.count(key) > 1})
    if missing or twice:
        raise BreaksRule("import.columns_missing", path=table.file, columns=", ".join(missing or twice))
    return table


def nothing_beside(table: Table) -> None:
    """Every row as long as the headings; a value that stands beside them is refused."""
    width = len(table.head)
    for index, (line, values) in enumerate(table.rows):
        if any(one not in (None, "") for one in values[width:]):
            table.bad.append(table.bad_cell(line, "", next(one for one in values[width:] if one), "import.no_heading"))
            table.spoiled.add(line)
        table.rows[index] = line, [*values[:width], *[None] * (width - len(values))]


def fill_down(table: Table, sheet: Sheet, head_line: int) -> None:
    """A value merged down one column belongs to every row; any other merged range is a bad cell."""
    rows = dict(table.rows)
    for name, (left, top, right, bottom) in sheet.merged:
        if bottom <= head_line or not any(table.keys[left - 1 : right]):
            continue
        covered = [line for line in rows if top <= line <= bottom]
        if left == right and top > head_line:
            above = next((rows[line][left - 1] for line in covered if len(rows[line]) >= left and line == top), None)
            for line in covered:
                rows[line].extend([None] * (left - len(rows[line])))
                rows[line][left - 1] = above
        else:
            key = next(key for key in table.keys[left - 1 : right] if key)
            bad = table.bad_cell(max(top, head_line), key, name, "import.merged", range=name)
            table.bad.append(bad)
            table.spoiled.update(covered)


register_sentences(
    {
        "import.columns_missing": N_(
            "The file {path} lacks columns or names one twice: {columns}. Use the template's first line."
        ),
        "import.not_json": N_("The file {path} is not the JSON of a list ({why}). Export a list to see the format."),
        "import.too_many_rows": N_(
            "The file {path} has more than {rows} rows or {columns} columns with content. Remove what is not part of the list."
        ),
    }
)
