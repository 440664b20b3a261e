"""The law of accounts."""

from datetime import UTC, datetime, timedelta

import pytest

from market.accounts import rules
from market.base.errors import BreaksRule, TooMany
from market.base.people import OrganisationKind, Role

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "account.password_short"),
        ("x" * 201, "account.password_long"),
        ("Password123", "account.password_common"),
        ("pass-word-123", "account.password_common"),
        ("１２３４５６７８９０", "account.password_common"),
        ("ababababababab", "account.password_common"),
    ],
)
def test_a_password_that_anybody_would_guess_is_refused(password: str, code: str) -> None:
    with pytest.raises(BreaksRule) as refused:
        rules.check_password(password)
    assert refused.value.code == code


@pytest.mark.parametrize("password", ["a quiet river in autumn", "春江花月夜一二三四五", rules.DEMO_PASSWORD])
def test_a_long_password_needs_no_digits_or_signs(password: str) -> None:
    assert rules.check_password(password) == password


def test_every_listed_common_password_would_be_long_enough_otherwise() -> None:
    assert all(len(word) >= rules.LEAST_PASSWORD for word in rules.TOO_COMMON)


def test_a_password_fits_only_its_own_hash_and_nobody_has_none() -> None:
    passwords = rules.Passwords()
    passwords.use_cost(1, 8)
    stored = passwords.hash("ａ quiet river")
    assert stored.startswith("$argon2id$")
    assert passwords.fits("a quiet river", stored)
    assert not passwords.fits("another river", stored)
    assert not passwords.fits("nobody has this password", None)
    assert not passwords.fits("x", "not a hash")


@pytest.mark.parametrize("bad", ["", "a", "a@b", "@b.cn", "a b@c.cn", "a@b..cn", "a@" + "b" * 200 + ".cn"])
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(BreaksRule, match=r"account\.email"):
        rules.check_email(bad)


def test_addresses_are_compared_without_case_and_width() -> None:
    assert rules.check_email(" Ａnna@Example.COM ") == "anna@example.com"


def test_a_role_belongs_to_its_kind_of_organisation() -> None:
    rules.check_role(OrganisationKind.AGENCY, Role.AGENCY)
    with pytest.raises(BreaksRule, match=r"account\.role_not_of_kind"):
        rules.check_role(OrganisationKind.AGENCY, Role.LIST_EDITOR)
    with pytest.raises(BreaksRule, match=r"account\.role_not_of_kind"):
        rules.check_role(OrganisationKind.REGULATOR, Role.SYSTEM)


def tried(times: int, every: timedelta = timedelta(minutes=1)) -> rules.Tries:
    tries = rules.Tries(0, NOON, None)
    for number in range(times):
        tries = tries.one_more(NOON + every * number)
    return tries


def test_the_fifth_wrong_try_in_a_quarter_of_an_hour_locks_for_half_an_hour() -> None:
    tried(4).check(NOON + timedelta(minutes=4))
    locked = tried(5)
    last = NOON + timedelta(minutes=4)
    with pytest.raises(TooMany) as refused:
        locked.check(last)
    assert refused.value.facts["minutes"] in (30, 31)
    with pytest.raises(TooMany):
        locked.check(last + timedelta(minutes=30) - timedelta(microseconds=1))
    locked.check(last + timedelta(minutes=30))


def test_wrong_tries_far_apart_lock_nobody() -> None:
    assert tried(20, timedelta(minutes=4)).locked_until is None


def test_after_a_lock_the_count_starts_anew() -> None:
    again = tried(5).one_more(NOON + timedelta(hours=1))
    assert (again.failures, again.locked_until) == (1, None)
