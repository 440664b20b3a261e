"""The journal, page by page."""

from sqlalchemy import ColumnElement, func, select

from market.journal.models import JournalRow
from market.store.db import db


def count(obj: str) -> int:
    """How many acts there are, of one object when it is named. One query."""
    return db.session.scalar(select(func.count()).select_from(JournalRow).where(*_of(obj))) or 0


def rows(obj: str, *, limit: int, offset: int) -> list[JournalRow]:
    """The newest first. One query."""
    query = select(JournalRow).where(*_of(obj)).order_by(JournalRow.id.desc())
    return list(db.session.scalars(query.limit(limit).offset(offset)))


def _of(obj: str) -> list[ColumnElement[bool]]:
    return [JournalRow.obj == obj] if obj else []
