"""The user's own workbook with every bad cell marked; mended and handed in again, the marks are passed over."""

import io
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from market.base.errors import BreaksRule
from market.base.sheets.cells import BadCell
from market.base.sheets.columns import PROBLEM_SHEET, folded
from market.base.sheets.uploads import Upload
from market.base.sheets.values import protected
from market.base.words import N_

Translate = Callable[[str], str]
_RED = "FFFFC7CE"
_SIGNED = "清单导入"  # who wrote a comment: ours are taken off before new ones are made


def marked_workbook(upload: Upload, bad: Sequence[BadCell], translate: Translate = str) -> bytes:
    """The same workbook with its bad cells marked, and a sheet of problems; marks of an earlier round are taken off."""
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
