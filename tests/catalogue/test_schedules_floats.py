"""Free texts about floating, closed sets of coefficients, and the days of a price."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from market.base.errors import BreaksRule
from market.base.pricing import Price, parse_coefficient, price_at
from market.catalogue.schedules import NormalSchedule, RefusedSchedule, choose_item
from tests.catalogue.published import read_one

ONE = {"unit": "元", "base": "金额（元）", "brackets": [{"from": 0, "to": None, "rate_percent": 1}]}


def read(**cells: Any) -> NormalSchedule:
    schedule = read_one(**{**ONE, **cells})
    assert isinstance(schedule, NormalSchedule), schedule
    return schedule


def price_of(coefficient: int = 10_000, **cells: Any) -> Price:
    item = choose_item(read(**cells), None)
    return price_at(item, 1_000_000, coefficient=coefficient)


def refused_for(**cells: Any) -> BreaksRule:
    schedule = read_one(**{**ONE, **cells})
    assert isinstance(schedule, RefusedSchedule), schedule
    return schedule.refusal


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("±20%", 80, 120),
        ("± 20 ％（一般知识）", 80, 120),
        ("上下浮动20%", 80, 120),
        ("上下浮动不超过20%", 80, 120),
        ("可上下浮动20％", 80, 120),
        ("在基准价基础上上下浮动20%", 80, 120),
        ("浮动幅度为±15%", 85, 115),
        ("浮动不超过±15%", 85, 115),
        ("上下20%范围内浮动", 80, 120),
        ("上浮不超过10%", 100, 110),
        ("上浮不得超过10%", 100, 110),
        ("上浮幅度不超过10%", 100, 110),
        ("最高上浮10%", 100, 110),
        ("上浮10%以内", 100, 110),
        ("下浮不超过20%", 80, 100),
        ("下浮最多20%", 80, 100),
        ("下浮20%以内", 80, 100),
        ("-20%~+10%", 80, 110),
        ("－20％～＋10％", 80, 110),
        ("-20%至10%", 80, 110),
        ("+10%~-20%", 80, 110),
        ("下浮20%至上浮10%", 80, 110),
        ("上浮不超过10%，下浮不超过20%", 80, 110),
        ("可上浮10%、下浮20%", 80, 110),
        ("下浮不超过12.5%", Fraction(175, 2), 100),
    ],
)
def test_a_float_in_words_is_understood(said: str, low: int | Fraction, high: int | Fraction) -> None:
    price = price_of(float_range=said)
    assert (price.base_fen, price.floor_fen, price.ceiling_fen) == (10_000, low * 100, high * 100)


@pytest.mark.parametrize("said", ["最高标准", "最高限价", "最高标准，下浮不限"])
def test_a_ceiling_in_words_has_no_floor(said: str) -> None:
    price = price_of(float_range=said)
    assert (price.floor_fen, price.ceiling_fen) == (0, 10_000)


@pytest.mark.parametrize(
    "said",
    [
        "上浮10%",
        "下浮20%",
        "下浮10%至20%",
        "±20%或±30%",
        "上下浮动20%；疑难的上浮不超过40%",
        "下浮不超过120%",
        "上浮不超过150%",
        "浮动20%",
        "±20",
    ],
)
@pytest.mark.parametrize("in_force", [True, False, None])
def test_a_float_that_can_be_read_in_two_ways_is_refused(said: str, in_force: bool | None) -> None:
    assert refused_for(float_range=said, in_force=in_force).code == "schedule.float_ambiguous"


def test_a_text_that_is_no_float_is_said_in_the_trace_where_the_price_binds() -> None:
    said = "收取比例与成交价成反比，只设上限"
    binding, reference = (read(float_range=said, in_force=value) for value in (True, False))
    assert binding.remarks == reference.remarks == (said,)
    steps = [price_at(choose_item(one, None), 100).trace for one in (binding, reference)]
    assert [said in steps[0][-2].text(), steps[0][-2].code] == [True, "trace.unapplied"]
    assert "trace.unapplied" not in [step.code for step in steps[1]]


SETS = [
    {"name_zh": "复杂程度", "name_en": "Complexity", "values": [
        {"value": 0.85, "name_zh": "简单"}, {"value": 1, "name_zh": "一般"}, {"value": "1.15", "name_zh": "复杂"},
    ]},
    {"name_zh": "地区", "values": [1, 1.1]},
]  # fmt: skip


def test_every_product_of_the_closed_sets_is_one_lawful_coefficient() -> None:
    band = choose_item(read(coefficients=SETS), None).bands[0]
    assert band.coefficients == (8_500, 9_350, 10_000, 11_000, 11_500, 12_650)


def test_the_trace_names_what_a_product_is_made_of() -> None:
    price = price_of(12_650, coefficients=SETS)
    step = next(step for step in price.trace if step.code == "trace.coefficient_product")
    assert step.facts["factors"] == "复杂程度 1.15 复杂 × 地区 1.1"
    assert price.ceiling_fen == 12_650


def test_equal_products_are_all_named() -> None:
    sets = [{"name_zh": "甲", "values": [1, 1.5]}, {"name_zh": "乙", "values": [1, 1.5]}]
    step = next(one for one in price_of(15_000, coefficients=sets).trace if one.code == "trace.coefficient_product")
    assert step.facts["factors"] == "甲 1 × 乙 1.5 / 甲 1.5 × 乙 1"


def test_a_coefficient_outside_the_sets_is_refused_with_the_sets_named() -> None:
    item = choose_item(read(coefficients=SETS), None)
    with pytest.raises(BreaksRule) as refused:
        price_at(item, 100, coefficient=12_000)
    assert refused.value.code == "price.coefficient_not_in_set"
    assert "复杂程度: 0.85 简单, 1 一般, 1.15 复杂; 地区: 1, 1.1" in refused.value.sentence()
    with pytest.raises(BreaksRule) as typed:
        parse_coefficient("1.2", item.bands[0], item=item)
    assert "复杂程度" in typed.value.sentence()


@pytest.mark.parametrize(
    ("code", "sets"),
    [
        ("schedule.not_a_table", 5),
        ("schedule.not_a_table", [5]),
        ("schedule.cell_missing", [{"values": [1]}]),
        ("schedule.coefficients_empty", [{"name_zh": "甲", "values": []}]),
        ("schedule.coefficient_repeated", [{"name_zh": "甲", "values": [1, 1.0]}]),
        ("schedule.coefficient_outside", [{"name_zh": "甲", "values": [0]}]),
        ("schedule.coefficient_outside", [{"name_zh": "甲", "values": [10.5]}]),
        ("schedule.coefficient_outside", [{"name_zh": "甲", "values": [1.00001]}]),
        ("schedule.coefficient_outside", [{"name_zh": one, "values": [1.01, 1.1]} for one in "甲乙丙"]),
        ("schedule.negative", [{"name_zh": "甲", "values": [-1]}]),
        ("schedule.not_a_number", [{"name_zh": "甲", "values": [float("nan")]}]),
        ("schedule.key_unknown", [{"name_zh": "甲", "values": [1], "discount": "x"}]),
        ("schedule.coefficients_too_many", [{"name_zh": str(n), "values": list(range(1, 9))} for n in range(9)]),
        ("schedule.coefficients_too_many", [{"name_zh": "甲", "values": [n / 1000 for n in range(1, 400)]}]),
    ],
)
def test_sets_of_coefficients_that_make_no_sense_are_refused(code: str, sets: Any) -> None:
    assert refused_for(coefficients=sets).code == code


def test_coefficients_stated_twice_are_refused() -> None:
    assert refused_for(coefficients=SETS, float_range="调整系数1.0/1.5").code == "schedule.coefficients_twice"


def test_the_days_of_a_price_are_read_in_the_ways_documents_write_them() -> None:
    item = choose_item(read(effective_from="2026-01-01", effective_until="２０２６年１２月３１日"), None)
    assert (item.effective_from, item.effective_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert choose_item(read(effective_from="2026/3/1"), None).effective_from == date(2026, 3, 1)
    assert choose_item(read(effective_until=None), None).effective_until is None


@pytest.mark.parametrize(
    ("code", "cells"),
    [
        ("schedule.not_a_day", {"effective_from": "next year"}),
        ("schedule.not_a_day", {"effective_from": "2026-02-30"}),
        ("schedule.not_a_day", {"effective_until": 20260101}),
        ("schedule.days_contradict", {"effective_from": "2026-02-01", "effective_until": "2026-01-31"}),
        ("schedule.rounding_unknown", {"rounding": "ceiling"}),
        ("schedule.not_text", {"rounding": 5}),
        ("schedule.mode_unknown", {"mode": "whole"}),
    ],
)
def test_days_roundings_and_modes_that_cannot_be_read_are_refused(code: str, cells: dict[str, Any]) -> None:
    assert refused_for(**cells).code == code


def test_a_mode_belongs_to_progressive_brackets_only() -> None:
    flat = {"method": "flat", "base": "级别", "brackets": [{"item": "甲", "fee": 1}], "mode": "slab"}
    assert refused_for(**flat).code == "schedule.key_unfit"
