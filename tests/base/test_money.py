"""Reading, rounding and writing money."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base.errors import BreaksRule
from market.base.money import (
    MAX_FEN,
    capital,
    format_short,
    format_yuan,
    parse_decimal,
    parse_yuan,
    round_half_up,
    shown,
)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("52000", 5200000),
        ("52,000.00", 5200000),
        ("¥52,000", 5200000),
        ("￥５２，０００．５", 5200050),
        ("52000元", 5200000),
        ("5.2万元", 5200000),
        ("5.2 万", 5200000),
        ("0.000001万元", 1),
        ("1亿元", 10_000_000_000),
        ("0", 0),
        (" 0.01 ", 1),
    ],
)
def test_money_is_read_the_way_people_type_it(typed: str, fen: int) -> None:
    assert parse_yuan(typed) == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "money.unreadable"),
        ("abc", "money.unreadable"),
        ("1e309", "money.unreadable"),
        ("NaN", "money.unreadable"),
        ("1,00", "money.unreadable"),
        ("1.2.3", "money.unreadable"),
        ("٣", "money.unreadable"),
        ("9" * 50, "money.unreadable"),
        ("-1", "money.negative"),
        ("1.234", "money.too_precise"),
        ("1.000", "money.too_precise"),
        ("0.0000001万元", "money.too_precise"),
        ("10000000001", "money.too_large"),
    ],
)
def test_an_unclear_amount_is_refused(typed: str, code: str) -> None:
    with pytest.raises(BreaksRule) as refused:
        parse_yuan(typed)
    assert refused.value.code == code
    assert "\n" not in refused.value.sentence()


def test_the_largest_amount_is_still_read() -> None:
    assert parse_yuan("10,000,000,000.00") == MAX_FEN


@given(st.integers(0, MAX_FEN))
def test_a_written_amount_is_read_back(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen


@given(st.text())
def test_no_text_makes_the_reader_fail_otherwise_than_by_refusing(typed: str) -> None:
    try:
        assert 0 <= parse_yuan(typed) <= MAX_FEN
    except BreaksRule as refused:
        assert refused.code.startswith("money.")
        refused.sentence().encode()


def test_a_decimal_keeps_its_places() -> None:
    assert parse_decimal("６，０００.５0") == Decimal("6000.50")
    assert parse_decimal("-1") == -1


@given(st.fractions())
def test_rounding_goes_half_up(amount: Fraction) -> None:
    error = round_half_up(amount) - amount
    assert Fraction(-1, 2) < error <= Fraction(1, 2)


def test_an_amount_is_written_with_thousands_and_fen() -> None:
    assert format_yuan(5200000) == "¥52,000.00"
    assert format_yuan(-5) == "-¥0.05"


@pytest.mark.parametrize(
    ("fen", "chinese", "english"),
    [
        (6200000, "¥6.2 万", "¥62,000"),
        (6234567, "¥6.23 万", "¥62,345.67"),
        (999999, "¥9,999.99", "¥9,999.99"),
        (10_000_000_000, "¥1 亿", "¥100,000,000"),
        (0, "¥0", "¥0"),
        (-6200000, "-¥6.2 万", "-¥62,000"),
    ],
)
def test_a_short_amount_follows_the_language(fen: int, chinese: str, english: str) -> None:
    assert format_short(fen) == chinese
    assert format_short(fen, "en") == english


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (30, "叁角整"),
        (105, "壹元零伍分"),
        (1000, "壹拾元整"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (5200000, "伍万贰仟元整"),
        (10000100, "壹拾万零壹元整"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (10_000_000_100, "壹亿零壹元整"),
        (MAX_FEN, "壹佰亿元整"),
        (10**16 - 1, "玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_in_capitals_follows_the_rules_of_documents(fen: int, words: str) -> None:
    assert capital(fen) == words


def _read_capitals(words: str) -> int:
    """An independent reader of capital numerals."""
    digits, places = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}
    total = group = digit = fen = 0
    for character in words:
        if character in digits:
            digit = digits.index(character)
        elif character in places:
            group, digit = group + digit * places[character], 0
        elif character == "万":
            total, group, digit = total + (group + digit) * 10**4, 0, 0
        elif character == "亿":
            total, group, digit = (total + group + digit) * 10**8, 0, 0
        elif character == "元":
            total, group, digit = total + group + digit, 0, 0
        elif character in "角分":
            fen, digit = fen + digit * (10 if character == "角" else 1), 0
    return total * 100 + fen


@given(st.integers(0, 10**16 - 1))
def test_capitals_are_read_back(fen: int) -> None:
    words = capital(fen)
    assert _read_capitals(words) == fen
    assert "零零" not in words
    assert words.endswith("整") == (fen % 10 == 0)


@pytest.mark.parametrize("fen", [-1, 10**16])
def test_no_document_has_an_amount_beyond_the_numerals(fen: int) -> None:
    with pytest.raises(ValueError, match="no capital numerals"):
        capital(fen)


def test_what_was_typed_is_repeated_on_one_short_line() -> None:
    assert shown("a\nb\x00c\ud800") == "a b c?"
    assert len(shown("x" * 1000)) == 40
