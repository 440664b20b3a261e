"""The price formula: bands, quantities, floor and ceiling."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import gcd

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from market.base.errors import BreaksRule
from market.base.money import MAX_FEN, round_half_up
from market.base.pricing import (
    AUTHORITY,
    MAX_QUANTITY,
    Band,
    Gap,
    Measure,
    PricedItem,
    closed,
    evaluate,
    find_band,
    gap_at,
    narrowed,
    parse_coefficient,
    parse_quantity,
    price_at,
    prove,
    scaled,
    straight,
)

SAFE = 2**62


def refused(code: str) -> "pytest.RaisesExc[BreaksRule]":
    return pytest.raises(BreaksRule, check=lambda refusal: refusal.code == code)


@st.composite
def bands(draw: st.DrawFn) -> Band:
    """Lawful bands of every shape, as far as they are safe."""
    slope = Fraction(draw(st.integers(0, 10**6)), draw(st.integers(1, 10**6)))
    low, den = draw(st.integers(0, 20)), draw(st.integers(1, 20))
    high = draw(st.integers(low, 40))
    shared = gcd(low, high, den)
    q_from = draw(st.integers(0, 10**9))
    least = draw(st.integers(0, 10**6))
    band = Band(
        q_from=q_from,
        q_to=q_from + draw(st.integers(1, 10**9)),
        q0=q_from,
        y0=draw(st.integers(0, 10**9)),
        slope_num=slope.numerator,
        slope_den=slope.denominator,
        float_low=low // shared,
        float_high=high // shared,
        float_den=den // shared,
        min_fen=least,
        max_fen=draw(st.integers(least, MAX_FEN)),
        limits=draw(st.sampled_from(["before", "after"])),
        coefficients=tuple(sorted(draw(st.sets(st.integers(1, 30_000), min_size=1, max_size=3)))),
        base_known=draw(st.booleans()),
    )
    try:
        prove(band)
    except BreaksRule:
        assume(False)
    return band


@st.composite
def priced(draw: st.DrawFn) -> tuple[Band, int, int]:
    band = draw(bands())
    return band, draw(st.integers(band.q_from + 1, band.q_to)), draw(st.sampled_from(band.coefficients))


def _clip(band: Band, amount: int) -> int:
    return min(max(amount, band.min_fen), band.max_fen)


@given(priced())
@settings(deadline=None)
def test_every_price_satisfies_the_inequalities_of_the_database(case: tuple[Band, int, int]) -> None:
    band, q, coefficient = case
    price = evaluate(band, q, coefficient)
    base, den = band.base(q), band.slope_den
    assert -den < 2 * (base - band.y0) * den - 2 * band.slope_num * (q - band.q0) <= den
    assert price.charge_base_fen == (_clip(band, base) if band.limits == "before" else base)
    products = [2 * band.slope_num * (q - band.q0), 2 * (base - band.y0) * den]
    for part, amount in ((band.float_low, price.floor_fen), (band.float_high, price.ceiling_fen)):
        exact = Fraction(price.charge_base_fen * coefficient * part, 10_000 * band.float_den)
        rounded = round_half_up(exact)
        assert amount == (_clip(band, rounded) if band.limits == "after" else rounded)
        unit = 10_000 * band.float_den
        assert -unit < 2 * rounded * unit - 2 * price.charge_base_fen * coefficient * part <= unit
        products += [2 * rounded * unit, 2 * amount * unit, 2 * price.charge_base_fen * coefficient * part]
    assert max(map(abs, products)) < SAFE
    assert price.base_fen == (base if band.base_known else None)


@given(priced())
def test_the_floor_is_never_above_the_ceiling(case: tuple[Band, int, int]) -> None:
    price = evaluate(*case)
    assert 0 <= price.floor_fen <= price.ceiling_fen <= MAX_FEN


@given(priced(), st.data())
def test_more_quantity_never_costs_less_inside_a_band(case: tuple[Band, int, int], data: st.DataObject) -> None:
    band, q, coefficient = case
    less, more = evaluate(band, data.draw(st.integers(band.q_from + 1, q)), coefficient), evaluate(band, q, coefficient)
    assert less.charge_base_fen <= more.charge_base_fen
    assert less.floor_fen <= more.floor_fen
    assert less.ceiling_fen <= more.ceiling_fen


@given(priced())
def test_every_trace_ends_with_the_lawful_charge(case: tuple[Band, int, int]) -> None:
    price = evaluate(*case)
    last = price.trace[-1].as_json()
    assert (last["step"], last["floor_fen"], last["ceiling_fen"]) == ("result", price.floor_fen, price.ceiling_fen)
    assert all(step.text() for step in price.trace)


def test_an_exact_half_fen_goes_up_and_less_does_not() -> None:
    band = straight(0, Fraction(1, 100))
    assert evaluate(band, 50).base_fen == 1
    assert evaluate(band, 49).base_fen == 0


def test_rounding_happens_once_after_the_line_and_once_after_the_float() -> None:
    band = replace(straight(0, Fraction(1, 100), q_to=1000), float_low=4, float_high=6, float_den=5)
    price = evaluate(band, 150)
    assert (price.base_fen, price.floor_fen, price.ceiling_fen) == (2, 2, 2)


@pytest.mark.parametrize(("limits", "amounts"), [("before", (15_000, 15_000)), ("after", (10_000, 10_000))])
def test_the_minimum_applies_before_or_after_the_coefficient_as_stated(limits: str, amounts: tuple[int, int]) -> None:
    band = closed(Band(y0=6_000, min_fen=10_000, limits=limits, coefficients=(15_000,)), 1000)
    price = evaluate(band, 1, 15_000)
    assert (price.floor_fen, price.ceiling_fen) == amounts


def test_a_coefficient_outside_the_closed_set_is_refused() -> None:
    band = closed(Band(y0=100, coefficients=(10_000, 15_000)), 1000)
    with refused("price.coefficient_not_in_set"):
        evaluate(band, 1, 12_000)
    assert parse_coefficient("1.5", band) == 15_000


@pytest.mark.parametrize("typed", ["1.2", "abc", "NaN", "-1", "1.50001"])
def test_a_typed_coefficient_outside_the_closed_set_is_refused(typed: str) -> None:
    band = closed(Band(y0=100, coefficients=(10_000, 15_000)), 1000)
    with refused("price.coefficient_not_in_set"):
        parse_coefficient(typed, band)


def test_the_lower_band_rules_where_two_meet() -> None:
    lower, upper = closed(Band(y0=100), 10), closed(Band(q_from=10, q0=10, y0=500), 20)
    assert find_band((upper, lower), 10) is lower
    assert find_band((upper, lower), 11) is upper


def test_a_quantity_outside_is_refused_with_the_limits_named() -> None:
    band = closed(Band(q_from=3_000_000_000, y0=100), 500_000_000_000)
    with pytest.raises(BreaksRule) as refusal:
        find_band((band,), 3_000_000_000, measure=Measure.of("亿元"))
    assert refusal.value.code == "price.quantity_outside"
    assert refusal.value.facts == {"lowest": "> 0.3", "highest": "≤ 50", "unit": "亿元"}


def test_a_first_published_point_is_named_as_included() -> None:
    band = closed(Band(q_from=199_999_999, q0=200_000_000, y0=100), 500_000_000)
    with pytest.raises(BreaksRule) as refusal:
        find_band((band,), 1, measure=Measure.of("万元"))
    assert refusal.value.facts["lowest"] == "≥ 200"


def test_a_band_of_the_authority_is_no_price_for_the_applicant() -> None:
    band = straight(100, Fraction(0), payer=AUTHORITY)
    with refused("price.quantity_outside"):
        find_band((band,), 1)
    assert find_band((band,), 1, payer=AUTHORITY) is band


def test_evaluating_outside_the_band_is_refused() -> None:
    with refused("price.quantity_outside"):
        evaluate(closed(Band(y0=1), 10), 11)


def test_a_part_without_a_published_price_is_refused_with_its_reason() -> None:
    gap = Gap(10, 20, "price.bare_range", {"lower": "10", "unit": "项", "least_fen": 100, "most_fen": 200})
    item = PricedItem(name="x", base_name="x", unit="项", steps_per_unit=1, bands=(), gaps=(gap,))
    assert gap_at(item, 10) is None
    with refused("price.bare_range") as refusal:
        price_at(item, 11)
    assert "¥1.00 to ¥2.00" in refusal.value.sentence()


@pytest.mark.parametrize(
    ("typed", "steps"),
    [("6000", 6_000_000_000), ("６０００", 6_000_000_000), ("6,000", 6_000_000_000), ("0.000001", 1), ("1e3", None)],
)
def test_a_quantity_becomes_whole_steps(typed: str, steps: int | None) -> None:
    if steps is None:
        with refused("price.quantity_unreadable"):
            parse_quantity(typed, 1_000_000)
    else:
        assert parse_quantity(typed, 1_000_000) == steps


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("abc", "price.quantity_unreadable"),
        ("", "price.quantity_unreadable"),
        ("NaN", "price.quantity_unreadable"),
        (Decimal("NaN"), "price.quantity_unreadable"),
        (Decimal("Infinity"), "price.quantity_unreadable"),
        ("0", "price.quantity_not_positive"),
        ("-1", "price.quantity_not_positive"),
        ("0.0001", "price.quantity_too_precise"),
        (Decimal("1e-400"), "price.quantity_too_precise"),
        (Decimal("1e309"), "price.quantity_too_large"),
        ("100000000000.001", "price.quantity_too_large"),
    ],
)
def test_an_impossible_quantity_is_refused(typed: str | Decimal, code: str) -> None:
    with refused(code):
        parse_quantity(typed, 1000)


def test_the_largest_quantity_is_taken() -> None:
    assert parse_quantity("100000000000", 1000) == MAX_QUANTITY


@pytest.mark.parametrize(
    "band",
    [
        Band(payer="somebody"),
        Band(limits="sometimes"),
        Band(q_from=10, q_to=10),
        Band(q_to=MAX_QUANTITY + 1),
        Band(slope_num=2, slope_den=2),
        Band(slope_den=0),
        Band(float_low=2),
        Band(float_den=0),
        Band(min_fen=2, max_fen=1),
        Band(max_fen=MAX_FEN + 1),
        Band(coefficients=()),
        Band(coefficients=(0,)),
    ],
)
def test_a_band_that_contradicts_itself_is_refused(band: Band) -> None:
    with refused("price.band_malformed"):
        prove(band)


@pytest.mark.parametrize(
    "band",
    [
        Band(slope_num=1),
        Band(y0=MAX_FEN + 1),
        Band(y0=-1),
        Band(q0=10, y0=1, slope_num=1, q_to=20),
        Band(slope_num=10**13 + 1, slope_den=10**13, q_to=10**12),
        Band(y0=MAX_FEN, float_low=2, float_high=2),
        Band(y0=10**11, float_low=999_999_999, float_high=999_999_999, float_den=10**9),
    ],
)
def test_a_band_beyond_64_bits_is_refused(band: Band) -> None:
    with refused("price.band_overflows"):
        prove(band)


@given(st.integers(0, 10**8), st.integers(1, 10**7), st.integers(1, 10**7))
def test_an_open_bracket_ends_at_the_greatest_safe_quantity(y0: int, num: int, den: int) -> None:
    band = straight(y0, Fraction(num, den))
    if band.q_to < MAX_QUANTITY:
        with refused("price.band_overflows"):
            prove(replace(band, q_to=band.q_to + 1))


def test_an_open_bracket_that_is_nowhere_safe_is_refused() -> None:
    with refused("price.band_overflows"):
        straight(MAX_FEN + 1, Fraction(0))


def test_a_mark_as_percentage_keeps_the_line_and_scales_the_amount() -> None:
    published = (straight(0, Fraction(1, 100), q_to=10**9), replace(straight(10**7, Fraction(0)), q_from=10**9))
    marked = scaled(published, 85)
    assert [band.slope for band in marked] == [band.slope for band in published]
    assert evaluate(marked[0], 10**8).ceiling_fen == 850_000
    assert evaluate(scaled(published, 1255, 10)[0], 10**8).floor_fen == 1_255_000
    assert scaled(published, 0)[0].float_high == 0


def test_a_mark_above_the_schedule_draws_in_an_open_end() -> None:
    published = (straight(0, Fraction(1)),)
    assert scaled(published, 110)[0].q_to < published[0].q_to


def test_a_negative_percentage_is_refused() -> None:
    with refused("price.band_malformed"):
        scaled((straight(1, Fraction(0)),), -1)


def test_a_mark_inside_a_guided_price_lowers_only_the_ceiling() -> None:
    guided = replace(straight(0, Fraction(1, 100), q_to=10**9), float_low=4, float_high=6, float_den=5)
    price = evaluate(narrowed(guided, 11, 10), 10**8)
    assert (price.floor_fen, price.ceiling_fen) == (800_000, 1_100_000)


@pytest.mark.parametrize(
    ("mark", "code"),
    [((121, 100), "price.mark_above_ceiling"), ((79, 100), "price.mark_below_floor"), ((1, 0), "price.band_malformed")],
)
def test_a_mark_outside_a_guided_price_is_refused(mark: tuple[int, int], code: str) -> None:
    guided = replace(straight(0, Fraction(1, 100), q_to=10**9), float_low=4, float_high=6, float_den=5)
    with refused(code):
        narrowed(guided, *mark)
