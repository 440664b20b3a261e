"""The tree of RFC 6962: exhaustive for every size to 70, and no proof of anything that is not so."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.journal.rules import tree

SIZES = range(1, 71)
LEAVES = [tree.leaf(f"act {number}".encode()) for number in range(71)]
NODES = tree.nodes_of(LEAVES)


def plainly(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962, 2.1 defines it, by recursion."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + plainly(leaves[:split]) + plainly(leaves[split:])).digest()


ROOTS = [plainly(LEAVES[:size]) for size in range(71)]


def flipped(data: bytes, byte: int = 0) -> bytes:
    return data[:byte] + bytes([data[byte] ^ 1]) + data[byte + 1 :]


def test_the_root_is_that_of_the_rfc_for_every_size() -> None:
    for size in range(71):
        assert tree.root(LEAVES[:size]) == tree.root_at(size, NODES) == ROOTS[size]


def test_the_root_of_the_published_example_is_as_published() -> None:
    # Certificate Transparency's own reference data (merkletree tests of google/certificate-transparency).
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [tree.leaf(bytes.fromhex(given)) for given in inputs]
    assert tree.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proved_and_nothing_else_is(size: int) -> None:
    head = (size, ROOTS[size])
    for index in range(size):
        path = tree.inclusion(index, size, NODES)
        leaf = LEAVES[index]
        assert tree.includes(leaf, index, head, path)
        assert not tree.includes(flipped(leaf), index, head, path)
        assert not tree.includes(leaf, index, (size, flipped(ROOTS[size])), path)
        assert not any(tree.includes(leaf, other, head, path) for other in range(-1, size + 2) if other != index)
        assert not tree.includes(leaf, index, head, [*path, leaf])
        for step in range(len(path)):
            assert not tree.includes(leaf, index, head, [*path[:step], flipped(path[step]), *path[step + 1 :]])
            assert not tree.includes(leaf, index, head, [*path[:step], *path[step + 1 :]])


@pytest.mark.parametrize("new", SIZES)
def test_every_older_tree_is_proved_and_no_other_is(new: int) -> None:
    for old in range(1, new + 1):
        proof = tree.consistency(old, new, NODES)
        before, after = (old, ROOTS[old]), (new, ROOTS[new])
        assert tree.extends(before, after, proof)
        assert not tree.extends((old, flipped(ROOTS[old])), after, proof)
        assert not tree.extends(before, (new, flipped(ROOTS[new])), proof)
        assert not tree.extends(before, after, [*proof, ROOTS[old]])
        for step in range(len(proof)):
            assert not tree.extends(before, after, [*proof[:step], flipped(proof[step]), *proof[step + 1 :]])
            assert not tree.extends(before, after, [*proof[:step], *proof[step + 1 :]])
        if old < new:
            assert not tree.extends(after, before, proof)
            assert not tree.extends((old - 1, ROOTS[old - 1]), after, proof)
            assert not tree.extends((old + 1, ROOTS[old + 1]), after, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (5, 4)])
def test_no_proof_is_made_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        tree.inclusion(index, size, NODES)


@pytest.mark.parametrize(("old", "new"), [(0, 4), (5, 4)])
def test_no_proof_leads_from_an_empty_or_a_larger_tree(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="consistency"):
        tree.consistency(old, new, NODES)


@given(st.integers(1, 2**40), st.data())
def test_proofs_hold_in_trees_of_any_size(size: int, data: st.DataObject) -> None:
    """A tree whose every leaf is the same has known nodes at any size."""
    level = [LEAVES[0]]
    for _ in range(41):
        level.append(tree.node(level[-1], level[-1]))

    def nodes(height: int, _index: int) -> bytes:
        return level[height]

    head = (size, tree.root_at(size, nodes))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert tree.includes(LEAVES[0], index, head, tree.inclusion(index, size, nodes))
    assert tree.extends((old, tree.root_at(old, nodes)), head, tree.consistency(old, size, nodes))
