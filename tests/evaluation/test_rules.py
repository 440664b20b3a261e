"""The score: worked by hand, and what must hold for every set of ratings."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base.errors import Refusal
from market.evaluation.rules import (
    NO_GRADE,
    Result,
    SchemeRules,
    check_scheme,
    check_year,
    points_milli,
    ranks,
    score,
)
from market.ratings.rules import Factor
from tests.contracts.chain import levels

WEIGHTS = {"quality": 300, "timeliness": 250, "attitude": 100, "charge": 200, "norms": 150}
GRADES = [("A", 90_000), ("B", 80_000), ("C", 60_000), ("D", 0)]
DEMO = SchemeRules(WEIGHTS, GRADES, 3)
ONE = st.fixed_dictionaries({factor.value: st.integers(1, 5) for factor in Factor})
SOME = st.lists(ONE, min_size=3, max_size=40)


def test_all_fives_make_a_hundred_points() -> None:
    assert score([levels(5)] * 3, DEMO) == Result(3, dict.fromkeys(WEIGHTS, 5000), 100_000, "A")


def test_all_ones_make_twenty_points() -> None:
    assert score([levels(1)] * 3, DEMO) == Result(3, dict.fromkeys(WEIGHTS, 1000), 20_000, "D")


def test_a_score_by_hand() -> None:
    # Points: 300x5x20 + 250x4x20 + 100x4x20 + 200x3x20 + 150x5x20 = 30000+20000+8000+12000+15000 = 85.000;
    # 4 everywhere = 80.000; 4, 3, 4, 4, 4 = 24000+15000+8000+16000+12000 = 75.000. Mean 240.000 / 3 = 80.000.
    rows = [levels(5, 4, 4, 3, 5), levels(4), levels(4, 3, 4, 4, 4)]
    assert [points_milli(row, WEIGHTS) for row in rows] == [85_000, 80_000, 75_000]
    made = score(rows, DEMO)
    assert (made.score_milli, made.grade) == (80_000, "B")
    assert made.means_milli == {"quality": 4333, "timeliness": 3667, "attitude": 4000, "charge": 3667, "norms": 4333}


def test_a_third_of_a_thousandth_is_rounded_half_up() -> None:
    # 80.000 + 80.000 + 82.000 = 242.000; / 3 = 80.666...
    assert score([levels(4), levels(4), levels(4, 4, 5, 4, 4)], DEMO).score_milli == 80_667


@pytest.mark.parametrize(
    ("rows", "grade"),
    [
        ([levels(5, 5, 5, 4, 4)] * 3, "A"),  # 30+25+10+16+12 = 93
        ([levels(4)] * 3, "B"),
        ([levels(4, 4, 4, 4, 3)] * 3, "C"),  # 77
        ([levels(3)] * 3, "C"),
        ([levels(3, 3, 3, 3, 2)] * 3, "D"),  # 57
    ],
)
def test_a_grade_begins_at_its_lowest_score(rows: list[dict[str, int]], grade: str) -> None:
    assert score(rows, DEMO).grade == grade


@pytest.mark.parametrize("n", [0, 1, 2])
def test_without_enough_data_there_is_no_score_and_no_grade(n: int) -> None:
    assert score([levels(5)] * n, DEMO) == Result(n, {}, None, NO_GRADE)


@given(SOME)
def test_a_score_lies_between_twenty_and_a_hundred(rows: list[dict[str, int]]) -> None:
    made = score(rows, DEMO).score_milli
    assert made is not None and 20_000 <= made <= 100_000


@given(SOME, st.data())
def test_a_better_level_never_lowers_a_score(rows: list[dict[str, int]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    factor = data.draw(st.sampled_from(sorted(WEIGHTS)))
    better = [dict(row) for row in rows]
    better[place][factor] = min(5, better[place][factor] + 1)
    before, after = score(rows, DEMO).score_milli, score(better, DEMO).score_milli
    assert before is not None and after is not None and after >= before


@given(SOME, st.randoms())
def test_the_order_of_ratings_means_nothing(rows: list[dict[str, int]], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert score(rows, DEMO) == score(shuffled, DEMO)


@given(SOME)
def test_a_score_is_the_mean_of_its_ratings_points(rows: list[dict[str, int]]) -> None:
    total, n = sum(points_milli(row, WEIGHTS) for row in rows), len(rows)
    assert score(rows, DEMO).score_milli == (2 * total + n) // (2 * n)


@given(SOME, st.integers(1, 4))
def test_the_same_ratings_again_change_no_score(rows: list[dict[str, int]], times: int) -> None:
    assert score(rows * times, DEMO).score_milli == score(rows, DEMO).score_milli


def test_equal_scores_share_the_better_rank() -> None:
    assert ranks([90, 80, 80, 70, None]) == [1, 2, 2, 4, None]
    assert ranks([]) == []


def test_weights_that_do_not_make_a_thousand_are_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        check_scheme("demo-2", SchemeRules(WEIGHTS | {"norms": 149}, GRADES, 3))
    assert refusal.value.code == "scheme.weights"
    check_scheme("demo-1", DEMO)


@pytest.mark.parametrize("today", [date(2025, 1, 1), date(2025, 12, 31)])
def test_a_year_that_is_not_over_is_not_computed(today: date) -> None:
    with pytest.raises(Refusal) as refusal:
        check_year(2025, today)
    assert refusal.value.code == "round.year_not_over"
    check_year(2025, date(2026, 1, 1))
