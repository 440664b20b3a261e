"""What every test stands on: an application on each database, a clock to move, statements to count, and no way out.

A test that takes `app` (or `client`, `session`) runs twice, on SQLite and on PostgreSQL, each time on empty tables.
A test of one database says so: ``@pytest.mark.parametrize("app", ["postgres"], indirect=True)``.
"""

import contextlib
import ipaddress
import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from market.app import create_app
from market.base import clock
from market.journal.guarding import Memory
from market.store.db import db
from tests.around import IN_CI
from tests.databases import Postgres, Sqlite, configuration_for, postgres_server

DATABASES = ("sqlite", "postgres")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever needs a database on both, unless the test names its own."""
    for name in ("app", "empty_database"):
        if name in metafunc.fixturenames and not _names_its_own(metafunc, name):
            metafunc.parametrize(name, DATABASES, indirect=True)


def _names_its_own(metafunc: pytest.Metafunc, name: str) -> bool:
    return any(name in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL, so that `-m "not postgres"` leaves it out."""
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if "postgres" in (parameters.get("app"), parameters.get("empty_database")):
            item.add_marker(pytest.mark.postgres)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """Turn a skip into a failure in CI: there, every test must have run."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI allows no skip: {item.nodeid}: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[Any]:
    """The same for a whole file that skips itself."""
    report = yield
    if IN_CI and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI allows no skip: {collector.nodeid}: {report.longrepr}"
    return report


# --- databases and the application


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sqlite]:
    database = Sqlite(tmp_path_factory.mktemp("sqlite"))
    yield database
    database.close()


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Postgres | str]:
    try:
        server = postgres_server()
    except (OSError, DBAPIError, RuntimeError) as error:
        yield f"#### NO POSTGRESQL TESTS: {error!r}; name one in TEST_DATABASE_URL ####"
        return
    database = Postgres(server)
    yield database
    database.close()


def _database(request: pytest.FixtureRequest) -> Sqlite | Postgres:
    found = request.getfixturevalue(f"_{request.param}")
    if isinstance(found, str):
        pytest.skip(found)
    return found  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def _applications(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Flask]:
    made: dict[str, Flask] = {}

    def application(url: str) -> Flask:
        if url not in made:
            made[url] = create_app(configuration_for(url, tmp_path_factory.mktemp("instance")))
        return made[url]

    return application


@pytest.fixture
def app(request: pytest.FixtureRequest, _applications: Callable[[str], Flask]) -> Iterator[Flask]:
    """Yield the application on empty tables. On PostgreSQL it is connected as a role that owns nothing."""
    database = _database(request)
    database.renew()
    application = _applications(database.url)
    application.extensions["test_database"] = database
    for known in Path(application.instance_path).glob("log_*"):
        known.unlink()  # what the machine remembered of the log of other tables
    application.extensions["log"] = replace(application.extensions["log"], memory=Memory())
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def owner_url(app: Flask) -> str:
    """Return the address of the test's database for the tables' owner (on SQLite the same one), who may change them."""
    database: Sqlite | Postgres = app.extensions["test_database"]
    database.spoiled = True
    return database.owner_url


@pytest.fixture
def empty_database(request: pytest.FixtureRequest) -> str:
    """Return the owner's address of a database without tables, for migrations."""
    return _database(request).empty()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without scripts, not signed in."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Any]:
    """Yield the database session inside an application context."""
    with app.app_context():
        yield db.session


# --- the clock and the statements


@pytest.fixture
def at() -> Iterator[Callable[[datetime], datetime]]:
    """Yield a function that lets the clock stand at an aware moment until it is called again or the test ends."""
    with contextlib.ExitStack() as stack:

        def move(moment: datetime) -> datetime:
            stack.close()
            stack.enter_context(clock.moved_to(moment))
            return moment

        yield move


@dataclass
class Counted:
    """The statements that one block sent; transactions' own words and pragmas are not counted."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many statements."""
        return len(self.statements)


@pytest.fixture
def query_counter() -> Callable[[], contextlib.AbstractContextManager[Counted]]:
    """Return a context manager: ``with query_counter() as counted: ...; assert counted.count <= 6``."""

    @contextlib.contextmanager
    def count() -> Iterator[Counted]:
        counted = Counted()

        def note(*arguments: Any) -> None:
            statement: str = arguments[2]
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")):
                counted.statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return count


# --- no way out


def _is_here(host: Any) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _no_way_out() -> Iterator[None]:
    """Forbid every connection that leaves this machine, and every mail."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        if not _is_here(host):
            raise AssertionError(f"a test tried to look up {host}")
        return look_up(host, *arguments, **named)

    def no_mail(*_: Any, **__: Any) -> None:
        raise AssertionError("a test tried to send mail")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        patch.setattr(smtplib.SMTP, "__init__", no_mail)
        yield
