"""What a marked price is: the figures an agency may mark, the bands they make, and how a mark is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.money import MAX_FEN
from market.base.pricing import COEFFICIENT_UNIT, MAX_QUANTITY, Band, closed, floated, narrowed, open_end, straight
from market.base.pricing.quantity import exact_decimal
from market.base.words import N_, register_labels, register_sentences


class OfferState(StrEnum):
    """A marked price holds until it is withdrawn; it is never edited."""

    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


OFFER = Lifecycle("offer", tuple(OfferState), (Move("withdraw", (OfferState.IN_FORCE,), OfferState.WITHDRAWN),))

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


Mark = Fixed | PerUnit | Percent


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
    _inside(mark, Fraction(0), Fraction(HIGHEST_SHARE, WHOLE))
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


def share_of_listed(bands: Sequence[Band], mark: Percent, *, is_set: bool) -> list[Band]:
    """The list's bands with the mark as their ceiling; a price the government sets is marked at exactly 100 %.

    Refuses `offer.percent_range`, and `offer.percent_too_fine` where tenths of a percent leave the register's range.
    """
    _inside(mark, *share_range(bands, is_set=is_set))
    share = Fraction(mark.thousandths, WHOLE)
    highs = [Fraction(band.float_high, band.float_den) if is_set else share for band in bands]
    try:
        return [narrowed(band, high.numerator, high.denominator) for band, high in zip(bands, highs, strict=True)]
    except BreaksRule as refusal:
        if refusal.code == "price.band_overflows" and mark.thousandths % 10:
            raise BreaksRule("offer.percent_too_fine") from refusal
        raise


def mark_of(bands: Sequence[Band], steps_per_unit: int) -> Mark:
    """The mark that made an agency's bands, for showing it and for changing it."""
    first = bands[0]
    share = Fraction(first.float_high, first.float_den)
    per_unit = first.slope * steps_per_unit
    if len(bands) == 1 and share == 1 and first.q0 == first.q_from == first.float_low == 0:
        if not first.slope_num and first.q_to == MAX_QUANTITY:
            return Fixed(first.y0)
        if per_unit.denominator == 1 and first.slope_num:
            return PerUnit(int(per_unit), first.y0)
    return Percent(int(share * WHOLE))


def mark_sentence(mark: Mark, unit: str, *, listed: bool) -> tuple[str, dict[str, object]]:
    """Code and facts of the sentence that tells a mark; `listed` when its percentage is of the list's own standard."""
    if isinstance(mark, Percent):
        percent = exact_decimal(Fraction(mark.thousandths, 10))
        return ("mark.of_listed" if listed else "mark.of_reference"), {"percent": percent}
    if isinstance(mark, Fixed):
        return "mark.fixed", {"amount_fen": mark.amount_fen}
    facts: dict[str, object] = {"unit_fen": mark.unit_fen, "unit": unit}
    if mark.base_fen:
        return "mark.base_and_unit", facts | {"base_fen": mark.base_fen}
    return "mark.per_unit", facts


def _inside(mark: Percent, low: Fraction, high: Fraction) -> None:
    if not low <= Fraction(mark.thousandths, WHOLE) <= high:
        raise BreaksRule("offer.percent_range", low=exact_decimal(low * 100), high=exact_decimal(high * 100))


register_labels(
    {
        "offer.in_force": N_("In force"),
        "offer.withdrawn": N_("Withdrawn"),
    }
)
register_sentences(
    {
        "offer.not_found": N_("There is no such marked price, or it is not yours."),
        "offer.agency_not_admitted": N_("Only an admitted agency can mark prices. Finish the registration first."),
        "offer.edition_not_published": N_("Prices can be marked only against a published edition of the list."),
        "offer.not_in_force": N_(
            "That edition of the list is no longer in force. Mark your price against the one in force."
        ),
        "offer.days_beyond_limit": N_(
            "The list allows at most {limit} working days; you promised {days}. Promise fewer days."
        ),
        "offer.days_range": N_("Promise between 1 and 730 working days."),
        "offer.price_needed": N_("Enter a price for at least one fee item."),
        "offer.percent_range": N_(
            "A marked price may be from {low} % to {high} % of the listed standard. Enter a percentage in that range."
        ),
        "offer.percent_too_fine": N_(
            "A tenth of a percent is too fine for a price that reaches so far. Enter a whole percentage."
        ),
        "offer.amount_range": N_("The amount is more than the register holds. Check the amount and its unit."),
        "offer.percent_only": N_(
            "The government prices “{item}”: mark a percentage of the listed standard, not an amount of your own."
        ),
        "offer.no_reference": N_("“{item}” has no reference standard to take a percentage of. Mark an amount."),
        "offer.prices_overlap": N_("One quantity, one price: this marked price covers that quantity already."),
        "standing.not_published": N_("A grade comes from a published evaluation and from nowhere else."),
        "offer.not_markable": N_("No agency marks a price for “{item}”: the list fixes or withholds it."),
        "mark.fixed": N_("{amount_fen} in all"),
        "mark.per_unit": N_("{unit_fen} for each {unit}"),
        "mark.base_and_unit": N_("{base_fen}, and {unit_fen} for each {unit}"),
        "mark.of_listed": N_("{percent} % of the listed standard"),
        "mark.of_reference": N_("{percent} % of the reference standard"),
    }
)
