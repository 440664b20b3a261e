"""An edition that ends marked prices: the agency is told what to change, marks one again by one click, one by hand."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from playwright.sync_api import Page

from market.accounts.queries import first_with_role
from market.base.clock import CHINA
from market.base.people import Role
from market.base.sheets.cells import Row
from market.catalogue import actions as catalogue
from market.catalogue.queries import edition_numbered
from market.cli.demo.lists import packaged_list
from market.jobs.catalogue import bring_list_into_force
from market.store.transaction import transaction
from tests.browser.city import INSPECTION, MORNING, NAMES, SAMPLING
from tests.browser.planner import Walk
from tests.browser.test_navigator import codes
from tests.browser.test_pages import sign_in

THE_DAY = date(2026, 3, 9)
FIRST_MORNING = datetime(2026, 3, 9, 9, tzinfo=CHINA)
CHANGES = {INSPECTION: {"time_limit_workdays": "5"}, SAMPLING: {"unit_zh": "样品"}}
"""Less time for one service; another unit for the other, so that no price follows from the old one."""
SHOP, OFFERS = "agency4", "/desk/offers"


def test_an_edition_ends_prices_and_the_agency_marks_them_again(
    open_page: Callable[..., Page],
    live_server: Any,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    listed = codes(live_server)
    tested, sampled = listed[INSPECTION], listed[SAMPLING]
    anybody = Walk(open_page(width=390, language="en"), axe, fits)
    _publish_the_next(live_server)
    for code in (tested, sampled):
        assert NAMES["probe"] in anybody.go(f"/list/{code}?q1=6000").text("#offers")
    live_server.time.moment = FIRST_MORNING
    with live_server.time.stands(), live_server.app.app_context():
        bring_list_into_force()
    for code in (tested, sampled):
        assert NAMES["probe"] not in anybody.go(f"/list/{code}?q1=6000").glance().text()
    page = open_page()
    sign_in(page, SHOP)
    shop = Walk(page, axe, fits).go("/desk/notices").glance()
    told = shop.text()
    assert f"【承诺天数超过新的时限】 {tested}" in told and f"【收费标准有变】 {sampled}" in told, told
    shop.press(page.locator(f'main a[href="{OFFERS}"]').first).glance()
    again = page.locator("section[aria-labelledby=again]")
    assert again.locator("tbody tr").count() == 2
    mine = again.locator("tbody tr", has_text=tested)
    assert "10 → 5" in mine.inner_text()
    shop.press(mine.locator("form button")).glance()
    # The other one only the agency can say: there is no button for it, but the way to its form.
    other = again.locator("tbody tr")
    assert other.count() == 1 and other.locator("form").count() == 0
    shop.press(other.locator("a")).glance()
    _marks(shop, "1,650")
    assert again.count() == 0 and page.locator("section[aria-labelledby=marked] tbody tr").count() == 2
    assert NAMES["probe"] in anybody.go(f"/list/{tested}?q1=6000").glance().text("#offers")
    for code, figures in ((tested, ("¥2.40",)), (sampled, ("¥1,800.00", "¥1,650.00"))):
        anybody.go(f"/agencies?q={NAMES['probe'][4:12]}")
        anybody.press(anybody.page.locator("main a", has_text=NAMES["probe"]).first)
        anybody.press(anybody.page.locator(f'main a[href$="/prices/{code}"]')).glance()
        history = anybody.text()
        assert "edition 1" in history and "edition 2" in history, history
        assert [one for one in (*figures, "9 Mar 2026") if one not in history] == [], history


def _publish_the_next(site: Any) -> None:
    """The list as it is, but for CHANGES, published this morning for a day next week."""
    with site.time.stands(), site.app.app_context():
        data = packaged_list(MORNING.date())
        data.items = [Row(row.line, {**row.cells, **CHANGES.get(row["name_zh"], {})}) for row in data.items]
        editor, approver = (
            first_with_role([role], f"{mailbox}@example.invalid")
            for role, mailbox in ((Role.LIST_EDITOR, "editor"), (Role.LIST_APPROVER, "approver"))
        )
        assert editor is not None and approver is not None
        with transaction() as now:
            edition = catalogue.import_edition(data, "【虚构】下一版", actor=editor, now=now)
            number = edition.number
            catalogue.submit(edition, actor=editor, now=now)
        with transaction() as now:
            catalogue.publish(edition_numbered(number), THE_DAY, actor=approver, now=now)


def _marks(shop: Walk, yuan: str) -> None:
    """Mark one figure whatever the quantity."""
    page = shop.page
    kind = page.locator('main form#mark [name^="kind_"]')
    kind.select_option("fixed")
    page.locator('main form#mark [name^="base_"]').fill(yuan)
    page.locator('main form#mark [name="promised_days"]').fill("12")
    shop.press(page.locator("main form#mark .stick button")).glance()
