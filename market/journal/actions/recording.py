"""Write what happened, in the transaction of the act."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from market.base.errors import BadState, NotFound
from market.base.people import Actor
from market.base.words import N_, register_sentences
from market.journal.models import JournalRow, LogWaiting
from market.journal.queries import last_acts
from market.journal.queries import row as row_of
from market.journal.rules.leaf import leaf, leaf_hash, payload_hash, stamp
from market.store.db import db

# Made once: every act passes here.
_WAITS = insert(LogWaiting)


def record(act: str, obj: str, *, actor: Actor, payload: dict[str, Any], now: datetime) -> JournalRow:
    """Add the row of `act` (such as `request.publish`) on `obj` (such as `request/RQ-2026-000041C`).

    Runs in the act's own transaction: no act without a row, no row without an act. Two acts at once on one object
    meet in the unique (obj, rev), and one of them is refused. The row waits for its number in the public log, which
    `market.journal.queries.sequenced` tells once the sequencer has given it.
    """
    [row] = record_each(act, [(obj, payload)], actor=actor, now=now)
    return row


def record_each(
    act: str, told: Sequence[tuple[str, dict[str, Any]]], *, actor: Actor, now: datetime
) -> list[JournalRow]:
    """The row of the same act on each object, as `record` adds one; each object with a payload of its own."""
    last = last_acts({obj for obj, _payload in told})
    who = f"role:{actor.role}" + (f"@organisation/{actor.organisation}" if actor.organisation else "")
    rows = []
    for obj, payload in told:
        rev, prev = last.get(obj, (0, ""))
        salt = secrets.token_bytes(16)
        private = {**payload, "by": actor.id}
        fields = {"t": stamp(now), "act": act, "obj": obj, "rev": rev + 1, "actor": who, "prev": prev}
        fields["ph"] = payload_hash(salt, private)
        hashed = leaf_hash(leaf(fields))
        rows.append(
            JournalRow(
                t=now, act=act, obj=obj, rev=rev + 1, actor=who, ph=fields["ph"], prev=prev, leaf=hashed, salt=salt,
                payload=private,
            )
        )  # fmt: skip
        last[obj] = rev + 1, hashed
    db.session.add_all(rows)
    db.session.flush()
    db.session.execute(_WAITS, [{"row_id": row.id} for row in rows])
    return rows


def erase(row_id: int, ground: str, *, actor: Actor, now: datetime) -> JournalRow:
    """Erase the private part of an act for ever, with its salt; that it was erased, and why, is an act of its own.

    The leaf, its place in the log and every proof stay as they are. NotFound("page.not_found") for no such row,
    BadState("journal.erased") when there is nothing left.
    """
    found = row_of(row_id)
    if found is None:
        raise NotFound("page.not_found")
    if found.payload is None:
        raise BadState("journal.erased")
    db.session.execute(update(JournalRow).where(JournalRow.id == row_id).values(salt=None, payload=None))
    return record("journal.erase", f"journal/{found.leaf[:16]}", actor=actor, payload={"ground": ground}, now=now)


register_sentences({"journal.erased": N_("The private part of this record is erased already.")})
