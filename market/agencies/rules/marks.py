"""What a marked price is: the figures an agency may mark, the bands they make, and how a mark is told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from market.agencies.rules.schedules import Schedule, schedule_lines, schedule_of
from market.base.errors import BreaksRule
from market.base.money import MAX_FEN, format_yuan
from market.base.pricing import COEFFICIENT_UNIT, MAX_QUANTITY, Band, closed, floated, narrowed, open_end, straight
from market.base.pricing.quantity import exact_decimal
from market.base.words import N_, register_sentences

WHOLE = 1000
"""100 %, in thousandths."""
HIGHEST_SHARE = 10 * WHOLE
"""A market price may be at most ten times a reference; more is taken for a typing mistake."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One amount in fen, whatever the quantity."""

    amount_fen: int


@dataclass(frozen=True, slots=True)
class PerUnit:
    """`unit_fen` for each unit of the quantity, above a basic `base_fen`; both in fen."""

    unit_fen: int
    base_fen: int = 0


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of the listed standard (or of a reference standard), in thousandths."""

    thousandths: int


@dataclass(frozen=True, slots=True)
class ByBand:
    """A share of the listed standard of its own for each of its bands, in thousandths."""

    thousandths: tuple[int, ...]


Mark = Fixed | PerUnit | Percent | ByBand | Schedule


def market_lines(mark: Fixed | PerUnit | Schedule, steps_per_unit: int, *, payer: str) -> list[Band]:
    """The bands of a free mark; refuses what `market_line` and `schedule_lines` refuse."""
    if isinstance(mark, Schedule):
        return schedule_lines(mark, steps_per_unit, payer=payer)
    return [market_line(mark, steps_per_unit, payer=payer)]


def market_line(mark: Fixed | PerUnit, steps_per_unit: int, *, payer: str) -> Band:
    """The one band of a free mark: floor 0, and the marked price is the ceiling of every later fee.

    Refuses `offer.amount_range` and `price.band_overflows`.
    """
    base, unit = (mark.amount_fen, 0) if isinstance(mark, Fixed) else (mark.base_fen, mark.unit_fen)
    if not (0 <= base <= MAX_FEN and 0 <= unit <= MAX_FEN):
        raise BreaksRule("offer.amount_range")
    line = straight(base, Fraction(unit, steps_per_unit), payer=payer)
    return floated(line, Fraction(0), Fraction(1))


def share_of_reference(reference: Sequence[Band], mark: Percent, *, payer: str) -> list[Band]:
    """The bands of a reference schedule at a share of it, floor 0: how a market price follows a freed standard.

    Refuses `offer.percent_range` beyond ten times the reference, and `price.band_overflows`.
    """
    _inside(mark.thousandths, Fraction(0), Fraction(HIGHEST_SHARE, WHOLE))
    share = Fraction(mark.thousandths, WHOLE)
    plain = [replace(band, payer=payer, coefficients=(COEFFICIENT_UNIT,)) for band in reference]
    shared = [floated(band, Fraction(0), share) for band in plain]
    last = max(band.q_to for band in shared)
    return [closed(band, min(band.q_to, open_end(band)) if band.q_to == last else band.q_to) for band in shared]


def share_range(bands: Sequence[Band], *, is_set: bool) -> tuple[Fraction, Fraction]:
    """The least and the greatest lawful share of the list's bands: 1 and 1 where the government sets the price."""
    if is_set:
        return Fraction(1), Fraction(1)
    lows = [Fraction(band.float_low, band.float_den) for band in bands]
    highs = [Fraction(band.float_high, band.float_den) for band in bands]
    return max(lows), min(highs)


def share_of_listed(bands: Sequence[Band], mark: Percent | ByBand, *, is_set: bool) -> list[Band]:
    """The list's bands with the mark as their ceiling; a price the government sets is marked at exactly 100 %.

    Refuses `offer.percent_range`, `offer.percent_rows`, and `offer.percent_too_fine` where tenths of a percent leave
    the register's range.
    """
    if isinstance(mark, Percent):
        _inside(mark.thousandths, *share_range(bands, is_set=is_set))
        parts = [mark.thousandths] * len(bands)
    else:
        parts = list(mark.thousandths)
        if len(parts) != len(bands):
            raise BreaksRule("offer.percent_rows", rows=len(bands))
        for part, band in zip(parts, bands, strict=True):
            _inside(part, *share_range([band], is_set=is_set))
    return [_ceiling(band, None if is_set else Fraction(part, WHOLE)) for band, part in zip(bands, parts, strict=True)]


def amount_of_listed(
    band: Band, mark: Fixed | PerUnit, steps_per_unit: int, shares: tuple[Fraction, Fraction]
) -> Band | None:
    """A listed price in one plain figure, marked in money to the fen; None where the price is not such a figure.

    `shares` are the least and the greatest lawful share. Refuses `offer.amount_outside`, naming both limits, and
    `offer.amount_too_fine` where a bracket reaches too far for the register to hold a share that fine.
    """
    figure = plain_figure(band, steps_per_unit)
    given = mark.amount_fen if isinstance(mark, Fixed) else mark.unit_fen
    based = isinstance(mark, PerUnit) and mark.base_fen
    if figure is None or based or isinstance(mark, Fixed) == bool(band.slope_num):
        return None
    low, high = (share * figure for share in shares)
    if not low <= given <= high:
        told = {"low": math.ceil(low), "high": math.floor(high), "given": given}
        raise BreaksRule("offer.amount_outside", **{name: format_yuan(fen) for name, fen in told.items()})
    try:
        return narrowed(band, *(given / figure).as_integer_ratio())
    except BreaksRule as refusal:
        raise BreaksRule("offer.amount_too_fine") from refusal


def plain_figure(band: Band, steps_per_unit: int) -> Fraction | None:
    """The fen (in all, or for each unit) that a listed price of one plain figure is; None when it is not one."""
    if not band.slope_num:
        return Fraction(band.y0) if band.y0 else None
    return band.slope * steps_per_unit if band.y0 == band.slope * band.q0 else None


def _ceiling(band: Band, share: Fraction | None) -> Band:
    """The band with the share as its ceiling; None keeps the list's own."""
    high = Fraction(band.float_high, band.float_den) if share is None else share
    try:
        return narrowed(band, high.numerator, high.denominator)
    except BreaksRule as refusal:
        if refusal.code == "price.band_overflows" and 100 % high.denominator:
            raise BreaksRule("offer.percent_too_fine") from refusal
        raise


def mark_of(bands: Sequence[Band], steps_per_unit: int) -> Mark:
    """The mark that made an agency's bands, for showing it and for changing it.

    A reference schedule taken at exactly 100 % in whole fen for each unit is told as the schedule that it is.
    """
    shares = [Fraction(band.float_high, band.float_den) for band in bands]
    if len(bands) == 1 and (plain := _plain_mark(bands[0], shares[0], steps_per_unit)) is not None:
        return plain
    if shares[0] == 1 and all(not band.float_low for band in bands):
        own = schedule_of(bands, steps_per_unit)
        if own is not None:
            return own
    if len(set(shares)) > 1:
        return ByBand(tuple(int(share * WHOLE) for share in shares))
    return Percent(int(shares[0] * WHOLE))


def _plain_mark(band: Band, share: Fraction, steps_per_unit: int) -> Fixed | PerUnit | None:
    if share == 1 and band.q0 == band.q_from == band.float_low == 0:
        per_unit = band.slope * steps_per_unit
        if not band.slope_num and band.q_to == MAX_QUANTITY:
            return Fixed(band.y0)
        if per_unit.denominator == 1 and band.slope_num and band.q_to == open_end(band):
            return PerUnit(int(per_unit), band.y0)
    figure = plain_figure(band, steps_per_unit)
    if WHOLE % share.denominator and figure is not None:
        amount = int(figure * share)
        return PerUnit(amount) if band.slope_num else Fixed(amount)
    return None


def mark_sentence(mark: Mark, unit: str, *, listed: bool) -> tuple[str, dict[str, object]]:
    """Code and facts of the sentence that tells a mark; `listed` when its percentage is of the list's own standard."""
    if isinstance(mark, Percent):
        percent = exact_decimal(Fraction(mark.thousandths, 10))
        return ("mark.of_listed" if listed else "mark.of_reference"), {"percent": percent}
    if isinstance(mark, ByBand):
        low, high = (exact_decimal(Fraction(part, 10)) for part in (min(mark.thousandths), max(mark.thousandths)))
        return "mark.by_band", {"low": low, "high": high}
    if isinstance(mark, Schedule):
        first = mark.steps[0]
        return "mark.schedule", {"rows": len(mark.steps), "least_fen": first.base_fen or first.unit_fen}
    if isinstance(mark, Fixed):
        return "mark.fixed", {"amount_fen": mark.amount_fen}
    facts: dict[str, object] = {"unit_fen": mark.unit_fen, "unit": unit}
    if mark.base_fen:
        return "mark.base_and_unit", facts | {"base_fen": mark.base_fen}
    return "mark.per_unit", facts


def _inside(thousandths: int, low: Fraction, high: Fraction) -> None:
    if not low <= Fraction(thousandths, WHOLE) <= high:
        raise BreaksRule("offer.percent_range", low=exact_decimal(low * 100), high=exact_decimal(high * 100))


register_sentences(
    {
        "offer.price_needed": N_("Enter a price for at least one fee item."),
        "offer.percent_range": N_(
            "A marked price may be from {low} % to {high} % of the listed standard. Enter a percentage in that range."
        ),
        "offer.percent_too_fine": N_(
            "A tenth of a percent is too fine for a price that reaches so far. Enter a whole percentage."
        ),
        "offer.percent_rows": N_("Give one percentage for each of the {rows} rows of the listed standard."),
        "offer.amount_range": N_("The amount is more than the register holds. Check the amount and its unit."),
        "offer.amount_outside": N_(
            "The price rule allows from {low} to {high}; {given} is outside it. Mark an amount inside."
        ),
        "offer.amount_too_fine": N_(
            "The price rule reaches too far for an amount to the fen. Mark a percentage of the listed standard."
        ),
        "offer.percent_only": N_(
            "The government prices “{item}”: mark a percentage of the listed standard, not an amount of your own."
        ),
        "offer.no_reference": N_("“{item}” has no reference standard to take a percentage of. Mark an amount."),
        "offer.prices_overlap": N_("One quantity, one price: this marked price covers that quantity already."),
        "offer.gap": N_("A schedule of one's own has no gap: each row begins where the one before it ends."),
        "standing.not_published": N_("A grade comes from a published evaluation and from nowhere else."),
        "offer.not_markable": N_("No agency marks a price for “{item}”: the list fixes or withholds it."),
        "mark.fixed": N_("{amount_fen} in all"),
        "mark.per_unit": N_("{unit_fen} for each {unit}"),
        "mark.base_and_unit": N_("{base_fen}, and {unit_fen} for each {unit}"),
        "mark.of_listed": N_("{percent} % of the listed standard"),
        "mark.of_reference": N_("{percent} % of the reference standard"),
        "mark.by_band": N_("{low} % to {high} % of the standard, by quantity"),
        "mark.schedule": N_("Own schedule in {rows} rows, from {least_fen}"),
    }
)
