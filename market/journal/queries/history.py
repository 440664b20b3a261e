"""Read what happened."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, bindparam, exists, func, select, true

from market.journal.models import JournalRow, LogEntry
from market.store.db import db

_AT_ONCE = 5000  # names in one question, fewer than either database takes
# Made once: every act asks for the one before.
_ROW = JournalRow.__table__.c
_LAST = select(_ROW.rev, _ROW.leaf).where(_ROW.obj == bindparam("obj")).order_by(_ROW.rev.desc()).limit(1)


def history(obj: str) -> list[JournalRow]:
    """Every act on `obj`, oldest first."""
    return list(db.session.scalars(select(JournalRow).where(JournalRow.obj == obj).order_by(JournalRow.rev)))


def latest(limit: int) -> list[JournalRow]:
    """The newest acts of all objects."""
    return list(db.session.scalars(select(JournalRow).order_by(JournalRow.id.desc()).limit(limit)))


def row(row_id: int) -> JournalRow | None:
    """One act."""
    return db.session.get(JournalRow, row_id)


def last_acts(objects: Collection[str]) -> dict[str, tuple[int, str]]:
    """Number and leaf hash of the last act on each object that has any. One query for every 5,000 objects."""
    names = sorted(objects)
    if len(names) == 1:
        last = db.session.connection().execute(_LAST, {"obj": names[0]}).one_or_none()
        return {names[0]: (last.rev, last.leaf)} if last else {}
    return _last_of(names, true())


def last_numbered(objects: Collection[str]) -> dict[str, tuple[int, str]]:
    """The same of the acts that have a number in the log. One query for every 5,000 objects."""
    return _last_of(sorted(objects), exists().where(LogEntry.row_id == JournalRow.id))


def _last_of(names: Sequence[str], counts: ColumnElement[bool]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(names), _AT_ONCE):
        here = JournalRow.obj.in_(names[start : start + _AT_ONCE])
        newest = select(JournalRow.obj, func.max(JournalRow.rev).label("rev")).where(here, counts)
        newer = newest.group_by(JournalRow.obj).subquery()
        query = select(JournalRow.obj, JournalRow.rev, JournalRow.leaf)
        query = query.join(newer, (newer.c.obj == JournalRow.obj) & (newer.c.rev == JournalRow.rev))
        found |= {one.obj: (one.rev, one.leaf) for one in db.session.execute(query)}
    return found
