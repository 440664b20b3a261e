"""Files as people and attackers hand them in: refused in one sentence; the marked copy leads to a clean import."""

import csv
import io
import time
import zipfile

import openpyxl
import pytest

from market.base.errors import BreaksRule
from market.base.sheets.uploads import LIMITS
from market.base.words import SENTENCES
from market.catalogue import exporting
from market.catalogue.exporting import ListExport
from market.catalogue.importing import ListFiles, Upload, read_list
from market.catalogue.importing.marking import marked_copy
from tests.catalogue.test_import_cells import GOOD, document, workbook


def packed(entries: dict[str, bytes]) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return saved.getvalue()


def unpacked(upload: Upload) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


BOOK = workbook([GOOD])
PARTS = unpacked(BOOK)
SHEET = PARTS["xl/worksheets/sheet1.xml"]
BOMB = {f"xl/media/{number}.bin": bytes(9 * 1024**2) for number in range(10)}
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
ENTITIES = SHEET.replace(b"<worksheet", LAUGHS + b"<worksheet", 1).replace(b"</t>", b"&b;</t>", 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.columns_missing"),
        (b"PK\x03\x04 and nothing more", "import.not_workbook"),
        (BOOK.content[: len(BOOK.content) // 2], "import.not_workbook"),
        (packed({"a.txt": b"no workbook"}), "import.not_workbook"),
        (packed({**PARTS, "xl/workbook.xml": b"<torn"}), "import.not_workbook"),
        (packed({**PARTS, "xl/worksheets/sheet1.xml": SHEET[:200]}), "import.not_workbook"),
        (packed({**PARTS, "xl/worksheets/sheet1.xml": ENTITIES}), "import.not_workbook"),
        (packed({**PARTS, **BOMB}), "import.bomb"),
        (packed({**PARTS, **{f"x/{number}": b"" for number in range(600)}}), "import.bomb"),
        (packed({**PARTS, "xl/vbaProject.bin": b"macro"}), "import.macros"),
        (packed({**PARTS, "xl/externalLinks/externalLink1.xml": b"<x/>"}), "import.external_links"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "import.locked"),
        (b"<html><table><tr><td>name_zh</td></tr></table></html>", "import.web_page"),
        ("\ufeff<?xml version='1.0'?><Workbook/>".encode(), "import.web_page"),
        (bytes(LIMITS.size + 1), "import.too_large"),
        (b'{"items": [', "import.not_json"),
        (b'{"items": {}}', "import.not_json"),
        (b'{"items": ' + b"[" * 100_000, "import.not_json"),
        (b'a,"b\n', "import.not_csv"),
        (b"\xff\xfe\x00\x00\xff", "import.file_unreadable"),
    ],
    ids=range(20),
)
def test_a_hostile_or_torn_file_is_refused_in_one_sentence(content: bytes, code: str) -> None:
    with pytest.raises(BreaksRule) as refused:
        read_list(ListFiles(Upload("清单.xlsx", content)))
    assert (refused.value.code, "清单.xlsx" in refused.value.sentence()) == (code, True)


def test_a_million_empty_rows_are_read_and_not_kept() -> None:
    empty = b"".join(b'<row r="%d"/>' % number for number in range(3, 1_000_000))
    sheet = SHEET.replace(b"</sheetData>", empty + b"</sheetData>")
    data = read_list(ListFiles(Upload("x.xlsx", packed({**PARTS, "xl/worksheets/sheet1.xml": sheet}))))
    assert (data.bad, len(data.items)) == ([], 1)


def test_more_rows_than_a_list_has_are_refused() -> None:
    text = ",".join(GOOD) + "\n" + "\n".join(f"{number}," * (len(GOOD) - 1) for number in range(10_001))
    with pytest.raises(BreaksRule) as refused:
        read_list(ListFiles(Upload("x.csv", text.encode())))
    assert refused.value.code == "import.too_many_rows"


def test_two_thousand_items_are_checked_within_three_seconds() -> None:
    items = [{**{key: str(value) for key, value in GOOD.items()}, "name_zh": f"评估{number}"} for number in range(2000)]
    content = exporting.xlsx(ListExport(items))
    heard: list[tuple[int, int]] = []
    begun = time.process_time()
    data = read_list(ListFiles(Upload("x.xlsx", content)), told=lambda done, total: heard.append((done, total)))
    assert time.process_time() - begun < 3
    assert (data.bad, len(data.items)) == ([], 2000)
    assert (heard[0], heard[-1], heard == sorted(heard)) == ((0, 2000), (2000, 2000), True)


BAD = {**GOOD, "name_zh": "坏行", "pricing": "随意", "time_limit_workdays": "15天"}
OTHER = {**GOOD, "name_zh": "好行"}


def translate(sentence: str) -> str:
    return "（译）" + sentence


def test_a_marked_workbook_names_every_bad_cell_and_mended_imports_cleanly() -> None:
    upload = workbook([GOOD, BAD, OTHER])
    data = read_list(ListFiles(upload))
    copy = marked_copy(upload, data.bad, translate)
    assert copy.name == "清单-问题.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(copy.content))
    sheet = book.worksheets[0]
    marked = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.comment}
    assert set(marked) == {cell.address for cell in data.bad}
    assert all(
        cell.comment.text.startswith("（译）") and cell.fill.start_color.rgb == "FFFFC7CE" for cell in marked.values()
    )
    assert [row[1].value for row in book["问题清单"].iter_rows(min_row=2)] == [cell.place for cell in data.bad]
    again = read_list(ListFiles(copy))
    assert [(cell.address, cell.code) for cell in again.bad] == [(cell.address, cell.code) for cell in data.bad]
    for cell in marked.values():
        cell.value = "市场调节价" if cell.value == "随意" else 15
    saved = io.BytesIO()
    book.save(saved)
    mended = read_list(ListFiles(Upload(copy.name, saved.getvalue())))
    assert (mended.bad, len(mended.items)) == ([], 3)
    assert mended.passed_over == []


def test_a_second_marking_takes_the_first_marks_off() -> None:
    upload = workbook([GOOD, BAD])
    data = read_list(ListFiles(upload))
    first = marked_copy(upload, data.bad)
    second = marked_copy(first, [])
    book = openpyxl.load_workbook(io.BytesIO(second.content))
    assert not [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.comment]
    assert book["问题清单"].max_row == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_marked_csv_keeps_its_encoding_and_imports_cleanly_when_mended(encoding: str) -> None:
    rows = [GOOD, BAD, OTHER]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(GOOD))
    writer.writeheader()
    writer.writerows(rows)
    upload = Upload("清单.csv", text.getvalue().encode(encoding))
    data = read_list(ListFiles(upload))
    copy = marked_copy(upload, data.bad, translate)
    said = [row["问题"] for row in csv.DictReader(io.StringIO(copy.content.decode(encoding), newline=""))]
    assert [bool(one) for one in said] == [False, True, False]
    assert said[1].count("（译）") == 2
    mended = copy.content.decode(encoding).replace("随意", "市场调节价").replace("15天", "15")
    again = read_list(ListFiles(Upload("清单.csv", mended.encode(encoding))))
    assert (again.bad, len(again.items), again.passed_over) == ([], 3, [])
    twice = marked_copy(copy, data.bad, translate)
    assert twice.content.decode(encoding).count("问题") == 1


def test_a_marked_json_lists_its_problems_and_imports_cleanly_when_mended() -> None:
    upload = document(items=[GOOD, {**BAD, "time_limit_workdays": ""}])
    data = read_list(ListFiles(upload))
    copy = marked_copy(upload, data.bad)
    assert b'"problems"' in copy.content
    mended = copy.content.replace("随意".encode(), b"fiscal")
    assert read_list(ListFiles(Upload("x.json", mended))).bad == []


def test_what_is_bad_in_a_workbook_is_never_a_formula_in_its_copy() -> None:
    upload = workbook([{**GOOD, "pricing": "=HYPERLINK(1)"}, {**OTHER, "pricing": "'=cmd"}])
    data = read_list(ListFiles(upload))
    book = openpyxl.load_workbook(io.BytesIO(marked_copy(upload, data.bad).content))
    assert [cell.data_type for row in book["问题清单"].iter_rows() for cell in row if cell.data_type == "f"] == []


def test_every_code_of_a_bad_cell_has_a_sentence() -> None:
    assert all(SENTENCES[f"import.{name}"] for name in ("figure", "merged", "no_heading", "formula", "code_twice"))
