"""The answer of `flask list price` as plain values; money in fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from market.base.pricing import COEFFICIENT_UNIT, Price, Step


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a price is wanted for, as typed: how much, of which item, at which coefficient, on which day (None: any)."""

    quantity: str
    item: str | None = None
    coefficient: str | None = None
    on: date | None = None


def about_price(priced: Price) -> dict[str, Any]:
    """Base, floor and ceiling with their trace."""
    return {
        "base_fen": priced.base_fen,
        "floor_fen": priced.floor_fen,
        "ceiling_fen": priced.ceiling_fen,
        "coefficient": f"{Decimal(priced.coefficient) / COEFFICIENT_UNIT}",
        "trace": [step.as_json() for step in priced.trace],
        "reason": None,
    }


def without_price(code: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """No computable price there; `reason` says why."""
    step = Step(code, facts)
    return {
        "base_fen": None,
        "floor_fen": None,
        "ceiling_fen": None,
        "coefficient": None,
        "trace": [step.as_json()],
        "reason": step.text(),
    }
