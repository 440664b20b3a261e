"""Read what happened."""

from sqlalchemy import bindparam, select

from market.journal.models import JournalRow
from market.store.db import db

# Made once: every act asks for the one before.
_LAST = (
    select(JournalRow.rev, JournalRow.leaf)
    .where(JournalRow.obj == bindparam("obj"))
    .order_by(JournalRow.rev.desc())
    .limit(1)
)


def history(obj: str) -> list[JournalRow]:
    """Every act on `obj`, oldest first."""
    return list(db.session.scalars(select(JournalRow).where(JournalRow.obj == obj).order_by(JournalRow.rev)))


def latest(limit: int) -> list[JournalRow]:
    """The newest acts of all objects."""
    return list(db.session.scalars(select(JournalRow).order_by(JournalRow.id.desc()).limit(limit)))


def row(row_id: int) -> JournalRow | None:
    """One act."""
    return db.session.get(JournalRow, row_id)


def last_act(obj: str) -> tuple[int, str]:
    """Number and leaf hash of the last act on `obj`; 0 and nothing before the first."""
    last = db.session.execute(_LAST, {"obj": obj}).one_or_none()
    return (last.rev, last.leaf) if last else (0, "")
