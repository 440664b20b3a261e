"""What the database's planner cannot know, for statements over every row of a large table."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from market.store.db import db


@contextmanager
def over_every_row() -> Iterator[None]:
    """Inside, PostgreSQL joins tables by hashing, within the transaction that is open.

    Just after an edition is written its statistics are old: a planner that takes 2,000 new entries for one row goes
    through them once for each of a million others. SQLite has its indexes and needs nothing.
    """
    if db.engine.dialect.name != "postgresql":
        yield
        return
    db.session.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    db.session.execute(text("SET LOCAL enable_nestloop = on"))
