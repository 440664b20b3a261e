"""A chart of ranges: where each column stands and how high its ends and its middle lie. Heights are in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

TOP, BOTTOM = 24, 124
_SLOT = 1000


@dataclass(frozen=True, slots=True)
class Point:
    """A column before it is drawn; None where there is nothing to compare."""

    label: str
    low: int | None
    middle: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A drawn column: its place and width in thousandths of the breadth, and its heights."""

    x: int
    width: int
    top: int
    height: int
    middle: int | None

    @property
    def centre(self) -> int:
        """Its middle, in thousandths."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class RangeChart:
    """The columns with the pairs of neighbours that a line joins, labelled places, and the ends of the axis."""

    columns: Sequence[Column]
    joined: Sequence[tuple[Column, Column]]
    ticks: Sequence[tuple[int, str]]
    low: int
    high: int


def range_chart(points: Sequence[Point]) -> RangeChart | None:
    """The chart of columns at equal distances; None where no point has ends."""
    known = [(one.low, one.high) for one in points if one.low is not None and one.high is not None]
    if not known:
        return None
    low, high = min(end for end, _ in known), max(end for _, end in known)
    slot = _SLOT // len(points)
    shown = sorted({0, len(points) // 2, len(points) - 1})
    placed = [
        _column(point, (place * slot + slot // 5, max(slot * 3 // 5, 1)), (low, high))
        for place, point in enumerate(points)
    ]
    columns = [one for one in placed if one is not None]
    joined = [
        (one, other) for one, other in pairwise(placed)
        if one is not None and other is not None and one.middle is not None and other.middle is not None
    ]  # fmt: skip
    ticks = [(place * slot + slot // 2, points[place].label) for place in shown]
    return RangeChart(columns, joined, ticks, low, high)


def _column(point: Point, where: tuple[int, int], ends: tuple[int, int]) -> Column | None:
    if point.low is None or point.high is None:
        return None
    top, bottom = _height(point.high, ends), _height(point.low, ends)
    middle = None if point.middle is None else _height(point.middle, ends)
    return Column(*where, top, max(bottom - top, 3), middle)


def _height(value: int, ends: tuple[int, int]) -> int:
    low, high = ends
    return BOTTOM - (value - low) * (BOTTOM - TOP) // (high - low) if high > low else (TOP + BOTTOM) // 2
