"""Heads with the cosignatures that hold: a witness counts when the policy names it, and only for what its key signed.

What stands in the table is not believed: whoever owns it can write a line of anybody.
"""

from datetime import datetime

from sqlalchemy import func, select

from market.journal.models import LogCheckpoint, LogCosignature
from market.journal.queries.log import Checkpoint
from market.journal.rules import note
from market.journal.rules.note import Verifier
from market.journal.rules.policy import Policy
from market.store.db import db

_MOST_TRIED = 20
"""So many rows are looked at for one that holds: more would be a table full of forgeries."""


def shown(policy: Policy) -> Checkpoint | None:
    """The newest head with the lines of the policy's witnesses that have cosigned it. Two queries."""
    found = db.session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))
    return None if found is None else _with_lines(found, policy)


def witnessed(policy: Policy) -> Checkpoint | None:
    """The newest head that enough witnesses of the policy have cosigned; None while there is none. Three queries."""
    if not policy.quorum:
        return None
    enough = (
        select(LogCosignature.size)
        .where(LogCosignature.witness.in_([one.name for one in policy.witnesses]))
        .group_by(LogCosignature.size)
        .having(func.count() >= policy.quorum)
    )
    query = select(LogCheckpoint).where(LogCheckpoint.size.in_(enough.scalar_subquery()))
    heads = db.session.scalars(query.order_by(LogCheckpoint.size.desc()).limit(_MOST_TRIED)).all()
    tried = (_with_lines(one, policy) for one in heads)
    return next((one for one in tried if policy.holds(one.seen)), None)


def witnessed_at(seq: int, policy: Policy) -> list[tuple[str, datetime]]:
    """The witnesses of the policy that have cosigned a head with this entry, in the order in which each did so first.

    One query a witness.
    """
    found = []
    for by in (one.verifier for one in policy.witnesses):
        query = (
            select(LogCosignature, LogCheckpoint.note)
            .join(LogCheckpoint, LogCheckpoint.size == LogCosignature.size)
            .where(LogCosignature.witness == by.name, LogCosignature.size > seq)
            .order_by(LogCosignature.size)
            .limit(_MOST_TRIED)
        )
        lines = (line for line, text in db.session.execute(query) if _holds(line, text, by))
        if first := next(lines, None):
            found.append((by.name, first.seen_at))
    return sorted(found, key=lambda one: (one[1], one[0]))


def strangers(policy: Policy) -> list[tuple[str, int]]:
    """Names under cosignatures that the policy does not know, each with the number of its rows. One query."""
    names = [one.name for one in policy.witnesses]
    query = select(LogCosignature.witness, func.count()).where(LogCosignature.witness.not_in(names))
    rows = db.session.execute(query.group_by(LogCosignature.witness).order_by(LogCosignature.witness))
    return [(name, count) for name, count in rows]


def _with_lines(head: LogCheckpoint, policy: Policy) -> Checkpoint:
    known = {one.name: one.verifier for one in policy.witnesses}
    query = select(LogCosignature).where(LogCosignature.size == head.size).order_by(LogCosignature.witness)
    lines = [
        one
        for one in db.session.scalars(query)
        if (by := known.get(one.witness)) is not None and _holds(one, head.note, by)
    ]
    text = head.note + "".join(one.line for one in lines)
    seen = {one.witness: one.seen_at for one in lines}
    return Checkpoint(head.size, bytes.fromhex(head.root), text, head.made_at, seen)


def _holds(row: LogCosignature, text: str, by: Verifier) -> bool:
    try:
        return row.line.count("\n") == 1 and note.witnessed(text + row.line, [by]).get(by.name) == row.seen_at
    except ValueError:
        return False
