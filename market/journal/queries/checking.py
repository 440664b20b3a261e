"""Read the whole log to verify it: rows as plain values, a part at a time, and what is stored beside them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, select

from market.journal.models import JournalRow, LogCheckpoint, LogCosignature, LogEntry, LogTile, LogWaiting
from market.journal.rules.leaf import payload_hash
from market.store.db import db

PART = 2000


class Told(NamedTuple):
    """The columns of a row of the journal."""

    id: int
    t: datetime
    act: str
    obj: str
    rev: int
    actor: str
    ph: str
    prev: str
    leaf: str
    salt: bytes | None
    payload: dict[str, Any] | None


_COLUMNS = tuple(JournalRow.__table__.c[name] for name in Told._fields)


def numbered() -> Iterator[Sequence[tuple[int, Told]]]:
    """Every row with its number, in parts, in the order of the numbers."""
    first = 0
    while True:
        query = select(LogEntry.seq, *_COLUMNS).join(JournalRow, JournalRow.id == LogEntry.row_id)
        rows = db.session.execute(query.where(LogEntry.seq >= first).order_by(LogEntry.seq).limit(PART)).all()
        if not rows:
            return
        yield [(row.seq, Told(*row[1:])) for row in rows]
        first = rows[-1].seq + 1


def unnumbered() -> list[tuple[bool, Told]]:
    """Rows without a number, oldest first, and whether each waits for one. One query."""
    known = exists().where(LogEntry.row_id == JournalRow.id)
    waits = exists().where(LogWaiting.row_id == JournalRow.id)
    query = select(waits, *_COLUMNS).where(~known).order_by(JournalRow.id)
    return [(bool(found), Told(*columns)) for found, *columns in db.session.execute(query)]


class Act(NamedTuple):
    """What an act says; no payload where it was erased, or is not the one that was hashed."""

    act: str
    obj: str
    t: datetime
    leaf: str
    payload: dict[str, Any] | None


def of_acts(acts: Collection[str]) -> Iterator[Act]:
    """Every act of these, numbered or not, an object's acts one after another. One query, read as it comes."""
    columns = (JournalRow.act, JournalRow.obj, JournalRow.t, JournalRow.leaf, JournalRow.payload)
    query = select(*columns, JournalRow.salt, JournalRow.ph).where(JournalRow.act.in_(acts))
    rows = db.session.execute(query.order_by(JournalRow.obj, JournalRow.rev)).yield_per(PART)
    for act, obj, t, leaf, payload, salt, ph in rows:
        yield Act(act, obj, t, leaf, as_hashed(payload, salt, ph))


def as_hashed(payload: dict[str, Any] | None, salt: bytes | None, ph: str) -> dict[str, Any] | None:
    """The private part of an act; None where it was erased, or is not the one that was hashed."""
    whole = payload is not None and salt is not None and payload_hash(salt, payload) == ph
    return payload if whole else None


def waiting_with_number() -> list[int]:
    """Rows that wait although they have a number. One query."""
    both = exists().where(LogEntry.row_id == LogWaiting.row_id)
    return list(db.session.scalars(select(LogWaiting.row_id).where(both)))


def heads() -> list[LogCheckpoint]:
    """Every signed head, the smallest first. One query."""
    return list(db.session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size)))


def full_tiles() -> list[LogTile]:
    """Every stored tile. One query."""
    return list(db.session.scalars(select(LogTile).order_by(LogTile.level, LogTile.number)))


def cosignatures() -> list[tuple[LogCosignature, str]]:
    """Every cosignature with the checkpoint under which it stands. One query."""
    query = select(LogCosignature, LogCheckpoint.note).join(LogCheckpoint, LogCheckpoint.size == LogCosignature.size)
    return [(line, note) for line, note in db.session.execute(query)]
