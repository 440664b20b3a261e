"""The kinds of price an editor chooses from, and which cells a row of the table has for each."""

from collections.abc import Mapping
from enum import StrEnum

from market.base.words import N_, register_labels
from market.catalogue.schedules import COLUMNS


class PriceKind(StrEnum):
    """How a published price is computed, in the words of the trade."""

    FIXED = "fixed"
    CEILING = "ceiling"
    PER_UNIT = "per_unit"
    PERCENTAGE = "percentage"
    PERCENT_CEILING = "percent_ceiling"
    PROGRESSIVE = "progressive"
    SLAB = "slab"
    POINTS = "points"
    RANGES = "ranges"
    NAMED = "named"
    NAMED_PER_UNIT = "named_per_unit"
    COLUMNS = "columns"


class RateKind(StrEnum):
    """What the rate of a bracket is."""

    PERCENT = "percent"
    PERMILLE = "permille"
    EACH = "each"
    OTHER = "other"


class Figure(StrEnum):
    """What the price of a named item is."""

    FEE = "fee"
    RATE = "rate"
    RANGE = "range"
    PERCENT = "rate_percent"
    MOST_PERCENT = "max_rate_percent"


class Rounding(StrEnum):
    """How a fee is rounded to the fen; half up where the document says nothing."""

    UNSAID = ""
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


class Floating(StrEnum):
    """How far the standard may be left."""

    NONE = "none"
    BOTH = "both"
    APART = "apart"
    CEILING = "ceiling"
    WORDS = "words"


Kind = PriceKind
METHOD = {
    **dict.fromkeys((Kind.PROGRESSIVE, Kind.SLAB), "progressive"),
    **dict.fromkeys((Kind.POINTS, Kind.RANGES), "bracket_interpolated"),
    **dict.fromkeys((Kind.FIXED, Kind.CEILING, Kind.PERCENTAGE, Kind.PERCENT_CEILING, Kind.NAMED), "flat"),
    **dict.fromkeys((Kind.PER_UNIT, Kind.NAMED_PER_UNIT, Kind.COLUMNS), "per_unit"),
}
_NAMED = ("item", "per", "figure", "rate", "least", "most", "low", "high")
CELLS: dict[PriceKind, tuple[str, ...]] = {
    Kind.FIXED: ("rate",),
    Kind.CEILING: ("rate",),
    Kind.PER_UNIT: ("rate",),
    Kind.PERCENTAGE: ("low", "high", "rate"),
    Kind.PERCENT_CEILING: ("low", "high", "rate"),
    Kind.PROGRESSIVE: ("low", "high", "rate_kind", "rate", "ratio"),
    Kind.SLAB: ("low", "high", "rate_kind", "rate", "ratio"),
    Kind.POINTS: ("low", "least"),
    Kind.RANGES: ("low", "high", "least", "most"),
    Kind.NAMED: _NAMED,
    Kind.NAMED_PER_UNIT: _NAMED,
    Kind.COLUMNS: ("low", "high", *COLUMNS),
}
"""Which cells a row of the table has, by kind."""
ALL_CELLS = ("item", "per", "low", "high", "rate_kind", "figure", "rate", "ratio", "least", "most", *COLUMNS)
_CHOSEN = ("rate_kind", "figure")

register_labels(
    {
        "price_kind.fixed": N_("Fixed amount"),
        "price_kind.ceiling": N_("Only a ceiling"),
        "price_kind.per_unit": N_("Price for each unit"),
        "price_kind.percentage": N_("Percentage of a basis"),
        "price_kind.percent_ceiling": N_("Percentage, only a ceiling"),
        "price_kind.progressive": N_("Progressive: each bracket's rate on the part inside it"),
        "price_kind.slab": N_("Progressive: one bracket's rate on the whole quantity"),
        "price_kind.points": N_("Straight lines between points"),
        "price_kind.ranges": N_("Straight lines inside ranges"),
        "price_kind.named": N_("Named items"),
        "price_kind.named_per_unit": N_("Named items, each price for one unit"),
        "price_kind.columns": N_("Boiler inspection: four columns"),
        "price_rate.percent": N_("% of the basis"),
        "price_rate.permille": N_("‰ of the basis"),
        "price_rate.each": N_("for each unit of the basis"),
        "price_rate.other": N_("another list governs"),
        "price_figure.fee": N_("fixed amount"),
        "price_figure.rate": N_("for each unit"),
        "price_figure.range": N_("from lowest to highest"),
        "price_figure.rate_percent": N_("% of the basis"),
        "price_figure.max_rate_percent": N_("at most % of the basis"),
        "price_rounding": N_("Not stated: half up to the fen"),
        "price_float.none": N_("No float"),
        "price_float.both": N_("± the same share"),
        "price_float.apart": N_("Down and up by different shares"),
        "price_float.ceiling": N_("Only a ceiling"),
        "price_float.words": N_("In the document's words"),
        "price_cell.rate_kind": N_("Kind of rate"),
        "price_cell.figure": N_("Kind of price"),
        "price_cell.from": N_("Above"),
        "price_cell.to": N_("Up to"),
        "price_cell.x": N_("Quantity"),
        "price_cell.y": N_("Fee"),
        "price_cell.rate": N_("Figure"),
        "price_cell.least": N_("Lowest fee"),
        "price_cell.most": N_("Highest fee"),
        "price_cell.ratio": N_("Share of the area (%)"),
        "price_cell.item": N_("Item"),
        "price_cell.per": N_("For each"),
        "price_cell.unit": N_("Unit of the fee"),
        "price_cell.base": N_("Basis of the price"),
        "price_cell.minimum_fee": N_("Minimum fee"),
        "price_cell.maximum_fee": N_("Maximum fee"),
        "price_cell.minimum_base": N_("Smallest quantity that counts"),
        "price_cell.float_range": N_("Float"),
        "price_cell.title_zh": N_("Title"),
        "price_cell.outer": N_("Rate outside the points (%)"),
        "price_cell.coefficients": N_("Coefficients"),
        "price_cell.effective": N_("Effective dates"),
        "price_cell.rounding": N_("Rounding"),
    }
)


def filled_rows(kind: PriceKind, rows: list[tuple[int, dict[str, str]]]) -> list[tuple[int, Mapping[str, str]]]:
    """The rows (with their numbers) that have anything typed in a cell of the kind; a blank row says nothing."""
    cells = [cell for cell in CELLS[kind] if cell not in _CHOSEN]
    return [
        (number, row)
        for number, row in rows
        if any(row.get(cell) for cell in cells)
        or (row.get("rate_kind") == RateKind.OTHER and "rate_kind" in CELLS[kind])
    ]


def cell_label(kind: PriceKind, cell: str) -> str:
    """The key of the label that a cell has in the table of a kind."""
    if kind == PriceKind.POINTS:
        return {"low": "price_cell.x", "least": "price_cell.y"}[cell]
    if cell in COLUMNS:
        return f"fee_item.{cell}"
    return {"low": "price_cell.from", "high": "price_cell.to"}.get(cell, f"price_cell.{cell}")
