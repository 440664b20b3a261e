"""Queue a message with the change it tells of; mark messages as read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update

from market.notices.models import Notice
from market.store import outbox
from market.store.db import db


def queue(code: str, *, to: Iterable[int], facts: dict[str, Any], now: datetime) -> None:
    """Put the message `code` into the inbox of each organisation id in `to`; `facts["link"]` is the page to open.

    Every message also gets an outbox row of kind `notice`, from which mail will be delivered.
    """
    queue_each(code, dict.fromkeys(to, facts), now=now)


def queue_each(code: str, facts: Mapping[int, dict[str, Any]], *, now: datetime) -> None:
    """The same message with facts of its own for each organisation id; written together, however many they are."""
    notices = [
        Notice(organisation_id=organisation, code=code, facts=told, link=told.get("link", ""), created_at=now)
        for organisation, told in sorted(facts.items())
    ]
    db.session.add_all(notices)
    db.session.flush()
    for notice in notices:
        outbox.put("notice", code, {"notice": notice.id}, now=now)


def mark_read(organisation: int, *, now: datetime) -> None:
    """Mark every message of the organisation as read."""
    unread = update(Notice).where(Notice.organisation_id == organisation, Notice.read_at.is_(None))
    db.session.execute(unread.values(read_at=now))
