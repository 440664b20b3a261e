"""Tiers at their edges, by block and by slab, with minimum, cap and each rounding: worked out with a pencil, in fen."""

from typing import Any

import pytest

from market.base.errors import BreaksRule
from market.base.pricing import Price, parse_quantity, price_at
from market.catalogue.schedules import NormalSchedule, choose_item
from tests.catalogue.published import read_one

# 10 % up to 100 yuan, 5 % up to 300 yuan, 1 % above; quantities are yuan.
TIERS: dict[str, Any] = {
    "unit": "元",
    "base": "金额（元）",
    "brackets": [
        {"from": 0, "to": 100, "rate_percent": 10},
        {"from": 100, "to": 300, "rate_percent": 5},
        {"from": 300, "to": None, "rate_percent": 1},
    ],
}
BLOCK, SLAB = TIERS, {**TIERS, "mode": "slab"}
LIMITED = {"minimum_fee": 5, "maximum_fee": 15}


def half(rounding: str | None) -> dict[str, Any]:
    """0.5 % of any amount: an odd number of yuan costs so many fen and a half."""
    row = {"unit": "元", "base": "金额（元）", "brackets": [{"from": 0, "to": None, "rate_percent": 0.5}]}
    return row if rounding is None else {**row, "rounding": rounding}


def floating(rounding: str) -> dict[str, Any]:
    return {**half(rounding), "brackets": [{"from": 0, "to": None, "rate_percent": 5}], "float_range": "±10%"}


def price_of(row: dict[str, Any], quantity: str, coefficient: int = 10_000) -> Price:
    schedule = read_one(**row)
    assert isinstance(schedule, NormalSchedule), schedule
    item = choose_item(schedule, None)
    return price_at(item, parse_quantity(quantity, item.steps_per_unit), coefficient=coefficient)


GOLDEN = [
    # By block each rate counts for the part inside its bracket: 100 yuan cost 10.00, 300 yuan cost 20.00.
    (BLOCK, "0.01", 0, 0, 0),
    (BLOCK, "0.05", 1, 1, 1),
    (BLOCK, "1", 10, 10, 10),
    (BLOCK, "99", 990, 990, 990),
    (BLOCK, "100", 1000, 1000, 1000),
    (BLOCK, "100.01", 1000, 1000, 1000),
    (BLOCK, "100.10", 1001, 1001, 1001),
    (BLOCK, "101", 1005, 1005, 1005),
    (BLOCK, "299", 1995, 1995, 1995),
    (BLOCK, "300", 2000, 2000, 2000),
    (BLOCK, "301", 2001, 2001, 2001),
    (BLOCK, "1000", 2700, 2700, 2700),
    # By slab the whole quantity bears the rate of its bracket; at the edge the lower bracket rules.
    (SLAB, "0.01", 0, 0, 0),
    (SLAB, "1", 10, 10, 10),
    (SLAB, "99", 990, 990, 990),
    (SLAB, "100", 1000, 1000, 1000),
    (SLAB, "100.01", 500, 500, 500),
    (SLAB, "101", 505, 505, 505),
    (SLAB, "299", 1495, 1495, 1495),
    (SLAB, "300", 1500, 1500, 1500),
    (SLAB, "300.01", 300, 300, 300),
    (SLAB, "301", 301, 301, 301),
    (SLAB, "1000", 1000, 1000, 1000),
    # At least 5.00, at most 15.00.
    ({**BLOCK, **LIMITED}, "1", 10, 500, 500),
    ({**BLOCK, **LIMITED}, "50", 500, 500, 500),
    ({**BLOCK, **LIMITED}, "51", 510, 510, 510),
    ({**BLOCK, **LIMITED}, "200", 1500, 1500, 1500),
    ({**BLOCK, **LIMITED}, "201", 1505, 1500, 1500),
    ({**SLAB, **LIMITED}, "49", 490, 500, 500),
    ({**SLAB, **LIMITED}, "101", 505, 505, 505),
    ({**SLAB, **LIMITED}, "301", 301, 500, 500),
    ({**SLAB, **LIMITED}, "2000", 2000, 1500, 1500),
    # Half a fen, one and a half, two and a half: half up.
    (half(None), "1", 1, 1, 1),
    (half("half_up"), "3", 2, 2, 2),
    (half("half_up"), "5", 3, 3, 3),
    (half("half_up"), "0.99", 0, 0, 0),
    # Half to even (GB/T 8170): 0.5 -> 0, 1.5 -> 2, 2.5 -> 2, 3.5 -> 4; above a half goes up.
    (half("half_even"), "1", 0, 0, 0),
    (half("half_even"), "3", 2, 2, 2),
    (half("half_even"), "5", 2, 2, 2),
    (half("half_even"), "7", 4, 4, 4),
    (half("half_even"), "5.01", 3, 3, 3),
    # Down and up.
    (half("down"), "1", 0, 0, 0),
    (half("down"), "3.99", 1, 1, 1),
    (half("down"), "4", 2, 2, 2),
    (half("up"), "0.01", 1, 1, 1),
    (half("up"), "4", 2, 2, 2),
    (half("up"), "4.01", 3, 3, 3),
    # The second rounding: 5 fen ±10 % is 4.5 to 5.5, 15 fen ±10 % is 13.5 to 16.5.
    (floating("half_up"), "1", 5, 5, 6),
    (floating("half_even"), "1", 5, 4, 6),
    (floating("half_even"), "3", 15, 14, 16),
    (floating("down"), "1", 5, 4, 5),
    (floating("down"), "3", 15, 13, 16),
    (floating("up"), "1", 5, 5, 6),
    (floating("up"), "3", 15, 14, 17),
]


@pytest.mark.parametrize(("row", "quantity", "base", "floor", "ceiling"), GOLDEN)
def test_tiers_at_their_edges_cost_what_the_pencil_says(
    row: dict[str, Any], quantity: str, base: int, floor: int, ceiling: int
) -> None:
    price = price_of(row, quantity)
    assert (price.base_fen, price.floor_fen, price.ceiling_fen) == (base, floor, ceiling)
    told = [step.text() for step in price.trace]
    assert told
    assert price.trace[-1].facts == {"floor_fen": floor, "ceiling_fen": ceiling}


def test_the_golden_table_is_long_enough() -> None:
    assert len(GOLDEN) >= 40


@pytest.mark.parametrize("row", [BLOCK, SLAB])
def test_nothing_ordered_has_no_price(row: dict[str, Any]) -> None:
    with pytest.raises(BreaksRule) as refused:
        price_of(row, "0")
    assert refused.value.code == "price.quantity_not_positive"


def test_the_trace_says_block_by_its_shares_and_slab_by_the_whole() -> None:
    block, slab = ([step.code for step in price_of(row, "301").trace] for row in (BLOCK, SLAB))
    assert block.count("trace.share") == 3
    assert "trace.sum" in block
    assert slab[0] == "trace.slab"
    assert "trace.share" not in slab
    assert price_of(SLAB, "301").trace[0].facts["lower"] == "300"


@pytest.mark.parametrize(
    ("rounding", "codes"),
    [
        ("half_up", {"trace.base_rounded", "trace.rounded"}),
        ("half_even", {"trace.base_rounded_half_even", "trace.rounded_half_even"}),
        ("down", {"trace.base_rounded_down", "trace.rounded_down"}),
        ("up", {"trace.base_rounded_up", "trace.rounded_up"}),
    ],
)
def test_the_trace_names_the_rounding_both_times(rounding: str, codes: set[str]) -> None:
    assert codes <= {step.code for step in price_of(floating(rounding), "3").trace}


def test_a_missing_rate_by_slab_leaves_only_its_own_bracket_without_a_price() -> None:
    brackets = [{**row, "rate_percent": None} if row["from"] == 100 else row for row in TIERS["brackets"]]
    with pytest.raises(BreaksRule) as refused:
        price_of({**SLAB, "brackets": brackets}, "200")
    assert refused.value.code == "price.other_list_governs"
    assert price_of({**SLAB, "brackets": brackets}, "400").base_fen == 400
    with pytest.raises(BreaksRule):
        price_of({**BLOCK, "brackets": brackets}, "400")


def test_the_minimum_quantity_counts_by_slab_too() -> None:
    price = price_of({**SLAB, "minimum_base": 150}, "20")
    assert (price.base_fen, price.trace[0].code, price.trace[1].code) == (750, "trace.minimum_quantity", "trace.slab")
