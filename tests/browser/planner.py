"""Who walks through the navigator: a visitor's steps, the checks of every page on the way, and the guide's pictures."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from playwright.sync_api import Locator, Page

from market.accounts.queries import first_with_role
from market.agencies import actions as agencies
from market.agencies.queries import agency_of
from market.agencies.rules import Fixed, PerUnit
from market.base import clock
from market.base.errors import Refusal
from market.base.people import Role
from market.catalogue.queries import edition_in_force, entry_of, fee_items_of
from market.catalogue.rules import PriceState
from market.pages.queries.editions import published
from market.pages.queries.navigator import chosen
from market.store.transaction import transaction
from tests.browser.city import MARKS, MORNING
from tests.browser.guide import small

PICTURES = Path(__file__).parents[2] / "docs" / "users" / "pictures"
WRITES = os.environ.get("MARKET_WRITE_TOUR") == "1"
DESK, PHONE, NARROW = 1440, 390, 320
PICTURED = {"desk": (1080, 900), "strip": (1080, 420)}


def mark_prices_of(app: Flask, bundle: str) -> int:
    """Let the city's agencies mark a price of what a bundle needs and nobody serves yet; return how many they marked.

    What the list's own price rule does not let them mark like this stays without a price, as in life.
    """
    served = {name for marks in MARKS.values() for name in marks}
    marked = 0
    with app.app_context(), clock.moved_to(MORNING - timedelta(hours=1)):
        wanted = [one.entry for one in chosen(published(1), bundle, []).entries]
        codes = [entry.code for entry in wanted if entry.name_zh not in served]
        for place, mailbox in enumerate(("agency1", "agency2", "agency4")):
            shop = first_with_role([Role.AGENCY], f"{mailbox}@example.invalid")
            for number, code in enumerate(codes):
                with suppress(Refusal), transaction() as now:
                    entry = entry_of(code, edition_in_force(clock.china_date(now)))
                    items = [one for one in fee_items_of(entry.id) if one.price_state != PriceState.UNPUBLISHED]
                    fen = (3 + number % 7) * (10 + place) * 100
                    prices = {one.id: Fixed(fen * 100) if one.unit == "项" else PerUnit(fen) for one in items}
                    agencies.mark_price(
                        agency_of(shop), agencies.Marking(entry, prices, 12 + place), actor=shop, now=now
                    )
                    marked += 1
    return marked


@dataclass
class Walk:
    """A page and what every page on the way must hold: no violation on a desk and a phone, no sideways scroll."""

    page: Page
    axe: Callable[[Page], None]
    fits: Callable[[Page], None]

    def go(self, address: str, status: int = 200) -> "Walk":
        """Type an address."""
        answer = self.page.goto(address)
        assert answer is not None and answer.status == status, f"{address}: {answer and answer.status}"
        return self

    def press(self, what: Locator) -> "Walk":
        """Press a link or a button that leads to another page."""
        with self.page.expect_navigation():
            what.click()
        return self

    def look(self) -> "Walk":
        """Check the page shown, then go back to the width it had."""
        had = self.page.viewport_size
        for width in (DESK, PHONE, NARROW):
            self.page.set_viewport_size({"width": width, "height": 900})
            if width != NARROW:
                self.axe(self.page)
            self.fits(self.page)
        if had is not None:
            self.page.set_viewport_size(had)
        return self

    def glance(self) -> "Walk":
        """Check the page shown at the width it has."""
        self.axe(self.page)
        self.fits(self.page)
        return self

    def picture(self, name: str, *, size: str = "desk", focus: str = "main") -> "Walk":
        """Take a picture for the guide when it is to be written; `focus` is what the picture begins with."""
        if not WRITES:
            return self
        had, (width, height) = self.page.viewport_size, PICTURED[size]
        self.page.set_viewport_size({"width": width, "height": 900})
        bounds = "one => [one.getBoundingClientRect().top + scrollY, document.querySelector('main').offsetHeight]"
        top, tall = self.page.locator(focus).first.evaluate(bounds)
        clip = {"x": 0, "y": max(0, int(top) - 16), "width": width, "height": min(height, int(tall))}
        taken = self.page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        blank = self.page.context.new_page()
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(small(blank, taken))
        blank.close()
        if had is not None:
            self.page.set_viewport_size(had)
        return self

    def text(self, selector: str = "main") -> str:
        """What stands in the first element of a kind, in one line."""
        return " ".join(self.page.locator(selector).first.inner_text().split())
