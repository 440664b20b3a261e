"""Coefficients that are products of several closed sets: which products are lawful, and what each is made of."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from market.base.pricing.band import COEFFICIENT_UNIT
from market.base.pricing.item import Factor, FactorValue
from market.base.pricing.quantity import exact_decimal

_NAMED = 3


def in_units(coefficient: int) -> str:
    """A coefficient in ten-thousandths as a decimal: `1.15`."""
    return exact_decimal(Fraction(coefficient, COEFFICIENT_UNIT))


def products(factors: Sequence[Factor]) -> list[tuple[Fraction, tuple[FactorValue, ...]]]:
    """Every choice of one value a factor with its product, in ten-thousandths and exact."""
    return [
        (Fraction(prod(one.value for one in chosen), COEFFICIENT_UNIT ** (len(chosen) - 1)), chosen)
        for chosen in product(*(factor.values for factor in factors))
    ]


def named_products(factors: Sequence[Factor], coefficient: int) -> str:
    """What a lawful coefficient is made of, as printed; where several products are equal, the first ones."""
    found = list(_named(factors, coefficient))
    return " / ".join(found[:_NAMED]) + (" / …" if len(found) > _NAMED else "")


def _named(factors: Sequence[Factor], coefficient: int) -> Iterator[str]:
    for value, chosen in products(factors):
        if value == coefficient:
            yield " × ".join(f"{factor.name_zh} {_written(one)}" for factor, one in zip(factors, chosen, strict=True))


def named_sets(factors: Sequence[Factor]) -> str:
    """Every factor with its closed set: `复杂程度: 1 一般, 1.15 复杂`."""
    return "; ".join(f"{factor.name_zh}: {', '.join(_written(one) for one in factor.values)}" for factor in factors)


def _written(one: FactorValue) -> str:
    return f"{in_units(one.value)} {one.name_zh}".rstrip()
