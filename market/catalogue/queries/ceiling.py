"""The price formula as SQL: what the ceiling of a quantity is, for ordering and counting prices where they lie.

`base.pricing.Band` says it in Python, the CHECKs of `Priced` as inequalities; a guard asks all three the same.
"""

from typing import Any

from sqlalchemy import ColumnElement, case

from market.base.money import DOWN, HALF_EVEN, MAX_FEN, UP
from market.base.pricing import AFTER, BEFORE, COEFFICIENT_UNIT
from market.store.functions import greatest, least


def ceiling_of(band: Any, quantity: Any, coefficient: Any) -> ColumnElement[int]:
    """The greatest lawful amount in fen of `quantity` steps at `coefficient` (1/10000), in columns of `band`.

    Nothing is refused: the quantity must lie in the band. No product leaves 64 bits where the band was proved.
    """
    base = _rounded(band.slope_num * (quantity - band.q0), band.slope_den, onto=band.y0, mode=band.rounding)
    charged = _limited(base, band, where=BEFORE) * coefficient * band.float_high
    amount = _rounded(charged, COEFFICIENT_UNIT * band.float_den, onto=0, mode=band.rounding)
    return _limited(amount, band, where=AFTER)


def _limited(amount: Any, band: Any, *, where: str) -> ColumnElement[int]:
    """The amount within the band's minimum and maximum, where they apply at this step."""
    low = case((band.limits == where, band.min_fen), else_=0)
    high = case((band.limits == where, band.max_fen), else_=MAX_FEN)
    return least(greatest(amount, low), high)


def _rounded(num: Any, den: Any, *, onto: Any, mode: Any) -> ColumnElement[int]:
    """`onto` + num/den as a whole number, by the rounding that `mode` names; `num` may be below zero."""
    # Both databases divide towards zero and give a rest of the sign of what was divided.
    rest = (num % den + den) % den
    whole = onto + (num - rest) // den
    shift = case(
        (mode == DOWN, 0), (mode == UP, 2 * den - 1), (mode == HALF_EVEN, den - 1 + whole.bitwise_and(1)), else_=den
    )
    return whole + (2 * rest + shift) // (2 * den)
