"""How a log is cut into files that never change: C2SP tlog-tiles.

A tile of level L holds up to 256 hashes of perfect subtrees of 256^L leaves; a bundle holds up to 256 leaves, each
after its length in two bytes. Tile and bundle number N of width W is partial while W is below 256.
"""

import re
from collections.abc import Iterable

WIDTH = 256
HEIGHT = 8
HASH = 32
LAST = 2**48
"""No log has a tile of a higher number."""
LONGEST_LEAF = 0xFFFF
_PATH = re.compile(r"(?P<number>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII)


def written(number: int, width: int = WIDTH) -> str:
    """The end of a path: 1234067 is `x001/x234/067`, with `.p/W` when the tile is partial."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    return "/".join(reversed(parts)) + (f".p/{width}" if width < WIDTH else "")


def read(path: str) -> tuple[int, int]:
    """Number and width that the end of a path names; ValueError unless it is exactly as `written` writes it."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("not the path of a tile")
    number = int(re.sub(r"[x/]", "", found["number"]))
    width = int(found["width"] or WIDTH)
    if written(number, width) != path:
        raise ValueError("not the path of a tile")
    return number, width


def width_at(size: int, level: int, number: int) -> int:
    """How many hashes the tile has in a tree of `size` leaves: 0 to 256."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves as an entry bundle."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unbundled(data: bytes) -> list[bytes]:
    """The leaves of a bundle; ValueError when its last leaf is cut off."""
    leaves, at, end = [], 0, len(data)
    while at < end:
        begins = at + 2
        at = begins + int.from_bytes(data[at:begins], "big")
        leaves.append(data[begins:at])
    if at != end:
        raise ValueError("the last leaf is cut off")
    return leaves
