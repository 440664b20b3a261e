"""A range that two odd prices do not move: percentiles of marked prices for one quantity."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from market.base.money import round_half_up

FEWEST = 8
"""Below so many there is no median, range, position or distribution on any page: two offers move every percentile."""


@dataclass(frozen=True, slots=True)
class Robust:
    """How `n` marked prices for one quantity lie, in fen; None below `FEWEST` of them."""

    n: int
    median: int | None = None
    p10: int | None = None
    p25: int | None = None
    p75: int | None = None
    p90: int | None = None


def robust(sums: Sequence[int]) -> Robust:
    """The median and percentiles of sums in fen, by linear interpolation; only their number below `FEWEST`."""
    n, sums = len(sums), sorted(sums)
    if n < FEWEST:
        return Robust(n)
    return Robust(n, *(percentile(sums, percent) for percent in (50, 10, 25, 75, 90)))


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The percentile of sums in ascending order, on a straight line between neighbours; at least one sum."""
    place = Fraction((len(ordered) - 1) * percent, 100)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round_half_up(ordered[low] + (place - low) * (ordered[high] - ordered[low]))
