"""How figures and times are written, in both languages."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from market.web import filters

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def test_money_and_quantities_never_lose_a_digit() -> None:
    assert filters.quantity(6_000_500, 1000) == "6,000.5"
    assert filters.quantity(6_000_000, 1000) == "6,000"
    assert filters.quantity(123_456_789_012_345, 100) == "1,234,567,890,123.45"
    assert filters.number(1684) == "1,684"


@pytest.mark.parametrize(("value", "text"), [(875, "87.5%"), (1000, "100%"), (-5, "-0.5%"), (0, "0%")])
def test_thousandths_are_written_as_a_percentage(value: int, text: str) -> None:
    assert filters.permille(value) == text


def test_a_share_is_rounded_half_up_and_of_nothing_is_a_dash() -> None:
    assert filters.percent(1, 3) == "33.3%"
    assert filters.percent(1, 16) == "6.3%"
    assert filters.percent(0, 0) == "—"


def test_a_mean_in_thousandths_has_two_decimals() -> None:
    assert filters.milli(4335) == "4.34"
    assert filters.milli(5000) == "5.00"


@ONE
def test_a_time_is_shown_in_chinas_time_in_both_languages(app: Flask) -> None:
    late = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
    with app.test_request_context("/"):
        assert filters.when(late) == "2026-03-05 00:30"
        assert filters.day(late) == "2026-03-05"
        assert filters.money_short(6_200_000) == "¥6.2 万"
    with app.test_request_context("/?lang=en"):
        assert filters.when(late) == "5 Mar 2026 00:30"
        assert filters.day(date(2026, 3, 5)) == "5 Mar 2026"
        assert filters.money_short(6_200_000) == "¥62,000"


@ONE
def test_a_naive_time_has_no_place_on_a_page(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(ValueError, match="naive"):
        filters.when(datetime(2026, 3, 5))  # noqa: DTZ001
