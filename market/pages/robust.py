"""A range that two odd prices do not move: percentiles of marked prices for one quantity."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from market.base.money import round_half_up

FEWEST = 8
"""Below so many marked prices there is no range to compare with: two offers move every percentile."""


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
    return Robust(n, sums[0], sums[-1], *(_quantile(sums, part) for part in (50, 10, 25, 75, 90)))


def _quantile(sums: Sequence[int], part: int) -> int:
    place = Fraction((len(sums) - 1) * part, 100)
    low = int(place)
    high = min(low + 1, len(sums) - 1)
    return round_half_up(sums[low] + (place - low) * (sums[high] - sums[low]))
