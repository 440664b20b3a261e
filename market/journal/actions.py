"""Write what happened."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select

from market.base.people import Actor
from market.journal.models import JournalRow
from market.journal.rules import leaf as rules
from market.store.db import db


def record(act: str, obj: str, *, actor: Actor, payload: dict[str, Any], now: datetime) -> JournalRow:
    """Add the row of `act` (such as `request.publish`) on `obj` (such as `request/RQ-2026-000041C`).

    Runs in the act's own transaction: no act without a row, no row without an act. Two acts at once on one object
    meet in the unique (obj, rev), and one of them is refused.
    """
    query = (
        select(JournalRow.rev, JournalRow.leaf).where(JournalRow.obj == obj).order_by(JournalRow.rev.desc()).limit(1)
    )
    last = db.session.execute(query).one_or_none()
    rev, prev = (last.rev + 1, last.leaf) if last else (1, "")
    salt = secrets.token_bytes(16)
    private = {**payload, "by": actor.id}
    who = f"role:{actor.role}" + (f"@organisation/{actor.organisation}" if actor.organisation else "")
    fields = {"t": rules.stamp(now), "act": act, "obj": obj, "rev": rev, "actor": who, "prev": prev}
    fields["ph"] = rules.payload_hash(salt, private)
    row = JournalRow(
        t=now, act=act, obj=obj, rev=rev, actor=who, ph=fields["ph"], prev=prev,
        leaf=rules.leaf_hash(rules.leaf(fields)), salt=salt, payload=private,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row
