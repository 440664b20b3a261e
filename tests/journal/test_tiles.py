"""A log cut into files: paths and bundles are read exactly as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.journal.rules import tiles


@given(st.integers(0, 10**12), st.integers(1, 256))
def test_paths_are_read_as_they_are_written(number: int, width: int) -> None:
    assert tiles.read(tiles.written(number, width)) == (number, width)


def test_paths_are_those_of_the_specification() -> None:
    assert tiles.written(1234067) == "x001/x234/067"
    assert tiles.written(273, 112) == "273.p/112"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "1",
        "0001",
        "x000/001",
        "000/001",
        "x001",
        "001.p/0",
        "001.p/256",
        "001.p/01",
        "001.p/",
        "-01",
        "00१",
        "001/",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not the path"):
        tiles.read(path)


@given(st.lists(st.binary(max_size=400), max_size=256))
def test_bundles_are_read_as_they_are_written(leaves: list[bytes]) -> None:
    assert tiles.unbundled(tiles.bundle(leaves)) == leaves


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5), st.data())
def test_a_truncated_bundle_is_named(leaves: list[bytes], data: st.DataObject) -> None:
    whole = tiles.bundle(leaves)
    ends = {len(tiles.bundle(leaves[:count])) for count in range(len(leaves) + 1)}
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda at: at not in ends))
    with pytest.raises(ValueError, match="cut off"):
        tiles.unbundled(whole[:cut])


def test_a_tile_is_as_wide_as_the_tree_says() -> None:
    size = 256 * 256 * 2 + 256 * 3 + 7
    assert [tiles.width_at(size, 0, number) for number in (0, 514, 515, 516)] == [256, 256, 7, 0]
    assert [tiles.width_at(size, 1, number) for number in (1, 2, 3)] == [256, 3, 0]
    assert tiles.width_at(size, 2, 0) == 2
