"""What fails ends only itself: the clock goes on with its next task and tries again next round."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from market.base.errors import Refusal
from market.store.transaction import release

log = logging.getLogger(__name__)


@contextmanager
def surviving(task: str, failed: list[str]) -> Iterator[None]:
    """Do a task of the clock; whatever it raises is logged by its name, and the name goes into `failed`.

    A refusal is a busy database or a row that changed meanwhile; anything else is logged with its traceback. The
    connection is given back in every case.
    """
    try:
        try:
            yield
        finally:
            release()
    except Refusal as refusal:
        failed.append(task)
        log.warning("%s: refused: %s", task, refusal)
    except Exception:  # a clock that stands still is worse than a task that is missing: the next round tries again
        failed.append(task)
        log.exception("%s: failed", task)
