"""Schedules never seen before in the published format: read without a guess, priced to the fen by a pencil."""

from typing import Any

import pytest

from market.base.errors import BreaksRule
from market.base.pricing import gap_at, parse_quantity, price_at
from market.catalogue.schedules import NormalSchedule, RefusedSchedule, choose_item
from tests.catalogue.published import read_one

MONEY = {"unit": "元", "base": "金额（元）"}


def progressive(*rows: dict[str, Any], **cells: Any) -> dict[str, Any]:
    return {"method": "progressive", **MONEY, "brackets": list(rows), **cells}


def interpolated(*rows: dict[str, Any], **cells: Any) -> dict[str, Any]:
    return {"method": "bracket_interpolated", "unit": "万元", "base": "投资额（亿元）", "brackets": list(rows), **cells}


def named(*rows: dict[str, Any], **cells: Any) -> dict[str, Any]:
    return {"method": "per_unit", "unit": "元", "base": "数量", "brackets": list(rows), **cells}


POINTS = ({"x": 0.5, "y": 10}, {"x": 1, "y": 16}, {"x": 5, "y": 40})
RANGES = ({"from": 0, "to": 1, "fee_min": 2, "fee_max": 5}, {"from": 1, "to": 3, "fee_min": 5, "fee_max": 9})
WIDE = {"from": 0, "to": None}

# schedule, quantity, item, coefficient -> base, floor, ceiling
UNSEEN: list[tuple[dict[str, Any], str, str | None, int, tuple[int | None, int, int]]] = [
    # 1. Points with a rate below the first and above the last: 0.2 亿元 x 2 % = 40 万元; 10 亿元 x 1 % = 1000 万元.
    (interpolated(*POINTS, below_first={"rate_percent": 2}, above_last={"rate_percent": 1}), "0.2", None, 10_000,
     (40_000_000, 40_000_000, 40_000_000)),
    (interpolated(*POINTS, below_first={"rate_percent": 2}, above_last={"rate_percent": 1}), "10", None, 10_000,
     (1_000_000_000, 1_000_000_000, 1_000_000_000)),
    # 2. The first point itself, and the middle of a straight piece: 16 + (40 - 16) / 2 = 28 万元.
    (interpolated(*POINTS, below_first={"rate_percent": 2}), "0.5", None, 10_000, (10_000_000,) * 3),
    (interpolated(*POINTS), "3", None, 10_000, (28_000_000,) * 3),
    # 3. Rates in permille below and above: 10 亿元 x 3 ‰ = 300 万元.
    (interpolated(*POINTS, above_last={"rate_permille": 3}), "10", None, 10_000, (300_000_000,) * 3),
    # 4. Permille tiers on 万元: 100 x 4 ‰ + 50 x 3 ‰ = 0.55 万元.
    (progressive({"from": 0, "to": 100, "rate_permille": 4}, {"from": 100, "to": None, "rate_permille": 3},
                 unit="万元", base="总额（万元）"), "150", None, 10_000, (550_000,) * 3),
    # 5. Below a null rate there is a price: 1000 元 x 1 % = 10 元.
    (progressive({"from": 0, "to": 1000, "rate_percent": 1}, {"from": 1000, "to": None, "rate_percent": None}),
     "1000", None, 10_000, (1_000,) * 3),
    # 6. A rate for each ㎡ with a share of the area: 120 ㎡ x 2.5 x 40 % = 120 元; above, 80 ㎡ x 2 x 40 % = 64 元.
    (progressive({"from": 0, "to": 120, "unit_rate": 2.5, "area_ratio_percent": 40},
                 {"from": 120, "to": None, "unit_rate": 2, "area_ratio_percent": 40}, base="建筑面积（㎡）"),
     "200", None, 10_000, (18_400,) * 3),
    # 7. A third of a fen: 0.001 ㎡ x 3.33 元 = 0.333 fen.
    (progressive({**WIDE, "unit_rate": 3.33}, base="建筑面积（㎡）"), "0.001", None, 10_000, (0, 0, 0)),
    # 8. A minimum before a ceiling: at least 300 元 are the most that may be charged, and nothing is the least.
    (progressive({**WIDE, "rate_percent": 0.1}, float_range="最高标准", minimum_fee=300), "1000", None, 10_000,
     (100, 0, 30_000)),
    # 9. A smallest quantity that counts: 3 ㎡ are charged as 10 ㎡ x 1.5 元.
    (named({"item": "面积", "per": "㎡", "rate": 1.5}, base="建筑面积（㎡）", minimum_base=10), "3", None, 10_000,
     (1_500,) * 3),
    # 10. A ceiling rate: at most 5 % of 88.88 元 = 4.444 元.
    (named({"item": "佣金", "max_rate_percent": 5}, method="flat", unit="%", base="成交价"), "88.88", None, 10_000,
     (None, 0, 444)),
    # 11. A printed range for each piece: 3 x 150..200 元.
    (named({"item": "鉴定", "per": "例", "min": 150, "max": 200}, {"item": "会诊", "per": "次", "rate": 80}), "3", "鉴定",
     10_000, (None, 45_000, 60_000)),
    # 12. One item with a figure beside one whose figure is missing.
    (named({"item": "甲", "per": "件", "rate": 80}, {"item": "乙", "per": "件", "rate": None}), "2", "甲", 10_000,
     (16_000,) * 3),
    # 13. An open last bracket does not shut the brackets below it: 5 + (9 - 5) / 2 = 7 万元.
    (interpolated(*RANGES, {"from": 3, "to": None, "fee_min": 9, "fee_max": None}), "2", None, 10_000,
     (7_000_000,) * 3),
    # 14. Figures written as texts with full-width digits and commas: 2,000 x 1.5 % = 30 元.
    (progressive({"from": "０", "to": "１,０００ ", "rate_percent": "１．５"}, {"from": "1,000", "to": None, "rate_percent": 1.5}),
     "2000", None, 10_000, (3_000,) * 3),
    # 15. Maximum after a product of coefficients: 100 元 x 1.2 x 1.1 = 132 元, at most 130 元.
    (progressive({**WIDE, "rate_percent": 10}, maximum_fee=130,
                 coefficients=[{"name_zh": "甲", "values": [1, 1.2]}, {"name_zh": "乙", "values": [1, 1.1]}]),
     "1000", None, 13_200, (10_000, 13_000, 13_000)),
    # 16. Rounded to even after coefficient and float: 25 fen x 0.9 = 22.5 and x 1.1 = 27.5.
    (progressive({**WIDE, "rate_percent": 1}, rounding="half_even", float_range="±10%"), "25", None, 10_000, (25, 22, 28)),
    # 17. Money in 亿元 against a fee in 元: 0.00000001 亿元 is one yuan, of which 1 % is one fen.
    (progressive({**WIDE, "rate_percent": 1}, base="投资额（亿元）"), "0.00000001", None, 10_000, (1, 1, 1)),
    # 18. A very large quantity is still exact: 999,999.9999 万元 x 0.001 % = 99,999.99999 元.
    (progressive({**WIDE, "rate_percent": 0.001}, base="投资额（万元）"), "999999.9999", None, 10_000,
     (10_000_000, 10_000_000, 10_000_000)),
    # 19. A formula with full-width signs: 150 + 8 x (25 - 20) = 190 元.
    ({"method": "per_unit", "unit": "元/台", "base": "蒸发量 D（t/h）",
      "brackets": [{"from": 0, "to": 20, "external": "１５０"}, {"from": 20, "to": None, "external": "150＋8×（D－20）"}]},
     "25", "external", 10_000, (19_000,) * 3),
    # 20. Another spelling of the same unit is the same unit.
    (named({"item": "面积", "per": "平米", "rate": 2}, base="建筑面积（㎡）"), "1.5", None, 10_000, (300,) * 3),
    # 21. Slab with permille and a cap: 500 万元 x 2 ‰ = 1 万元, at most 0.8 万元.
    (progressive({"from": 0, "to": 100, "rate_permille": 3}, {"from": 100, "to": None, "rate_permille": 2}, mode="slab",
                 unit="万元", base="总额（万元）", maximum_fee=0.8), "500", None, 10_000, (1_000_000, 800_000, 800_000)),
]  # fmt: skip


@pytest.mark.parametrize(("row", "quantity", "item", "coefficient", "expected"), UNSEEN)
def test_a_schedule_never_seen_before_is_priced_to_the_fen(
    row: dict[str, Any], quantity: str, item: str | None, coefficient: int, expected: tuple[int | None, int, int]
) -> None:
    schedule = read_one(**row)
    assert isinstance(schedule, NormalSchedule), schedule
    chosen = choose_item(schedule, item)
    price = price_at(chosen, parse_quantity(quantity, chosen.steps_per_unit), coefficient=coefficient)
    assert (price.base_fen, price.floor_fen, price.ceiling_fen) == expected
    assert all(step.text() for step in price.trace)


SILENT: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("price.other_list_governs", UNSEEN[6][0], "1000.01", None),
    ("price.other_list_governs", interpolated(*POINTS, below_first={"rate_percent": None}), "0.2", None),
    ("price.other_list_governs", named({"item": "甲", "per": "件", "rate": None}), "1", None),
    ("price.other_list_governs", named({"item": "甲", "fee": None}, method="flat"), "1", None),
    ("price.no_ceiling_published", named({"item": "甲", "per": "例", "min": 5, "max": None}), "1", None),
    ("price.no_ceiling_published", interpolated(*RANGES, {"from": 3, "to": None, "fee_min": 9, "fee_max": None}), "4", None),
    ("price.bare_range", interpolated(*RANGES, {"from": 3, "to": None, "fee_min": 9, "fee_max": 12}), "4", None),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "row", "quantity", "item"), SILENT)
def test_where_the_document_is_silent_the_reason_is_said(
    reason: str, row: dict[str, Any], quantity: str, item: str | None
) -> None:
    schedule = read_one(**row)
    assert isinstance(schedule, NormalSchedule), schedule
    chosen = choose_item(schedule, item)
    steps = parse_quantity(quantity, chosen.steps_per_unit)
    gap = gap_at(chosen, steps)
    assert gap is not None
    assert gap.reason == reason
    with pytest.raises(BreaksRule):
        price_at(chosen, steps)


REFUSED: list[tuple[str, str, str, dict[str, Any]]] = [
    # code, bracket, cell
    ("schedule.brackets_overlap", "2", "from", progressive({"from": 0, "to": 100, "rate_percent": 1}, {"from": "９０", "to": None, "rate_percent": 1})),
    ("schedule.brackets_gap", "2", "from", progressive({"from": 0, "to": 100, "rate_percent": 1}, {"from": 110, "to": None, "rate_percent": 1})),
    ("schedule.bracket_descends", "1", "to", progressive({"from": 0, "to": 0, "rate_percent": 1})),
    ("schedule.open_not_last", "1", "—", progressive({**WIDE, "rate_percent": 1}, {"from": 5, "to": None, "rate_percent": 1})),
    ("schedule.not_a_number", "1", "rate_percent", progressive({**WIDE, "rate_percent": float("nan")})),
    ("schedule.not_a_number", "1", "rate_percent", progressive({**WIDE, "rate_percent": float("inf")})),
    ("schedule.not_a_number", "1", "to", progressive({"from": 0, "to": "1.000,00", "rate_percent": 1})),
    ("schedule.not_a_number", "1", "rate_percent", progressive({**WIDE, "rate_percent": "1e309"})),
    ("schedule.negative", "1", "rate_percent", progressive({**WIDE, "rate_percent": -0.5})),
    ("schedule.negative", "—", "minimum_fee", progressive({**WIDE, "rate_percent": 1}, minimum_fee="-1")),
    ("schedule.limits_contradict", "—", "—", progressive({**WIDE, "rate_percent": 1}, minimum_fee=9, maximum_fee=8)),
    ("schedule.range_falls", "1", "max", named({"item": "甲", "per": "例", "min": 9, "max": 8})),
    ("schedule.one_rate", "1", "—", progressive({**WIDE, "rate_percent": 1, "unit_rate": 1})),
    ("schedule.one_rate", "—", "below_first", interpolated(*POINTS, below_first={"rate_percent": 1, "rate_permille": 1})),
    ("schedule.cell_missing", "—", "rate_percent", interpolated(*POINTS, below_first={})),
    ("schedule.unit_conflict", "1", "per", named({"item": "面积", "per": "亩", "rate": 2}, base="建筑面积（㎡）")),
    ("schedule.key_unfit", "—", "mode", interpolated(*POINTS, mode="slab")),
    ("schedule.fee_falls", "2", "y", interpolated({"x": 1, "y": 5}, {"x": 2, "y": 4})),
]  # fmt: skip


@pytest.mark.parametrize(("code", "bracket", "cell", "row"), REFUSED)
def test_what_cannot_be_meant_is_refused_at_its_cell(code: str, bracket: str, cell: str, row: dict[str, Any]) -> None:
    schedule = read_one(**row)
    assert isinstance(schedule, RefusedSchedule), schedule
    facts = schedule.refusal.facts
    assert (schedule.code, str(facts["bracket"]), facts["cell"]) == (code, bracket, cell)
    assert schedule.id in schedule.sentence
