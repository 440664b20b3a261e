"""How long acts take, in CPU, at the speed that this machine has when nobody else is using it."""

import time
from collections.abc import Callable, Sequence
from statistics import quantiles
from typing import Any, TypeVar

from bench.databases import worked

Question = TypeVar("Question")
_LOOP = range(20_000)
_quickest = float("inf")


def timed(act: Callable[[Question], Any], questions: Sequence[Question], *, rounds: int) -> list[float]:
    """Milliseconds of CPU, our own and the database's, after one warm round.

    A shared machine gives a process less in a second of CPU when its neighbours are busy, at times half. So a fixed
    loop runs before and after each act, and the act's time is divided by how much slower the loop was than at its best.
    """
    taken = []
    for warm in range(rounds + 1):
        for question in questions:
            before, began = _loop(), worked()
            act(question)
            spent = worked() - began
            if warm:
                taken.append((spent, (before + _loop()) / 2))
    return [spent * 1000 / max(1.0, loop / _quickest) for spent, loop in taken]


def p95(taken: list[float]) -> float:
    """What 95 of 100 stay below."""
    return quantiles(taken, n=20)[-1]


def _loop() -> float:
    """Seconds of CPU that a fixed piece of work takes just now."""
    global _quickest
    began = time.process_time()
    sum(_LOOP)
    spent = time.process_time() - began
    _quickest = min(_quickest, spent)
    return spent
