"""What a list editor changes beside the entries of a draft: bundles, marks of acts, questions and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sqlalchemy import delete, func, insert, select

from market.base.errors import BreaksRule, NotFound
from market.base.money import shown
from market.base.people import Actor
from market.catalogue import queries
from market.catalogue.actions.drafts import require_draft, require_unchanged, touch
from market.catalogue.models import (
    Applicability,
    Bundle,
    BundleAct,
    BundleOrder,
    Edition,
    EditionAct,
    Question,
)
from market.catalogue.needs import ELSEWHERE, Operator, QuestionKind, number_of
from market.catalogue.queries import bundles as read
from market.journal.actions import record
from market.store.db import db


@dataclass(frozen=True, slots=True)
class GivenBundle:
    """A bundle as typed: its columns, its acts by name in order, and (earlier, later, ground) of each order."""

    code: str
    columns: Mapping[str, str]
    acts: Sequence[str]
    orders: Sequence[tuple[str, str, str]]
    row_version: int


@dataclass(frozen=True, slots=True)
class GivenRules:
    """The rules of a service as typed: alternatives of (question, operator, value), and why; none: always needed."""

    alternatives: Sequence[Sequence[tuple[str, str, str]]]
    columns: Mapping[str, Any]
    row_version: int


@dataclass(frozen=True, slots=True)
class GivenRow:
    """An act (by its id) or a question (by its code; empty: a new one) with its columns as typed."""

    key: str
    columns: Mapping[str, Any]
    row_version: int


def set_bundle(edition: Edition, code: str, given: GivenBundle, *, actor: Actor, now: datetime) -> Bundle:
    """Write the bundle `code` (empty: a new one) of a draft.

    Refuses `bundle.code_taken`, `bundle.without_acts`, `bundle.act_not_listed`, `bundle.order_outside`,
    `bundle.order_circular`, and an edition that is no draft or was changed meanwhile.
    """
    _ready(edition, given.row_version)
    acts = bundle_acts({act.name_zh: act.id for act in read.acts_of(edition.id)}, given.acts)
    orders = bundle_orders(given.orders, acts)
    if code:
        bundle = read.bundle_of(edition, code)
    else:
        taken = select(Bundle.id).where(Bundle.edition_id == edition.id, Bundle.code == given.code)
        if db.session.scalar(taken) is not None:
            raise BreaksRule("bundle.code_taken", code=given.code)
        last = db.session.scalar(select(func.max(Bundle.position)).where(Bundle.edition_id == edition.id)) or 0
        bundle = Bundle(edition_id=edition.id, code=given.code, position=last + 1)
        db.session.add(bundle)
    for name, text in given.columns.items():
        setattr(bundle, name, text)
    db.session.flush()
    _empty(bundle)
    known = read.marks_of(edition.id)
    db.session.add_all(EditionAct(edition_id=edition.id, act_id=act) for act in acts.values() if act not in known)
    db.session.flush()
    mine = {"bundle_id": bundle.id, "edition_id": edition.id}
    placed = [mine | {"act_id": act, "position": place} for place, act in enumerate(acts.values(), 1)]
    db.session.execute(insert(BundleAct), placed)
    if orders:
        rows = [mine | {"before_act_id": a, "after_act_id": b, "rests_on": on} for a, b, on in orders]
        db.session.execute(insert(BundleOrder), rows)
    _record(edition, "edition.set_bundle", {"bundle": bundle.code, "acts": len(acts)}, actor=actor, now=now)
    return bundle


def remove_bundle(edition: Edition, code: str, *, actor: Actor, now: datetime) -> None:
    """Take a bundle out of a draft."""
    require_draft(edition)
    bundle = read.bundle_of(edition, code)
    touch(edition)
    _empty(bundle)
    db.session.delete(bundle)
    _record(edition, "edition.remove_bundle", {"bundle": code}, actor=actor, now=now)


def raise_bundle(edition: Edition, code: str, *, actor: Actor, now: datetime) -> None:
    """Let a bundle of a draft change places with the one before it; the first stays where it is."""
    require_draft(edition)
    moved = read.bundle_of(edition, code)
    query = select(Bundle).where(Bundle.edition_id == edition.id, Bundle.position < moved.position)
    before = db.session.scalars(query.order_by(Bundle.position.desc(), Bundle.id.desc()).limit(1)).first()
    if before is None:
        return
    touch(edition)
    before.position, moved.position = moved.position, before.position
    _record(edition, "edition.raise_bundle", {"bundle": code, "position": moved.position}, actor=actor, now=now)


def set_marks(edition: Edition, given: GivenRow, *, actor: Actor, now: datetime) -> None:
    """Write the marks of an act and what they rest on; refuses marks that rest on nothing (`act.no_ground`)."""
    _ready(edition, given.row_version)
    act_id, marks = int(given.key), given.columns
    if act_id not in {act.id for act in read.acts_of(edition.id)}:
        raise NotFound("bundle.not_found")
    if any(value for name, value in marks.items() if name != "rests_on") and not marks["rests_on"]:
        raise BreaksRule("act.no_ground")
    row = read.marks_of(edition.id).get(act_id)
    if row is None:
        row = EditionAct(edition_id=edition.id, act_id=act_id)
        db.session.add(row)
    for name, value in marks.items():
        setattr(row, name, value)
    _record(edition, "edition.set_act_marks", {"act": act_id}, actor=actor, now=now)


def set_question(edition: Edition, given: GivenRow, *, actor: Actor, now: datetime) -> None:
    """Write a question. Refuses `question.code_taken`, `question.options`, and a change under which a rule of the draft
    could no longer be answered (`question.in_use`)."""
    _ready(edition, given.row_version)
    code, columns = given.key, given.columns
    known = {one.code: one for one in read.questions_of(edition.id)}
    if code and code not in known:
        raise NotFound("question.not_found")
    if not code and columns["code"] in known:
        raise BreaksRule("question.code_taken", code=columns["code"])
    check_options(columns)
    row = known.get(code)
    if row is None:
        place = max((one.position for one in known.values()), default=0) + 1
        row = Question(edition_id=edition.id, position=place, code=columns["code"])
        db.session.add(row)
    for name, value in columns.items():
        if name != "code":
            setattr(row, name, value)
    for rule in read.rules_of(edition.id):
        if rule.rule.question_code == row.code and not answerable(row, rule.rule.operator, rule.rule.value):
            raise BreaksRule("question.in_use", code=rule.code, value=rule.rule.value)
    _record(edition, "edition.set_question", {"question": row.code}, actor=actor, now=now)


def remove_question(edition: Edition, code: str, *, actor: Actor, now: datetime) -> None:
    """Take a question out of a draft; refuses one that a rule asks (`question.in_use`)."""
    require_draft(edition)
    row = next((one for one in read.questions_of(edition.id) if one.code == code), None)
    if row is None:
        raise NotFound("question.not_found")
    asked = select(Applicability.value).where(
        Applicability.edition_id == edition.id, Applicability.question_code == code
    )
    value = db.session.scalar(asked.limit(1))
    if value is not None:
        raise BreaksRule("question.in_use", code=code, value=value)
    touch(edition)
    db.session.delete(row)
    _record(edition, "edition.remove_question", {"question": code}, actor=actor, now=now)


def set_rules(edition: Edition, code: str, given: GivenRules, *, actor: Actor, now: datetime) -> None:
    """Write all rules of the service `code` anew. Refuses `rule.question_unknown`, `rule.value_unknown`
    and `rule.twice`: one alternative compares a question twice in the same way."""
    _ready(edition, given.row_version)
    service = queries.entry_of(code, edition).service_id
    questions = {one.code: one for one in read.questions_of(edition.id)}
    rows = []
    for place, together in enumerate(given.alternatives, 1):
        if len({condition[:2] for condition in together}) < len(together):
            raise BreaksRule("rule.twice", line=place)
        for question, operator, value in together:
            if question not in questions:
                raise BreaksRule("rule.question_unknown", code=shown(question))
            if not answerable(questions[question], operator, value):
                raise BreaksRule("rule.value_unknown", value=shown(f"{question} {operator} {value}"))
            condition = {"question_code": question, "operator": operator, "value": value, "alternative": place}
            rows.append(dict(given.columns) | condition | {"edition_id": edition.id, "service_id": service})
    mine = (Applicability.edition_id == edition.id, Applicability.service_id == service)
    db.session.execute(delete(Applicability).where(*mine))
    if rows:
        db.session.execute(insert(Applicability), rows)
    _record(edition, "edition.set_rules", {"code": code, "rules": len(rows)}, actor=actor, now=now)


def check_options(columns: Mapping[str, Any]) -> None:
    """Refuse a choice without two different options, and an option said twice (`question.options`)."""
    values = [one["value"] for one in columns["options"]]
    if len(set(values)) < len(values) or (columns["kind"] == QuestionKind.CHOICE and len(values) < 2):
        raise BreaksRule("question.options")


def answerable(question: Question, operator: str, value: str) -> bool:
    """Whether a rule can compare answers to the question in this way; a zone is not compared by rules."""
    if question.kind == QuestionKind.NUMBER:
        return operator in (Operator.AT_LEAST, Operator.BELOW) and number_of(value) is not None
    if question.kind == QuestionKind.ZONE:
        return operator in (Operator.IS, Operator.IS_NOT) and value == ELSEWHERE
    return operator in (Operator.IS, Operator.IS_NOT) and any(one["value"] == value for one in question.options)


def _ready(edition: Edition, row_version: int) -> None:
    require_draft(edition)
    require_unchanged(edition, row_version)


def bundle_acts(known: Mapping[str, int], names: Sequence[str]) -> dict[str, int]:
    """The acts of a bundle by name. Refuses none, one that is not `known`, and one named twice."""
    if not names:
        raise BreaksRule("bundle.without_acts")
    for place, name in enumerate(names):
        if name not in known:
            raise BreaksRule("bundle.act_not_listed", act=shown(name))
        if name in names[:place]:
            raise BreaksRule("bundle.act_twice", act=shown(name))
    return {name: known[name] for name in names}


def bundle_orders(given: Sequence[tuple[str, str, str]], acts: Mapping[str, int]) -> list[tuple[int, int, str]]:
    """What must come before what, by act. Refuses acts of another bundle, no ground, one order twice, and a circle."""
    before: dict[str, set[str]] = {}
    for first, then, ground in given:
        if first not in acts or then not in acts or first == then or not ground:
            raise BreaksRule("bundle.order_outside", order=shown(f"{first} → {then}"))
        before.setdefault(then, set()).add(first)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as circle:
        raise BreaksRule("bundle.order_circular", acts=" → ".join(circle.args[1])) from circle
    found = {(first, then): ground for first, then, ground in given}
    if len(found) < len(given):
        twice = next((one[0], one[1]) for at, one in enumerate(given) if one[:2] in [old[:2] for old in given[:at]])
        raise BreaksRule("bundle.order_twice", order=shown(" → ".join(twice)))
    return [(acts[first], acts[then], ground) for (first, then), ground in found.items()]


def _empty(bundle: Bundle) -> None:
    for table in (BundleOrder, BundleAct):
        db.session.execute(delete(table).where(table.bundle_id == bundle.id))


def _record(edition: Edition, act: str, facts: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    record(act, f"edition/{edition.number}", actor=actor, payload={"number": edition.number, **facts}, now=now)
