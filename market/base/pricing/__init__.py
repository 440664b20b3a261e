"""The price formula: bands, quantities, floor and ceiling, and the trace that explains them.

`parse_quantity` -> `find_band` (or `price_at` for a whole item) -> `evaluate` -> `Price`.
"""

from market.base.money import MAX_FEN
from market.base.pricing.band import (
    AFTER,
    APPLICANT,
    AUTHORITY,
    BEFORE,
    COEFFICIENT_UNIT,
    Band,
    closed,
    floated,
    narrowed,
    open_end,
    prove,
    scaled,
    straight,
)
from market.base.pricing.evaluate import evaluate, parse_coefficient, price_at
from market.base.pricing.item import (
    SLAB,
    Factor,
    FactorValue,
    Gap,
    Part,
    PricedItem,
    find_band,
    gap_at,
    in_force,
    outside,
)
from market.base.pricing.proof import Joint, curve, is_monotone, joints
from market.base.pricing.quantity import MAX_QUANTITY, Measure, parse_quantity
from market.base.pricing.trace import Price, Step, shown_facts
from market.base.pricing.units import UNITS, Unit, UnitKind, known_unit, same_unit, unit_name

__all__ = [
    "AFTER",
    "APPLICANT",
    "AUTHORITY",
    "BEFORE",
    "COEFFICIENT_UNIT",
    "MAX_FEN",
    "MAX_QUANTITY",
    "Band",
    "Gap",
    "Measure",
    "Part",
    "Price",
    "PricedItem",
    "Step",
    "closed",
    "evaluate",
    "find_band",
    "floated",
    "gap_at",
    "narrowed",
    "open_end",
    "outside",
    "parse_coefficient",
    "parse_quantity",
    "price_at",
    "prove",
    "scaled",
    "shown_facts",
    "straight",
    "SLAB",
    "Factor",
    "FactorValue",
    "in_force",
    "Joint",
    "curve",
    "is_monotone",
    "joints",
    "UNITS",
    "Unit",
    "UnitKind",
    "known_unit",
    "same_unit",
    "unit_name",
]
