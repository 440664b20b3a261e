"""What people type into cells: normalised where it can mean only one thing, otherwise refused by cell."""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest

from market.base.errors import BreaksRule
from market.catalogue.importing import ListData, ListFiles, Upload, read_list
from market.catalogue.importing.columns import ACT_KINDS, ITEMS
from market.catalogue.rules import ActKind

GOOD: dict[str, object] = {
    "code": "", "name_zh": "样例评估", "name_en": "Sample review", "category_zh": "样例", "category_en": "Sample",
    "act_type": "licence", "act_name_zh": "样例许可", "act_name_en": "Sample licence", "authority_zh": "审批局",
    "authority_en": "Authority", "legal_basis_zh": "《样例法》第一条", "service_output_zh": "报告",
    "agency_qualification_zh": "", "pricing": "market_regulated", "price_basis_zh": "", "price_rule": "",
    "unit_zh": "项", "time_limit_workdays": "", "self_service_allowed": "yes", "merged_group_zh": "",
    "confidence": "sourced",
}  # fmt: skip
HEADINGS = {one.key: one.heading for one in ITEMS}


def workbook(rows: Sequence[dict[str, object]], merge: str = "") -> Upload:
    """A workbook with official headings over the rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    keys = list(dict.fromkeys(key for row in rows for key in row))
    sheet.append([HEADINGS[key] for key in keys])
    for row in rows:
        sheet.append([row.get(key) for key in keys])
    if merge:
        sheet.merge_cells(merge)
    saved = io.BytesIO()
    book.save(saved)
    return Upload("清单.xlsx", saved.getvalue())


def read(*rows: dict[str, object], merge: str = "") -> ListData:
    return read_list(ListFiles(workbook(rows, merge)))


def document(**parts: object) -> Upload:
    return Upload("list.json", json.dumps(parts).encode())


def test_every_kind_of_act_of_the_rules_has_a_word() -> None:
    assert set(ActKind) <= set(ACT_KINDS)


@pytest.mark.parametrize(
    ("column", "typed", "value"),
    [
        ("name_zh", "  样例评估\u00a0\u3000", "样例评估"),
        ("code", "ＡＢ－１２", "AB-12"),
        ("code", 330100.0, "330100"),
        ("time_limit_workdays", "１５", "15"),
        ("time_limit_workdays", 15.0, "15"),
        ("time_limit_workdays", "15个工作日", "15"),
        ("time_limit_calendar_days", "30 自然日", "30"),
        ("act_type", "行政许可", "licence"),
        ("act_type", "征收", "collection"),
        ("pricing", "政府指导价", "government_guided"),
        ("self_service_allowed", "是", "yes"),
        ("self_service_allowed", True, "yes"),
        ("commitment_only", "否", "no"),
        ("setup_level", "省级", "provincial"),
        ("payer", "申请人", "applicant"),
        ("regions", "990101、９９０１０２", "990101；990102"),
        ("more_acts", "处罚：某事项; licence:另一事项", "penalty:某事项；licence:另一事项"),
        ("qualifications", "工程咨询／甲级；测绘", "工程咨询/甲级；测绘"),
        ("practitioners", "注册造价师/2人", "注册造价师/2"),
        ("remarks", datetime(2026, 1, 5), "2026-01-05"),  # noqa: DTZ001 a workbook knows no zone
        ("price_rule", "'=A1", "=A1"),
        ("price_rule", "第一行_x000D_\n第二行", "第一行\n第二行"),
        ("position", "1,234", "1234"),
    ],
)
def test_what_can_mean_only_one_thing_is_normalised(column: str, typed: object, value: str) -> None:
    data = read({**GOOD, column: typed})
    assert (data.bad, [row[column] for row in data.items]) == ([], [value])


@pytest.mark.parametrize(
    ("column", "typed", "code"),
    [
        ("time_limit_workdays", "15天", "import.days"),
        ("time_limit_workdays", -3, "import.days"),
        ("time_limit_workdays", "NaN", "import.days"),
        ("time_limit_workdays", "1e309", "import.days"),
        ("time_limit_workdays", 1.5, "import.days"),
        ("time_limit_workdays", "1,50", "import.days"),
        ("time_limit_calendar_days", "0", "import.calendar_days"),
        ("price_rule", "=SUM(A1:A3)", "import.formula"),
        ("price_rule", "=1+1", "import.formula"),
        ("code", datetime(2026, 1, 2), "import.date_in_cell"),  # noqa: DTZ001
        ("act_type", "批准", "import.act_type"),
        ("regions", "9901", "import.regions"),
        ("more_acts", "某事项", "import.more_acts"),
        ("qualifications", "a/b/c", "import.qualifications"),
        ("practitioners", "律师/零", "import.practitioners"),
        ("practitioners", "律师/" + "9" * 3900, "import.practitioners"),
        ("setup_level", "镇", "import.setup_level"),
        ("unit_zh", "长" * 61, "import.longer_than"),
        ("payer", "审批部门", "import.payer"),
        ("qualification_mode", "任一", "import.mode_of_nothing"),
        ("name_zh", "  ", "import.needed"),
    ],
)
def test_what_cannot_be_read_is_refused_by_cell(column: str, typed: object, code: str) -> None:
    data = read({**GOOD, column: typed}, {**GOOD, "name_zh": "另一评估"})
    assert [(cell.column, cell.code, cell.heading, cell.line) for cell in data.bad] == [
        (column, code, HEADINGS[column], 2)
    ]
    assert data.bad[0].address.rstrip("0123456789").isalpha()
    assert data.bad[0].address.endswith("2")
    assert data.bad[0].sentence()
    assert [row.line for row in data.items] == [3]


@pytest.mark.parametrize("typed", [float("nan"), float("inf"), Decimal("1e309")])
def test_a_number_without_end_is_refused_by_cell(typed: object) -> None:
    text = json.dumps({"items": [{**GOOD, "position": "@"}]}).replace('"@"', str(typed).replace("nan", "NaN"))
    data = read_list(ListFiles(Upload("x.json", text.replace("inf", "Infinity").encode())))
    assert [(cell.column, cell.code) for cell in data.bad] == [("position", "import.not_finite")]


def test_a_value_merged_down_one_column_belongs_to_every_row() -> None:
    rows = [{**GOOD, "name_zh": f"评估{number}"} for number in range(3)]
    rows[1]["category_zh"] = rows[2]["category_zh"] = None
    at = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[list(GOOD).index("category_zh")]
    data = read(*rows, merge=f"{at}2:{at}4")
    assert (data.bad, [row["category_zh"] for row in data.items]) == ([], ["样例"] * 3)


def test_any_other_merge_is_refused_by_its_range() -> None:
    rows = [{**GOOD, "name_zh": f"评估{number}"} for number in range(3)]
    data = read(*rows, merge="D2:E2")
    assert ("import.merged", "D2:E2") in [(cell.code, cell.value) for cell in data.bad]
    assert [row.line for row in data.items] == [3, 4]
    assert "D2:E2" in data.bad[0].sentence()


def test_a_title_above_the_headings_is_passed_over() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([GOOD]).content))
    sheet = book.active
    assert sheet is not None
    sheet.insert_rows(1)
    sheet["A1"] = "某市清单"
    sheet.merge_cells("A1:H1")
    saved = io.BytesIO()
    book.save(saved)
    data = read_list(ListFiles(Upload("x.xlsx", saved.getvalue())))
    assert (data.bad, [row.line for row in data.items]) == ([], [3])


def test_two_entries_with_one_code_are_refused_with_both_lines() -> None:
    data = read(
        {**GOOD, "code": "A-1"}, {**GOOD, "name_zh": "乙", "code": "Ｂ-1"}, {**GOOD, "name_zh": "丙", "code": "a-1"}
    )
    assert [(cell.line, cell.code, cell.facts["first"], cell.facts["second"]) for cell in data.bad] == [
        (2, "import.code_twice", 2, 4),
        (4, "import.code_twice", 2, 4),
    ]
    assert [row.line for row in data.items] == [3]


def test_one_entry_twice_is_refused_with_both_lines() -> None:
    data = read(GOOD, GOOD)
    assert [(cell.line, cell.code, cell.sentence()) for cell in data.bad] == [
        (3, "import.twice", "Lines 2 and 3 are the same entry. Keep one.")
    ]


def test_both_kinds_of_time_limit_at_once_are_refused() -> None:
    data = read({**GOOD, "time_limit_workdays": 5, "time_limit_calendar_days": 7})
    assert [(cell.column, cell.code) for cell in data.bad] == [("time_limit_calendar_days", "import.two_limits")]


def test_a_value_beside_the_headings_is_refused() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([GOOD]).content))
    sheet = book.active
    assert sheet is not None
    sheet.cell(2, len(GOOD) + 3, "忘了")
    saved = io.BytesIO()
    book.save(saved)
    assert [cell.code for cell in read_list(ListFiles(Upload("x.xlsx", saved.getvalue()))).bad] == ["import.no_heading"]


def test_columns_that_are_no_part_of_the_list_are_named() -> None:
    text = ",".join([*GOOD, "经办人"]) + "\n" + ",".join([*map(str, GOOD.values()), "某人"]) + "\n"
    data = read_list(ListFiles(Upload("x.csv", text.encode())))
    assert (data.bad, data.passed_over, len(data.items)) == ([], ["经办人"], 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_whatever_separates_its_cells(delimiter: str, encoding: str) -> None:
    text = delimiter.join(GOOD) + "\r\n" + delimiter.join(map(str, GOOD.values())) + "\r\n"
    data = read_list(ListFiles(Upload("x.csv", text.encode(encoding))))
    assert (data.bad, [row["name_zh"] for row in data.items]) == ([], ["样例评估"])


def test_empty_rows_and_columns_are_no_rows() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([GOOD]).content))
    sheet = book.active
    assert sheet is not None
    sheet.cell(1_000_000, 200, " ")
    saved = io.BytesIO()
    book.save(saved)
    data = read_list(ListFiles(Upload("x.xlsx", saved.getvalue())))
    assert (data.bad, len(data.items)) == ([], 1)


def sheets(head: dict[str, object], brackets: Sequence[dict[str, object]]) -> Upload:
    book = openpyxl.load_workbook(io.BytesIO(workbook([GOOD]).content))
    for name, rows in (("收费标准", [head]), ("收费区间", brackets)):
        sheet = book.create_sheet(name)
        keys = list(dict.fromkeys(key for row in rows for key in row))
        sheet.append(keys)
        for row in rows:
            sheet.append([row.get(key) for key in keys])
    saved = io.BytesIO()
    book.save(saved)
    return Upload("x.xlsx", saved.getvalue())


HEAD: dict[str, object] = {
    "id": "s-1", "title_zh": "样例标准", "in_force": True, "method": "progressive", "unit": "万元", "base": "投资额（万元）",
}  # fmt: skip
BRACKET: dict[str, object] = {"schedule_id": "s-1", "from": 0, "to": "100", "rate_percent": "1.50"}


def test_a_figure_with_its_own_unit_is_converted_where_the_columns_unit_is_known() -> None:
    head = {**HEAD, "minimum_fee": "１，０００元", "maximum_fee": "3万元"}
    upload = sheets(head, [{**BRACKET, "to": "1亿元"}])
    data = read_list(ListFiles(upload))
    (found,) = json.loads(data.raw_schedules, parse_float=Decimal, parse_int=Decimal)["schedules"]
    assert data.bad == []
    assert (found["minimum_fee"], found["maximum_fee"]) == (Decimal("0.1"), 3)
    assert found["brackets"] == [{"from": 0, "to": 10_000, "rate_percent": Decimal("1.50")}]


@pytest.mark.parametrize(
    ("column", "typed", "code"),
    [
        ("to", "很大", "import.figure"),
        ("from", -1, "import.negative"),
        ("to", "1e309", "import.figure"),
        ("rate_percent", "=1/3", "import.formula"),
        ("rate_percent", "3万元", "import.money_unit"),
        ("schedule_id", "s-2", "import.link_no_schedule"),
    ],
)
def test_a_bad_figure_of_a_schedule_is_refused_by_cell(column: str, typed: object, code: str) -> None:
    data = read_list(ListFiles(sheets(HEAD, [{**BRACKET, column: typed}])))
    assert [(cell.sheet, cell.line, cell.column, cell.code) for cell in data.bad] == [("收费区间", 2, column, code)]


def test_a_schedule_without_the_columns_unit_refuses_a_figure_with_one() -> None:
    data = read_list(ListFiles(sheets({**HEAD, "unit": "", "minimum_fee": "3万元"}, [BRACKET])))
    assert [(cell.column, cell.code) for cell in data.bad] == [("minimum_fee", "import.money_unit")]


def test_a_file_of_another_part_is_refused_with_the_columns_it_lacks() -> None:
    with pytest.raises(BreaksRule) as refused:
        read_list(ListFiles(document(links=[])))
    assert refused.value.code == "import.columns_missing"
