"""The price formula as SQL: what the ceiling of a quantity is, for ordering and counting prices where they lie.

`base.pricing.Band` says it in Python, the CHECKs of `Priced` as inequalities; a guard asks all three the same.
"""

from typing import Any

from sqlalchemy import ColumnElement, case

from market.base.money import DOWN, HALF_UP, MAX_FEN, UP
from market.base.pricing import AFTER, BEFORE, COEFFICIENT_UNIT
from market.store.functions import greatest, least


def ceiling_of(band: Any, quantity: Any, coefficient: Any) -> ColumnElement[int]:
    """The greatest lawful amount in fen of `quantity` steps at `coefficient` (1/10000), in columns of `band`.

    Nothing is refused: the quantity must lie in the band. No product leaves 64 bits where the band was proved.
    """
    rise = band.slope_num * (quantity - band.q0)
    # Both databases divide towards zero and give a rest of the sign of what was divided.
    rest = (rise % band.slope_den + band.slope_den) % band.slope_den
    whole = band.y0 + (rise - rest) // band.slope_den
    base = whole + _rounded(rest, band.slope_den, odd=whole.bitwise_and(1), mode=band.rounding)
    charged = _limited(base, band, where=BEFORE) * coefficient * band.float_high
    unit = COEFFICIENT_UNIT * band.float_den
    amount = _rounded(charged, unit, odd=(charged // unit).bitwise_and(1), mode=band.rounding)
    return _limited(amount, band, where=AFTER)


def _limited(amount: Any, band: Any, *, where: str) -> ColumnElement[int]:
    """The amount within the band's minimum and maximum, where they apply at this step."""
    low = case((band.limits == where, band.min_fen), else_=0)
    high = case((band.limits == where, band.max_fen), else_=MAX_FEN)
    return least(greatest(amount, low), high)


def _rounded(num: Any, den: Any, *, odd: Any, mode: Any) -> ColumnElement[int]:
    """num/den (never below 0) as a whole number by the rounding that `mode` names; `odd`: 1 where a half goes up."""
    # Written so that the databases, which know no common part of two expressions, work each out once.
    shift = case((mode == HALF_UP, den), (mode == DOWN, 0), (mode == UP, 2 * den - 1), else_=den - 1 + odd)
    return (2 * num + shift) // (2 * den)
