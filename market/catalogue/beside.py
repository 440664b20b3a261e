"""What an edition says beside its entries: bundles, marks of acts, questions, and when a service is needed.

Pure: facts in, texts out. Words of a language and the choice between two names come from who shows them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from market.base.words import N_, register_labels
from market.catalogue.needs import ELSEWHERE, Operator

BUNDLE, ACT, QUESTION, RULE = "bundle", "act", "question", "rule"
THINGS = (BUNDLE, ACT, QUESTION, RULE)
"""What stands beside the entries, in the order in which it is told."""
ITSELF, MEMBER, ORDER = "itself", "member", "order"
"""The parts of a bundle's facts: its own columns, an act of it, one act before another."""

LINES = frozenset({"acts", "orders", "options", "conditions"})
"""The fields that are lists, one a line."""
VALUES = frozenset(
    {"position", "promised_days", "tolerates_missing", "by_commitment", "in_parallel", "kind", "unit", "judged"}
)
"""The fields that are told whole, the old beside the new."""

Pick = Callable[[str, str], str]
"""Which of a Chinese and an English name is shown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of one thing: `values` are what is compared, `names` only help to tell them; see `queries.beside`."""

    part: str
    place: int
    values: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A thing in which two editions differ; `before` or `after` is empty where it is missing."""

    kind: str
    thing: str
    key: str
    name_zh: str
    name_en: str
    before: Sequence[Fact]
    after: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Tongue:
    """How a reader is told: labels by key (a key without one stands for itself), and the name to show."""

    labels: Mapping[str, str]
    pick: Pick

    def word(self, key: str) -> str:
        """A label, or the key where there is none."""
        return self.labels.get(key, key)


PLAIN = Tongue({}, lambda zh, _en: zh)
"""For programs: keys as they are, Chinese names."""


def fields(thing: str, facts: Sequence[Fact], tongue: Tongue) -> dict[str, str]:
    """What a thing says, by field, in the order in which it is told; nothing where there are no facts."""
    return _SAYING[thing](facts, tongue) if facts else {}


def differing(one: Beside, tongue: Tongue) -> dict[str, tuple[str, str]]:
    """The fields in which a thing differs, each with its text before and after (empty where there is none)."""
    old, new = fields(one.thing, one.before, tongue), fields(one.thing, one.after, tongue)
    # Where a bundle stands among others says nothing of one that comes or goes.
    names = [name for name in (old or new) if name != "position" or (old and new)]
    both = {name: (old.get(name, ""), new.get(name, "")) for name in names}
    return {name: texts for name, texts in both.items() if texts[0] != texts[1]}


def _bundle(facts: Sequence[Fact], tongue: Tongue) -> dict[str, str]:
    itself = next(one for one in facts if one.part == ITSELF)
    names = ("name_zh", "name_en", "summary_zh", "summary_en", "position")
    members = [tongue.pick(one.names[0], one.names[1]) for one in facts if one.part == MEMBER]
    orders = sorted(_order(one, tongue) for one in facts if one.part == ORDER)
    return dict(zip(names, itself.values, strict=False)) | {"acts": "\n".join(members), "orders": "\n".join(orders)}


def _order(fact: Fact, tongue: Tongue) -> str:
    first, then = tongue.pick(*fact.names[:2]), tongue.pick(*fact.names[2:])
    return f"{first} → {then} | {fact.values[2]}"


def _act(facts: Sequence[Fact], tongue: Tongue) -> dict[str, str]:
    days, missing, commitment, parallel, ground = facts[0].values[:5]
    marks = {"tolerates_missing": missing, "by_commitment": commitment, "in_parallel": parallel}
    told = {name: tongue.word("said.yes") if said else "" for name, said in marks.items()}
    return {"promised_days": days, **told, "rests_on": ground}


def _question(facts: Sequence[Fact], tongue: Tongue) -> dict[str, str]:
    kind, unit, zh, en, options, ground, position = facts[0].values
    lines = [f"{one['value']} | {one['zh']} | {one['en']}" for one in json.loads(options)]
    told = {"text_zh": zh, "text_en": en, "kind": tongue.word(f"question_kind.{kind}"), "unit": unit}
    return {**told, "options": "\n".join(lines), "rests_on": ground, "position": position}


def _rule(facts: Sequence[Fact], tongue: Tongue) -> dict[str, str]:
    alternatives: dict[int, list[str]] = {}
    for fact in facts:
        alternatives.setdefault(fact.place, []).append(_condition(fact, tongue))
    together = [f" {tongue.word('rule.and')} ".join(sorted(told)) for _place, told in sorted(alternatives.items())]
    columns = zip(*(fact.values[3:] for fact in facts), strict=True)
    zh, en, ground, judged = ("\n".join(dict.fromkeys(column)) for column in columns)
    words = {"reason_zh": zh, "reason_en": en, "rests_on": ground}
    return {"conditions": "\n".join(together), **words, "judged": tongue.word("said.yes") if judged else ""}


def _condition(fact: Fact, tongue: Tongue) -> str:
    code, operator, value = fact.values[:3]
    text_zh, text_en, unit, options = fact.names
    for option in json.loads(options or "[]"):
        if option["value"] == value:
            value = tongue.pick(option["zh"], option["en"])
    if value == ELSEWHERE:
        value = tongue.word("rule.elsewhere")
    asked = tongue.pick(text_zh, text_en) or code
    return f"{asked} {tongue.word(f'operator.{operator}')} {value}{' ' + unit if unit else ''}"


_SAYING = {BUNDLE: _bundle, ACT: _act, QUESTION: _question, RULE: _rule}

register_labels(
    {
        "beside.bundle": N_("Bundle"),
        "beside.act": N_("Marks of an act"),
        "beside.question": N_("Question"),
        "beside.rule": N_("When a service is needed"),
        "besides.name_zh": N_("Name (Chinese)"),
        "besides.name_en": N_("Name (English)"),
        "besides.summary_zh": N_("In one line (Chinese)"),
        "besides.summary_en": N_("In one line (English)"),
        "besides.position": N_("Place on the shelf"),
        "besides.acts": N_("Acts in order"),
        "besides.orders": N_("What must come before what"),
        "besides.promised_days": N_("Promised working days"),
        "besides.tolerates_missing": N_("Missing papers tolerated (容缺受理)"),
        "besides.by_commitment": N_("By commitment (告知承诺)"),
        "besides.in_parallel": N_("In parallel (并联审批)"),
        "besides.rests_on": N_("Rests on"),
        "besides.text_zh": N_("Question (Chinese)"),
        "besides.text_en": N_("Question (English)"),
        "besides.kind": N_("Kind of answer"),
        "besides.unit": N_("Unit"),
        "besides.options": N_("Options"),
        "besides.conditions": N_("Needed when"),
        "besides.reason_zh": N_("Said to whoever does not need it (Chinese)"),
        "besides.reason_en": N_("Said to whoever does not need it (English)"),
        "besides.judged": N_("Our judgement: no text says it in these words"),
        "rule.and": N_("and"),
        "rule.elsewhere": N_("in none of the zones"),
        f"operator.{Operator.IS}": N_("→"),
        f"operator.{Operator.IS_NOT}": N_("→ not"),
        f"operator.{Operator.AT_LEAST}": N_("at least"),
        f"operator.{Operator.BELOW}": N_("below"),
    }
)
