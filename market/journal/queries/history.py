"""Read what happened."""

from collections.abc import Collection

from sqlalchemy import func, select

from market.journal.models import JournalRow
from market.store.db import db

_AT_ONCE = 5000  # names in one question, fewer than either database takes


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
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(names), _AT_ONCE):
        here = JournalRow.obj.in_(names[start : start + _AT_ONCE])
        newest = select(JournalRow.obj, func.max(JournalRow.rev).label("rev")).where(here).group_by(JournalRow.obj)
        last = newest.subquery()
        query = select(JournalRow.obj, JournalRow.rev, JournalRow.leaf)
        query = query.join(last, (last.c.obj == JournalRow.obj) & (last.c.rev == JournalRow.rev))
        found |= {one.obj: (one.rev, one.leaf) for one in db.session.execute(query)}
    return found
