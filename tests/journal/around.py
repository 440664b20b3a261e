"""What tests of the log share: acts, a sealed log, a mirror of its files, the verifier's own words."""

import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from market.base.people import Actor, Role
from market.jobs.log import seal_log
from market.journal import outside, queries
from market.journal.actions import record
from market.journal.guarding import Log
from market.journal.rules import tiles
from market.journal.rules.note import WITNESS, Signer
from market.store.transaction import transaction

ACTOR = Actor(7, Role.AGENCY, 3)
PROGRAMS = Path(outside.__path__[0])


def act(count: int, obj: str = "thing/1") -> None:
    """Record so many acts on an object, in one transaction."""
    with transaction() as now:
        for _ in range(count):
            record("thing.change", obj, actor=ACTOR, payload={"some": "thing"}, now=now)


def sealed(site: Log, *counts: int) -> int:
    """Record and number batches of acts; how many entries there are then."""
    for count in counts:
        act(count)
        seal_log(site)
    return queries.entries()


def site_of(app: Flask) -> Log:
    """Return the log of the application."""
    found: Log = app.extensions["log"]
    return found


def mirror(client: FlaskClient, folder: Path) -> Path:
    """Fetch every file of the log into a folder, as an outsider does."""
    size = int(client.get("/log/checkpoint").text.split("\n")[1])
    names = ["checkpoint", "key", "witnesses"]
    names += [f"tile/entries/{name}" for name in _numbers(size)]
    level, width = 0, size
    while width:
        names += [f"tile/{level}/{name}" for name in _numbers(width)]
        level, width = level + 1, width // tiles.WIDTH
    for name in names:
        answer = client.get(f"/log/{name}")
        assert answer.status_code == 200, name
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(answer.data)
    return folder


def _numbers(width: int) -> Iterator[str]:
    for first in range(0, width, tiles.WIDTH):
        yield tiles.written(first // tiles.WIDTH, min(tiles.WIDTH, width - first))


def program(name: str) -> ModuleType:
    """Load a program for outsiders as a module."""
    spec = importlib.util.spec_from_file_location(name, PROGRAMS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER, WITNESS_PROGRAM = program("verify_log"), program("witness")
WITNESS_KEY = Signer("witness.example/w1", WITNESS, bytes(range(32)))


class Verifying:
    """Runs verify_log.py in this process; `said` is what it printed last, `complained` what on stderr."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], memory: Path) -> None:
        self._patch, self._out, self._memory, self.said = monkeypatch, capsys, memory, ""
        self.complained = ""

    def __call__(self, where: Path | str, *arguments: str) -> int:
        """Verify, and return the exit code."""
        line = ["verify_log.py", str(where), "--memory", str(self._memory), *arguments]
        self._patch.setattr(sys, "argv", line)
        code: int = VERIFIER.main()
        self.said, self.complained = self._out.readouterr()
        return code

    def forget(self) -> None:
        """Verify the next time as somebody who comes for the first time."""
        self._memory.unlink(missing_ok=True)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on this machine; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
