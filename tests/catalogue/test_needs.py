"""Who needs what: rules in alternatives, what nobody answered, and the four groups."""

import pytest

from market.catalogue.needs import ELSEWHERE, Group, Listed, Need, Rule, Why, needs, number_of


def entry(**cells: object) -> Listed:
    given = {"entry_id": 1, "code": "ZJ-0001", "act_id": 7, "self_service": "no", "payer": "applicant"}
    return Listed(**{**given, **cells})  # type: ignore[arg-type]


def rule(question: str, operator: str, value: str, alternative: int = 1, reason: str = "才需要") -> Rule:
    return Rule(1, alternative, question, operator, value, reason, "only then", "《样例条例》")


def decide(rules: list[Rule], answers: dict[str, str], **cells: object) -> Need:
    return needs([entry(**cells)], rules, answers)[0]


@pytest.mark.parametrize(
    ("cells", "group", "why"),
    [
        ({}, Group.MUST_BUY, Why.LISTED),
        ({"self_service": "unknown"}, Group.MUST_BUY, Why.LISTED),
        ({"self_service": "yes"}, Group.YOURSELF, Why.SELF_SERVICE),
        ({"payer": "authority", "self_service": "yes"}, Group.GOVERNMENT, Why.TREASURY),
    ],
)
def test_who_pays_comes_before_who_may_write_it(cells: dict[str, object], group: Group, why: Why) -> None:
    found = decide([], {}, **cells)
    assert (found.group, found.reasons[0].why, found.undecided) == (group, why, [])


def test_a_rule_that_does_not_hold_takes_the_service_out_and_says_why() -> None:
    found = decide([rule("eia", "is", "form", reason="报告表才需要")], {"eia": "report"})
    assert found.group == Group.NOT_NEEDED
    assert [one.rule.reason_zh for one in found.reasons if one.rule] == ["报告表才需要"]


def test_a_rule_speaks_also_of_what_the_government_would_pay() -> None:
    assert decide([rule("eia", "is", "form")], {"eia": "none"}, payer="authority").group == Group.NOT_NEEDED


def test_an_unknown_answer_keeps_the_service_in_with_the_question_that_decides() -> None:
    found = decide([rule("eia", "is", "form")], {})
    assert (found.group, found.undecided) == (Group.MUST_BUY, ["eia"])


LAND = [rule("land", "at_least", "5"), rule("earth", "at_least", "50000", 2)]


@pytest.mark.parametrize(
    ("answers", "group", "undecided"),
    [
        ({"land": "5"}, Group.MUST_BUY, []),
        ({"land": "4.9999", "earth": "50,000"}, Group.MUST_BUY, []),
        ({"land": "4.9", "earth": "49999"}, Group.NOT_NEEDED, []),
        ({"land": "4.9"}, Group.MUST_BUY, ["earth"]),
        ({"land": "many", "earth": "1"}, Group.MUST_BUY, ["land"]),
    ],
)
def test_one_alternative_is_enough_and_all_must_fail(
    answers: dict[str, str], group: Group, undecided: list[str]
) -> None:
    found = decide(LAND, answers)
    assert (found.group, list(found.undecided)) == (group, undecided)


def test_every_rule_of_an_alternative_must_hold() -> None:
    both = [rule("funds", "is", "yes"), rule("price", "at_least", "400")]
    assert decide(both, {"funds": "no"}).group == Group.NOT_NEEDED
    assert decide(both, {"funds": "yes"}).undecided == ["price"]
    assert decide(both, {"funds": "yes", "price": "399.9"}).group == Group.NOT_NEEDED


def test_below_and_is_not_are_the_opposites_of_at_least_and_is() -> None:
    assert decide([rule("land", "below", "5")], {"land": "5"}).group == Group.NOT_NEEDED
    assert decide([rule("eia", "is_not", "none")], {"eia": "none"}).group == Group.NOT_NEEDED
    assert decide([rule("eia", "is_not", "none")], {"eia": "form"}).group == Group.MUST_BUY


def test_a_zone_with_a_regional_assessment_covers_the_entry() -> None:
    zones = frozenset({"KFQ"})
    inside = decide([], {"zone": "KFQ"}, zones=zones)
    assert (inside.group, inside.reasons[0].why) == (Group.NOT_NEEDED, Why.REGIONAL_ASSESSMENT)
    assert decide([], {"zone": ELSEWHERE}, zones=zones).undecided == []
    assert decide([], {}, zones=zones).undecided == ["zone"]


@pytest.mark.parametrize("typed", ["", "-1", "1e9", "∞", "1.23456", "9" * 13, "１２"])
def test_what_is_no_plain_number_is_none(typed: str) -> None:
    assert number_of(typed) is None
