"""References and credit codes: what a person mistypes is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base import refs, uscc
from market.base.errors import BreaksRule
from market.cli.demo.cast import fictitious_uscc

numbers = st.integers(1, 999_999)
kinds = st.sampled_from(list(refs.RefKind))


@given(kind=kinds, year=st.integers(2020, 2099), number=numbers)
def test_every_reference_passes_its_own_check(kind: refs.RefKind, year: int, number: int) -> None:
    assert refs.check(refs.make(kind, year, number))


@given(kind=kinds, number=numbers, place=st.integers(3, 14), put=st.sampled_from("0123456789"))
def test_a_mistyped_digit_is_noticed(kind: refs.RefKind, number: int, place: int, put: str) -> None:
    right = refs.make(kind, 2026, number)
    wrong = right[:place] + put + right[place + 1 :]
    assert wrong == right or not refs.check(wrong)


@pytest.mark.parametrize("kind", list(refs.RefKind))
def test_of_two_digits_changed_about_less_than_one_in_a_hundred_goes_unnoticed(kind: refs.RefKind) -> None:
    # ISO 7064 promises every mistyped character, and of neighbours changed about nearly all.
    changed = unnoticed = 0
    for number in range(1, 1_000_000, 487):
        right = refs.make(kind, 2026, number)
        for place in range(8, 13):
            wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
            changed += wrong != right
            unnoticed += wrong != right and refs.check(wrong)
    assert changed > 5_000 and unnoticed * 100 < changed


@given(text=st.text(max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    assert refs.check(text) in (True, False)


def test_a_number_beyond_six_digits_has_no_reference() -> None:
    with pytest.raises(ValueError, match="no reference"):
        refs.make(refs.RefKind.REQUEST, 2026, 1_000_000)


# Published codes that five independent implementations agree on.
@pytest.mark.parametrize("code", ["914403001922038216", "9144030071526726XG", "91350100M000100Y43"])
def test_published_codes_pass(code: str) -> None:
    assert uscc.parse(code) == code


def test_full_width_and_spaces_are_folded() -> None:
    assert uscc.parse(" ９１４４０３００ 1922038216 ") == "914403001922038216"


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("", "uscc.length"),
        ("91440300192203821", "uscc.length"),
        ("914403001922038217", "uscc.check_character"),
        ("91440300I922038216", "uscc.characters"),
    ],
)
def test_a_forged_code_is_refused(code: str, refusal: str) -> None:
    with pytest.raises(BreaksRule) as refused:
        uscc.parse(code)
    assert refused.value.code == refusal


@given(number=st.integers(1, 900_000))
def test_codes_of_the_demo_are_well_formed_and_can_belong_to_nobody(number: int) -> None:
    code = fictitious_uscc(number)
    assert uscc.parse(code) == code
    assert uscc.is_fictitious(code)


@given(text=st.text(max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        uscc.parse(text)
    except BreaksRule as refusal:
        assert refusal.sentence()
