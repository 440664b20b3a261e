"""What the database holds, so that a test can say: nothing changed."""

import hashlib

from sqlalchemy import select

from market.store.db import Base, db

# Who is signed in where is no part of the trade.
APART = ("session", "sign_in_attempt")


def picture() -> dict[str, str]:
    """A digest of every row of every table, in a transaction of its own."""
    db.session.rollback()
    tables = (table for table in Base.metadata.sorted_tables if table.name not in APART)
    found = {}
    for table in tables:
        rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
        found[table.name] = f"{len(rows)} rows, {hashlib.sha256(repr(rows).encode()).hexdigest()[:16]}"
    db.session.rollback()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that differ."""
    return sorted(name for name, told in after.items() if before[name] != told)
