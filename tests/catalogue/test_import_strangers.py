"""Files as a stranger hands them in: one fault is told once; what went out as a workbook comes back as it was."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from market.catalogue import exporting
from market.catalogue.exporting import ListExport
from market.catalogue.importing import ListFiles, Upload, read_list
from market.catalogue.importing.prices import documents_of
from tests.catalogue.test_import import PACKAGED


def with_cell(line: int, column: str, given: str) -> ListFiles:
    """The packaged list with one cell of the items' file changed; the first item is on line 2."""
    lines = list(csv.reader(io.StringIO(PACKAGED.items.content.decode("utf-8-sig"))))
    lines[line - 1][lines[0].index(column)] = given
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return replace(PACKAGED, items=Upload("items.csv", text.getvalue().encode()))


@pytest.mark.parametrize(
    ("column", "given", "code"),
    [
        ("time_limit_workdays", "1e309", "import.days"),
        ("time_limit_workdays", "NaN", "import.days"),
        ("time_limit_workdays", "-5", "import.days"),
        ("pricing", "abc", "import.pricing"),
        ("service_output_zh", "长" * 50_000, "import.cell_too_long"),
    ],
)
def test_a_bad_cell_of_a_linked_item_is_told_once_and_not_charged_to_its_link(
    column: str, given: str, code: str
) -> None:
    data = read_list(with_cell(4, column, given))
    assert [(cell.file, cell.line, cell.column, cell.code) for cell in data.bad] == [("items.csv", 4, column, code)]


def test_a_link_to_nothing_is_still_a_fault_of_the_link() -> None:
    links = Upload("links.csv", "name_zh,schedule_id,role\n不存在,cn-jjg-2002-1980-works,reference\n".encode())
    data = read_list(replace(PACKAGED, links=links))
    assert [(cell.file, cell.line, cell.code) for cell in data.bad] == [("links.csv", 2, "import.link_no_item")]


def test_a_schedule_is_the_same_document_whichever_file_it_comes_in() -> None:
    data = read_list(PACKAGED)
    schedules = json.loads(data.raw_schedules, parse_float=Decimal, parse_int=Decimal)["schedules"]
    whole = ListExport([dict(row.cells) for row in data.items], schedules=schedules)
    printed = documents_of(data.raw_schedules)
    for made in (exporting.xlsx(whole), exporting.json(whole)):
        assert documents_of(read_list(ListFiles(Upload("x", made))).raw_schedules) == printed
    turned = [dict(reversed(list(one.items()))) for one in schedules]
    assert (
        documents_of(read_list(ListFiles(Upload("x", exporting.json(replace(whole, schedules=turned))))).raw_schedules)
        == printed
    )
