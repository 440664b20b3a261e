"""Every published schedule gives the price its document gives."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from market.base.errors import BreaksRule
from market.base.money import FEN_PER_UNIT, round_half_up
from market.base.pricing import MAX_QUANTITY, Price, evaluate, gap_at, parse_quantity, price_at, prove
from market.catalogue.schedules import COLUMNS, NormalSchedule, RefusedSchedule, choose_item
from tests.catalogue.published import RAW, READ, base_of_range_table, read_one, schedule

WORKS = "cn-jjg-2002-1980-works"
LAND = "cn-jjg-1994-2017-land"
NOTARY = "fj-fgfj-2021-533-notary-contract"
SHANGHAI = "sh-notary-contract"
DESIGN = "cn-jjg-2002-10-design"
EIA = "cn-jjg-2002-125-eia-report"
PROPOSAL = "cn-jjg-1999-1283-proposal"
SOIL = "cn-sbj-2005-22-swc-plan"
SAFETY = "sc-safety-evaluation-completion"
FORENSIC = "hn-forensic-units"
SURVEY = "cn-gccz-2002-3-building-survey"
BOILER_MADE = "fj-2023-boiler-supervision"
BOILER = "fj-2009-boiler-periodic"
HAZARD = "cn-2004-geohazard-report"
AUCTION = "cn-auction-law-57"
LIGHTNING = "zj-2013-lightning"


def price_of(name: str, quantity: str, item: str | None = None, coefficient: int = 10_000) -> Price:
    chosen = choose_item(schedule(name), item)
    return price_at(chosen, parse_quantity(quantity, chosen.steps_per_unit), coefficient=coefficient)


EXAMPLES = [(name, example) for name, row in RAW.items() for example in row["worked_examples"]]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_a_worked_example_of_the_document_is_reproduced(name: str, example: dict[str, Any]) -> None:
    price = price_of(name, str(example["input"]), example.get("item"))
    unit = RAW[name]["unit"].partition("/")[0].replace("%", "元")
    if "expected_fee" in example:
        assert price.base_fen == Fraction(example["expected_fee"]) * FEN_PER_UNIT[unit]
    else:
        assert price.base_fen is None
        assert price.floor_fen == 0
        assert price.ceiling_fen == Fraction(example["expected_fee_max"]) * FEN_PER_UNIT[unit]


def test_every_worked_example_of_the_data_is_there() -> None:
    assert len(EXAMPLES) == 9


BY_HAND = [
    # schedule, quantity, item, coefficient, base, floor, ceiling: worked out with a pencil, in fen
    (WORKS, "0.000001", None, 10_000, 0, 0, 0),
    (WORKS, "0.000049", None, 10_000, 0, 0, 0),
    (WORKS, "0.00005", None, 10_000, 1, 1, 1),
    (WORKS, "99.999999", None, 10_000, 1_000_000, 800_000, 1_200_000),
    (WORKS, "100", None, 10_000, 1_000_000, 800_000, 1_200_000),
    (WORKS, "100.000001", None, 10_000, 1_000_000, 800_000, 1_200_000),
    (WORKS, "100.0001", None, 10_000, 1_000_001, 800_001, 1_200_001),
    (WORKS, "6000", None, 10_000, 22_550_000, 18_040_000, 27_060_000),
    (WORKS, "100000", None, 10_000, 75_550_000, 60_440_000, 90_660_000),
    (WORKS, "200000", None, 10_000, 85_550_000, 68_440_000, 102_660_000),
    (LAND, "100", None, 10_000, 400_000, 400_000, 400_000),
    (LAND, "100.01", None, 10_000, 400_030, 400_030, 400_030),
    (NOTARY, "1", None, 10_000, 1_600, 30_000, 30_000),
    (NOTARY, "18.75", None, 10_000, 30_000, 30_000, 30_000),
    (NOTARY, "18.76", None, 10_000, 30_016, 30_016, 30_016),
    (NOTARY, "307250", None, 10_000, 30_000_000, 30_000_000, 30_000_000),
    (NOTARY, "307251", None, 10_000, 30_000_080, 30_000_000, 30_000_000),
    (SHANGHAI, "1", None, 10_000, 2_400, 0, 30_000),
    (SHANGHAI, "100", None, 10_000, 240_000, 0, 240_000),
    (SHANGHAI, "401", None, 10_000, 720_240, 0, 720_240),
    (DESIGN, "200", None, 10_000, 9_000_000, 7_200_000, 10_800_000),
    (DESIGN, "200.000001", None, 10_000, 9_000_000, 7_200_000, 10_800_000),
    (DESIGN, "350", None, 10_000, 14_950_000, 11_960_000, 17_940_000),
    (DESIGN, "2000000", None, 10_000, 34_948_900_000, 27_959_120_000, 41_938_680_000),
    (DESIGN, "2000000.000001", None, 10_000, 32_000_000_000, 25_600_000_000, 38_400_000_000),
    (EIA, "0.0000000001", None, 10_000, 5_000_000, 4_000_000, 6_000_000),
    (EIA, "0.3", None, 10_000, 6_000_000, 4_800_000, 7_200_000),
    (EIA, "100", None, 10_000, 110_000_000, 88_000_000, 132_000_000),
    (PROPOSAL, "1", None, 10_000, 14_000_000, 14_000_000, 14_000_000),
    (SOIL, "0.5", None, 10_000, 30_000_000, 30_000_000, 30_000_000),
    (SOIL, "1.5", None, 10_000, 62_000_000, 62_000_000, 62_000_000),
    (SAFETY, "200000", None, 10_000, 70_000_000, 70_000_000, 70_000_000),
    (FORENSIC, "1", "尸体解剖", 10_000, None, 150_000, 200_000),
    (FORENSIC, "2", "个体识别", 10_000, None, 160_000, 300_000),
    (SURVEY, "0.003", "住宅用房", 10_000, 0, 0, 0),
    (SURVEY, "0.004", "住宅用房", 10_000, 1, 1, 1),
    (SURVEY, "88.5", "商业楼用房", 10_000, 18_054, 18_054, 18_054),
    (BOILER_MADE, "1000000", "蒸汽锅炉 D<4t/h", 10_000, 700_000, 700_000, 700_000),
    (BOILER, "1", "external", 10_000, 34_000, 34_000, 34_000),
    (BOILER, "1.001", "external", 10_000, 40_000, 40_000, 40_000),
    (BOILER, "20.001", "internal", 10_000, 180_000, 180_000, 180_000),
    (BOILER, "20", "furnace_wall", 10_000, 15_000, 15_000, 15_000),
    (BOILER, "20.001", "furnace_wall", 10_000, 15_001, 15_001, 15_001),
    (BOILER, "25", "furnace_wall", 10_000, 19_000, 19_000, 19_000),
    (HAZARD, "1", "报告编制 一级", 15_000, 8_000_000, 12_000_000, 12_000_000),
    (HAZARD, "1", "报告评审 三级", 20_000, 1_000_000, 2_000_000, 2_000_000),
    (AUCTION, "0.09", None, 10_000, None, 0, 0),
    (AUCTION, "0.10", None, 10_000, None, 0, 1),
    (LIGHTNING, "123.456", "新改扩建跟踪检测 三类建筑", 10_000, 9_876, 9_876, 9_876),
]


@pytest.mark.parametrize(("name", "quantity", "item", "coefficient", "base", "floor", "ceiling"), BY_HAND)
def test_the_golden_table_is_reproduced_to_the_fen(
    name: str, quantity: str, item: str | None, coefficient: int, base: int | None, floor: int, ceiling: int
) -> None:
    price = price_of(name, quantity, item, coefficient)
    assert (price.base_fen, price.floor_fen, price.ceiling_fen) == (base, floor, ceiling)


RANGE_TABLES = [name for name, row in RAW.items() if row["method"] in ("progressive", "bracket_interpolated")]


@pytest.mark.parametrize("name", RANGE_TABLES)
def test_every_edge_agrees_with_a_calculation_from_the_published_rows(name: str) -> None:
    item = choose_item(schedule(name), None)
    edges = {edge for band in item.bands for edge in (band.q_from, band.q_to)}
    near = sorted({edge + by for edge in edges for by in (-1, 0, 1, 12_345, 10**6 // 3)})
    for q in near:
        ruling = [band for band in item.bands if band.q_from < q <= band.q_to]
        expected = base_of_range_table(name, Fraction(q, item.steps_per_unit)) if ruling else None
        for band in ruling:
            price = evaluate(band, q)
            assert price.base_fen == expected
            low, high = (Fraction(part, band.float_den) for part in (band.float_low, band.float_high))
            charge = price.charge_base_fen
            for amount, share in ((price.floor_fen, low), (price.ceiling_fen, high)):
                rounded = round_half_up(charge * share)
                if band.limits == "after":
                    rounded = min(max(rounded, band.min_fen), band.max_fen)
                assert amount == rounded


@pytest.mark.parametrize("name", [name for name, row in RAW.items() if row["method"] == "progressive"])
def test_a_progressive_schedule_is_continuous_at_its_joints(name: str) -> None:
    bands = choose_item(schedule(name), None).bands
    for lower, upper in pairwise(bands):
        assert lower.q_to == upper.q_from
        assert upper.q0 == lower.q_to
        assert upper.y0 == lower.y0 + lower.slope * (lower.q_to - lower.q0)


def test_every_band_of_every_schedule_is_proved_safe() -> None:
    bands = [
        band
        for one in READ.values()
        if isinstance(one, NormalSchedule)
        for item in one.items.values()
        for band in item.bands
    ]
    assert len(bands) > 100
    for band in bands:
        prove(band)


def test_every_schedule_but_the_one_without_prices_is_understood() -> None:
    refused = {name: one.code for name, one in READ.items() if isinstance(one, RefusedSchedule)}
    assert refused == {"gd-2023-forensic": "schedule.no_brackets"}
    assert len(READ) == 24


@pytest.mark.parametrize(
    ("name", "status"), [(WORKS, "reference"), (NOTARY, "in_force"), (SHANGHAI, "unknown"), (AUCTION, "in_force")]
)
def test_only_what_is_verified_in_force_is_called_so(name: str, status: str) -> None:
    assert schedule(name).status == status


@pytest.mark.parametrize(
    ("name", "quantity", "reason"),
    [
        (EIA, "100.0000000001", "price.no_ceiling_published"),
        (PROPOSAL, "60", "price.bare_range"),
        (SAFETY, "200001", "price.no_ceiling_published"),
    ],
)
def test_an_open_bracket_without_a_ceiling_has_no_price_and_says_why(name: str, quantity: str, reason: str) -> None:
    item = choose_item(schedule(name), None)
    gap = gap_at(item, parse_quantity(quantity, item.steps_per_unit))
    assert gap
    assert gap.reason == reason


@pytest.mark.parametrize(
    ("name", "quantity", "limits"),
    [
        (PROPOSAL, "0.3", ("> 0.3", "≤ 50")),
        (SOIL, "0.4999999999", ("≥ 0.5", "≤ 20")),
        (SOIL, "20.0000000001", ("≥ 0.5", "≤ 20")),
    ],
)
def test_a_quantity_outside_the_table_is_refused_with_its_limits(
    name: str, quantity: str, limits: tuple[str, str]
) -> None:
    with pytest.raises(BreaksRule) as refused:
        price_of(name, quantity)
    assert refused.value.code == "price.quantity_outside"
    assert (refused.value.facts["lowest"], refused.value.facts["highest"]) == limits


def test_a_schedule_with_several_items_needs_one_named() -> None:
    with pytest.raises(BreaksRule) as refused:
        choose_item(schedule(HAZARD), None)
    assert refused.value.code == "price.item_needed"
    assert "报告评审 三级" in refused.value.sentence()


def test_an_unknown_item_is_refused_with_the_items_named() -> None:
    with pytest.raises(BreaksRule) as refused:
        choose_item(schedule(BOILER), "outside")
    assert refused.value.code == "price.item_unknown"
    assert all(column in refused.value.sentence() for column in COLUMNS)


def test_a_text_that_is_not_understood_is_shown_and_never_applied() -> None:
    assert schedule(LIGHTNING).remarks[0] == "跟踪检测一、二类加30%"
    assert price_of(LIGHTNING, "1", "新改扩建跟踪检测 三类建筑").ceiling_fen == 80


def test_the_trace_shows_each_brackets_share() -> None:
    trace = [step.as_json() for step in price_of(WORKS, "6000").trace]
    shares = [(step["share"], step["rate"], step["amount"]) for step in trace if step["step"] == "share"]
    assert shares == [
        ("100", "1%", "¥10,000.00"),
        ("400", "0.7%", "¥28,000.00"),
        ("500", "0.55%", "¥27,500.00"),
        ("4000", "0.35%", "¥140,000.00"),
        ("1000", "0.2%", "¥20,000.00"),
    ]
    assert [step["step"] for step in trace[5:]] == ["sum", "base_rounded", "float", "rounded", "result"]


def test_a_missing_rate_leaves_that_part_and_all_above_without_a_price() -> None:
    brackets = [
        {"from": 0, "to": 10, "rate_percent": 1},
        {"from": 10, "to": 20, "rate_percent": None},
        {"from": 20, "to": None, "rate_percent": 1},
    ]
    one = read_one(brackets=brackets)
    assert isinstance(one, NormalSchedule)
    item = choose_item(one, None)
    assert price_at(item, 10_000_000).base_fen == 100_000
    for q in (10_000_001, 20_000_001, MAX_QUANTITY):
        with pytest.raises(BreaksRule) as refused:
            price_at(item, q)
        assert refused.value.code == "price.other_list_governs"


def test_a_unit_rate_counts_with_its_share_of_the_area() -> None:
    brackets = [
        {"from": 0, "to": 1000, "unit_rate": 2, "area_ratio_percent": 100},
        {"from": 1000, "to": None, "unit_rate": 2, "area_ratio_percent": 50},
    ]
    one = read_one(unit="元", base="建筑面积（平方米）", brackets=brackets)
    assert isinstance(one, NormalSchedule)
    assert price_at(choose_item(one, None), 1_500_000).base_fen == 250_000


def test_a_smaller_quantity_counts_as_the_smallest_one() -> None:
    one = read_one(minimum_base=150)
    assert isinstance(one, NormalSchedule)
    item = choose_item(one, None)
    assert [price_at(item, q * 1_000_000).base_fen for q in (1, 100, 150, 200)] == [1_250_000] * 3 + [1_500_000]
    assert price_at(item, 1).trace[0].code == "trace.minimum_quantity"


def test_below_the_first_and_above_the_last_point_a_stated_rate_holds_for_the_whole_quantity() -> None:
    one = read_one(
        method="bracket_interpolated",
        brackets=[{"x": 100, "y": 2}, {"x": 200, "y": 3}],
        below_first={"rate_percent": 1},
        above_last={"rate_percent": 2},
    )
    assert isinstance(one, NormalSchedule)
    item = choose_item(one, None)
    amounts = [price_at(item, q * 1_000_000).base_fen for q in (50, 100, 150, 200, 300)]
    assert amounts == [500_000, 2_000_000, 2_500_000, 3_000_000, 6_000_000]


@pytest.mark.parametrize(
    ("text", "floor", "ceiling"),
    [
        ("±20%", 800_000, 1_200_000),
        ("±20％（一般知识）", 800_000, 1_200_000),
        ("±12.5%", 875_000, 1_125_000),
        ("最高标准", 0, 1_000_000),
        ("", 1_000_000, 1_000_000),
        ("双方协商", 1_000_000, 1_000_000),
    ],
)
def test_the_text_about_floating_is_applied_as_far_as_it_is_plain(text: str, floor: int, ceiling: int) -> None:
    one = read_one(float_range=text)
    assert isinstance(one, NormalSchedule)
    price = price_at(choose_item(one, None), 100_000_000)
    assert (price.floor_fen, price.ceiling_fen) == (floor, ceiling)


def test_a_published_minimum_is_part_of_a_ceiling_and_not_of_its_floor() -> None:
    price = price_of(SHANGHAI, "0.000001")
    assert (price.floor_fen, price.ceiling_fen) == (0, 30_000)
