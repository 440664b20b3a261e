"""The next public reference of a kind."""

from datetime import datetime

from sqlalchemy import select

from market.base import clock, refs
from market.store.db import db
from market.store.models import ReferenceCounter


def next_reference(kind: refs.RefKind, now: datetime) -> str:
    """Take the next number of `kind` in China's year of `now`; runs in the door's transaction."""
    [reference] = next_references(kind, 1, now)
    return reference


def next_references(kind: refs.RefKind, count: int, now: datetime) -> list[str]:
    """Take the next so many numbers of `kind` at once, in their order."""
    year = clock.china_date(now).year
    query = select(ReferenceCounter).where(ReferenceCounter.kind == kind, ReferenceCounter.year == year)
    counter = db.session.scalar(query.with_for_update())
    if counter is None:
        counter = ReferenceCounter(kind=kind, year=year, last=0)
        db.session.add(counter)
    first = counter.last + 1
    counter.last += count
    db.session.flush()
    return [refs.make(kind, year, number) for number in range(first, first + count)]
