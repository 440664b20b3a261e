"""The curve of a price by quantity, for the macro `price_curve`: every bracket equally wide, in whole numbers."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from market.base.errors import Refusal
from market.base.money import format_yuan
from market.base.pricing import COEFFICIENT_UNIT, Band, Gap, PricedItem, open_end, parse_quantity

_HEIGHT, _TOP = 160, 14
_SAMPLES = 8
_TICKS = 6


@dataclass(frozen=True, slots=True)
class Chart:
    """A curve in thousandths of the width and pixels of the height; `rows` are the figures behind it."""

    lines: list[dict[str, object]]
    gaps: list[dict[str, int]]
    ticks: list[dict[str, object]]
    top: str
    rows: list[tuple[str, str, str]]


def segments(item: PricedItem) -> list[Band | Gap]:
    """The brackets and gaps of an item in order of quantity."""
    return sorted([*item.bands, *item.gaps], key=lambda one: one.q_from)


def amounts(band: Band, q: int) -> tuple[int, int]:
    """Floor and ceiling that the band's line gives at `q` steps, also at its excluded lower end."""
    coefficient = COEFFICIENT_UNIT if COEFFICIENT_UNIT in band.coefficients else min(band.coefficients)
    charged = band.charge_base(band.base(q))
    return band.amount(charged, coefficient, band.float_low), band.amount(charged, coefficient, band.float_high)


def endless(piece: Band | Gap, item: PricedItem) -> bool:
    """Whether a bracket or gap has no printed end."""
    if isinstance(piece, Gap):
        return piece.q_to >= max([one.q_to for one in item.bands], default=0)
    return piece.q_to == open_end(piece)


def curve_of(item: PricedItem, quantity: str) -> Chart | None:
    """The curve, small brackets as wide as large ones; None for a flat price, which needs no drawing.

    An open bracket is drawn as far as the typed `quantity` ('' where none is) and a little beyond.
    """
    if len(segments(item)) < 2 and not any(one.slope_num for one in item.bands):
        return None
    pieces = segments(item)
    ends = [_drawn_to(item, piece, quantity) for piece in pieces]
    sampled = [
        [(q, *amounts(piece, q)) for q in _samples(piece.q_from, end)] if isinstance(piece, Band) else []
        for piece, end in zip(pieces, ends, strict=True)
    ]
    most = max((ceiling for points in sampled for _, _, ceiling in points), default=0)
    if not most:
        return None
    width = 1000 // len(pieces)
    lines = [line for number, points in enumerate(sampled) for line in _lines(points, (width * number, width), most)]
    return Chart(
        lines=lines,
        gaps=[{"x": width * n, "width": width} for n, piece in enumerate(pieces) if isinstance(piece, Gap)],
        ticks=_ticks(item, [pieces[0].q_from, *ends], width),
        top=format_yuan(most),
        rows=[
            (f"{item.measure.number(q)} {item.unit}", format_yuan(floor), format_yuan(ceiling))
            for points in sampled
            for q, floor, ceiling in points[-1:]
        ],
    )


def _drawn_to(item: PricedItem, piece: Band | Gap, quantity: str) -> int:
    """Where a bracket ends in the drawing: an open one goes on as far again, or a little beyond the example."""
    if not endless(piece, item):
        return piece.q_to
    try:
        typed = parse_quantity(quantity, item.steps_per_unit) * 5 // 4 if quantity else 0
    except Refusal:
        typed = 0
    return min(
        piece.q_to, max(typed, 2 * piece.q_from, piece.q_from + 100 * item.steps_per_unit if not piece.q_from else 0)
    )


def _samples(low: int, high: int) -> list[int]:
    return sorted({low + (high - low) * n // _SAMPLES for n in range(_SAMPLES + 1)})


def _lines(points: list[tuple[int, int, int]], place: tuple[int, int], most: int) -> Iterator[dict[str, object]]:
    start, width = place
    low, span = points[0][0] if points else 0, points[-1][0] - points[0][0] if points else 1
    for before, after in itertools.pairwise(points):
        x1, x2 = (start + (one[0] - low) * width // max(span, 1) for one in (before, after))
        for kind, column in (("floor", 1), ("ceiling", 2)):
            y1, y2 = (_TOP + _HEIGHT - one[column] * _HEIGHT // most for one in (before, after))
            yield {"kind": kind, "x1": x1, "x2": x2, "y1": y1, "y2": y2}


def _ticks(item: PricedItem, ends: list[int], width: int) -> list[dict[str, object]]:
    every = -(-len(ends) // _TICKS)
    shown = [number for number in range(len(ends)) if number % every == 0]
    return [{"x": width * number, "label": item.measure.number(ends[number])} for number in shown]
