"""An agency's coming evaluation: what its ratings of the year make by the scheme, and what the next grade takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from market.evaluation.rules import HIGHEST_LEVEL, Result, SchemeRules, score
from market.pages.queries.my_agency import Rated


@dataclass(frozen=True, slots=True)
class Part:
    """What a factor gives and what it leaves lying, in thousandths of a point; the mean in thousandths of a level."""

    factor: str
    weight: int
    mean_milli: int
    given_milli: int
    lost_milli: int


@dataclass(frozen=True, slots=True)
class Coming:
    """The result so far, the next better grade and the points to it (None at the best, or without a score), the parts.

    The parts are in the order of what they leave lying, the most first.
    """

    result: Result
    fewest: int
    next_grade: str | None
    gap_milli: int | None
    parts: Sequence[Part]


def coming(rated: Sequence[Rated], scheme: SchemeRules) -> Coming:
    """The coming evaluation as it would be if the year ended now."""
    result = score([one.levels for one in rated], scheme)
    if result.score_milli is None:
        return Coming(result, scheme.fewest_ratings, None, None, ())
    reached = result.score_milli
    better = [(lowest, grade) for grade, lowest in scheme.grades if lowest > reached]
    lowest, grade = min(better) if better else (None, None)
    parts = [_part(factor, weight, rated) for factor, weight in scheme.weights.items()]
    parts.sort(key=lambda part: -part.lost_milli)
    return Coming(result, scheme.fewest_ratings, grade, None if lowest is None else lowest - reached, parts)


def _part(factor: str, weight: int, rated: Sequence[Rated]) -> Part:
    n, total = len(rated), sum(one.levels[factor] for one in rated)
    # Half up, as the published sheet rounds.
    given = (2 * weight * total * 100 + n * HIGHEST_LEVEL) // (2 * n * HIGHEST_LEVEL)
    return Part(factor, weight, (2000 * total + n) // (2 * n), given, weight * 100 - given)
