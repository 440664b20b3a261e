"""The outbox: rows that journal, notices and search each drain by kind."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from market.store.db import db
from market.store.models import Outbox


def put(kind: str, topic: str, payload: dict[str, Any], *, now: datetime) -> None:
    """Write one row in the running transaction."""
    db.session.add(Outbox(kind=kind, topic=topic, payload=payload, created_at=now))


def pending(kind: str, limit: int) -> list[Outbox]:
    """The oldest undone rows of `kind`."""
    query = select(Outbox).where(Outbox.kind == kind, Outbox.done_at.is_(None)).order_by(Outbox.id).limit(limit)
    return list(db.session.scalars(query))


def done(rows: Iterable[Outbox], *, now: datetime) -> None:
    """Mark rows as drained."""
    ids = [row.id for row in rows]
    db.session.execute(update(Outbox).where(Outbox.id.in_(ids)).values(done_at=now))
