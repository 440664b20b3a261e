"""A range that two odd prices do not move: percentiles of marked prices for one quantity."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from market.base.money import round_half_up

FEWEST = 8
"""Below so many there is no median, range, position or distribution on any page: two offers move every percentile."""


@dataclass(frozen=True, slots=True)
class Robust:
    """How `n` marked prices for one quantity lie, in fen; the percentiles are None below `FEWEST` of them.

    `lowest` and `highest` are facts and no comparison, so one price is enough for them.
    """

    n: int
    lowest: int | None = None
    highest: int | None = None
    median: int | None = None
    p10: int | None = None
    p25: int | None = None
    p75: int | None = None
    p90: int | None = None


def robust(sums: Sequence[int]) -> Robust:
    """The median and percentiles of sums in fen, by linear interpolation; only number and ends below `FEWEST`."""
    n, sums = len(sums), sorted(sums)
    if not n:
        return Robust(n)
    if n < FEWEST:
        return Robust(n, sums[0], sums[-1])
    return Robust(n, sums[0], sums[-1], *(percentile(sums, percent) for percent in (50, 10, 25, 75, 90)))


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The percentile of sums in ascending order, on a straight line between neighbours; at least one sum."""
    place = Fraction((len(ordered) - 1) * percent, 100)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round_half_up(ordered[low] + (place - low) * (ordered[high] - ordered[low]))
