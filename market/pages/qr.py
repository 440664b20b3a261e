"""A QR code as the path of an SVG element: no image file, no style, nothing that the page's policy forbids."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import segno


@dataclass(frozen=True, slots=True)
class QrCode:
    """The code of an address: `path` fills the dark modules of a square of `size` modules, the quiet zone included."""

    address: str
    size: int
    path: str


def qr_code(address: str) -> QrCode:
    """The code of an address, with the quiet zone that the standard asks for and medium error correction."""
    made = segno.make(address, error="m", micro=False)
    rows = list(made.matrix_iter())
    return QrCode(address, len(rows), "".join(_row(y, row) for y, row in enumerate(rows)))


def _row(y: int, row: Iterable[int]) -> str:
    found, x = [], 0
    for dark, run in groupby(row, bool):
        length = len(list(run))
        if dark:
            found.append(f"M{x} {y}h{length}v1h-{length}z")
        x += length
    return "".join(found)
