"""Writers of a SQLite file take turns in the order in which they came.

SQLite lets a writer that finds another one at work sleep and try again, longer each time: whoever comes just then goes
first, and an unlucky one waits ten times as long as the rest (its own documentation, `sqlite3_busy_timeout`). Locks on
two files beside the database make a queue of it. It is only about order; that one writes at a time is still SQLite's
own law, also for whoever comes past this queue.
"""

import fcntl
import os
import threading
import time
from typing import Any

from sqlalchemy import Connection

SECONDS = 10.0
"""Whoever has waited as long in the queue goes on to wait as SQLite does, and is refused in the end."""

_TURN = "turn"
_mine = threading.local()


class Turn:
    """A place in the queue of one database file, one for each connection.

    Who comes first waits at the door, there for the seat, and leaves the door to the next one when he has the seat. So
    whoever leaves the seat and comes back at once finds somebody at the door, and cannot slip past him.
    """

    def __init__(self, file: str) -> None:
        self._door, self._seat = _Lock(f"{file}-door"), _Lock(f"{file}-seat")
        self._held = False

    def take(self) -> None:
        """Wait for the turn. A thread that has one already gets no second: it would wait for itself."""
        mine: Turn | None = getattr(_mine, "turn", None)
        if self._held or (mine is not None and mine._held):
            return
        until = time.monotonic() + SECONDS
        if self._door.take(until):
            self._held = self._seat.take(until)
            self._door.give()
            _mine.turn = self

    def give(self) -> None:
        """Let the next one begin."""
        if self._held:
            self._seat.give()
            self._held = False

    def close(self) -> None:
        """Leave the queue."""
        self.give()
        self._door.close()
        self._seat.close()


class _Lock:
    """A file that one at a time may hold; the kernel lets go of it for whoever was killed."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open()

    def take(self, until: float) -> bool:
        """Whether it came in time. The kernel knows no limit of time: where it is held, somebody else waits for it."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiter = _Waiter(self._handle)
            waiter.start()
            if not waiter.in_time(until):
                self._open()  # the old handle belongs to the waiter now
                return False
        return True

    def give(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._handle)

    def _open(self) -> None:
        self._handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)


class _Waiter(threading.Thread):
    """Waits for a lock; given up on, it lets go of it as soon as it comes."""

    def __init__(self, handle: int) -> None:
        super().__init__(daemon=True)
        self._handle = handle
        self._came = threading.Event()
        self._deciding = threading.Lock()
        self._given_up = False

    def run(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        with self._deciding:
            self._came.set()
            if self._given_up:
                os.close(self._handle)

    def in_time(self, until: float) -> bool:
        self._came.wait(max(0.0, until - time.monotonic()))
        with self._deciding:
            self._given_up = not self._came.is_set()
            return not self._given_up


def queue_up(connection: Connection) -> None:
    """Wait for the turn of a connection that is about to write."""
    turn: Turn | None = connection.info.get(_TURN)
    if turn is not None:
        turn.take()


def join(connection: Any, info: dict[Any, Any]) -> None:
    """Give a new connection to a file its place in the file's queue; a database in memory has none."""
    file = next((row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main"), "")
    if file:
        info[_TURN] = Turn(file)


def next_one(info: dict[Any, Any]) -> None:
    """The connection is given back: its turn is over."""
    if _TURN in info:
        info[_TURN].give()


def leave(info: dict[Any, Any]) -> None:
    """The connection is closed for good."""
    if turn := info.pop(_TURN, None):
        turn.close()
