"""Workbooks for tests: the rows of each part under the official headings, or under the keys."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from market.agencies.importing.columns import PARTS, SHEETS
from market.base.sheets.uploads import Upload

PAPER: dict[str, Any] = {
    "qualification": "", "paper_name": "【虚构】资质证书", "issuer": "【虚构】协会", "number": "FAKE-7",
    "valid_from": "2025-01-01", "valid_until": "2099-01-01",
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "name": "【虚构】某测绘院", "kind": "事业单位", "region": "虚构市", "legal_representative": "【虚构】某某",
    "address": "虚构市虚构路 1 号", "phone": "０７４３-８２２１２３４", "services": "", "letter_signed_on": "2026-06-02",
}  # fmt: skip


def workbook(
    parts: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    name: str = "上传.xlsx",
    heads: str = "heading",
    merge: str = "",
) -> Upload:
    """A workbook with the rows of each part; a part that is no part becomes a sheet of that name."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for part, rows in parts.items():
        sheet = book.create_sheet(SHEETS.get(part, part) if heads == "heading" else part)
        columns = PARTS.get(part, ())
        sheet.append([getattr(one, heads) for one in columns] or ["？"])
        for row in rows:
            sheet.append([row.get(one.key) for one in columns])
        if merge:
            sheet.merge_cells(merge)
    saved = io.BytesIO()
    book.save(saved)
    return Upload(name, saved.getvalue())


def part(upload: Upload) -> dict[str, Any]:
    """A workbook as the field `file` of a form."""
    return {"file": (io.BytesIO(upload.content), upload.name)}


def cells(content: bytes) -> dict[str, Any]:
    """A workbook's comments and values by `sheet!cell`."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        f"{sheet.title}!{cell.coordinate}": cell.comment.text if cell.comment else cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None or cell.comment
    }
