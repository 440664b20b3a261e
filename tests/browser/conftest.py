"""A served site with a city in it, and real Chromium in front of it.

The city is small (tests/browser/city.py), built once per run and copied for each file of tests. The server runs in this
process: a test may look into its database with ``with live_server.app.app_context()``. The served site's clock stands:
at the city's MORNING, until a test sets ``live_server.time.moment``. (`at` moves the clock of the test's thread only.)
"""

import fcntl
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from market.app import create_app
from market.base import clock
from market.store.db import db
from tests.browser.city import MORNING, build
from tests.databases import configuration_for

CHROMIUM = Path(os.environ.get("MARKET_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOCALES = {"zh": "zh-CN", "en": "en-GB"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that takes a page as a browser test."""
    for item in items:
        if "_chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


# --- the served site


@dataclass
class StandingClock:
    """The served site's time: every request is answered at `moment`."""

    moment: datetime = MORNING

    def stands(self) -> AbstractContextManager[object]:
        """The test's own thread at the site's time, for what the clock starts there."""
        return clock.moved_to(self.moment)

    def around(self, application: Flask) -> Callable[..., Any]:
        """The application with this clock."""

        def answer(environ: Any, start_response: Any) -> Any:
            with clock.moved_to(self.moment):
                return application(environ, start_response)

        return answer


@dataclass(frozen=True)
class LiveServer:
    """The address of the served site, without a slash at the end, the application that serves it, and its time."""

    url: str
    app: Flask
    time: StandingClock


@pytest.fixture(scope="session")
def city() -> Callable[[Flask], None]:
    """Return what fills an empty site."""
    return build


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory, city: Callable[[Flask], None]) -> Iterator[LiveServer]:
    """Serve a copy of the city on a free port of this machine, a fresh one for each file of tests."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "city"
    with _only_one(shared.with_suffix(".lock")):
        if not shared.exists():
            _build(shared, city)
    here = tmp_path_factory.mktemp("site") / "copy"
    shutil.copytree(shared, here)
    app, time = _application(here), StandingClock()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, time.around(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveServer(f"http://127.0.0.1:{server.server_port}", app, time)
    server.shutdown()
    thread.join()
    server.server_close()
    _let_go(app)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _application(folder: Path) -> Flask:
    return create_app(configuration_for(f"sqlite:///{folder / 'market.sqlite'}", folder))


def _build(folder: Path, city: Callable[[Flask], None]) -> None:
    # Built beside and renamed, so that a build that failed is not taken for a city.
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    app = _application(unfinished)
    city(app)
    _let_go(app)
    unfinished.rename(folder)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


# --- the browser


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"#### NO BROWSER TESTS: {CHROMIUM} is not there; apt-get install chromium fonts-noto-cjk ####")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(_chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Yield ``open_page(width=1280, language="zh", scripts=True)``: a new visitor's page; addresses begin with "/".

    The test fails at its end when a page had a script error or broke the content security policy.
    """
    contexts: list[Any] = []
    trouble: list[str] = []

    def note(message: Any) -> None:
        # Chromium also reports every 4xx answer here; those are the tests' own business.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            trouble.append(message.text)

    def open_one(*, width: int = 1280, language: str = "zh", scripts: bool = True) -> Page:
        context = _chromium.new_context(
            base_url=live_server.url,
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "lang", "value": language, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not trouble


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Return one visitor's page on a desk, in Chinese."""
    return open_page()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return a check that the page shown breaks no rule of accessibility."""

    def check(page: Page) -> None:
        result = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
        broken = [
            f"{rule['id']}: {rule['help']}\n"
            + "\n".join(f"    {node['target']} {node['html']}" for node in rule["nodes"])
            for rule in result.response["violations"]
        ]
        if broken:
            pytest.fail(f"{page.url}\n" + "\n".join(broken), pytrace=False)

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """Return a check that the page shown does not scroll sideways."""

    def check(page: Page) -> None:
        width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert width <= room, f"{page.url} is {width} px wide in {room} px"

    return check
