"""The methods as pure functions: same quotes, same outcome, and the reasons say why."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base.errors import Refusal
from market.base.words import SENTENCES
from market.selection.methods import METHODS, Given, QuoteFacts
from market.selection.rules import Method

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
lowest, direct = METHODS[Method.LOWEST_QUOTE].decide, METHODS[Method.DIRECT].decide


def fact(agency: int, total: int, minute: int = 0, days: int = 5) -> QuoteFacts:
    """Return one quote's facts."""
    return QuoteFacts(agency, f"机构{agency}", total, START + timedelta(minutes=minute), days)


def codes(outcome) -> list[str]:
    """Return the codes of the reasons."""
    return [reason.code for reason in outcome.reasons]


def test_every_method_of_the_rules_is_registered():
    assert set(METHODS) == set(Method)


def test_the_lowest_total_wins():
    outcome = lowest([fact(1, 300), fact(2, 100), fact(3, 200)], Given())
    assert outcome.winner.agency_id == 2
    assert [one.agency_id for one in outcome.order] == [2, 3, 1]
    assert codes(outcome) == ["reason.lowest"]


def test_of_equal_lowest_quotes_the_earlier_one_wins_and_the_reasons_say_so():
    outcome = lowest([fact(1, 100, minute=9), fact(2, 100, minute=3), fact(3, 200)], Given())
    assert outcome.winner.agency_id == 2
    assert codes(outcome) == ["reason.lowest", "reason.equal_earlier"]
    assert outcome.reasons[1].facts == {"agency": "机构2", "count": 2, "sent": "2026-03-02 10:03:00.000"}


def test_the_only_quote_wins_and_none_fails():
    assert codes(lowest([fact(1, 100)], Given())) == ["reason.only_quote"]
    outcome = lowest([], Given())
    assert (outcome.winner, codes(outcome)) == (None, ["reason.no_quotes"])


@given(st.lists(st.tuples(st.integers(1, 10**12), st.integers(0, 500)), min_size=1, max_size=5))
def test_the_outcome_does_not_depend_on_the_order_in_which_quotes_are_read(drawn):
    quotes = [fact(number, total, minute) for number, (total, minute) in enumerate(drawn)]
    outcomes = {lowest(given_order, Given()).order for given_order in permutations(quotes)}
    assert len(outcomes) == 1
    assert all(outcomes.copy().pop()[0].total_fen <= one.total_fen for one in quotes)


def test_a_direct_choice_takes_the_named_agency_and_tells_how_many_were_cheaper():
    outcome = direct([fact(1, 300), fact(2, 100), fact(3, 200)], Given(3))
    assert outcome.winner.agency_id == 3
    assert outcome.reasons[0].facts == {"agency": "机构3", "amount_fen": 200, "count": 3, "lower": 1}


@pytest.mark.parametrize(("named", "code"), [(None, "choice.agency_needed"), (9, "choice.no_price_there")])
def test_a_direct_choice_needs_an_agency_with_a_marked_price(named, code):
    with pytest.raises(Refusal) as refused:
        direct([fact(1, 300)], Given(named))
    assert refused.value.code == code


def test_every_reason_has_a_sentence_that_its_facts_fill():
    for outcome in (
        lowest([], Given()),
        lowest([fact(1, 1)], Given()),
        lowest([fact(1, 1), fact(2, 1)], Given()),
        direct([fact(1, 300)], Given(1)),
    ):
        for reason in outcome.reasons:
            assert SENTENCES[reason.code].format(**reason.facts)
