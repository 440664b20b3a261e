"""A fee item (收费项目) with its bands, and the lookup of the band that rules a quantity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.pricing.band import APPLICANT, Band
from market.base.pricing.quantity import STEPS, Measure
from market.base.words import N_, register_sentences

register_sentences(
    {
        "price.quantity_outside": N_(
            "There is no price for this quantity: the published price covers quantities {lowest} and {highest} {unit}. "
            "Give a quantity inside these limits."
        ),
        "price.no_ceiling_published": N_(
            "Price not published there: above {lower} {unit} the document prints no upper figure, "
            "so no lawful ceiling can be computed."
        ),
        "price.bare_range": N_(
            "Price not published there: above {lower} {unit} the document prints only a range "
            "({least_fen} to {most_fen}) to be agreed, without a rule for a quantity."
        ),
        "price.other_list_governs": N_(
            "Price not published here: another published list governs the part above {lower} {unit}, "
            "and this schedule does not give its rate."
        ),
        "price.not_in_force": N_(
            "One of the published prices asked for here is not in force on this day. Look at the days of each price and "
            "ask for those that are in force."
        ),
        "price.not_in_force_yet": N_(
            "The published price of {item} takes effect on {day}. Until then nothing can be charged by it; wait for "
            "that day."
        ),
        "price.no_longer_in_force": N_(
            "The published price of {item} was in force until {day}. It can no longer be charged by; look for the price "
            "that followed it."
        ),
    }
)

SLAB = "progressive_slab"
"""全额累进: the whole quantity bears the rate of its bracket. Beside it, `progressive` is 差额累进, by block."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A listed part of the quantity without a computable price: above `q_from` up to `q_to`, and why."""

    q_from: int
    q_to: int
    reason: str
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One bracket of a progressive schedule as printed: its rate applies to the quantity inside it."""

    q_from: int
    q_to: int
    slope: Fraction


@dataclass(frozen=True, slots=True)
class FactorValue:
    """One lawful value of a factor, in ten-thousandths, and what it is for (names may be empty)."""

    value: int
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """A closed set of coefficients, such as 复杂程度调整系数; a coefficient is a product, one value of each factor."""

    name_zh: str
    name_en: str
    values: tuple[FactorValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedItem:
    """A fee item: what is charged (`name`), on what (`base_name`, in `unit`), and its bands.

    `method` is how the document computes (progressive: each bracket's rate on the part inside it; progressive_slab: on
    the whole quantity; bracket_interpolated, flat, per_unit). `parts` are the printed brackets of a progressive
    schedule, for the trace. A quantity below `minimum_quantity` steps counts as it. `factors` say what the lawful
    coefficients are products of. In force from `effective_from` to `effective_until`, both days included.
    `unapplied` is a text of a binding document that no price here takes into account.
    """

    name: str
    base_name: str
    unit: str
    steps_per_unit: int
    bands: tuple[Band, ...]
    gaps: tuple[Gap, ...] = ()
    method: str = "flat"
    parts: tuple[Part, ...] = ()
    minimum_quantity: int = 0
    factors: tuple[Factor, ...] = ()
    effective_from: date | None = None
    effective_until: date | None = None
    unapplied: str = ""

    @property
    def measure(self) -> Measure:
        """The unit of the quantity with its steps."""
        return Measure(self.unit, self.steps_per_unit)


def find_band(bands: Sequence[Band], q: int, *, payer: str = APPLICANT, measure: Measure = STEPS) -> Band:
    """The band of `payer` that rules `q` steps; where two meet, the lower one.

    Refuses `price.quantity_outside`, naming the limits (in the unit of `measure`).
    """
    mine = sorted((band for band in bands if band.payer == payer), key=lambda band: band.q_to)
    for band in mine:
        if band.q_from < q <= band.q_to:
            return band
    raise outside([(band.q_from, band.q_to) for band in mine], measure)


def in_force(name: str, span: tuple[date | None, date | None], on: date | None) -> None:
    """Refuse a day outside the first and last day of a price; where no day is known, nothing.

    Refuses `price.not_in_force_yet` and `price.no_longer_in_force`, naming the price and its day.
    """
    first, last = span
    if on is None:
        return
    if first is not None and on < first:
        raise BreaksRule("price.not_in_force_yet", item=name, day=first.isoformat())
    if last is not None and on > last:
        raise BreaksRule("price.no_longer_in_force", item=name, day=last.isoformat())


def gap_at(item: PricedItem, q: int) -> Gap | None:
    """The gap in which `q` steps lie, if they do."""
    return next((gap for gap in item.gaps if gap.q_from < q <= gap.q_to), None)


def outside(intervals: Sequence[tuple[int, int]], measure: Measure) -> BreaksRule:
    """The refusal `price.quantity_outside` naming the first and the last limit of the intervals."""
    if not intervals:
        return BreaksRule("price.quantity_outside", lowest="> 0", highest="≤ 0", unit=measure.unit)
    low, high = min(q_from for q_from, _ in intervals), max(q_to for _, q_to in intervals)
    included, excluded = measure.number(low + 1), measure.number(low)
    lowest = f"≥ {included}" if len(included) < len(excluded) else f"> {excluded}"
    return BreaksRule("price.quantity_outside", lowest=lowest, highest=f"≤ {measure.number(high)}", unit=measure.unit)
