"""The right edge of a growing tree: all that is needed to append a leaf and to know the root."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from market.journal.rules import tree
from market.journal.rules.tiles import HASH, WIDTH


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that will not change any more."""

    level: int
    number: int
    root: bytes
    hashes: bytes


class Edge:
    """The hashes of the last, partial tile of each level; fewer than 256 of them stand in each."""

    def __init__(self, size: int, levels: Iterable[Iterable[bytes]]) -> None:
        self.size = size
        self._levels = [list(hashes) for hashes in levels]

    def append(self, leaf: bytes) -> Sequence[FullTile]:
        """Add the hash of a leaf; the tiles that it fills, the lowest first. Call it for every leaf of the tree."""
        if not self._levels:
            self._levels.append([])
        self.size += 1
        hashes = self._levels[0]
        hashes.append(leaf)
        return () if len(hashes) < WIDTH else self._full()

    def _full(self) -> list[FullTile]:
        filled: list[FullTile] = []
        level, number = 0, self.size - 1
        while len(hashes := self._levels[level]) == WIDTH:
            root, number = tree.root(hashes), number // WIDTH
            filled.append(FullTile(level, number, root, b"".join(hashes)))
            hashes.clear()
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(root)
        return filled

    def root(self) -> bytes:
        """The root of the whole tree: its perfect subtrees joined from the right."""
        found: bytes | None = None
        for hashes in self._levels:
            end = len(hashes)
            while end:
                width = end & -end
                peak = tree.root(hashes[end - width : end])
                found = peak if found is None else tree.node(peak, found)
                end -= width
        return tree.EMPTY if found is None else found


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile; ValueError when the last one is cut off."""
    if len(hashes) % HASH:
        raise ValueError("the last hash is cut off")
    return [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]
