"""Write what happened."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from market.base.people import Actor
from market.journal import rules
from market.journal.models import JournalRow
from market.store.db import db

_AT_ONCE = 5000  # names in one question, fewer than either database takes


def record(act: str, obj: str, *, actor: Actor, payload: dict[str, Any], now: datetime) -> JournalRow:
    """Add the row of `act` (such as `request.publish`) on `obj` (such as `request/RQ-2026-000041C`).

    Runs in the act's own transaction: no act without a row, no row without an act. Two acts at once on one object
    meet in the unique (obj, rev), and one of them is refused.
    """
    [row] = record_each(act, [(obj, payload)], actor=actor, now=now)
    return row


def record_each(
    act: str, told: Sequence[tuple[str, dict[str, Any]]], *, actor: Actor, now: datetime
) -> list[JournalRow]:
    """The row of the same act on each object, as `record` adds one; each object with a payload of its own."""
    last = _last_of({obj for obj, _payload in told})
    who = f"role:{actor.role}" + (f"@organisation/{actor.organisation}" if actor.organisation else "")
    rows = []
    for obj, payload in told:
        rev, prev = last.get(obj, (0, ""))
        salt = secrets.token_bytes(16)
        private = {**payload, "by": actor.id}
        fields = {"t": rules.stamp(now), "act": act, "obj": obj, "rev": rev + 1, "actor": who, "prev": prev}
        fields["ph"] = rules.payload_hash(salt, private)
        leaf = rules.leaf_hash(rules.leaf(fields))
        rows.append(
            JournalRow(
                t=now, act=act, obj=obj, rev=rev + 1, actor=who, ph=fields["ph"], prev=prev, leaf=leaf, salt=salt,
                payload=private,
            )
        )  # fmt: skip
        last[obj] = rev + 1, leaf
    db.session.add_all(rows)
    db.session.flush()
    return rows


def _last_of(objects: set[str]) -> dict[str, tuple[int, str]]:
    """Number and leaf of the last row of each object that has any."""
    names = sorted(objects)
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(names), _AT_ONCE):
        here = JournalRow.obj.in_(names[start : start + _AT_ONCE])
        newest = select(JournalRow.obj, func.max(JournalRow.rev).label("rev")).where(here).group_by(JournalRow.obj)
        last = newest.subquery()
        query = select(JournalRow.obj, JournalRow.rev, JournalRow.leaf)
        query = query.join(last, (last.c.obj == JournalRow.obj) & (last.c.rev == JournalRow.rev))
        found |= {row.obj: (row.rev, row.leaf) for row in db.session.execute(query)}
    return found
