"""A bad or far page number gives the nearest page there is."""

import pytest

from market.web.paging import page_of, wanted

ROWS = list(range(45))


def fetch(limit: int, offset: int) -> list[int]:
    return ROWS[offset : offset + limit]


@pytest.mark.parametrize(
    ("given", "page"), [("2", 2), ("0", 1), ("-1", 1), ("x", 1), ("", 1), ("99999999999", 1), ("²", 1), ("٣", 1)]
)
def test_an_odd_page_number_is_page_one(given: str, page: int) -> None:
    assert wanted({"page": given}) == page


def test_a_page_beyond_the_last_is_the_last() -> None:
    page = page_of(45, 99, fetch)
    assert (page.page, page.pages, list(page.items)) == (3, 3, [40, 41, 42, 43, 44])


def test_nothing_is_one_empty_page_and_asks_for_no_rows() -> None:
    def never(limit: int, offset: int) -> list[int]:
        raise AssertionError

    page = page_of(0, 1, never)
    assert (page.page, page.pages, page.total, list(page.items)) == (1, 1, 0, [])
