"""From a quantity to its lawful floor and ceiling."""

from decimal import Decimal
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.money import parse_decimal, shown
from market.base.pricing.band import APPLICANT, COEFFICIENT_UNIT, Band
from market.base.pricing.factors import in_units, named_sets
from market.base.pricing.item import PricedItem, find_band, gap_at
from market.base.pricing.quantity import STEPS
from market.base.pricing.trace import Price, shown_facts
from market.base.words import N_, register_sentences

register_sentences(
    {
        "price.coefficient_not_in_set": N_(
            "The coefficient {given} is not one the published price allows. Choose one of: {allowed}."
        ),
    }
)


def evaluate(band: Band, q: int, coefficient: int = COEFFICIENT_UNIT, *, item: PricedItem | None = None) -> Price:
    """The lawful price of `q` steps on `band` at `coefficient` (ten-thousandths); `item` only enriches the trace.

    Refuses `price.quantity_outside` and `price.coefficient_not_in_set`.
    """
    if not band.q_from < q <= band.q_to:
        find_band((band,), q, payer=band.payer, measure=item.measure if item else STEPS)
    if coefficient not in band.coefficients:
        raise _not_in_set(band, in_units(coefficient), item)
    base = band.base(q)
    charge_base = band.charge_base(base)
    return Price(
        base if band.base_known else None,
        charge_base,
        coefficient,
        band.amount(charge_base, coefficient, band.float_low),
        band.amount(charge_base, coefficient, band.float_high),
        band,
        q,
        item,
    )


def price_at(item: PricedItem, q: int, *, payer: str = APPLICANT, coefficient: int = COEFFICIENT_UNIT) -> Price:
    """The lawful price of `q` steps of `item`.

    Refuses what `evaluate` refuses, and with the gap's own code a quantity whose price is not published.
    """
    gap = gap_at(item, q)
    if gap:
        raise BreaksRule(gap.reason, **shown_facts(gap.facts))
    band = find_band(item.bands, q, payer=payer, measure=item.measure)
    return evaluate(band, q, coefficient, item=item)


def parse_coefficient(given: str | Decimal, band: Band, *, item: PricedItem | None = None) -> int:
    """A typed coefficient in ten-thousandths; it must be one of the band's set. `item` names the sets in a refusal.

    Refuses `price.coefficient_not_in_set`.
    """
    try:
        number = parse_decimal(given) if isinstance(given, str) else given
    except BreaksRule:
        raise _not_in_set(band, shown(given), item) from None
    if not number.is_finite() or not -6 < number.adjusted() < 6:
        raise _not_in_set(band, shown(given), item)
    coefficient = Fraction(number) * COEFFICIENT_UNIT
    if coefficient not in band.coefficients:
        raise _not_in_set(band, shown(given), item)
    return int(coefficient)


def _not_in_set(band: Band, given: str, item: PricedItem | None) -> BreaksRule:
    allowed = ", ".join(in_units(one) for one in band.coefficients)
    if item and item.factors:
        allowed += f" ({named_sets(item.factors)})"
    return BreaksRule("price.coefficient_not_in_set", given=given, allowed=allowed)
