"""`Priced`: the law "no service and no fee outside the list", once in the database.

A priced row copies its band's columns and is bound to the band by one composite foreign key, so that CHECKs of the row
can use them. A raw INSERT can then name no unlisted fee, no fee of another service, no other agency's mark, no forged
ceiling, no quantity outside the band, and no charge on what is free. Every column of the key is NOT NULL, because a
NULL would switch the foreign key off.

The formula is checked in two steps that each stay inside 64 bits (the importer proves the bound for every band):
first the base price on the band's straight line, rounded to the fen as the band states; then the amount between floor
and ceiling, which are base x coefficient x float, rounded once more in the same way. MAX and GREATEST differ between
databases, hence AND and OR.
"""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from market.catalogue.models.price import LINE
from market.store.types import Code, Whole

BAND_KEY = [
    "band_id", "edition_id", "service_id", "fee_item_id", "agency_id", "payer",
    "float_low", "float_high", "float_den", *LINE,
]  # fmt: skip

# Rounding as an inequality: twice the deviation from the exact value lies, in fen, above -1 and up to 1 for half up,
# above -2 and up to 0 for down, from 0 and below 2 for up; half even takes both -1 and 1, but only on an even fen.
_LINE = "2 * (base_fen - y0) * slope_den - 2 * slope_num * (quantity - q0)"
_ON_THE_LINE = (
    f"rounding = 'half_up' AND {_LINE} > -slope_den AND {_LINE} <= slope_den"
    f" OR rounding = 'half_even' AND {_LINE} >= -slope_den AND {_LINE} <= slope_den"
    f" AND ({_LINE} > -slope_den AND {_LINE} < slope_den OR (base_fen & 1) = 0)"
    f" OR rounding = 'down' AND {_LINE} > -2 * slope_den AND {_LINE} <= 0"
    f" OR rounding = 'up' AND {_LINE} >= 0 AND {_LINE} < 2 * slope_den"
)
_LIMITED = (
    "(limits = 'after' AND charge_base_fen = base_fen) OR (limits = 'before' AND ("
    "base_fen < min_fen AND charge_base_fen = min_fen OR base_fen > max_fen AND charge_base_fen = max_fen"
    " OR base_fen >= min_fen AND base_fen <= max_fen AND charge_base_fen = base_fen))"
)
_AMOUNT = "2 * amount_fen * 10000 * float_den"
_UNIT = "10000 * float_den"
_MOST = "2 * charge_base_fen * coefficient * float_high"
_LEAST = "2 * charge_base_fen * coefficient * float_low"
_HIGH = (
    f"rounding = 'half_up' AND {_AMOUNT} <= {_MOST} + {_UNIT}"
    f" OR rounding = 'half_even' AND ({_AMOUNT} < {_MOST} + {_UNIT} OR {_AMOUNT} = {_MOST} + {_UNIT} AND (amount_fen & 1) = 0)"
    f" OR rounding = 'down' AND {_AMOUNT} <= {_MOST}"
    f" OR rounding = 'up' AND {_AMOUNT} < {_MOST} + 2 * {_UNIT}"
)
_LOW = (
    f"rounding = 'half_up' AND {_AMOUNT} > {_LEAST} - {_UNIT}"
    f" OR rounding = 'half_even' AND ({_AMOUNT} > {_LEAST} - {_UNIT} OR {_AMOUNT} = {_LEAST} - {_UNIT} AND (amount_fen & 1) = 0)"
    f" OR rounding = 'down' AND {_AMOUNT} > {_LEAST} - 2 * {_UNIT}"
    f" OR rounding = 'up' AND {_AMOUNT} >= {_LEAST}"
)


class Priced:
    """Mixin: a sum of money that the list allows. Quantity in steps, money in fen, coefficient in 1/10000."""

    band_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    fee_item_id: Mapped[Whole]
    agency_id: Mapped[Whole]
    payer: Mapped[Code]
    q_from: Mapped[Whole]
    q_to: Mapped[Whole]
    q0: Mapped[Whole]
    y0: Mapped[Whole]
    slope_num: Mapped[Whole]
    slope_den: Mapped[Whole]
    float_low: Mapped[Whole]
    float_high: Mapped[Whole]
    float_den: Mapped[Whole]
    min_fen: Mapped[Whole]
    max_fen: Mapped[Whole]
    limits: Mapped[Code]
    rounding: Mapped[Code]
    coefficient_set_id: Mapped[Whole]
    quantity: Mapped[Whole]
    base_fen: Mapped[Whole]
    charge_base_fen: Mapped[Whole]
    coefficient: Mapped[Whole]
    amount_fen: Mapped[Whole]


def priced_table(*more: Any) -> tuple[Any, ...]:
    """The constraints of a Priced table, with `more` of its own; use as `__table_args__`."""
    return (
        ForeignKeyConstraint(BAND_KEY, ["band." + column.replace("band_id", "id") for column in BAND_KEY]),
        ForeignKeyConstraint(["coefficient_set_id", "coefficient"], ["coefficient.set_id", "coefficient.value"]),
        CheckConstraint("quantity > q_from AND quantity <= q_to", name="price_quantity_outside_band"),
        CheckConstraint(_ON_THE_LINE, name="price_base_off_the_line"),
        CheckConstraint(_LIMITED, name="price_base_not_limited"),
        CheckConstraint(
            f"amount_fen >= 0 AND amount_fen <= 1000000000000 AND ({_HIGH} OR limits = 'after' AND amount_fen <= min_fen)"
            " AND (limits = 'before' OR amount_fen <= max_fen)",
            name="price_above_ceiling",
        ),
        CheckConstraint(
            f"({_LOW} OR limits = 'after' AND amount_fen >= max_fen) AND (limits = 'before' OR amount_fen >= min_fen)",
            name="price_below_floor",
        ),
        *more,
    )
