"""What somebody with these answers really needs: pure law, no database, no words of a language.

An entry is needed unless a rule says otherwise. Its rules stand in alternatives: every rule of one alternative must
hold, and one alternative is enough. What nobody answered decides nothing: then the service stays in, and says what
would decide.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from market.base.words import N_, register_labels, register_sentences
from market.catalogue.rules import Payer, SelfService

ELSEWHERE = "elsewhere"
"""The answer to the question of the zone by who is in none of them."""
ZONE = "zone"
"""The code of the question that asks for the zone."""
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")


class Group(StrEnum):
    """The four groups of a result, in the order in which they are shown."""

    MUST_BUY = "must_buy"
    YOURSELF = "yourself"
    GOVERNMENT = "government"
    NOT_NEEDED = "not_needed"


class QuestionKind(StrEnum):
    """How a question is answered: one of its options, a decimal number in its unit, or a zone of this site."""

    CHOICE = "choice"
    NUMBER = "number"
    ZONE = "zone"


class Operator(StrEnum):
    """How a rule compares an answer with its value."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    BELOW = "below"


class Why(StrEnum):
    """Why an entry stands in its group."""

    RULE = "rule"
    REGIONAL_ASSESSMENT = "regional_assessment"
    TREASURY = "treasury"
    SELF_SERVICE = "self_service"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the law must know of an entry; `zones` are the codes of the zones whose regional assessment covers it."""

    entry_id: int
    code: str
    act_id: int
    self_service: str
    payer: str
    zones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition under which an entry is needed, in words of both languages, and what the condition rests on."""

    entry_id: int
    alternative: int
    question: str
    operator: str
    value: str
    reason_zh: str
    reason_en: str
    rests_on: str
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry stands where it stands, with the rule that said so."""

    why: Why
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """An entry in its group; `undecided` are the questions that would decide whether it is needed at all."""

    entry_id: int
    code: str
    act_id: int
    group: Group
    reasons: Sequence[Reason]
    undecided: Sequence[str] = ()


def needs(entries: Iterable[Listed], rules: Iterable[Rule], answers: Mapping[str, str]) -> list[Need]:
    """Every entry in its group, in the order given. What cannot be read as an answer counts as none."""
    of_entry: dict[int, list[Rule]] = {}
    for rule in rules:
        of_entry.setdefault(rule.entry_id, []).append(rule)
    return [_need(entry, of_entry.get(entry.entry_id, []), answers) for entry in entries]


def _need(entry: Listed, rules: Sequence[Rule], answers: Mapping[str, str]) -> Need:
    holds, undecided = _holds(rules, answers)
    mine = (entry.entry_id, entry.code, entry.act_id)
    if holds is False:
        failed = {rule.reason_zh: rule for rule in reversed(rules) if _rule_holds(rule, answers) is False}
        reasons = [Reason(Why.RULE, rule) for rule in reversed(failed.values())]
        return Need(*mine, Group.NOT_NEEDED, reasons)
    if entry.zones and answers.get(ZONE, "") in entry.zones:
        return Need(*mine, Group.NOT_NEEDED, [Reason(Why.REGIONAL_ASSESSMENT)])
    if entry.zones and not answers.get(ZONE):
        undecided = [*undecided, ZONE]
    if entry.payer == Payer.AUTHORITY:
        return Need(*mine, Group.GOVERNMENT, [Reason(Why.TREASURY)], undecided)
    if entry.self_service == SelfService.YES:
        return Need(*mine, Group.YOURSELF, [Reason(Why.SELF_SERVICE)], undecided)
    return Need(*mine, Group.MUST_BUY, [Reason(Why.LISTED)], undecided)


def _holds(rules: Sequence[Rule], answers: Mapping[str, str]) -> tuple[bool | None, list[str]]:
    """Whether one alternative holds; None with the questions that would decide while nobody can say."""
    alternatives: dict[int, list[Rule]] = {}
    for rule in rules:
        alternatives.setdefault(rule.alternative, []).append(rule)
    if not alternatives:
        return True, []
    open_questions: list[str] = []
    for together in alternatives.values():
        told = [_rule_holds(rule, answers) for rule in together]
        if all(told):
            return True, []
        if False not in told:
            open_questions += [rule.question for rule, one in zip(together, told, strict=True) if one is None]
    return (None, list(dict.fromkeys(open_questions))) if open_questions else (False, [])


def _rule_holds(rule: Rule, answers: Mapping[str, str]) -> bool | None:
    answer = answers.get(rule.question, "")
    if not answer:
        return None
    if rule.operator == Operator.IS:
        return answer == rule.value
    if rule.operator == Operator.IS_NOT:
        return answer != rule.value
    number, limit = number_of(answer), number_of(rule.value)
    if number is None or limit is None:
        return None
    return number >= limit if rule.operator == Operator.AT_LEAST else number < limit


def number_of(typed: str) -> Decimal | None:
    """A plain decimal of at most four places as people type it, with or without commas; None for anything else."""
    plain = typed.strip().replace(",", "").replace("，", "")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


register_labels(
    {
        "need.must_buy": N_("Must buy"),
        "need.yourself": N_("You may do it yourself"),
        "need.government": N_("Paid by government"),
        "need.not_needed": N_("Not needed here"),
        "question_kind.choice": N_("Choice"),
        "question_kind.number": N_("A number"),
        "question_kind.zone": N_("Zone"),
        "why.regional_assessment": N_("The zone's regional assessment covers it"),
    }
)

register_sentences(
    {
        "bundle.not_found": N_("There is no such bundle in this edition of the list. Choose one from the shelves."),
        "bundle.code_taken": N_("The draft has a bundle with the code {code} already. Choose another code."),
        "bundle.act_not_listed": N_(
            "“{act}” is not an act of this draft: no service on it is tied to it. Copy the name from the acts of this draft."
        ),
        "bundle.act_twice": N_("“{act}” stands here twice. Name every act of the bundle once."),
        "bundle.order_twice": N_("“{order}” stands here twice. Name it once, with all that it rests on."),
        "question.options": N_("A choice needs at least two options, each with a value of its own."),
        "rule.twice": N_(
            "Line {line} compares one question twice in the same way. Keep one of the two, or write a line for each."
        ),
        "bundle.without_acts": N_("A bundle without acts helps nobody. Name at least one act."),
        "bundle.order_outside": N_(
            "“{order}” is no order of this bundle. Name two different acts of it and the law that says so."
        ),
        "bundle.order_circular": N_(
            "These acts wait for each other in a circle, so nobody could begin: {acts}. Take one order out."
        ),
        "act.no_ground": N_("A mark must rest on something. Name the law or document that says so."),
        "question.not_found": N_("There is no such question in this edition. Choose one from its list of questions."),
        "question.code_taken": N_("The draft has a question with the code {code} already. Choose another code."),
        "question.in_use": N_(
            "A rule ({code}) compares its answers with “{value}”. Change that rule first, or keep the question as it was."
        ),
        "rule.question_unknown": N_("The draft has no question {code}. Enter the question first."),
        "rule.value_unknown": N_(
            "“{value}” cannot be answered. A choice is or is_not one of its options; a number is at_least or below a limit."
        ),
    }
)
