"""Read the whole log to verify it: rows as plain values, a part at a time, and what is stored beside them.

Whatever stands in the tables, reading it raises nothing that is not told as a finding.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, select

from market.base.words import N_, register_sentences
from market.journal.models import JournalRow, LogCheckpoint, LogCosignature, LogEntry, LogTile, LogWaiting
from market.journal.rules.finding import Finding
from market.journal.rules.leaf import payload_hash
from market.store.db import db
from market.store.transaction import apart

PART = 2000
_log = logging.getLogger(__name__)


def survived(part: Finding, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What `check` finds wrong with a part; that it could not go on, and why, is a finding like any other."""
    found: list[Finding] = []
    try:
        with apart():
            # A list takes them one by one: what was found before it broke off counts.
            found.extend(check())
    except Exception as error:
        _log.info("%s could not be verified", part, exc_info=True)
        found.append(Finding("finding.unverified", {"part": part, "error": type(error).__name__}))
    return found


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


class Torn(NamedTuple):
    """A row of the journal with columns that hold no value of their kind; the values of the others by their names."""

    id: int
    said: dict[str, Any]
    columns: list[str]


_COLUMNS = tuple(JournalRow.__table__.c[name] for name in Told._fields)


def numbered() -> Iterator[Sequence[tuple[int, Told | Torn]]]:
    """Every row with its number, in parts, in the order of the numbers. One query a part, while all of it is whole."""
    first = 0
    while True:
        place = select(LogEntry.seq, JournalRow.id).join(JournalRow, JournalRow.id == LogEntry.row_id)
        rows = _read(place.where(LogEntry.seq >= first).order_by(LogEntry.seq).limit(PART))
        if not rows:
            return
        yield rows
        first = rows[-1][0] + 1


def unnumbered() -> list[tuple[bool, Told | Torn]]:
    """Rows without a number, oldest first, and whether each waits for one. One query, while all of it is whole."""
    known = exists().where(LogEntry.row_id == JournalRow.id)
    waits = exists().where(LogWaiting.row_id == JournalRow.id)
    return _read(select(waits, JournalRow.id).where(~known).order_by(JournalRow.id))


def _read(place: Select[Any, Any]) -> list[tuple[Any, Told | Torn]]:
    """The rows whose ids a query gives, each beside the query's first column."""
    try:
        with apart():
            rows = db.session.execute(place.add_columns(*_COLUMNS[1:])).all()
            return [(row[0], Told(*row[1:])) for row in rows]
    except Exception:
        _log.info("a part of the journal is read row by row", exc_info=True)
        return [(beside, _row(row_id)) for beside, row_id in db.session.execute(place).all()]


def _row(row_id: int) -> Told | Torn:
    said: dict[str, Any] = {"id": row_id}
    torn = []
    for column in _COLUMNS[1:]:
        try:
            said[column.name] = _value(column, row_id)
        except Exception:
            torn.append(column.name)
    return Torn(row_id, said, torn) if torn else Told(**said)


def _value(column: ColumnElement[Any], row_id: int) -> Any:
    with apart():
        return db.session.execute(select(column).where(JournalRow.id == row_id)).scalar_one()


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


register_sentences({"finding.unverified": N_("{part} could not be verified to the end ({error})")})
