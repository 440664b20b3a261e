"""Whether a new price is dearer than the one it takes the place of."""

from collections.abc import Sequence

from market.base.pricing import COEFFICIENT_UNIT, Band, evaluate


def dearer(before: Sequence[Band], after: Sequence[Band]) -> bool:
    """Whether some quantity that both prices cover costs more afterwards.

    Both are straight between the joints of either, so the joints, and the quantity just above each, tell.
    """
    ends = sorted({end for band in (*before, *after) for end in (band.q_from + 1, band.q_to)})
    return any(_more(_at(before, quantity), _at(after, quantity)) for quantity in ends)


def _at(bands: Sequence[Band], quantity: int) -> int | None:
    band = next((one for one in bands if one.q_from < quantity <= one.q_to), None)
    return None if band is None else evaluate(band, quantity, COEFFICIENT_UNIT).ceiling_fen


def _more(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None and after > before
