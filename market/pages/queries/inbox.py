"""Messages of an organisation, page by page."""

from sqlalchemy import func, select

from market.notices.models import Notice
from market.store.db import db


def count(organisation: int) -> int:
    """How many messages there are. One query."""
    return db.session.scalar(select(func.count()).where(Notice.organisation_id == organisation)) or 0


def messages(organisation: int, *, limit: int, offset: int) -> list[Notice]:
    """The newest first. One query."""
    query = select(Notice).where(Notice.organisation_id == organisation).order_by(Notice.id.desc())
    return list(db.session.scalars(query.limit(limit).offset(offset)))
