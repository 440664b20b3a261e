"""The acts of the public log, page by page: rows of the journal with their numbers, those that wait without one."""

from dataclasses import dataclass

from sqlalchemy import func, select

from market.journal.models import JournalRow, LogEntry
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Act:
    """A row of the journal; `seq` is None while it waits for its number."""

    seq: int | None
    row: JournalRow


def count(obj: str) -> int:
    """How many acts there are on an object. One query."""
    return db.session.scalar(select(func.count()).select_from(JournalRow).where(JournalRow.obj == obj)) or 0


def acts(obj: str, *, limit: int, offset: int) -> list[Act]:
    """The acts on an object, the oldest first. One query."""
    query = (
        select(LogEntry.seq, JournalRow)
        .select_from(JournalRow)
        .outerjoin(LogEntry, LogEntry.row_id == JournalRow.id)
        .where(JournalRow.obj == obj)
        .order_by(JournalRow.rev)
    )
    return [Act(seq, row) for seq, row in db.session.execute(query.limit(limit).offset(offset))]
