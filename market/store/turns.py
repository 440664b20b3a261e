"""Writers of a SQLite file take turns in the order in which they came.

SQLite lets a writer that finds another one at work sleep and try again, longer each time: whoever comes just then goes
first, and an unlucky one waits ten times as long as the rest (its own documentation, `sqlite3_busy_timeout`). A lock on
a file beside the database makes a queue of it: the kernel wakes who waits, about in order. It is only about order; that
one writes at a time is still SQLite's own law, also for whoever comes past this queue.
"""

import fcntl
import os
import threading
from typing import Any

from sqlalchemy import Connection

SECONDS = 10.0
"""Whoever has waited as long in the queue goes on to wait as SQLite does, and is refused in the end."""

_TURN = "turn"
_mine = threading.local()


class Turn:
    """A place in the queue of one database file, one for each connection."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._held = False
        self._open()

    def take(self) -> None:
        """Wait for the turn. A thread that has one already gets no second: it would wait for itself."""
        if self._held or getattr(_mine, "held", False):
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not self._wait():
                return
        self._held = _mine.held = True

    def give(self) -> None:
        """Let the next one begin."""
        if self._held:
            fcntl.flock(self._lock, fcntl.LOCK_UN)
            self._held = _mine.held = False

    def close(self) -> None:
        """Leave the queue; the kernel gives the turn to the next one."""
        self.give()
        os.close(self._lock)

    def _open(self) -> None:
        self._lock = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _wait(self) -> bool:
        """Whether the turn came in time. The kernel knows no time limit here, so somebody else waits for it."""
        waiter = _Waiter(self._lock)
        waiter.start()
        if waiter.in_time():
            return True
        self._open()
        return False


class _Waiter(threading.Thread):
    """Waits for the turn of a lock; given up on, it lets go of it as soon as it comes."""

    def __init__(self, lock: int) -> None:
        super().__init__(daemon=True)
        self._lock = lock
        self._came = threading.Event()
        self._deciding = threading.Lock()
        self._given_up = False

    def run(self) -> None:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        with self._deciding:
            self._came.set()
            if self._given_up:
                os.close(self._lock)

    def in_time(self) -> bool:
        self._came.wait(SECONDS)
        with self._deciding:
            self._given_up = not self._came.is_set()
            return not self._given_up


def queue_up(connection: Connection) -> None:
    """Wait for the turn of a connection that is about to write."""
    turn: Turn | None = connection.connection.record_info.get(_TURN)  # type: ignore[union-attr]
    if turn is not None:
        turn.take()


def join(connection: Any, info: dict[Any, Any]) -> None:
    """Give a new connection to a file its place in the file's queue; a database in memory has none."""
    file = next((row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main"), "")
    if file:
        info[_TURN] = Turn(f"{file}-turns")


def next_one(info: dict[Any, Any]) -> None:
    """The connection is given back: its turn is over."""
    if _TURN in info:
        info[_TURN].give()


def leave(info: dict[Any, Any]) -> None:
    """The connection is closed for good."""
    if turn := info.pop(_TURN, None):
        turn.close()
