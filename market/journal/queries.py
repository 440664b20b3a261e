"""Read what happened."""

from sqlalchemy import select

from market.journal.models import JournalRow
from market.store.db import db


def history(obj: str) -> list[JournalRow]:
    """Every act on `obj`, oldest first."""
    return list(db.session.scalars(select(JournalRow).where(JournalRow.obj == obj).order_by(JournalRow.rev)))


def latest(limit: int) -> list[JournalRow]:
    """The newest acts of all objects."""
    return list(db.session.scalars(select(JournalRow).order_by(JournalRow.id.desc()).limit(limit)))
