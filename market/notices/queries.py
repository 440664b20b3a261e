"""Read messages."""

from sqlalchemy import func, select

from market.notices.models import Notice
from market.store.db import db


def inbox(organisation: int, limit: int) -> list[Notice]:
    """The newest messages of an organisation."""
    query = select(Notice).where(Notice.organisation_id == organisation).order_by(Notice.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def unread(organisation: int) -> int:
    """How many messages nobody of the organisation has opened."""
    query = select(func.count()).where(Notice.organisation_id == organisation, Notice.read_at.is_(None))
    return db.session.scalar(query) or 0
