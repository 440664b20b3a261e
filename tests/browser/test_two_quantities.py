"""Two agencies' prices for two quantities: who is the cheapest follows from how much one needs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page

from market.accounts.queries import first_with_role
from market.agencies import actions as agencies
from market.agencies.queries import agency_of
from market.agencies.rules import Fixed
from market.base.people import Role
from market.catalogue.queries import edition_in_force, entry_of, fee_items_of
from market.store.transaction import transaction
from tests.browser.city import INSPECTION, MORNING, NAMES
from tests.browser.planner import Walk
from tests.browser.test_navigator import codes

SHOP = "agency1"
SMALL, LARGE = "3000", "１２，０００"
"""500 yuan and 2.40 for each square metre are 7,700 and 29,300; the other agency asks 15,000 for the whole."""


@pytest.fixture(scope="module", autouse=True)
def _second_price(live_server: Any) -> None:
    """Another agency does the same work for one sum."""
    code = codes(live_server)[INSPECTION]
    with live_server.time.stands(), live_server.app.app_context():
        shop = first_with_role([Role.AGENCY], f"{SHOP}@example.invalid")
        assert shop is not None
        with transaction() as now:
            entry = entry_of(code, edition_in_force(MORNING.date()))
            prices = {item.id: Fixed(15_000_00) for item in fee_items_of(entry.id)}
            agencies.mark_price(agency_of(shop), agencies.Marking(entry, prices, 8), actor=shop, now=now)


@pytest.mark.parametrize(
    ("language", "width", "words"), [("zh", 1440, "比较全部标价"), ("en", 390, "Compare all marked prices")]
)
def test_the_cheapest_of_two_agencies_changes_with_the_quantity(
    open_page: Callable[..., Page],
    live_server: Any,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    language: str, width: int, words: str,
) -> None:  # fmt: skip
    walk = Walk(open_page(width=width, language=language), axe, fits)
    page = walk.page
    walk.go(f"/list/{codes(live_server)[INSPECTION]}?q1={SMALL}").press(page.locator("main a", has_text=words).first)
    assert walk.glance() and _shown(page) == [("probe", "¥7,700.00"), ("green", "¥15,000.00")]
    page.locator('main form [name="q1"]').fill(LARGE)
    walk.press(page.locator("main form.inline-form button[type=submit]").first).glance()
    assert _shown(page) == [("green", "¥15,000.00"), ("probe", "¥29,300.00")]
    # How each sum comes about opens without a script, and choosing goes on with the quantity that was compared.
    page.locator("main tbody tr details summary").nth(1).click()
    how = page.locator("main tbody tr").nth(1).inner_text()
    assert "¥2.40" in how and "12000" in how, how
    chosen = str(page.locator("main tbody td.act a").first.get_attribute("href"))
    assert LARGE in unquote(chosen), chosen


def _shown(page: Page) -> list[tuple[str, str]]:
    """Who asks how much, in the order of the page."""
    who = {name: key for key, name in NAMES.items()}
    rows = page.locator("main tbody tr")
    names = [rows.nth(at).locator("td a").first.inner_text().strip() for at in range(rows.count())]
    sums = [rows.nth(at).locator("td.n span").first.inner_text().strip() for at in range(rows.count())]
    return [(who[name], said) for name, said in zip(names, sums, strict=True)]
