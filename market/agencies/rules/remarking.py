"""The nearest lawful mark under the rule of another edition, for marking again by one click."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from market.agencies.rules.marks import HIGHEST_SHARE, WHOLE, ByBand, Mark, Percent, mark_of
from market.agencies.rules.schedules import schedule_of
from market.base.errors import BreaksRule
from market.base.pricing import Band, closed, floated, open_end


@dataclass(frozen=True, slots=True)
class NewRule:
    """What the fee item allows now: the least and greatest share of a listed price, or a free market price."""

    shares: tuple[Fraction, Fraction] | None
    has_reference: bool
    same_unit: bool
    steps_per_unit: int


def nearest_mark(bands: Sequence[Band], mark: Mark, rule: NewRule) -> Mark | None:
    """The lawful mark that changes an old one (made of `bands`) least; None where only its agency can say.

    Under a listed price, the same percentage drawn into the range, and 100 % where the old price was of another kind.
    Under a market price, the same figures; a percentage becomes a schedule of the figures that it came to.
    """
    if rule.shares is not None:
        low, high = (math.ceil(rule.shares[0] * WHOLE), math.floor(rule.shares[1] * WHOLE))
        if low > high:
            return None
        share = WHOLE
        if isinstance(mark, Percent):
            share = mark.thousandths
        elif isinstance(mark, ByBand):
            share = max(mark.thousandths)
        return Percent(min(max(share, low), high))
    if isinstance(mark, Percent) and rule.has_reference and mark.thousandths <= HIGHEST_SHARE:
        return mark
    if not rule.same_unit:
        return None
    if not isinstance(mark, (Percent, ByBand)):
        return mark
    return _as_figures(bands, rule.steps_per_unit)


def _as_figures(bands: Sequence[Band], steps_per_unit: int) -> Mark | None:
    """What a share of a standard comes to, in whole fen, as a free mark."""
    try:
        lines = [_multiplied(band) for band in bands]
    except BreaksRule:
        return None
    if any(line is None for line in lines):
        return None
    known = [line for line in lines if line is not None]
    own = schedule_of(known, steps_per_unit)
    if own is None:
        return None
    return own if len(own.steps) > 1 else mark_of(known, steps_per_unit)


def _multiplied(band: Band) -> Band | None:
    share = Fraction(band.float_high, band.float_den)
    base, slope = band.y0 * share, band.slope * share
    if base.denominator != 1 or band.min_fen or not band.base_known:
        return None
    line = Band(
        payer=band.payer, q_from=band.q_from, q0=band.q0 if slope else 0, y0=int(base),
        slope_num=slope.numerator, slope_den=slope.denominator,
    )  # fmt: skip
    free = floated(line, Fraction(0), Fraction(1))
    return closed(free, None if band.q_to == open_end(band) else band.q_to)
