"""The user's own file with every bad cell marked; mended and handed in again, the marks are passed over."""

import csv
import io
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from market.base.errors import BreaksRule
from market.base.words import N_
from market.catalogue.importing.cells import BadCell
from market.catalogue.importing.columns import PARTS, PROBLEM_SHEET, PROBLEMS, folded
from market.catalogue.importing.exact import exact_json
from market.catalogue.importing.tables import Book, head_at, keys_of
from market.catalogue.importing.uploads import Format, Upload, csv_lines, decoded, delimiter_of, format_of
from market.catalogue.importing.values import protected

Translate = Callable[[str], str]
_RED = "FFFFC7CE"
_SIGNED = "清单导入"  # who wrote a comment: ours are taken off before new ones are made


def marked_copy(upload: Upload, bad: Sequence[BadCell], translate: Translate = str) -> Upload:
    """The same file with its bad cells marked and explained in the language of `translate`.

    A workbook keeps its formatting and gains a sheet of problems; CSV gains a first column in the same encoding; JSON
    gains a list `problems`.
    """
    own = [cell for cell in bad if cell.file == upload.name]
    mark = {Format.XLSX: _workbook, Format.CSV: _csv, Format.JSON: _json}[format_of(upload)]
    name = PurePath(upload.name)
    return Upload(f"{name.stem}-{PROBLEMS}{name.suffix}", mark(upload, own, translate))


def _workbook(upload: Upload, bad: Sequence[BadCell], translate: Translate) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(upload.content), rich_text=True, keep_links=False)
    except Exception as error:  # the library has no exception of its own for what it cannot keep
        raise BreaksRule("import.not_workbook", path=upload.shown) from error
    for name in [name for name in book.sheetnames if folded(name) == PROBLEM_SHEET]:
        book.remove(book[name])
    for sheet in book.worksheets:
        _clean(sheet)
    by_cell: dict[tuple[str, str], list[BadCell]] = defaultdict(list)
    for cell in bad:
        if cell.address:
            by_cell[cell.sheet, cell.address].append(cell)
    for (sheet, address), cells in by_cell.items():
        # Of merged cells only the first can bear a mark.
        target = book[sheet][str(cells[0].facts.get("range", address)).partition(":")[0]]
        target.fill = PatternFill("solid", start_color=_RED, end_color=_RED)
        text = "\n".join(dict.fromkeys(cell.sentence(translate) for cell in cells))
        target.comment = Comment(text, _SIGNED, width=320, height=140)
    _problems(book, bad, translate)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _clean(sheet: Any) -> None:
    """Take off the marks of an earlier round."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == _SIGNED:
                cell.comment = None
                cell.fill = PatternFill()


def _problems(book: Any, bad: Sequence[BadCell], translate: Translate) -> None:
    sheet = book.create_sheet(PROBLEM_SHEET)
    heads = [translate(word) for word in (N_("Line"), N_("Cell"), N_("Column"), N_("Value"), N_("Problem"))]
    lines = [[str(one.line), one.place, one.heading or one.column, one.value, one.sentence(translate)] for one in bad]
    for at, line in enumerate([heads, *lines], 1):
        for column, text in enumerate(line, 1):
            cell = sheet.cell(at, column)
            cell.value = protected(_printable(text))
            cell.data_type = "s"
            cell.font = Font(bold=at == 1)
    for letter, width in zip("ABCDE", (8, 18, 24, 40, 100), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _csv(upload: Upload, bad: Sequence[BadCell], translate: Translate) -> bytes:
    said = {
        line: " / ".join(dict.fromkeys(_said(cell, translate) for cell in cells))
        for line, cells in groupby(sorted(bad, key=lambda cell: cell.line), key=lambda cell: cell.line)
    }
    delimiter = delimiter_of(upload)
    lines = csv_lines(upload, delimiter)
    head = _head_of(lines)
    again = bool(lines) and bool(lines[head][1]) and folded(lines[head][1][0]) == PROBLEMS
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for at, (line, values) in enumerate(lines):
        rest = values[1:] if again else values
        first = PROBLEMS if at == head else said.get(line, "")
        writer.writerow([protected(first), *rest] if rest else [])
    return text.getvalue().encode(decoded(upload)[1], errors="replace")


def _head_of(lines: Sequence[tuple[int, Sequence[object]]]) -> int:
    """Which line holds the headings, whatever part of the list the file is."""
    found = {part: head_at(lines, columns) for part, columns in PARTS.items()}
    known = {
        part: sum(map(bool, keys_of([str(one) for one in lines[at][1]], PARTS[part]))) for part, at in found.items()
    }
    return found[max(known, key=lambda part: known[part])]


def _said(cell: BadCell, translate: Translate) -> str:
    heading = cell.heading or cell.column
    return f"{heading}: {cell.sentence(translate)}" if heading else cell.sentence(translate)


def _json(upload: Upload, bad: Sequence[BadCell], translate: Translate) -> bytes:
    document = dict(Book(upload).document or {})
    said = [
        {"row": cell.line, "column": cell.column, "value": cell.value, "problem": cell.sentence(translate)}
        for cell in bad
    ]
    return (exact_json({"problems": said, **{key: one for key, one in document.items() if key != "problems"}})).encode()
