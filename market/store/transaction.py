"""The one transaction of a door, the one clock, and the database's refusals turned into ours."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from market.base import clock
from market.base.errors import BadState, BreaksRule, Refusal
from market.base.words import SENTENCES
from market.store.db import db


@contextmanager
def transaction(*locks: Select[Any]) -> Iterator[datetime]:
    """Open the door's one transaction and yield `now`, read from the database's clock after the locks are held.

    What was read before is read again inside, under the lock. The block's end commits; any exception rolls back.
    A constraint that breaks becomes the Refusal of its name; a row changed meanwhile becomes BadState.
    """
    db.session.rollback()
    try:
        db.session.connection(execution_options={"writes": True})
        for lock in locks:
            db.session.execute(lock.with_for_update())
        yield database_now()
        db.session.commit()
    except DBAPIError as error:
        db.session.rollback()
        raise refusal_of(error) from error
    except StaleDataError as error:
        db.session.rollback()
        raise BadState("changed.meanwhile") from error
    except BaseException:
        db.session.rollback()
        raise
    finally:
        # On SQLite the next read must not begin as a writer again.
        db.session.close()


def stand_still() -> None:
    """From here until `release` every read sees one moment, whatever is written meanwhile; forgets what was read."""
    release()
    if db.engine.dialect.name != "sqlite":  # there a transaction that reads sees one moment anyway
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def apart() -> Iterator[None]:
    """Read something that may fail: whatever the database answers, what is read afterwards sees the same moment."""
    with db.session.begin_nested():
        yield


def flush_to_disk() -> None:
    """See to it that what is committed outlives a power cut. PostgreSQL does at each commit, our SQLite only now."""
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        beside = Path(f"{db.engine.url.database}-wal")
        if beside.exists():
            with beside.open("rb") as file:
                os.fsync(file.fileno())


def answers() -> bool:
    """Whether the database answers at all."""
    return bool(db.session.execute(text("SELECT 1")).scalar())


def release() -> None:
    """Give the connection back and forget what was read; for doors that live longer than one request."""
    db.session.remove()


def database_now() -> datetime:
    """This moment by the database's clock (or by the moved clock of a test or the demo), UTC."""
    if (moved := clock.moved()) is not None:
        return moved
    if db.engine.dialect.name == "sqlite":
        stamp = db.session.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC)
    # now() stands still inside a transaction on PostgreSQL.
    return db.session.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)


_NAMES = (
    re.compile(r"CHECK constraint failed: (\w+)"),
    re.compile(r"UNIQUE constraint failed: ([\w., ]+)"),
    re.compile(r"(frozen:\w+|refused:[\w.]+)"),
)


def refusal_of(error: DBAPIError) -> Refusal:
    """The Refusal that a database error stands for: the constraint's own, or the kind's general one."""
    name = constraint_name(error)
    if name.startswith("frozen:"):
        return BreaksRule("store.frozen", name=name.removeprefix("frozen:"))
    code = name.removeprefix("refused:")
    if code in SENTENCES:
        return BreaksRule(code)
    message = str(error.orig).lower()
    if isinstance(error, IntegrityError):
        if "foreign key" in message:
            return BreaksRule("store.link_broken")
        if "unique" in message:
            return BadState("changed.meanwhile")
        return BreaksRule("store.constraint", name=name or "integrity")
    if isinstance(error, DataError) or "integer overflow" in message or "out of range" in message:
        return BreaksRule("store.out_of_range")
    if isinstance(error, OperationalError) and ("locked" in message or "deadlock" in message):
        return BadState("store.busy")
    raise error


def constraint_name(error: DBAPIError) -> str:
    """The name of the constraint or trigger that refused; empty when the database does not say."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None and diagnostics.constraint_name:
        return str(diagnostics.constraint_name)
    for pattern in _NAMES:
        if found := pattern.search(str(error.orig)):
            return found[1]
    return ""
