"""A site on an empty database of its own, SQLite or PostgreSQL, for benches that need both."""

import gc
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import event, text

from bench.city import environment
from market.app import create_app
from market.cli.setup import seeds
from market.store.db import db
from market.store.schema import bring_up_to_date

try:
    from tests.databases import Server, postgres_server
except ImportError:
    postgres_server = None  # type: ignore[assignment]

# The processes of PostgreSQL that serve the running bench.
_SERVING: set[int] = set()
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


def here() -> tuple[str, ...]:
    """The databases that this machine can run; PostgreSQL comes with the packages of the tests."""
    return (SQLITE, POSTGRESQL) if postgres_server is not None else (SQLITE,)


@contextmanager
def site(database: str) -> Iterator[Flask]:
    """Yield an application whose tables are new and whose settings are seeded; afterwards nothing is left of it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(Path(folder)))
        if database == SQLITE:
            yield from _seeded()
            return
        server = postgres_server()
        with _database(server) as url:
            os.environ["DATABASE_URL"] = url
            yield from _seeded()
        server.close()


def worked() -> float:
    """Seconds of CPU that this process has used, and those that PostgreSQL has used for it."""
    ours = time.process_time()
    for pid in _SERVING:
        ours += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return ours


def _seeded() -> Iterator[Flask]:
    app = create_app()
    gc.collect()
    gc.freeze()  # as `wsgi.py` does
    _SERVING.clear()
    with app.app_context():
        bring_up_to_date()
        if db.engine.dialect.name == "postgresql":
            event.listen(db.engine, "connect", lambda given, _: _SERVING.add(given.info.backend_pid))
            event.listen(db.engine, "close", lambda given, _: _SERVING.discard(given.info.backend_pid))
            db.engine.dispose()
        seeds()
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _database(server: "Server") -> Iterator[str]:
    # The tests remove databases of this name whose process has ended.
    name = f"market_{os.getpid()}_bench"
    with server.connected() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        # Every statement in one process, so that its work can be counted.
        connection.execute(text(f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0'))
    try:
        yield server.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connected() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
