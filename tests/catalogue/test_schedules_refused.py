"""A schedule that could be read in two ways, or not at all, is refused; the refusal names the place."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.base.errors import BreaksRule
from market.base.pricing import evaluate, prove
from market.catalogue.schedules import NormalSchedule, RefusedSchedule, find_schedule, read_schedules
from tests.catalogue.published import TEXT, read_one


def rate(**cells: Any) -> dict[str, Any]:
    return {"from": 0, "to": None, "rate_percent": 1, **cells}


def fixed(**cells: Any) -> dict[str, Any]:
    return {"method": "flat", "base": "级别", "brackets": [{"item": "甲", **cells}]}


def points(*pairs: tuple[Any, Any], **cells: Any) -> dict[str, Any]:
    return {"method": "bracket_interpolated", "brackets": [{"x": x, "y": y} for x, y in pairs], **cells}


def ranges(*rows: tuple[Any, Any, Any, Any]) -> dict[str, Any]:
    keys = ("from", "to", "fee_min", "fee_max")
    return {"method": "bracket_interpolated", "brackets": [dict(zip(keys, row, strict=True)) for row in rows]}


def column(value: Any, **cells: Any) -> dict[str, Any]:
    table = {"method": "per_unit", "unit": "元/台", "base": "蒸发量 D（t/h）"}
    return {**table, "brackets": [{"from": 20, "to": None, "external": value}], **cells}


REFUSED = [
    ("schedule.cell_missing", {"title_zh": ""}),
    ("schedule.cell_missing", {"base": ""}),
    ("schedule.cell_missing", {"brackets": [{"to": None, "rate_percent": 1}]}),
    ("schedule.cell_missing", {"brackets": [{"from": 0, "rate_percent": 1}]}),
    ("schedule.cell_missing", {"brackets": [{"from": 0, "to": None}]}),
    ("schedule.cell_missing", points((1, 1))),
    ("schedule.cell_missing", points((1, 1), (2, None))),
    ("schedule.cell_missing", ranges((0, 1, 1, None), (1, 2, 1, 2))),
    ("schedule.cell_missing", fixed()),
    ("schedule.cell_missing", fixed(min=1)),
    ("schedule.cell_missing", column(None)),
    ("schedule.not_a_number", {"brackets": [rate(rate_percent="1%")]}),
    ("schedule.not_a_number", {"brackets": [rate(rate_percent=True)]}),
    ("schedule.not_a_number", {"brackets": [rate(**{"from": [0]})]}),
    ("schedule.not_a_number", {"minimum_fee": "300元"}),
    ("schedule.not_a_number", {"minimum_fee": "1,00"}),
    ("schedule.not_a_number", {"minimum_fee": "1e3"}),
    ("schedule.not_a_number", {"minimum_fee": "三百"}),
    ("schedule.not_a_number", {"brackets": [rate(rate_percent=float("nan"))]}),
    ("schedule.not_a_number", {"brackets": [rate(rate_percent=float("inf"))]}),
    ("schedule.negative", {"minimum_fee": "－300"}),
    ("schedule.negative", {"brackets": [rate(rate_percent=-1)]}),
    ("schedule.negative", {"maximum_fee": -1}),
    ("schedule.out_of_range", {"brackets": [rate(rate_percent=1e300)]}),
    ("schedule.out_of_range", {"brackets": [rate(rate_percent=1e-300)]}),
    ("schedule.out_of_range", {"maximum_fee": 10**9}),
    ("schedule.out_of_range", {"brackets": [rate(to=10**10)]}),
    ("schedule.not_text", {"title_zh": 5}),
    ("schedule.cell_missing", {"base": None}),
    ("schedule.not_text", {"float_range": 20}),
    ("schedule.not_text", {"document_no": "a\x00b"}),
    ("schedule.not_a_table", {"brackets": {}}),
    ("schedule.not_a_table", {"brackets": [5]}),
    ("schedule.not_a_table", points((1, 1), (2, 2), above_last=5)),
    ("schedule.key_unknown", {"discount": 5}),
    ("schedule.key_unknown", {"brackets": [rate(rate_per_mille=5)]}),
    ("schedule.key_unknown", {"brackets": [rate(area_ratio_percent=50)]}),
    ("schedule.key_unknown", points((1, 1), (2, 2), above_last={"rate": 1})),
    ("schedule.method_unknown", {"method": "stepped"}),
    ("schedule.status_unknown", {"in_force": "yes"}),
    ("schedule.unit_unknown", {"unit": "美元"}),
    ("schedule.unit_unknown", {"base": "中标金额（千元）"}),
    ("schedule.unit_unknown", fixed(per="千元", rate=5)),
    ("schedule.unit_missing", {"base": "中标金额"}),
    ("schedule.unit_missing", {**fixed(fee=5), "method": "per_unit"}),
    ("schedule.unit_missing", column(5, base="蒸发量 D")),
    ("schedule.unit_conflict", {"base": "建筑面积（平方米）"}),
    ("schedule.unit_conflict", {**fixed(rate_percent=5), "base": "建筑面积（平方米）"}),
    ("schedule.unit_conflict", {**fixed(per="亩", rate=5), "base": "建筑面积（平方米）"}),
    ("schedule.no_brackets", {"brackets": []}),
    ("schedule.start_unknown", {"brackets": [rate(**{"from": 5})]}),
    ("schedule.brackets_overlap", {"brackets": [rate(to=100), rate(**{"from": 99})]}),
    ("schedule.brackets_gap", {"brackets": [rate(to=100), rate(**{"from": 101})]}),
    ("schedule.bracket_descends", {"brackets": [rate(**{"from": 0, "to": 0})]}),
    ("schedule.bracket_descends", points((2, 1), (1, 2))),
    ("schedule.open_not_last", {"brackets": [rate(), rate(**{"from": 100})]}),
    ("schedule.fee_falls", points((1, 2), (2, 1))),
    ("schedule.fee_falls", ranges((0, 1, 2, 1))),
    ("schedule.one_rate", {"brackets": [rate(rate_permille=1)]}),
    ("schedule.one_rate", fixed(fee=1, rate_percent=1)),
    ("schedule.key_unfit", {"above_last": {"rate_percent": 1}}),
    ("schedule.key_unfit", {**ranges((0, None, 1, 2)), "above_last": {"rate_percent": 1}}),
    ("schedule.minimum_base_outside", points((1, 1), (2, 2), minimum_base=3)),
    ("schedule.float_ambiguous", {"float_range": "±20%；疑难的上浮不超过40%"}),
    ("schedule.float_ambiguous", {"float_range": "±200%"}),
    ("schedule.float_ambiguous", {"float_range": "调整系数1.0/1.0"}),
    ("schedule.float_on_ceiling", {**fixed(max_rate_percent=5), "float_range": "±20%"}),
    ("schedule.limits_contradict", {"minimum_fee": 2, "maximum_fee": 1}),
    ("schedule.too_fine", {"minimum_fee": 0.0000001}),
    ("schedule.too_fine", {"brackets": [rate(to=0.0000001)]}),
    ("schedule.joint_not_whole", {"brackets": [rate(to=0.000001), rate(**{"from": 0.000001}, rate_percent=0)]}),
    ("schedule.overflows", fixed(fee=999_999) | {"float_range": "±100%"}),
    ("schedule.item_missing", fixed(item="", fee=1)),
    ("schedule.item_twice", {**fixed(), "brackets": [{"item": "甲", "fee": 1}] * 2}),
    ("schedule.range_falls", fixed(min=2, max=1)),
    ("schedule.formula_unreadable", column("150+8*(Q-20)")),
    ("schedule.formula_unreadable", column("__import__('os')")),
    ("schedule.overflows", column("1+8*(D-25)")),
]


@pytest.mark.parametrize(("code", "cells"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_ambiguous_or_wrong_is_refused_by_its_own_code(code: str, cells: dict[str, Any]) -> None:
    one = read_one(**cells)
    assert isinstance(one, RefusedSchedule)
    assert one.code == code
    assert "test" in one.sentence


def test_a_refusal_names_schedule_bracket_and_cell() -> None:
    one = read_one(brackets=[rate(to=5), {"from": 5, "to": None, "rate_percent": "x"}])
    assert isinstance(one, RefusedSchedule)
    assert one.sentence.startswith("Schedule test, bracket 2, cell rate_percent: “x” is not a number.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schedules": 5}',
        '{"a": 1, "a": 2}',
        "[" * 10**5,
        "1e" + "9" * 30,
    ],
)
def test_a_file_that_is_no_list_of_schedules_is_refused_once(text: str) -> None:
    with pytest.raises(BreaksRule) as refused:
        read_schedules(text)
    assert refused.value.code == "schedules.malformed"


def test_one_bad_schedule_does_not_take_the_others_with_it() -> None:
    data = json.loads(TEXT)
    data["schedules"][0]["brackets"][0]["rate_percent"] = "one"
    read = read_schedules(json.dumps(data))
    assert isinstance(read[0], RefusedSchedule)
    assert isinstance(read[1], NormalSchedule)
    with pytest.raises(BreaksRule) as refused:
        find_schedule(read, read[0].id)
    assert refused.value.code == "schedule.not_a_number"


def test_a_schedule_that_is_there_twice_is_refused_both_times() -> None:
    data = json.loads(TEXT)
    data["schedules"].append(data["schedules"][0])
    twice = [one for one in read_schedules(json.dumps(data)) if one.id == data["schedules"][0]["id"]]
    assert [one.code for one in twice if isinstance(one, RefusedSchedule)] == ["schedule.id_twice"] * 2


def test_a_row_that_is_no_schedule_is_refused_by_its_number() -> None:
    (one,) = read_schedules('{"schedules": [7]}')
    assert isinstance(one, RefusedSchedule)
    assert (one.id, one.code) == ("#1", "schedule.not_a_table")


def test_an_unknown_schedule_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BreaksRule) as refused:
        find_schedule(read_schedules(TEXT), "nope")
    assert refused.value.code == "schedules.unknown"
    assert "cn-auction-law-57" in refused.value.sentence()


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.integers(-5, 5),
    st.sampled_from(
        [0, 1e-9, 1e18, 10**400, "", "±20%", "最高标准", "%", "元", "万元", "1", "D", "系数1/2", "\ud800", "\x00"]
    ),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(
        st.sampled_from(["from", "to", "x", "rate_percent", "item", "per", "min"]), st.integers(), max_size=2
    ),
)
KEYS = st.sampled_from(
    ["from", "to", "x", "y", "fee", "rate", "min", "max", "per", "minimum_base", "below_first", "unit", "?"]
)


def _tables(value: Any) -> list[Any]:
    found = [value] if isinstance(value, (dict, list)) and value else []
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [table for one in inside for table in _tables(one)]


def _mutate(schedule: dict[str, Any], choose: random.Random, odd: Callable[[], tuple[str, Any]]) -> None:
    target = choose.choice(_tables(schedule))
    place = choose.choice(list(target)) if isinstance(target, dict) else choose.randrange(len(target))
    key, value = odd()
    act = choose.choice(["replace", "replace", "remove", "repeat", "add", "swap"])
    if act == "replace":
        target[place] = value
    elif act == "remove":
        del target[place]
    elif isinstance(target, dict):
        target[key] = value
    elif act == "repeat":
        target.insert(place, target[choose.randrange(len(target))])
    else:
        other = choose.randrange(len(target))
        target[place], target[other] = target[other], target[place]


@given(st.randoms(use_true_random=False), st.integers(1, 3), st.data())
@settings(deadline=None, max_examples=300)
def test_any_mutation_of_the_real_file_is_understood_or_refused(
    choose: random.Random, times: int, data: st.DataObject
) -> None:
    real = json.loads(TEXT)["schedules"]
    schedule = choose.choice(real)
    for _ in range(times):
        if _tables(schedule):
            _mutate(schedule, choose, lambda: (data.draw(KEYS), data.draw(ODD)))
    try:
        (one,) = read_schedules(json.dumps({"schedules": [schedule]}))
    except BreaksRule as refused:
        assert refused.code == "schedules.malformed"
        return
    if isinstance(one, RefusedSchedule):
        one.sentence.encode()
        return
    for item in one.items.values():
        for band in item.bands:
            prove(band)
            for q in (band.q_from + 1, band.q_to):
                price = evaluate(band, q, band.coefficients[0], item=item)
                assert 0 <= price.floor_fen <= price.ceiling_fen
                assert all(step.text() for step in price.trace)
