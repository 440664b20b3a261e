"""What a rating may say, and what a summary of ratings says: whole numbers, an interval, and nothing without data."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base.errors import Refusal
from market.ratings.rules import FEWEST_SHOWN, Factor, Given, Summary, Sums, check_given, summary

LEVELS = st.lists(st.tuples(*[st.integers(1, 5)] * 5), min_size=FEWEST_SHOWN, max_size=60)


def sums(rows: Sequence[Sequence[int]]) -> Sums:
    by_factor = {factor.value: sum(row[place] for row in rows) for place, factor in enumerate(Factor)}
    return Sums(len(rows), by_factor, sum(sum(row) ** 2 for row in rows))


def said(*five: int, comment: str = "") -> Given:
    return Given({factor.value: level for factor, level in zip(Factor, five, strict=True)}, comment)


def refusal_of(given_: Given) -> str:
    with pytest.raises(Refusal) as refusal:
        check_given(given_)
    return refusal.value.code


@pytest.mark.parametrize("five", [(0, 3, 3, 3, 3), (3, 3, 3, 3, 6), (-1, 3, 3, 3, 3)])
def test_a_level_is_from_one_to_five(five: tuple[int, ...]) -> None:
    assert refusal_of(said(*five)) == "rating.level"


def test_every_factor_is_rated_and_no_other() -> None:
    assert refusal_of(Given({"quality": 3}, "")) == "rating.level"
    assert refusal_of(Given({**said(3, 3, 3, 3, 3).levels, "price": 3}, "")) == "rating.level"


@pytest.mark.parametrize("level", [1, 2, 5])
def test_an_unusual_level_needs_a_fact_of_ten_characters(level: int) -> None:
    assert refusal_of(said(3, 3, level, 3, 3, comment="  九个字不够的评语 ")) == "rating.comment_needed"
    assert check_given(said(3, 3, level, 3, 3, comment=" 十个字正好够用的评语 ")) == "十个字正好够用的评语"


def test_an_ordinary_rating_needs_no_comment() -> None:
    assert check_given(said(3, 4, 3, 4, 3)) == ""


def test_below_five_ratings_no_figure_is_shown() -> None:
    assert summary(sums([(5, 5, 5, 5, 5)] * 4)) == Summary(4)


def test_a_summary_by_hand() -> None:
    # Sums of five: 20, 20, 25, 15, 20, together 100: mean 20, so 4.000. Squared differences 0, 0, 25, 25, 0 make
    # 50 / 4 = 12.5; with 25/12 of rounding 14.583; / 5 = 2.917; root 1.7078; x 1.2816 / 5 = 0.4377.
    rows = [(4, 4, 4, 4, 4), (4, 4, 4, 4, 4), (5, 5, 5, 5, 5), (3, 3, 3, 3, 3), (4, 4, 4, 4, 4)]
    made = summary(sums(rows))
    assert (made.mean_milli, made.low_milli, made.high_milli) == (4000, 4000 - 437, 4000 + 437)
    assert made.means_milli == {factor.value: 4000 for factor in Factor}


def test_equal_ratings_are_no_certainty() -> None:
    few, many = (summary(sums([(4, 4, 4, 4, 4)] * n)) for n in (5, 100))
    assert few.low_milli is not None and many.low_milli is not None
    assert few.low_milli < many.low_milli < 4000


@given(LEVELS)
def test_the_interval_holds_the_mean_and_stays_on_the_scale(rows: list[tuple[int, ...]]) -> None:
    made = summary(sums(rows))
    assert made.mean_milli is not None and made.low_milli is not None and made.high_milli is not None
    assert 1000 <= made.low_milli <= made.mean_milli <= made.high_milli <= 5000


@given(LEVELS)
def test_the_order_of_ratings_means_nothing(rows: list[tuple[int, ...]]) -> None:
    assert summary(sums(rows)) == summary(sums(sorted(rows, reverse=True)))
