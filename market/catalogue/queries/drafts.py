"""What the editors of a draft ask about its schedules."""

from sqlalchemy import select

from market.catalogue.models import Edition, Entry, PriceSchedule
from market.store.db import db


def tied_to(edition: Edition, key: str) -> list[Entry]:
    """The entries of an edition that a schedule prices, in the list's order."""
    tied = select(PriceSchedule.entry_id).where(PriceSchedule.edition_id == edition.id, PriceSchedule.key == key)
    query = select(Entry).where(Entry.edition_id == edition.id, Entry.id.in_(tied)).order_by(Entry.position)
    return list(db.session.scalars(query))


def schedule_keys(edition: Edition) -> set[str]:
    """The ids of every schedule of an edition."""
    return set(db.session.scalars(select(PriceSchedule.key).where(PriceSchedule.edition_id == edition.id)))
