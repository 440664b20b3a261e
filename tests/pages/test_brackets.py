"""A price rule as a table: block and slab, rounding, and units in the reader's language."""

from dataclasses import replace
from typing import Any

from flask import Flask

from market.base.pricing import PricedItem
from market.catalogue.schedules import NormalSchedule, choose_item
from market.pages.brackets import rule_table
from tests.catalogue.published import read_one

TIERS = {
    "unit": "元",
    "base": "建筑面积（㎡）",
    "brackets": [{"from": 0, "to": 100, "unit_rate": 3}, {"from": 100, "to": None, "unit_rate": 2}],
}


def item_of(**cells: Any) -> PricedItem:
    schedule = read_one(**{**TIERS, **cells})
    assert isinstance(schedule, NormalSchedule)
    return choose_item(schedule, None)


def test_the_table_says_whether_a_rate_is_for_the_part_or_for_the_whole(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        block, slab = rule_table(item_of()), rule_table(item_of(mode="slab"))
    assert [row.standard for row in block.rows] == ["¥3.00/m² of the part inside", "¥2.00/m² of the part inside"]
    assert [row.standard for row in slab.rows] == ["¥3.00/m² of the whole quantity", "¥2.00/m² of the whole quantity"]
    assert block.method != slab.method


def test_the_table_states_a_rounding_that_is_not_the_usual_one(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        usual, even = rule_table(item_of()), rule_table(item_of(rounding="half_even"))
    assert not usual.limits
    assert even.rows[0].limits == "Rounded half to even to the fen (GB/T 8170)"


def test_a_unit_is_named_in_english_where_it_is_known_and_as_printed_in_chinese(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert rule_table(item_of()).rows[0].interval == "Up to 100 m²"
        assert rule_table(replace(item_of(), unit="井次")).rows[0].interval == "Up to 100 井次"
    with app.test_request_context("/?lang=zh"):
        assert "㎡" in rule_table(item_of()).rows[0].interval
