"""Coefficients stated as closed sets: each lawful product of one value of each set is one coefficient."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from market.base.pricing import COEFFICIENT_UNIT, Factor, FactorValue
from market.base.pricing.factors import in_units, products
from market.base.pricing.quantity import exact_decimal
from market.base.words import N_, register_sentences
from market.catalogue.schedules.cells import Place, known_keys, number, rows, table, text

HIGHEST = 10 * COEFFICIENT_UNIT
MOST_PRODUCTS = 300
"""More lawful products than any published schedule has; each is a row of the closed set."""
_MOST_CHOICES = 20_000

register_sentences(
    {
        "schedule.coefficients_empty": N_(
            "Schedule {schedule}, cell {cell}: this set of coefficients has no values. List them, or remove the set."
        ),
        "schedule.coefficient_repeated": N_(
            "Schedule {schedule}, cell {cell}: the coefficient {given} is there twice in one set. Keep one."
        ),
        "schedule.coefficient_outside": N_(
            "Schedule {schedule}, cell {cell}: the coefficient {given} is not above 0 and at most 10, or has more than "
            "four decimals. Check the figures and their products."
        ),
        "schedule.coefficients_too_many": N_(
            "Schedule {schedule}, cell {cell}: the sets have {given} products, more than the register takes. Split the "
            "schedule."
        ),
        "schedule.coefficients_twice": N_(
            "Schedule {schedule}, cell {cell}: coefficients are stated here and again in “{given}”. Keep one of the two."
        ),
    }
)


def read_factors(place: Place, row: Mapping[str, object]) -> tuple[Factor, ...]:
    """The closed sets in the cell `coefficients`; none where it is absent.

    Refuses `schedule.coefficients_empty`, `schedule.coefficient_repeated`, `schedule.coefficient_outside`, bad cells.
    """
    if row.get("coefficients") is None:
        return ()
    return tuple(
        _factor(place.at(f"coefficients {count}"), given)
        for count, given in enumerate(rows(place.at("coefficients"), row), 1)
    )


def lawful_products(place: Place, factors: tuple[Factor, ...]) -> tuple[int, ...]:
    """Every lawful product in ten-thousandths.

    Refuses `schedule.coefficient_outside` and `schedule.coefficients_too_many`.
    """
    choices = 1
    for factor in factors:
        choices *= len(factor.values)
    if choices > _MOST_CHOICES:
        raise place.refusal("schedule.coefficients_too_many", choices)
    found = {value for value, _ in products(factors)}
    for value in sorted(found):
        _lawful(place, value)
    if len(found) > MOST_PRODUCTS:
        raise place.refusal("schedule.coefficients_too_many", len(found))
    return tuple(sorted(int(value) for value in found))


def _factor(place: Place, given: object) -> Factor:
    row = table(place, given)
    known_keys(place, row, ("name_zh", "name_en", "values"))
    name = text(place.at("name_zh"), row)
    if not name:
        raise place.at(f"{place.cell} name_zh").refusal("schedule.cell_missing")
    values = tuple(
        _value(place.at(f"{name} {count}"), one) for count, one in enumerate(rows(place.at("values"), row), 1)
    )
    if not values:
        raise place.at(name).refusal("schedule.coefficients_empty")
    seen: set[int] = set()
    for one in values:
        if one.value in seen:
            raise place.at(name).refusal("schedule.coefficient_repeated", in_units(one.value))
        seen.add(one.value)
    return Factor(name, text(place.at("name_en"), row), values)


def _value(place: Place, given: object) -> FactorValue:
    row = {"value": given} if isinstance(given, Decimal | str) else table(place, given)
    known_keys(place, row, ("value", "name_zh", "name_en"))
    at_value = place.at("value")
    exact = number(at_value, row) * COEFFICIENT_UNIT
    return FactorValue(_lawful(place, exact), text(place.at("name_zh"), row), text(place.at("name_en"), row))


def _lawful(place: Place, exact: Fraction) -> int:
    if exact.denominator != 1 or not 0 < exact <= HIGHEST:
        raise place.refusal("schedule.coefficient_outside", exact_decimal(exact / COEFFICIENT_UNIT))
    return int(exact)
