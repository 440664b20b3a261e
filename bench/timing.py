"""How long acts take, in CPU."""

from collections.abc import Callable, Sequence
from statistics import quantiles
from typing import Any, TypeVar

from bench.databases import worked

Question = TypeVar("Question")


def timed(act: Callable[[Question], Any], questions: Sequence[Question], *, rounds: int) -> list[float]:
    """Milliseconds of CPU, our own and the database's, after one warm round: they survive a noisy neighbour."""
    taken = []
    for warm in range(rounds + 1):
        for question in questions:
            began = worked()
            act(question)
            if warm:
                taken.append((worked() - began) * 1000)
    return taken


def p95(taken: list[float]) -> float:
    """What 95 of 100 stay below."""
    return quantiles(taken, n=20)[-1]
