"""Working days: the announced calendar decides, and a year that is not announced is marked provisional."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base.workdays import Calendar

# Spring Festival 2026 as announced: 14 February works although it is a Saturday, 17 February does not.
CALENDAR = Calendar(
    {
        date(2026, 1, 1): False,
        date(2026, 2, 14): True,
        **{date(2026, 2, day): False for day in (16, 17, 18, 19, 20, 23)},
        date(2026, 2, 28): True,
    },
    frozenset({2026}),
)
days = st.dates(date(2025, 6, 1), date(2027, 6, 1))


def test_a_make_up_saturday_works_and_a_holiday_does_not() -> None:
    assert CALENDAR.is_workday(date(2026, 2, 14))
    assert not CALENDAR.is_workday(date(2026, 2, 17))


def test_day_one_is_the_day_after() -> None:
    assert CALENDAR.after(date(2026, 3, 2), 1).day == date(2026, 3, 3)
    assert CALENDAR.after(date(2026, 2, 13), 2).day == date(2026, 2, 24)


def test_a_count_into_a_year_not_announced_is_provisional() -> None:
    assert CALENDAR.after(date(2026, 12, 30), 5).provisional
    assert not CALENDAR.after(date(2026, 3, 2), 5).provisional


@given(start=days, count=st.integers(0, 60))
def test_counting_forward_and_measuring_back_agree(start: date, count: int) -> None:
    end = CALENDAR.after(start, count).day
    assert CALENDAR.between(start, end) == count
    assert CALENDAR.between(end, start) == -count


@given(start=days, count=st.integers(1, 60))
def test_a_deadline_falls_on_a_working_day(start: date, count: int) -> None:
    assert CALENDAR.is_workday(CALENDAR.after(start, count).day)


@given(start=days, count=st.integers(1, 40))
def test_more_days_end_later(start: date, count: int) -> None:
    assert CALENDAR.after(start, count).day > CALENDAR.after(start, count - 1).day


@pytest.mark.parametrize("weeks", [1, 4])
def test_without_announcements_a_week_has_five_working_days(weeks: int) -> None:
    monday = date(2031, 3, 3)
    assert Calendar({}, frozenset()).between(monday, monday + timedelta(weeks=weeks)) == 5 * weeks
