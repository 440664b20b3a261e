"""The user's own file with every bad cell marked; mended and handed in again, the marks are passed over."""

import csv
import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePath

from market.base.sheets.cells import BadCell
from market.base.sheets.columns import PROBLEMS, folded
from market.base.sheets.marking import Translate, marked_workbook
from market.base.sheets.tables import head_at, keys_of
from market.base.sheets.uploads import Format, Upload, csv_lines, decoded, delimiter_of, format_of
from market.base.sheets.values import protected
from market.catalogue.importing.columns import PARTS
from market.catalogue.importing.exact import exact_json
from market.catalogue.importing.tables import Book


def marked_copy(upload: Upload, bad: Sequence[BadCell], translate: Translate = str) -> Upload:
    """The same file with its bad cells marked and explained in the language of `translate`.

    A workbook keeps its formatting and gains a sheet of problems; CSV gains a first column in the same encoding; JSON
    gains a list `problems`.
    """
    own = [cell for cell in bad if cell.file == upload.name]
    mark = {Format.XLSX: marked_workbook, Format.CSV: _csv, Format.JSON: _json}[format_of(upload)]
    name = PurePath(upload.name)
    return Upload(f"{name.stem}-{PROBLEMS}{name.suffix}", mark(upload, own, translate))


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
