"""The price editor in a browser: what is typed is shown at once, and without scripts by its “Show” button."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from market.accounts.queries import first_with_role
from market.base.people import Role
from market.catalogue import actions, queries
from market.catalogue.forms.entry_cells import checked
from market.catalogue.models import Edition
from market.store.db import db
from market.store.transaction import transaction
from tests.browser.conftest import LiveServer
from tests.browser.test_pages import sign_in
from tests.catalogue.test_entry_editor import NEW

HEAD = {"title": "某某收费标准", "fee_unit": "万元", "base_name": "中标金额", "base_unit": "万元", "example": "250"}
INSIDE = "inside the bracket before it"


@pytest.fixture(scope="module")
def address(live_server: LiveServer) -> str:
    """The price editor of an entry of a draft."""
    with live_server.app.app_context(), transaction() as now:
        editor = first_with_role([Role.LIST_EDITOR], "editor@example.invalid")
        assert editor is not None
        number = max(one.number for one in queries.editions()) + 1
        draft = Edition(number=number, state="draft", title="【虚构】草案", drafted_by=editor.id, drafted_at=now)
        db.session.add(draft)
        db.session.flush()
        cells, wrong = checked({**NEW, "pricing": "government_guided"})
        assert not wrong
        code = actions.set_entry(draft, actions.GivenEntry("", cells, draft.row_version), actor=editor, now=now).code
    return f"/desk/editions/{number}/entries/{code}/price"


def begin(page: Page, address: str) -> None:
    """Open the editor and fill its head and the first row."""
    sign_in(page, "editor")
    page.goto(address)
    page.select_option("#kind", "progressive")
    for name, text in HEAD.items():
        page.fill(f"#{name}", text)
    row(page, 0, ("0", "100", "1.5"))


def row(page: Page, number: int, figures: tuple[str, str, str]) -> None:
    """Fill a row of the table."""
    for cell, text in zip(("low", "high", "rate"), figures, strict=True):
        page.fill(f"#brackets-{number}-{cell}", text)


def test_an_overlap_is_told_while_it_is_typed_and_mending_it_shows_table_curve_and_proof(
    open_page: Callable[..., Page], axe: Callable[[Page], None], fits: Callable[[Page], None], address: str
) -> None:
    page = open_page(language="en", width=1440)
    begin(page, address)
    page.evaluate("window.sameDocument = true")
    page.click("[data-add]")
    expect(page.locator("#brackets-1-low")).to_have_value("100")
    row(page, 1, ("90", "", "0.8"))
    understood = page.locator("[data-price-preview]")
    expect(understood).to_contain_text(INSIDE)
    expect(page.locator("#brackets-1-low")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#why-brackets-1-low")).to_contain_text(INSIDE)
    expect(page.locator("[data-price-status]")).to_contain_text("1 problem")
    axe(page)
    page.fill("#brackets-1-low", "100")
    expect(understood.locator("svg")).to_be_visible()
    expect(understood).to_contain_text("Continuous")
    expect(understood).to_contain_text("¥27,000.00")
    expect(page.locator("#why-brackets-1-low")).to_be_empty()
    expect(page.locator("#brackets-1-low")).to_be_focused()
    assert page.evaluate("window.sameDocument") is True
    axe(page)
    fits(page)
    page.select_option("#kind", "ranges")
    expect(page.locator("#brackets-0-rate")).to_be_hidden()
    expect(page.locator("#brackets-0-least")).to_be_visible()
    page.select_option("#kind", "progressive")
    page.click('button[value="save"]:visible')
    expect(page.locator(".flash")).to_contain_text("saved in the draft")


def test_without_scripts_the_buttons_do_the_same(
    open_page: Callable[..., Page], axe: Callable[[Page], None], fits: Callable[[Page], None], address: str
) -> None:
    page = open_page(language="en", width=390, scripts=False)
    begin(page, f"{address}?schedule=new")
    page.click("[data-add]")
    row(page, 1, ("90", "", "0.8"))
    page.click(".submit button[value=show]")
    understood = page.locator("[data-price-preview]")
    expect(understood).to_contain_text(INSIDE)
    expect(page.locator("#why-brackets-1-low")).to_contain_text(INSIDE)
    page.fill("#brackets-1-low", "100")
    page.click(".submit button[value=show]")
    expect(understood.locator("svg")).to_be_visible()
    expect(understood).to_contain_text("Continuous")
    expect(page.locator("#brackets-0-rate")).to_have_value("1.5")
    fits(page)
