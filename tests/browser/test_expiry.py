"""A paper that ends: told before, the service rests by the clock alone, the renewal passes and it serves again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from market.base.clock import CHINA
from market.jobs.agencies import watch_agencies
from tests.browser.city import HELD, NAMES, NOTARY
from tests.browser.guide import Screen
from tests.browser.planner import Walk
from tests.browser.test_navigator import codes
from tests.browser.test_pages import sign_in

EXPIRED = "事项要求的证书已到期"
SEAL, DESK = "agency3", "admission"
HOME = "/desk/agency"
MONTH_BEFORE = datetime(2029, 12, 3, 10, tzinfo=CHINA)
"""The paper's last day is the last of 2029."""
ENDED = datetime(2030, 1, 2, 10, tzinfo=CHINA)
RENEWED = {"valid_from": "2030-01-01", "valid_until": "2034-12-31"}


def test_a_paper_ends_the_service_rests_and_the_renewal_lets_it_serve_again(
    open_page: Callable[..., Page],
    live_server: Any,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    def person(mailbox: str, language: str = "zh") -> Walk:
        page = open_page(language=language)
        sign_in(page, mailbox)
        return Walk(page, axe, fits)

    code = codes(live_server)[NOTARY]
    chinese, english = Walk(open_page(), axe, fits), Walk(open_page(width=390, language="en"), axe, fits)
    _until(live_server, MONTH_BEFORE)
    assert NAMES["seal"] in english.go(f"/list/{code}?q1=30").text("#offers")
    shop = person(SEAL)
    assert code in shop.go("/desk/notices").text() and "2029-12-31" in shop.text()
    assert NOTARY in shop.go("/desk/my-agency").glance().text("#papers") and "还有28天" in shop.text("#papers")

    _until(live_server, ENDED)
    for anybody, rests, why in (
        (chinese, "暂停的服务", EXPIRED),
        (english, "Services that rest", "ended on 31 Dec 2029"),
    ):
        for public in (f"/list/{code}?q1=30", f"/list/{code}/offers?q1=30"):
            assert NAMES["seal"] not in anybody.go(public).text()
        anybody.go("/agencies?q=样例丙").press(anybody.page.locator("main a", has_text=NAMES["seal"]).first).glance()
        assert rests in anybody.text() and why in anybody.text("#rests"), anybody.text("#rests")
    public = english.page.url
    shop = person(SEAL)
    assert EXPIRED in shop.go("/desk/my-agency").glance().text("#papers")
    assert code in shop.go("/desk/notices").text()
    # The desk of marked prices says so too: a price in force that nobody can choose would be a riddle.
    assert EXPIRED in shop.go("/desk/offers").glance().text("section[aria-labelledby=marked]")

    _renews(shop)
    desk = person(DESK, "en")
    desk.go("/desk/admission").press(desk.page.locator("main a", has_text=NAMES["seal"]).first).glance()
    screen = Screen(desk.page)
    screen.send(f"{screen.path}/admit")
    assert NAMES["seal"] in chinese.go(f"/list/{code}?q1=30").glance().text("#offers")
    assert "Services that rest" not in english.go(public).glance().text()
    _until(live_server, ENDED + timedelta(hours=1))
    assert "已恢复，可以再被选取" in shop.go("/desk/notices").text()
    # As of the day on which it rested, and of the one before.
    assert "31 Dec 2029" in english.go(f"{public}?on=2030-01-01").glance().text()
    assert "could be chosen" in english.go(f"{public}?on=2029-12-31").text()


def _until(site: Any, moment: datetime) -> None:
    """Let the site live to a moment, and its clock start what it starts."""
    site.time.moment = moment
    with site.time.stands(), site.app.app_context():
        watch_agencies()


def _renews(shop: Walk) -> None:
    """Bring the new paper in by a change, from the desk's own link to the last page."""
    page = shop.page
    shop.go("/desk/my-agency").press(page.locator("#papers a", has_text="续期").first)
    shop.press(page.locator(f'main form[action="{HOME}/begin"] button'))
    shop.press(page.locator(f'main a[href="{HOME}/papers"]'))
    form = page.locator(f'main form[action="{HOME}/papers"]')
    form.locator('[name="qualification"]').select_option(HELD["公证"])
    for name, text in {
        "name": "【虚构】资质证书（换证）",
        "number": "FAKE-2030",
        "issuer": "【虚构】发证机关",
        **RENEWED,
    }.items():
        form.locator(f'[name="{name}"]').fill(text)
    shop.press(form.locator("button"))
    shop.go(f"{HOME}/letter")
    page.locator('main [name="commitment"]').check()
    shop.press(page.locator(f'main form[action="{HOME}/letter"] button'))
    shop.press(page.locator(f'main form[action="{HOME}/check"] button'))
