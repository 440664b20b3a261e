"""Quantities: typed as decimals in a unit of the trade, kept as a whole number of steps.

A step is one fen where the quantity is money (中标金额 in 万元), and a thousandth of the unit otherwise.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.money import FEN_PER_UNIT, format_yuan, parse_decimal, shown
from market.base.words import N_, register_sentences

MAX_QUANTITY = 10**14
"""The largest quantity in steps: as money it is a million million yuan."""

OTHER_STEPS = 1000

register_sentences(
    {
        "price.quantity_needed": N_("The price depends on a quantity and none was given. Say how much is ordered."),
        "price.quantity_unreadable": N_("“{given}” is not a quantity. Write a number, for example 6000 or 6,000.5."),
        "price.quantity_not_positive": N_(
            "The quantity {given} is not above zero. Give the quantity that is really ordered."
        ),
        "price.quantity_too_precise": N_(
            "The quantity {given} has too many decimals: the smallest step is {step}. Round it."
        ),
        "price.quantity_too_large": N_(
            "The quantity {given} is larger than the register holds. Check the number and its unit."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit of quantity and how many steps one unit has."""

    unit: str
    steps_per_unit: int

    @classmethod
    def of(cls, unit: str) -> "Measure":
        """The measure of a published unit: fen for 元, 万元 and 亿元, thousandths for everything else."""
        return cls(unit, FEN_PER_UNIT.get(unit, OTHER_STEPS))

    @property
    def is_money(self) -> bool:
        """Whether the quantity is an amount of money, so that a rate is a percentage."""
        return self.unit in FEN_PER_UNIT

    def number(self, steps: int) -> str:
        """The quantity as a decimal of the unit, without the unit: `0.3`."""
        return exact_decimal(Fraction(steps, self.steps_per_unit))

    def rate(self, slope: Fraction) -> str:
        """A slope (fen a step) in words of the trade: `0.7%` of money, `¥1.36/平方米` of anything else."""
        if self.is_money:
            return exact_decimal(slope * 100) + "%"
        return exact_yuan(slope * self.steps_per_unit) + f"/{self.unit}".removesuffix("/")


STEPS = Measure("", 1)
"""A quantity whose unit is not known here; it is written as its number of steps."""


def exact_decimal(number: Fraction) -> str:
    """The number in decimals, exactly; one that never ends is cut at eight decimals and marked with `…`."""
    sign, number = ("-", -number) if number < 0 else ("", number)
    for places in range(19):
        if 10**places * number.numerator % number.denominator == 0:
            break
    else:
        cut = 10**8 * number.numerator // number.denominator
        return f"{sign}{cut // 10**8}.{cut % 10**8:08d}…"
    digits = str(10**places * number.numerator // number.denominator).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def exact_yuan(fen: Fraction) -> str:
    """An amount that may be finer than a fen, in yuan: `¥40,000.00`, `¥0.01234`."""
    if fen.denominator == 1:
        return format_yuan(int(fen))
    whole, _, decimals = exact_decimal(fen / 100).partition(".")
    return f"¥{int(whole):,}.{decimals.ljust(2, '0')}"


def parse_quantity(given: str | Decimal, steps_per_unit: int) -> int:
    """The steps of a quantity typed in its unit, from 1 to MAX_QUANTITY.

    Refuses `price.quantity_unreadable` (text, NaN, infinities, exponents), `price.quantity_not_positive`,
    `price.quantity_too_precise` (finer than a step), `price.quantity_too_large`.
    """
    try:
        number = parse_decimal(given) if isinstance(given, str) else given
    except BreaksRule:
        raise BreaksRule("price.quantity_unreadable", given=shown(given)) from None
    if not number.is_finite():
        raise BreaksRule("price.quantity_unreadable", given=shown(given))
    if number <= 0:
        raise BreaksRule("price.quantity_not_positive", given=shown(given))
    if number.adjusted() > 15:
        raise BreaksRule("price.quantity_too_large", given=shown(given))
    if number.adjusted() < -15:
        raise _too_precise(given, steps_per_unit)
    steps = Fraction(number) * steps_per_unit
    if steps > MAX_QUANTITY:
        raise BreaksRule("price.quantity_too_large", given=shown(given))
    if steps.denominator != 1:
        raise _too_precise(given, steps_per_unit)
    return int(steps)


def _too_precise(given: object, steps_per_unit: int) -> BreaksRule:
    return BreaksRule("price.quantity_too_precise", given=shown(given), step=exact_decimal(Fraction(1, steps_per_unit)))
