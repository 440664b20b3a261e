"""Write what happened, in the transaction of the act."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, update

from market.base.errors import BadState, BreaksRule, NotFound
from market.base.people import Actor
from market.base.words import N_, register_sentences
from market.journal.models import JournalRow
from market.journal.queries import last_acts
from market.journal.queries import row as row_of
from market.journal.rules.erasing import BINDING, ERASE, name_of
from market.journal.rules.leaf import leaf, leaf_hash, payload_hash, stamp
from market.store.db import db

_ROWS = insert(cast("Table", JournalRow.__table__))  # made once: every act passes here


def record(act: str, obj: str, *, actor: Actor, payload: dict[str, Any], now: datetime) -> str:
    """Write the row of `act` (such as `request.publish`) on `obj` (such as `request/RQ-2026-000041C`); its leaf hash.

    Runs in the act's own transaction: no act without a row, no row without an act. Two acts at once on one object
    meet in the unique (obj, rev), and one of them is refused. The row waits for its number in the public log, which
    `market.journal.queries.sequenced` tells once the sequencer has given it. ValueError for a payload with a "by" of
    its own: under that name stands the person who acted.
    """
    [leaf] = record_each(act, [(obj, payload)], actor=actor, now=now)
    return leaf


def record_each(act: str, told: Sequence[tuple[str, dict[str, Any]]], *, actor: Actor, now: datetime) -> list[str]:
    """The row of the same act on each object, as `record` writes one; each object with a payload of its own."""
    db.session.flush()  # what happened, then that it happened
    last = last_acts({obj for obj, _payload in told})
    who = f"role:{actor.role}" + (f"@organisation/{actor.organisation}" if actor.organisation else "")
    rows, hashes = [], []
    for obj, payload in told:
        if "by" in payload:
            raise ValueError(f"{act} on {obj}: the payload says who acted already")
        rev, prev = last.get(obj, (0, ""))
        salt = secrets.token_bytes(16)
        private = {**payload, "by": actor.id}
        fields = {"t": stamp(now), "act": act, "obj": obj, "rev": rev + 1, "actor": who, "prev": prev}
        fields["ph"] = payload_hash(salt, private)
        own = leaf_hash(leaf(fields))
        rows.append({**fields, "t": now, "leaf": own, "salt": salt, "payload": private})
        hashes.append(own)
        last[obj] = rev + 1, own
    if rows:
        db.session.connection().execute(_ROWS, rows)
    return hashes


def erase(row_id: int, ground: str, *, actor: Actor, now: datetime) -> str:
    """Erase the private part of an act for ever, with its salt; that it was erased, and why, is an act of its own.

    The leaf, its place in the log and every proof stay as they are. NotFound("page.not_found") for no such row,
    BadState("journal.erased") when there is nothing left, BreaksRule("journal.binds_draw") for what binds a draw.
    """
    found = row_of(row_id)
    if found is None:
        raise NotFound("page.not_found")
    if found.act in BINDING:
        raise BreaksRule("journal.binds_draw", act=found.act)
    if found.payload is None:
        raise BadState("journal.erased")
    db.session.execute(update(JournalRow).where(JournalRow.id == row_id).values(salt=None, payload=None))
    return record(ERASE, name_of(found.leaf), actor=actor, payload={"ground": ground}, now=now)


register_sentences(
    {
        "journal.erased": N_("The private part of this record is erased already."),
        "journal.binds_draw": N_(
            "The private part of {act} is never erased: it holds no person's data, and without it nobody could repeat the "
            "draw."
        ),
    }
)
