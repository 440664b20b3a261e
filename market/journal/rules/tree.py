"""The Merkle tree of RFC 6962 and RFC 9162: root, proofs, and how outsiders verify them.

Hashes are 32 bytes. A proof is made from `Nodes`: a function that gives the hash of the perfect subtree of height
`level` that is the `index`-th of its height, so that whoever stores hashes reads a logarithm of them only.
"""

from collections.abc import Callable, Sequence

from market.base.merkle import EMPTY, leaf, node, root

Nodes = Callable[[int, int], bytes]
__all__ = [
    "EMPTY", "Nodes", "consistency", "extends", "inclusion", "includes", "leaf", "node", "nodes_of", "root", "root_at",
]  # fmt: skip


def nodes_of(leaves: Sequence[bytes]) -> Nodes:
    """Nodes over leaf hashes that are all at hand."""
    return lambda level, index: root(leaves[index << level : (index + 1) << level])


def root_at(size: int, nodes: Nodes) -> bytes:
    """The root of the first `size` leaves."""
    return _span(0, size, nodes) if size else EMPTY


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The path from leaf `index` to the root of `size` leaves (RFC 9162, 2.1.3.1); ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in this tree")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_span(middle, high, nodes))
            high = middle
        else:
            path.append(_span(low, middle, nodes))
            low = middle
    return path[::-1]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The proof that the first `old` of `new` leaves are the old tree (RFC 9162, 2.1.4.1); empty for equal sizes."""
    if not 0 < old <= new:
        raise ValueError("a consistency proof leads from a tree that is not empty to one not smaller")
    low, high, proof = 0, new, []
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_span(middle, high, nodes))
            high = middle
        else:
            proof.append(_span(low, middle, nodes))
            low = middle
    if low:
        proof.append(_span(low, high, nodes))
    return proof[::-1]


def includes(leaf_hash: bytes, index: int, head: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether `path` proves the leaf at `index` under `head` (size, root): RFC 9162, 2.1.3.2."""
    size, expected = head
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf_hash
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == expected


def extends(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree `new` (size, root) begins with the tree `old`: RFC 9162, 2.1.4.2."""
    (first, first_root), (second, second_root) = old, new
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return False
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    before = after = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            before, after = node(step, before), node(step, after)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            after = node(after, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and before == first_root and after == second_root


def _split(width: int) -> int:
    """The largest power of two that is smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _span(low: int, high: int, nodes: Nodes) -> bytes:
    """The root over the leaves from `low` to before `high`, where `low` begins a perfect subtree."""
    width = high - low
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return nodes(level, low >> level)
    middle = low + _split(width)
    return node(_span(low, middle, nodes), _span(middle, high, nodes))
