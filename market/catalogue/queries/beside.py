"""What two editions say differently beside their entries. One statement, whatever the editions hold.

The six tables are read as facts of one shape. Columns c1 to c7 say what is compared; the others only help to tell it.
A fact that only one of two editions has moves its thing, and all facts of what moved are brought.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, String, Text, and_, bindparam, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from market.catalogue.beside import ACT, BUNDLE, ITSELF, MEMBER, ORDER, QUESTION, RULE, THINGS, Beside, Fact
from market.catalogue.models import (
    Act,
    Applicability,
    Bundle,
    BundleAct,
    BundleOrder,
    EditionAct,
    Entry,
    Question,
)
from market.store.db import db

_COMPARED = tuple(f"c{number}" for number in range(1, 8))
_NAMES = tuple(f"n{number}" for number in range(1, 5))
_LABELS = ("edition", "thing", "key", "zh", "en", "rank", "part", "place", *_COMPARED, *_NAMES)


def beside_of(before: int, after: int) -> list[Beside]:
    """What two editions (by id) say differently beside their entries, in the order of `THINGS`. One query."""
    sides: dict[tuple[str, str], tuple[list[Fact], list[Fact]]] = {}
    heads: dict[tuple[str, str], tuple[int, str, str]] = {}
    for row in db.session.execute(_moved(), {"editions": [before, after]}):
        edition, thing, key, zh, en, rank, part, place = row[:8]
        there = edition == after
        sides.setdefault((thing, key), ([], []))[there].append(Fact(part, place, tuple(row[8:15]), tuple(row[15:])))
        if there or (thing, key) not in heads:
            heads[thing, key] = (rank, zh, en)
    order = sorted(sides, key=lambda one: (THINGS.index(one[0]), heads[one][0], one[1]))
    return [
        Beside(_kind(*sides[one]), *one, *heads[one][1:], _read(sides[one][0]), _read(sides[one][1])) for one in order
    ]


def counting(pairs: Sequence[tuple[int, int]], kind: str) -> Select[*tuple[Any, ...]]:
    """For each pair of editions (by id) that differ beside their entries: its place, `kind`, and in how many things."""
    facts = _facts().params(editions=sorted({one for pair in pairs for one in pair})).cte("facts")
    rows = [
        select(literal(place).label("pair"), literal(old).label("old"), literal(new).label("new"))
        for place, (old, new) in enumerate(pairs)
    ]
    steps = union_all(*rows).subquery("steps")
    met = or_(facts.c.edition == steps.c.old, facts.c.edition == steps.c.new)
    lonely = (
        select(steps.c.pair, facts.c.thing, facts.c.key)
        .join_from(steps, facts, met)
        .group_by(steps.c.pair, *_same(facts))
        .having(func.count() == 1)
        .distinct()
        .subquery("lonely")
    )
    return select(lonely.c.pair, literal(kind), func.count()).group_by(lonely.c.pair)


def _kind(before: Sequence[Fact], after: Sequence[Fact]) -> str:
    return "changed" if before and after else "added" if after else "removed"


def _read(facts: list[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda one: (one.part, one.place, one.values))


def _same(facts: Any) -> list[Any]:
    return [facts.c[name] for name in ("thing", "key", "part", "place", *_COMPARED)]


@cache
def _moved() -> Select[*tuple[Any, ...]]:
    facts = _facts().cte("facts")
    alone = select(facts.c.thing, facts.c.key).group_by(*_same(facts)).having(func.count() == 1).distinct()
    moved = alone.subquery("moved")
    return select(*facts.c).join(moved, and_(moved.c.thing == facts.c.thing, moved.c.key == facts.c.key))


def _facts() -> Any:
    return union_all(*_bundles(), _acts(), _questions(), _rules())


def _fact(table: Any, head: Sequence[Any], compared: Sequence[Any], names: Sequence[Any] = ()) -> Any:
    """One of the selects: `head` is thing, key, both names, rank, part and place."""
    more = [literal("")] * (len(_COMPARED) - len(compared)), [literal("")] * (len(_NAMES) - len(names))
    columns = (table.edition_id, *head, *compared, *more[0], *names, *more[1])
    query = select(*(column.label(label) for column, label in zip(columns, _LABELS, strict=True)))
    return query.where(table.edition_id.in_(bindparam("editions", expanding=True)))


def _bundles() -> tuple[Any, Any, Any]:
    def head(part: str, place: Any) -> tuple[Any, ...]:
        named = (literal(BUNDLE), Bundle.code, Bundle.name_zh, Bundle.name_en, Bundle.position)
        return (*named, literal(part), place)

    first, then = aliased(Act), aliased(Act)
    own = (Bundle.name_zh, Bundle.name_en, Bundle.summary_zh, Bundle.summary_en, cast(Bundle.position, String))
    ends = (cast(BundleOrder.before_act_id, String), cast(BundleOrder.after_act_id, String), BundleOrder.rests_on)
    return (
        _fact(Bundle, head(ITSELF, literal(0)), own),
        _fact(
            BundleAct,
            head(MEMBER, BundleAct.position),
            [cast(BundleAct.act_id, String)],
            (Act.name_zh, Act.name_en),
        )
        .join(Bundle, Bundle.id == BundleAct.bundle_id)
        .join(Act, Act.id == BundleAct.act_id),
        _fact(BundleOrder, head(ORDER, literal(0)), ends, (first.name_zh, first.name_en, then.name_zh, then.name_en))
        .join(Bundle, Bundle.id == BundleOrder.bundle_id)
        .join(first, first.id == BundleOrder.before_act_id)
        .join(then, then.id == BundleOrder.after_act_id),
    )


def _acts() -> Any:
    """The acts that have a mark; one without marks says nothing beside its services."""
    key = cast(EditionAct.act_id, String)
    head = (literal(ACT), key, Act.name_zh, Act.name_en, EditionAct.act_id, literal(ITSELF), literal(0))
    days = func.coalesce(cast(EditionAct.promised_days, String), "")
    ticks = [_yes(one) for one in (EditionAct.tolerates_missing, EditionAct.by_commitment, EditionAct.in_parallel)]
    marked = or_(
        EditionAct.promised_days.is_not(None),
        EditionAct.tolerates_missing,
        EditionAct.by_commitment,
        EditionAct.in_parallel,
        EditionAct.rests_on != "",
    )
    query = _fact(EditionAct, head, (days, *ticks, EditionAct.rests_on))
    return query.join(Act, Act.id == EditionAct.act_id).where(marked)


def _questions() -> Any:
    one = Question
    head = (literal(QUESTION), one.code, one.text_zh, one.text_en, one.position, literal(ITSELF), literal(0))
    said = (one.kind, one.unit, one.text_zh, one.text_en, cast(one.options, Text), one.rests_on)
    return _fact(one, head, (*said, cast(one.position, String)))


def _rules() -> Any:
    """The rules of services that the edition lists."""
    one = Applicability
    head = (literal(RULE), Entry.code, Entry.name_zh, Entry.name_en, Entry.position, literal(ITSELF), one.alternative)
    said = (one.question_code, one.operator, one.value, one.reason_zh, one.reason_en, one.rests_on, _yes(one.judged))
    asked = (Question.text_zh, Question.text_en, Question.unit, cast(Question.options, Text))
    return (
        _fact(one, head, said, asked)
        .join(Entry, and_(Entry.edition_id == one.edition_id, Entry.service_id == one.service_id))
        .join(Question, and_(Question.edition_id == one.edition_id, Question.code == one.question_code))
    )


def _yes(column: Any) -> Any:
    return case((column, "yes"), else_="")
