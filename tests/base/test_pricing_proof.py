"""What is proved of a whole rule: joints, monotony, the curve; and what holds of every lawful rule."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import gcd

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from market.base.errors import BreaksRule
from market.base.money import HALF_EVEN, MAX_FEN, ROUNDINGS, rounded
from market.base.pricing import Band, Measure, PricedItem, closed, curve, evaluate, is_monotone, joints, price_at, prove

YUAN = Measure.of("元")


def item_of(*bands: Band) -> PricedItem:
    return PricedItem(name="x", base_name="x", unit="元", steps_per_unit=100, bands=bands)


def block(limits: list[int], rates: list[Fraction]) -> PricedItem:
    """A progressive rule by block: brackets of `limits` steps, the last one open."""
    bands, value, low = [], Fraction(0), 0
    for high, rate in zip([*limits, None], rates, strict=True):
        bands.append(
            closed(Band(q_from=low, q0=low, y0=int(value), slope_num=rate.numerator, slope_den=rate.denominator), high)
        )
        value += rate * (bands[-1].q_to - low)
        low = bands[-1].q_to
    return item_of(*bands)


@st.composite
def blocks(draw: st.DrawFn) -> PricedItem:
    # Limits in whole thousands and rates in thousandths meet on whole fen, as the reader demands.
    widths = draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
    rates = draw(st.lists(st.integers(0, 2_000), min_size=len(widths) + 1, max_size=len(widths) + 1))
    limits = [1000 * sum(widths[: count + 1]) for count in range(len(widths))]
    return block(limits, [Fraction(rate, 1000) for rate in rates])


@given(blocks())
@settings(max_examples=60, deadline=None)
def test_progressive_rules_by_block_are_continuous_and_never_fall(item: PricedItem) -> None:
    assert len(joints(item)) == len(item.bands) - 1
    assert all(joint.continuous for joint in joints(item))
    assert is_monotone(item)


@given(blocks(), st.data(), st.sampled_from(ROUNDINGS))
@settings(max_examples=60, deadline=None)
def test_more_quantity_never_costs_less_by_block_in_any_rounding(
    item: PricedItem, data: st.DataObject, rounding: str
) -> None:
    rule = replace(item, bands=tuple(replace(band, rounding=rounding) for band in item.bands))
    more = data.draw(st.integers(2, rule.bands[-1].q_to))
    less = data.draw(st.integers(1, more - 1))
    assert price_at(rule, less).ceiling_fen <= price_at(rule, more).ceiling_fen


@st.composite
def rules(draw: st.DrawFn) -> Band:
    slope = Fraction(draw(st.integers(0, 10**6)), draw(st.integers(1, 10**6)))
    low, den = draw(st.integers(0, 20)), draw(st.integers(1, 20))
    high = draw(st.integers(low, 40))
    shared = gcd(low, high, den)
    least = draw(st.integers(0, 10**6))
    band = Band(
        q_to=draw(st.integers(1, 10**9)), y0=draw(st.integers(0, 10**9)), slope_num=slope.numerator,
        slope_den=slope.denominator, float_low=low // shared, float_high=high // shared, float_den=den // shared,
        min_fen=least, max_fen=draw(st.integers(least, MAX_FEN)), limits=draw(st.sampled_from(["before", "after"])),
        rounding=draw(st.sampled_from(ROUNDINGS)), coefficients=(draw(st.integers(1, 100_000)),),
    )  # fmt: skip
    try:
        prove(band)
    except BreaksRule:
        assume(False)
    return band


@given(rules(), st.data())
@settings(max_examples=200, deadline=None)
def test_the_floor_is_never_above_the_ceiling_in_any_rounding(band: Band, data: st.DataObject) -> None:
    price = evaluate(band, data.draw(st.integers(1, band.q_to)), band.coefficients[0])
    assert 0 <= price.floor_fen <= price.ceiling_fen <= MAX_FEN


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.sampled_from(ROUNDINGS))
def test_every_rounding_stays_within_one_fen(num: int, den: int, mode: str) -> None:
    error = rounded(num, den, mode) - Fraction(num, den)
    assert {"half_up": -Fraction(1, 2) < error <= Fraction(1, 2), "half_even": abs(error) <= Fraction(1, 2),
            "down": -1 < error <= 0, "up": 0 <= error < 1}[mode]  # fmt: skip
    assert mode != HALF_EVEN or rounded(num, den, mode) == round(Fraction(num, den))


def test_a_joint_by_slab_says_how_far_the_fee_falls() -> None:
    slab = item_of(
        closed(Band(slope_num=1, slope_den=10), 10_000), closed(Band(q_from=10_000, slope_num=1, slope_den=20), None)
    )
    (joint,) = joints(slab)
    assert (joint.q, joint.left_fen, joint.right_fen, joint.jump_fen) == (10_000, 1_000, 500, -500)
    assert not joint.continuous
    assert not is_monotone(slab)


def test_a_joint_that_jumps_up_leaves_the_rule_monotone() -> None:
    steps = item_of(closed(Band(y0=100), 10), closed(Band(q_from=10, q0=10, y0=150), 20))
    assert joints(steps)[0].jump_fen == 50
    assert is_monotone(steps)


def test_a_minimum_fee_hides_a_joint_below_it() -> None:
    bands = (closed(Band(y0=100, min_fen=400), 10), closed(Band(q_from=10, q0=10, y0=150, min_fen=400), 20))
    assert joints(item_of(*bands))[0].continuous


def test_a_first_published_point_meets_the_rate_below_it_at_the_point() -> None:
    below = closed(Band(slope_num=1, slope_den=2), 199)
    first = closed(Band(q_from=199, q0=200, y0=100, slope_num=1, slope_den=10), 1_000)
    (joint,) = joints(item_of(below, first))
    assert (joint.q, joint.jump_fen) == (200, 0)


def test_a_jump_finer_than_a_fen_is_exact() -> None:
    bands = (closed(Band(slope_num=1, slope_den=3), 10), closed(Band(q_from=10, q0=10, y0=4), 20))
    assert joints(item_of(*bands))[0].jump_fen == Fraction(2, 3)


def test_brackets_that_do_not_meet_have_no_joint_and_may_still_fall() -> None:
    apart = item_of(closed(Band(y0=100), 10), closed(Band(q_from=15, q0=15, y0=50), 20))
    assert joints(apart) == ()
    assert not is_monotone(apart)


def test_the_curve_shows_every_bracket_from_its_first_step_to_its_last() -> None:
    item = block([10_000, 50_000], [Fraction(1, 10), Fraction(1, 20), Fraction(1, 100)])
    drawn = curve(item)
    quantities = [q for q, _, _ in drawn]
    assert {1, 10_000, 10_001, 50_000, 50_001} <= set(quantities)
    assert quantities == sorted(set(quantities))
    assert quantities[-1] == 75_000
    assert 50 <= len(drawn) <= 60
    assert all(left[2] <= right[2] for left, right in pairwise(drawn))
    assert all(price_at(item, q).floor_fen == floor for q, floor, _ in drawn)


def test_the_curve_of_one_open_bracket_ends_at_a_sensible_quantity() -> None:
    assert curve(item_of(closed(Band(slope_num=1), None)), points=5)[-1] == (10_000, 10_000, 10_000)
    assert curve(item_of()) == []


def test_the_curve_takes_the_least_coefficient_where_one_is_not_lawful() -> None:
    assert curve(item_of(closed(Band(y0=100, coefficients=(12_000, 15_000)), 10)), points=2)[0] == (1, 120, 120)


@pytest.mark.parametrize("rounding", ["", "HALF_UP", "ceiling"])
def test_a_rounding_that_is_not_known_makes_no_band(rounding: str) -> None:
    with pytest.raises(BreaksRule) as refused:
        prove(Band(rounding=rounding))
    assert refused.value.code == "price.band_malformed"
