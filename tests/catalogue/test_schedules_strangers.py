"""Schedules as a stranger copies them from published documents, asked at the command line and computed by pencil.

The pencil is Fraction and knows nothing of bands. Each case: schedule, quantity, item, base, floor, ceiling.
Amounts are in yuan; None where the document has no computable figure.
"""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from market.catalogue.forms import typed_from
from market.cli.list_price import price

F = Fraction
Row = dict[str, Any]
Case = tuple[Row, str, str | None, Any, Any, Any]


def tiers(limits: list[Any], rates: list[Any], key: str = "rate_percent", **more: Any) -> list[Row]:
    """Brackets between the limits, the last one open."""
    ends = [*limits[1:], None]
    return [{"from": low, "to": high, key: rate, **more} for low, high, rate in zip(limits, ends, rates, strict=True)]


def table(method: str, unit: str, base: str, brackets: list[Row], **more: Any) -> Row:
    return {"method": method, "unit": unit, "base": base, "brackets": brackets, **more}


def pencil(quantity: Any, limits: list[Any], rates: list[Any], per: int) -> Fraction:
    """差额累进: each rate on its part."""
    q, total = F(str(quantity)), F(0)
    for low, high, rate in zip(limits, [*limits[1:], None], rates, strict=True):
        top = q if high is None else min(q, F(str(high)))
        total += max(top - F(str(low)), F(0)) * F(str(rate)) / per
    return total


def between(quantity: Any, points: list[tuple[Any, Any]]) -> Fraction:
    """直线内插."""
    q = F(str(quantity))
    for (x0, y0), (x1, y1) in pairwise(points):
        if F(str(x0)) <= q <= F(str(x1)):
            rise = (F(str(y1)) - F(str(y0))) / (F(str(x1)) - F(str(x0)))
            return F(str(y0)) + (q - F(str(x0))) * rise
    raise AssertionError(quantity)


WAN = 10_000
SUPERVISION = [(500, 16.5), (1000, 30.1), (3000, 78.1), (5000, 120.8), (8000, 181.0), (10000, 218.6), (20000, 393.4)]
POINTS = [{"x": x, "y": y} for x, y in SUPERVISION]
ESTATE = ([0, 100, 1000, 2000, 5000, 8000, 10000], [5, 2.5, 1.5, 0.8, 0.4, 0.2, 0.1])
AUDIT = ([0, 100, 500, 1000, 5000], [1.2, 0.9, 0.6, 0.35, 0.2])
SURVEY = ([0, 5000, 10000, 20000], [1.36, 1.36, 1.36, 1.36])
estate = table("progressive", "万元", "房地产价格总额（万元）", tiers(*ESTATE, key="rate_permille"))
supervision = table("bracket_interpolated", "万元", "计费额（万元）", POINTS, above_last={"rate_percent": 1.039})
audit = table("progressive", "元", "送审造价（万元，含设备费）", tiers(*AUDIT), minimum_fee=3000, float_range="±20%")
ratios = [
    {"from": 0, "to": 50, "unit_rate": 0.0125, "area_ratio_percent": 100},
    {"from": 50, "to": 333, "unit_rate": 0.0125, "area_ratio_percent": 75},
    {"from": 333, "to": None, "unit_rate": 0.0125, "area_ratio_percent": 62.5},
]
ratio = table("progressive", "元", "建筑面积（㎡）", ratios)


DIGS = [0, 100_000, 1_000_000, 10_000_000]
dug = [
    {**row, "area_ratio_percent": share}
    for row, share in zip(tiers(DIGS, [0.2] * 4, "unit_rate"), (100, 30, 20, 12), strict=True)
]
digs = table("progressive", "元", "工程总面积（平方米）", dug)


def ratioed(q: str) -> Fraction:
    return pencil(q, [0, 50, 333], [F("0.0125"), F("0.0125") * F("0.75"), F("0.0125") * F("0.625")], 1)


def one(name: str, **figures: Any) -> Row:
    return {"item": name, **figures}


CASES: list[Case] = [
    # 房地产估价 (计价格〔1995〕971号): permille; at an edge, a step above it, far beyond.
    *[(estate, q, None, *[pencil(q, *ESTATE, 1000) * WAN] * 3)
      for q in ("0.000001", "100", "100.000001", "1500", "8000", "10000.5", "99999999")],
    # 建设工程监理 (发改价格〔2007〕670号): points and a rate above the last.
    *[(supervision, q, None, *[between(q, SUPERVISION) * WAN] * 3) for q in ("500", "500.01", "777.77", "3000", "20000")],
    (supervision, "20000.01", None, *[F("20000.01") * F("1.039") / 100 * WAN] * 3),
    ({**supervision, "below_first": {"rate_percent": 3.3}}, "499.99", None, *[F("499.99") * F("3.3") / 100 * WAN] * 3),
    ({**supervision, "below_first": {"rate_permille": 33}, "float_range": "上浮不超过10%，下浮不限"}, "100", None,
     33_000, 0, 36_300),
    # 造价咨询: the unit stands beside a remark in one bracket; a minimum fee; a float.
    (audit, "10", None, 1200, 3000, 3000),
    (audit, "５０００．５", None, *[pencil("5000.5", *AUDIT, 100) * WAN * F(k, 10) for k in (10, 8, 12)]),
    # 总投资 with a remark in brackets before the unit.
    (table("progressive", "万元", "总投资（不含土地费）（亿元）", tiers([0, 1], [0.1, 0.05])), "3", None,
     *[(F("0.001") + 2 * F("0.0005")) * 10**8] * 3),
    # 测绘: rates for each ㎡ with ratios whose edges lie between two fen.
    *[(ratio, q, None, *[ratioed(q)] * 3) for q in ("1", "50", "50.001", "51", "333", "333.001", "1000.5", "123456")],
    # 考古勘探: on the part above 10万平方米 30 % of the area counts, and so on.
    *[(digs, q, None, *[pencil(q, DIGS, [F("0.2") * share / 100 for share in (100, 30, 20, 12)], 1)] * 3)
      for q in ("99999.999", "100000", "654321.5", "20000000")],
    # A spreadsheet's empty columns are no second price.
    (table("progressive", "元", "建筑面积（平方米）", [
        {"from": 0, "to": 10, "rate_percent": None, "rate_permille": None, "unit_rate": 2, "area_ratio_percent": 50},
        {"from": 10, "to": None, "rate_percent": None, "unit_rate": None},
     ]), "10", None, 10, 10, 10),
    (table("per_unit", "元", "数量", [one("甲", per="件", rate=8, fee=None, min=None, max=None, rate_percent=None)]),
     "3", "甲", 24, 24, 24),
    # 公证: null texts, remarks of the table, a share in permille of one item.
    (table("flat", "元", "标的额（元）", [one("遗嘱", rate_permille=3, note="口径见附件")], float_range=None, notes=None,
           document_no=None, maximum_fee=500), "1000", "遗嘱", 3, 3, 3),
    (table("flat", "‰", "评估值（万元）", [one("评估", rate_permille=2.5)]), "100", "评估", 2500, 2500, 2500),
    (table("flat", "%", "成交价（元）", [one("佣金", max_rate_permille=50)]), "1000", "佣金", None, 0, 50),
    # 每件不超过1000元: a highest figure alone.
    (table("per_unit", "元", "件数", [one("无标的额", per="件", max=1000)]), "2", "无标的额", None, 0, 2000),
    # 检验检测: the unit of the fee says what one fee is for.
    (table("per_unit", "元/件", "检测数量", [one("甲醛", rate=250), one("苯", rate=150)]), "4", "苯", 600, 600, 600),
    (table("flat", "元/件", "数量（件）", [one("单方法律行为", fee=500)]), "3", "单方法律行为", 1500, 1500, 1500),
    (table("per_unit", "元／㎡", "面积（平方米）", [one("消防检测", rate="１．５")]), "6,000.5", "消防检测", *[F("9000.75")] * 3),
    (table("per_unit", "元/平方米·年", "面积（平方米·年）", [one("物业", rate=1.2)]), "10", "物业", 12, 12, 12),
    # 水土保持补偿, 会计师 by the hour, 司法鉴定 with a range.
    (table("per_unit", "元", "平方米", [one("补偿", rate=0.7)]), "1234.567", "补偿", *[F("1234.567") * F("0.7")] * 3),
    (table("per_unit", "元", "工时（小时）", [one("主任会计师", per="小时", min=600, max=1200)]), "2.5", "主任会计师",
     None, 1500, 3000),
    (table("per_unit", "元", "例/具/项", [one("DNA", per="例", rate=1200)], float_range="最高标准，可下浮"), "1", "DNA",
     1200, 0, 1200),
    # Coefficients in words; a smallest basis.
    (table("flat", "万元", "评估级别", [one("一级", fee=8)], float_range="调整系数：0.8、1.0、1.2"), "1", "一级",
     80_000, 80_000, 80_000),
    (table("progressive", "万元", "投资额（万元）", tiers([0, 100], [1, 0.5]), minimum_base=50), "3", None, 5000, 5000, 5000),
    # A null rate in the middle leaves what lies below it.
    (table("progressive", "元", "金额（元）", tiers([0, 100, 200], [1, None, 0.5])), "100", None, 1, 1, 1),
    # Marks without width, which pages leave behind.
    (table("progressive", "万\u200b元", "标的额（万元\u200b）", tiers([0], [0.16]), notes="a\u200bb"), "1", None, 16, 16, 16),
    (table("progressive", "元", "标的额 万元", tiers([0], [0.1])), "1", None, 10, 10, 10),
    (table("progressive", "人民币元", "投资额（人民币万元）", tiers([0], [0.1])), "1", None, 10, 10, 10),
    # Every way of saying ±20 %.
    *[(table("flat", "元", "项", [one("甲", fee=100)], float_range=said), "1", None, 100, 80, 120)
      for said in ("±20%（未核实）", "+20%/-20%", "浮动范围±20%", "±20%，由双方协商确定", "±20%；")],
]  # fmt: skip


def asked(tmp_path: Path, row: Row, *arguments: str) -> tuple[int, str, str]:
    path = tmp_path / "strangers.json"
    whole = {
        "id": "s",
        "title_zh": "试",
        "document_no": "",
        "status": "",
        "in_force": True,
        "worked_examples": [],
        **row,
    }
    path.write_text(json.dumps({"schedules": [whole]}, ensure_ascii=False), encoding="utf-8")
    result = CliRunner().invoke(price, ["--schedules", str(path), "--schedule", "s", *arguments, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def fen(yuan: Any) -> int | None:
    """Half up to the fen."""
    return None if yuan is None else int((2 * F(yuan) * 100 + 1) // 2)


@pytest.mark.parametrize(("row", "quantity", "item", "base", "floor", "ceiling"), CASES)
def test_a_strangers_schedule_costs_what_the_pencil_says(
    tmp_path: Path, row: Row, quantity: str, item: str | None, base: Any, floor: Any, ceiling: Any
) -> None:
    named = ["--item", item] if item else []
    code, out, err = asked(tmp_path, row, "--quantity", quantity, *named)
    assert (code, err) == (0, "")
    found = json.loads(out)
    got = [found[f"{name}_fen"] for name in ("base", "floor", "ceiling")]
    assert got == [fen(base), fen(floor), fen(ceiling)]
    assert (found["schedule"], found["reason"]) == ("s", None)
    assert all(step["text"] for step in found["trace"])


def test_the_table_of_strangers_is_long_enough() -> None:
    assert len(CASES) >= 50


SILENT: list[tuple[Row, str, str]] = [
    (
        table("progressive", "元", "金额（元）", tiers([0, 100, 200], [1, None, 0.5])),
        "100.01",
        "another published list",
    ),
    (table("progressive", "元", "金额（元）", tiers([0, 100, 200], [1, None, 0.5])), "300", "another published list"),
    (table("progressive", "元", "金额（元）", tiers([0, 100], [None, 1])), "5", "another published list"),
    (
        table("progressive", "元", "面积（㎡）", tiers([0, 9], [1, 1], "unit_rate", area_ratio_percent=None)),
        "5",
        "another",
    ),
    (table("per_unit", "元", "件数", [one("甲", per="件", min=3, max=None)]), "1", "no upper figure"),
]


@pytest.mark.parametrize(("row", "quantity", "said"), SILENT)
def test_a_strangers_missing_figure_is_null_with_its_reason(tmp_path: Path, row: Row, quantity: str, said: str) -> None:
    code, out, _ = asked(tmp_path, row, "--quantity", quantity)
    found = json.loads(out)
    assert code == 0
    assert [found[f"{name}_fen"] for name in ("base", "floor", "ceiling")] == [None] * 3
    assert said in found["reason"]


BAD_QUANTITIES = (
    "0",
    "-1",
    "NaN",
    "1e3",
    "1e309",
    "inf",
    "",
    " ",
    "６０００元",
    "1,00",
    "0.0000001",
    "9" * 60,
    "\ud800",
    "١",
)


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
@pytest.mark.parametrize("row", [estate, supervision, ratio], ids=["tiers", "points", "ratios"])
def test_a_strangers_quantity_that_means_nothing_is_refused_in_one_line(
    tmp_path: Path, row: Row, quantity: str
) -> None:
    code, out, err = asked(tmp_path, row, "--quantity", quantity)
    assert (code, out) == (2, "")
    assert err.startswith("price.quantity_")
    assert err.count("\n") == 1


UNREADABLE: list[tuple[str, Row]] = [
    ("schedule.units_several", {**estate, "base": "总额（万元或元，元）（万元）"}),
    ("schedule.unit_unknown", {**estate, "base": "总额（千元）"}),
    ("schedule.joint_not_whole", table("progressive", "元", "长度（米）", tiers([0, 0.001], [0.333, 0], "unit_rate"))),
    ("schedule.one_rate", table("per_unit", "元", "件", [one("甲", per="件", rate=1, fee=2)])),
    ("schedule.key_unknown", table("per_unit", "元", "件", [one("甲", per="件", rate=1, note=5)])),
    ("schedule.cell_missing", table("per_unit", "元", "件", [one("甲", per="件", min=5)])),
]


@pytest.mark.parametrize(("code", "row"), UNREADABLE)
def test_a_strangers_schedule_that_can_be_read_in_two_ways_is_refused(tmp_path: Path, code: str, row: Row) -> None:
    exit_code, out, err = asked(tmp_path, row, "--quantity", "1")
    assert (exit_code, out) == (2, "")
    assert err.startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("base", "name", "unit"),
    [
        ("计费额（万元，含设备费）", "计费额（含设备费）", "万元"),
        ("总投资（不含土地费）（亿元）", "总投资（不含土地费）", "亿元"),
        ("建筑面积（单位：㎡）", "建筑面积", "㎡"),
        ("蒸发量 D（t/h）", "蒸发量 D", "t/h"),
        ("标的额 万元", "标的额", "万元"),
        ("平方米", "平方米", "平方米"),
        ("例/具/项", "例/具/项", ""),
        ("评估级别", "评估级别", ""),
    ],
)
def test_the_editor_and_the_reader_see_the_same_unit_of_the_quantity(base: str, name: str, unit: str) -> None:
    head, _ = typed_from({"base": base, "brackets": []})
    assert (head["base_name"], head["base_unit"]) == (name, unit)


def test_the_editor_keeps_a_rate_beside_empty_cells() -> None:
    rows = [{"from": 0, "to": None, "rate_percent": None, "rate_permille": 3, "unit_rate": None}]
    _, (row,) = typed_from({**estate, "brackets": rows})
    _, (plain,) = typed_from({**estate, "brackets": [{"from": 0, "to": None, "rate_permille": 3}]})
    assert row == plain
