"""Writers of a SQLite file take turns; nobody waits for himself, and who is killed keeps nobody waiting."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask

from market.store import turns
from market.store.db import db
from market.store.transaction import transaction
from market.store.turns import Turn


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "turns")


def test_who_comes_first_goes_first(file: str) -> None:
    order: list[int] = []
    holder = Turn(file)
    holder.take()

    def write(number: int) -> None:
        turn = Turn(file)
        turn.take()
        order.append(number)
        turn.close()

    waiting = [threading.Thread(target=write, args=(number,)) for number in range(5)]
    for thread in waiting:
        thread.start()
        time.sleep(0.05)
    assert order == []
    holder.give()
    for thread in waiting:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4]


def test_nobody_waits_for_himself(file: str) -> None:
    one, other = Turn(file), Turn(file)
    one.take()
    other.take()
    other.give()
    one.give()
    other.take()
    other.close()


def test_who_has_waited_too_long_goes_on_and_his_old_place_is_let_go(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SECONDS", 0.1)
    holder, late, last = Turn(file), Turn(file), Turn(file)
    holder.take()
    thread = threading.Thread(target=late.take)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    holder.give()
    monkeypatch.setattr(turns, "SECONDS", 5.0)
    last.take()
    last.give()


def test_a_killed_writer_keeps_nobody_waiting(file: str) -> None:
    code = f"from market.store.turns import Turn; import time; Turn({file!r}).take(); print('mine', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"mine\n"
        os.kill(process.pid, signal.SIGKILL)
        began = time.monotonic()
        next_one = Turn(file)
        next_one.take()
        assert time.monotonic() - began < turns.SECONDS
        next_one.close()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_transaction_waits_for_its_turn_and_passes_it_on(app: Flask) -> None:
    with app.app_context():
        holder, began = Turn(str(db.engine.url.database)), threading.Event()

    def write() -> None:
        with app.app_context(), transaction():
            began.set()

    holder.take()
    writer = threading.Thread(target=write)
    writer.start()
    assert not began.wait(0.3)
    holder.give()
    assert began.wait(5)
    writer.join(5)
    started = time.monotonic()
    holder.take()  # the writer's turn ended with his transaction, though his connection stays open in the pool
    holder.close()
    assert time.monotonic() - started < 1
