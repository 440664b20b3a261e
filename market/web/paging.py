"""Pages of rows. What stands in the address is a wish: a bad or far page number gives the nearest page there is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
SIZE = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of page `page` (from 1) of `pages`; `total` counts all rows."""

    items: Sequence[Row]
    total: int
    page: int
    pages: int


def wanted(args: Mapping[str, str]) -> int:
    """The page number in the address, at least 1."""
    given = args.get("page", "1")
    return max(1, int(given)) if given.isascii() and given.isdecimal() and len(given) < 10 else 1


def page_of(total: int, wish: int, fetch: Callable[[int, int], Sequence[Row]], *, size: int = SIZE) -> Page[Row]:
    """The page nearest to `wish`; `fetch(limit, offset)` reads its rows."""
    pages = max(1, -(-total // size))
    page = min(max(1, wish), pages)
    return Page(fetch(size, (page - 1) * size) if total else (), total, page, pages)
