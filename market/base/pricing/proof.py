"""What can be proved of a rule as a whole: its joints, whether it ever falls, and its curve for a chart."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from market.base.pricing.band import APPLICANT, COEFFICIENT_UNIT, Band, open_end
from market.base.pricing.item import PricedItem

_BEYOND = Fraction(3, 2)
_ALONE = 100
"""How far a chart goes past the last printed limit, and how many units it shows where none is printed."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Where two brackets meet: the exact fee (fen, before float and coefficient) at `q` by each, and the step between.

    The lower bracket rules at `q` itself; a `jump_fen` of 0 means that the rule is continuous there.
    """

    q: int
    left_fen: int | Fraction
    right_fen: int | Fraction
    jump_fen: int | Fraction

    @property
    def continuous(self) -> bool:
        """Whether the fee does not jump."""
        return self.jump_fen == 0


def joints(item: PricedItem) -> tuple[Joint, ...]:
    """Every joint of two brackets that the applicant pays by, in ascending order."""
    return tuple(_joint(left, right) for left, right in pairwise(_mine(item)) if left.q_to == right.q_from)


def is_monotone(item: PricedItem) -> bool:
    """Whether more quantity never costs less, over all brackets."""
    rises = all(band.slope_num >= 0 for band in item.bands)
    return rises and all(_joint(left, right).jump_fen >= 0 for left, right in pairwise(_mine(item)))


def curve(item: PricedItem, points: int = 60) -> list[tuple[int, int, int]]:
    """About `points` quantities (steps) with floor and ceiling in fen, every bracket from its first to its last step.

    An open last bracket is drawn a little past the last printed limit. The coefficient is 1, or the least lawful one.
    """
    bands = _mine(item)
    each = max(2, points // max(1, len(bands)))
    return [_at(band, q) for band, last in _shown(item, bands) for q in _spread(band.q_from + 1, last, each)]


def _mine(item: PricedItem) -> list[Band]:
    return sorted((band for band in item.bands if band.payer == APPLICANT), key=lambda band: band.q_to)


def _joint(left: Band, right: Band) -> Joint:
    # A first published point has its fee at the point itself, and its band begins one step before it.
    q = right.q0 if right.q0 == right.q_from + 1 else right.q_from
    before, after = _fee(left, q if q - left.q_to == 1 else left.q_to), _fee(right, q)
    return Joint(q, _plain(before), _plain(after), _plain(after - before))


def _fee(band: Band, q: int) -> Fraction:
    return min(max(band.y0 + band.slope * (q - band.q0), Fraction(band.min_fen)), Fraction(band.max_fen))


def _plain(fen: Fraction) -> int | Fraction:
    return int(fen) if fen.denominator == 1 else fen


def _shown(item: PricedItem, bands: list[Band]) -> Iterator[tuple[Band, int]]:
    for band in bands:
        last = band.q_to
        if band is bands[-1] and last >= open_end(band):
            sensible = int(band.q_from * _BEYOND) if band.q_from else _ALONE * item.steps_per_unit
            last = min(last, max(sensible, band.q_from + 1))
        yield band, last


def _spread(first: int, last: int, count: int) -> list[int]:
    return sorted({first + (last - first) * k // (count - 1) for k in range(count)})


def _at(band: Band, q: int) -> tuple[int, int, int]:
    lawful = band.coefficients
    coefficient = COEFFICIENT_UNIT if COEFFICIENT_UNIT in lawful else min(lawful)
    base = band.charge_base(band.base(q))
    return q, band.amount(base, coefficient, band.float_low), band.amount(base, coefficient, band.float_high)
