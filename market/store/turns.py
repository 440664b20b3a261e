"""One writer at a time on SQLite, and nobody is passed over for long.

SQLite lets writers wait by sleeping and trying again: of four busy ones, one goes on at full speed while another waits
for seconds. Here a writer first takes the door, waits there for the seat, and leaves the door to the next when it has
the seat. Whoever leaves the seat and comes back finds somebody at the door. The locks are the kernel's: they end with
the process that held them.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_mine = threading.local()


@contextmanager
def turn(database: str) -> Iterator[None]:
    """Hold the one seat of writers of the SQLite file `database`; inside a turn of this thread, another is nothing."""
    if getattr(_mine, "turn", False):
        yield
        return
    door = _taken(f"{database}-door")
    try:
        seat = _taken(f"{database}-seat")
    finally:
        os.close(door)
    _mine.turn = True
    try:
        yield
    finally:
        _mine.turn = False
        os.close(seat)


def _taken(name: str) -> int:
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
