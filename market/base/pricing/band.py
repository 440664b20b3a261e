"""A band: one straight piece of a published price over an interval of quantity, in integers only.

Every kind of published price is a list of bands: fixed (slope 0), per unit (through zero), percentage (the quantity is
the basis), progressive (差额累进) and interpolated (直线内插). The same integers are database columns, so that the
database computes the same floor and ceiling; `prove` shows that no intermediate product leaves 64 bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm

from market.base.errors import BreaksRule
from market.base.money import HALF_UP, MAX_FEN, ROUNDINGS, UP, Fen, rounded
from market.base.pricing.quantity import MAX_QUANTITY
from market.base.words import N_, register_labels, register_sentences

APPLICANT = "applicant"
AUTHORITY = "authority"
BEFORE = "before"
AFTER = "after"
COEFFICIENT_UNIT = 10_000
"""A coefficient of 1.0; coefficients are kept in ten-thousandths."""

_SAFE = 2**62

register_sentences(
    {
        "price.band_overflows": N_(
            "The price for quantities up to {highest} is too large or too finely divided for the register. "
            "Split the bracket, or state its upper end."
        ),
        "price.band_malformed": N_("The price bracket contradicts itself ({what}). Correct it at its source."),
        "price.mark_above_ceiling": N_(
            "The marked price is above the ceiling of the published price. Mark the ceiling or less."
        ),
        "price.mark_below_floor": N_(
            "The marked price is below the floor of the published price. Mark the floor or more."
        ),
    }
)
register_labels(
    {
        "payer.applicant": N_("Paid by the applicant"),
        "payer.authority": N_("Paid by the authority"),
        "limits.before": N_("Minimum and maximum apply before the coefficient"),
        "limits.after": N_("Minimum and maximum apply after the coefficient"),
        "rounding.half_up": N_("Rounded half up to the fen"),
        "rounding.half_even": N_("Rounded half to even to the fen (GB/T 8170)"),
        "rounding.down": N_("Rounded down to the fen"),
        "rounding.up": N_("Rounded up to the fen"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A straight line of price over quantities above `q_from` up to and including `q_to` (in steps).

    Base: `y0` fen at `q0`, rising by slope_num/slope_den fen a step, rounded to the fen by `rounding`. The lawful
    amount is base x coefficient x [float_low/float_den .. float_high/float_den], rounded once more in the same way and
    kept within min_fen..max_fen either `before` or `after` the coefficient. `base_known` is false where the document
    prints only a range or a ceiling: the line is then the upper figure and no single base price exists.
    """

    payer: str = APPLICANT
    q_from: int = 0
    q_to: int = MAX_QUANTITY
    q0: int = 0
    y0: Fen = 0
    slope_num: int = 0
    slope_den: int = 1
    float_low: int = 1
    float_high: int = 1
    float_den: int = 1
    min_fen: Fen = 0
    max_fen: Fen = MAX_FEN
    limits: str = AFTER
    rounding: str = HALF_UP
    coefficients: tuple[int, ...] = (COEFFICIENT_UNIT,)
    base_known: bool = True

    @property
    def slope(self) -> Fraction:
        """Fen a step."""
        return Fraction(self.slope_num, self.slope_den)

    def base(self, q: int) -> Fen:
        """The base line at `q` steps, rounded to the fen."""
        den = self.slope_den
        return rounded(self.y0 * den + self.slope_num * (q - self.q0), den, self.rounding)

    def charge_base(self, base: Fen) -> Fen:
        """The base as it enters the coefficient: kept within the limits where they apply before it."""
        return self._clip(base) if self.limits == BEFORE else base

    def amount(self, charge_base: Fen, coefficient: int, float_part: int) -> Fen:
        """Base x coefficient x float_part/float_den, rounded, within the limits where they apply after."""
        amount = rounded(charge_base * coefficient * float_part, COEFFICIENT_UNIT * self.float_den, self.rounding)
        return self._clip(amount) if self.limits == AFTER else amount

    def _clip(self, amount: Fen) -> Fen:
        return min(max(amount, self.min_fen), self.max_fen)


def straight(y0: Fen, slope: Fraction, *, payer: str = APPLICANT, q_to: int | None = None) -> Band:
    """A whole price in one band: `y0` fen plus `slope` fen a step, up to `q_to` (None: as far as is safe).

    `straight(52000_00, Fraction(0))` is a fixed price; `straight(0, Fraction(136, 1000))` is 1.36 yuan a unit of 1000
    steps. Refuses `price.band_overflows`, `price.band_malformed`.
    """
    band = Band(payer=payer, y0=y0, slope_num=slope.numerator, slope_den=slope.denominator)
    return closed(band, q_to)


def closed(band: Band, q_to: int | None) -> Band:
    """The band ending at `q_to`, or where it is open (None) at the greatest safe quantity; proved either way."""
    band = replace(band, q_to=open_end(band) if q_to is None else q_to)
    prove(band)
    return band


def prove(band: Band) -> None:
    """Show that the band is well formed and that no product of its arithmetic reaches 2**62.

    Refuses `price.band_malformed` and `price.band_overflows`.
    """
    for what, wrong in _contradictions(band):
        if wrong:
            raise BreaksRule("price.band_malformed", what=what)
    if not _fits(band, band.q_to):
        raise BreaksRule("price.band_overflows", highest=band.q_to)


def open_end(band: Band) -> int:
    """The greatest quantity (at most MAX_QUANTITY) up to which an open bracket's arithmetic is safe.

    Refuses `price.band_overflows` where not even the first step is.
    """
    if _fits(band, MAX_QUANTITY):
        return MAX_QUANTITY
    low, high = band.q_from, MAX_QUANTITY
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fits(band, middle) else (low, middle)
    if low == band.q_from:
        raise BreaksRule("price.band_overflows", highest=MAX_QUANTITY)
    return low


def _contradictions(band: Band) -> tuple[tuple[str, bool], ...]:
    return (
        ("payer", band.payer not in (APPLICANT, AUTHORITY)),
        ("limits", band.limits not in (BEFORE, AFTER)),
        ("rounding", band.rounding not in ROUNDINGS),
        ("q_from < q_to", not 0 <= band.q_from < band.q_to <= MAX_QUANTITY),
        ("slope", band.slope_den < 1 or gcd(band.slope_num, band.slope_den) != 1),
        ("float", band.float_den < 1 or not 0 <= band.float_low <= band.float_high),
        ("min <= max", not 0 <= band.min_fen <= band.max_fen <= MAX_FEN),
        ("coefficients", not band.coefficients or min(band.coefficients) < 1),
    )


def _fits(band: Band, q_to: int) -> bool:
    ends = (band.base(band.q_from + 1), band.base(q_to))
    if min(ends) < 0 or max(ends) > MAX_FEN or not 0 <= band.y0 <= MAX_FEN:
        return False
    reach = max(abs(band.q_from - band.q0), abs(q_to - band.q0))
    highest, most = max(band.coefficients), max(band.charge_base(end) for end in ends)
    product = 2 * most * highest * band.float_high
    den = COEFFICIENT_UNIT * band.float_den
    # Rounded up, whatever the mode: no mode gives more. Each CHECK compares products that differ by two units at most.
    amount = max(band.min_fen, rounded(product, 2 * den, UP))
    return (
        amount <= MAX_FEN
        and 2 * max(den, band.slope_den) < _SAFE
        and product < _SAFE
        and 2 * amount * den < _SAFE
        and 2 * abs(band.slope_num) * reach < _SAFE
        and 2 * max(abs(end - band.y0) for end in ends) * band.slope_den < _SAFE
    )


def floated(band: Band, low: Fraction, high: Fraction) -> Band:
    """The same line with the lawful float set to `low` .. `high`; not proved."""
    den = lcm(low.denominator, high.denominator)
    return replace(band, float_low=int(low * den), float_high=int(high * den), float_den=den)


def scaled(bands: Sequence[Band], percent_num: int, percent_den: int = 1) -> tuple[Band, ...]:
    """The bands at percent_num/percent_den per cent of their price: an agency's mark on a schedule.

    The line stays the published one; the percentage multiplies both ends of the float, so that no rounding is added.
    An upper end that was open is drawn in as far as is safe. Refuses `price.band_overflows`, `price.band_malformed`.
    """
    if percent_den < 1 or percent_num < 0:
        raise BreaksRule("price.band_malformed", what="percent")
    share = Fraction(percent_num, percent_den * 100)
    last = max(band.q_to for band in bands)
    marked = [
        floated(
            band, Fraction(band.float_low, band.float_den) * share, Fraction(band.float_high, band.float_den) * share
        )
        for band in bands
    ]
    return tuple(closed(band, min(band.q_to, open_end(band)) if band.q_to == last else band.q_to) for band in marked)


def narrowed(band: Band, float_high_num: int, float_high_den: int) -> Band:
    """The same line and floor with a lower ceiling, base x float_high_num/float_high_den: a mark inside a guided price.

    Refuses `price.mark_above_ceiling`, `price.mark_below_floor`, `price.band_overflows`.
    """
    if float_high_den < 1:
        raise BreaksRule("price.band_malformed", what="float")
    low, high = Fraction(band.float_low, band.float_den), Fraction(float_high_num, float_high_den)
    if high > Fraction(band.float_high, band.float_den):
        raise BreaksRule("price.mark_above_ceiling")
    if high < low:
        raise BreaksRule("price.mark_below_floor")
    return closed(floated(band, low, high), band.q_to)
