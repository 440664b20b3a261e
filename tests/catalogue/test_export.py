"""import(export(x)) = x in every format; no exported cell is a formula; the template imports as it stands."""

import csv
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.base.sheets.columns import Column
from market.catalogue import exporting
from market.catalogue.exporting import ListExport
from market.catalogue.exporting.columns_explained import ITEM_NOTES
from market.catalogue.importing import ListData, ListFiles, Upload, read_list
from market.catalogue.importing.columns import CLEAN_UPS, ITEMS, LINKS, Kind
from market.catalogue.queries import edition_numbered
from market.catalogue.queries.export import export_of
from tests import make
from tests.catalogue.test_import import PACKAGED

FORMATS = {"xlsx": exporting.xlsx, "csv": exporting.csv, "json": exporting.json}
BEGINNINGS = ("", "=", "+", "-", "@", "'", "''", "=cmd|' /C calc'!A0", '"', "１", "🏛", "_x0041_", "0123", "1e5", "true")
WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff\u2028\u2029"), max_size=20
)
LINES = st.builds("{}{}\n{}".format, st.sampled_from(BEGINNINGS), WORDS, WORDS)
BLANKS = " \t\r\n\f\v\u00a0\u3000\u200b\ufeff"


def canonical(text: str) -> str:
    return text.strip(BLANKS)


TEXTS = st.one_of(LINES, st.builds("{}{}".format, st.sampled_from(BEGINNINGS), WORDS)).map(canonical)
FILLED = TEXTS.filter(bool)
OF_KIND: dict[Kind, st.SearchStrategy[str]] = {
    Kind.TEXT: TEXTS,
    Kind.NAME: TEXTS,
    Kind.CODE: st.from_regex(r"[A-Z0-9-]{0,12}", fullmatch=True),
    Kind.WHOLE: st.integers(1, 99_999).map(str),
    Kind.WORKDAYS: st.just(""),
    Kind.CALENDAR_DAYS: st.one_of(st.just(""), st.integers(1, 999).map(str)),
    Kind.REGIONS: st.sampled_from(["", "990100", "990100；990101"]),
    Kind.ZONES: st.sampled_from(["", "KFQ-01", "KFQ-01；Z2"]),
    Kind.ACTS: st.sampled_from(["", "penalty:某事项", "other:甲；licence:乙"]),
    Kind.QUALIFICATIONS: st.sampled_from(["", "测绘/甲级", "测绘/甲级；咨询"]),
    Kind.PRACTITIONERS: st.sampled_from(["", "律师/2", "律师/2；会计师"]),
}


def cell(column: Column) -> st.SearchStrategy[str]:
    if column.key in ("payer", "qualification_mode", "code", "local_code"):
        return st.just("")
    if column.closed:
        return st.sampled_from([*column.closed, *([] if column.filled else [""])])
    if column.filled:
        return FILLED
    return OF_KIND[column.kind].map(lambda text: text[: column.most].strip(BLANKS) if column.most else text)


def rows(columns: tuple[Column, ...], most: int) -> st.SearchStrategy[list[dict[str, str]]]:
    row = st.fixed_dictionaries({column.key: cell(column) for column in columns})
    return st.lists(row, min_size=1, max_size=most, unique_by=lambda one: one["name_zh"])


def exported(data: ListData) -> ListExport:
    text = data.raw_schedules or '{"schedules": []}'
    return ListExport(
        items=[dict(row.cells) for row in data.items],
        links=[dict(row.cells) for row in data.links],
        cleaned_up=[dict(row.cells) for row in data.clean_ups],
        schedules=json.loads(text, parse_float=Decimal, parse_int=Decimal)["schedules"],
        title="清单",
        number=1,
        effective_from=date(2026, 12, 1),
    )


def back(content: bytes) -> ListExport:
    data = read_list(ListFiles(Upload("x", content)))
    assert data.bad == []
    return exported(data)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(items=rows(ITEMS, 3))
def test_what_is_exported_is_imported_unchanged(name: str, items: list[dict[str, str]]) -> None:
    assert back(FORMATS[name](ListExport(items))).items == items


@pytest.mark.parametrize("name", ["xlsx", "json"])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(cleaned_up=rows(CLEAN_UPS, 3))
def test_clean_up_decisions_are_imported_unchanged(name: str, cleaned_up: list[dict[str, str]]) -> None:
    whole = ListExport(exported(read_list(PACKAGED)).items[:1], cleaned_up=cleaned_up)
    assert back(FORMATS[name](whole)).cleaned_up == cleaned_up


FIGURES = st.one_of(
    st.integers(0, 10**12).map(Decimal), st.decimals(0, 10**6, places=4), st.sampled_from([Decimal("1.50"), Decimal(0)])
)
OTHER = st.one_of(TEXTS, st.booleans(), st.none(), FIGURES, st.lists(FIGURES, max_size=3))


@settings(max_examples=25, deadline=None)
@given(
    heads=st.fixed_dictionaries(
        {"title_zh": TEXTS, "in_force": st.sampled_from([True, False, None]), "status": TEXTS, "notes": TEXTS}
    ),
    more=st.dictionaries(st.sampled_from(["source", "above_last", "worked_examples"]), OTHER),
    brackets=st.lists(
        st.dictionaries(st.sampled_from(["from", "to", "rate_percent", "fee_max"]), FIGURES | st.none(), min_size=1),
        max_size=3,
    ),
)
def test_schedules_are_imported_digit_by_digit(
    heads: dict[str, Any], more: dict[str, Any], brackets: list[dict[str, Any]]
) -> None:
    schedules = [{"id": "s-1", **heads, **more, "brackets": brackets}]
    whole = ListExport(exported(read_list(PACKAGED)).items[:1], schedules=schedules)
    assert back(exporting.xlsx(whole)).schedules == schedules
    assert back(exporting.json(whole)).schedules == schedules


@pytest.mark.parametrize("name", ["xlsx", "json"])
def test_the_packaged_list_is_imported_unchanged(name: str) -> None:
    whole = exported(read_list(PACKAGED))
    found = back(FORMATS[name](whole))
    assert (found.items, found.links, found.cleaned_up) == (whole.items, whole.links, whole.cleaned_up)
    assert found.schedules == whole.schedules
    first, again = (read_list(ListFiles(Upload("x", FORMATS[name](one)))) for one in (whole, found))
    assert first.schedules.keys() == again.schedules.keys()


def test_no_exported_cell_is_a_formula_or_a_link() -> None:
    (item,) = exported(read_list(PACKAGED)).items[:1]
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.example")', "http://x.example", "{=A1}", "'=1"]
    items = [{**item, "name_zh": f"甲{number}", "remarks": text} for number, text in enumerate(evil)]
    content = exporting.xlsx(ListExport(items))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if "sheet" in name)
    assert b"<f>" not in sheets
    assert b"hyperlink" not in sheets
    text = exporting.csv(ListExport(items)).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(value[:1] in ("=", "+", "-", "@", "\t", "\r") for value in row)
    assert [row["remarks"] for row in back(content).items] == evil


def test_the_public_is_not_told_how_far_a_row_is_trusted_or_where_it_was_read() -> None:
    public = exported(read_list(PACKAGED)).public
    for name, write in FORMATS.items():
        content = write(public)
        if name == "xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = b"".join(archive.read(one) for one in archive.namelist())
        for word in ("confidence", "可信度", "有来源"):
            assert word not in content.decode("utf-8", "ignore"), (name, word)
    book = openpyxl.load_workbook(io.BytesIO(exporting.xlsx(public)))
    assert not {"来源", "source"} & {one.value for sheet in book.worksheets for one in sheet[1]}


def test_headings_are_official_and_in_official_order() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exporting.xlsx(ListExport([]))))
    assert [one.value for one in book["事项"][1]] == [column.heading for column in ITEMS]
    assert [one.value for one in book["关联"][1]] == [column.heading for column in LINKS]
    assert book["事项"].freeze_panes == "A2"
    assert book["事项"].auto_filter.ref


def test_the_same_edition_is_the_same_file() -> None:
    whole = exported(read_list(PACKAGED))
    assert exporting.xlsx(whole) == exporting.xlsx(whole)


def test_the_template_imports_as_it_stands_and_explains_every_column() -> None:
    content = exporting.template()
    data = read_list(ListFiles(Upload("template.xlsx", content)))
    assert (data.bad, data.passed_over, len(data.items), len(data.links)) == ([], [], 3, 1)
    assert set(ITEM_NOTES) == {column.key for column in ITEMS}
    book = openpyxl.load_workbook(io.BytesIO(content))
    closed = [column for column in ITEMS if column.closed]
    assert len(book["事项"].data_validations.dataValidation) == len(closed)


def test_what_the_public_takes_away_can_be_handed_in_again(app: Flask) -> None:
    with app.app_context():
        make.make_listed_service(price="guided")
        data = export_of(edition_numbered(1)).public
    for writer in (exporting.xlsx, exporting.json):
        again = read_list(ListFiles(Upload("清单", writer(data))))
        assert (again.bad, len(again.items)) == ([], 1)
