"""A draw at real screens, from the buyer's form to the award: sign-up, freeze, beacon, replay, refusal."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from market.base import clock
from market.base.clock import CHINA
from market.base.draw import Drand
from market.jobs import draws as jobs
from market.selection.actions.draws import keep_round
from market.selection.queries import draw_of
from market.store.transaction import transaction
from tests.browser.city import QUANTITIES, REPORT
from tests.browser.guide import Screen
from tests.browser.test_pages import sign_in

DEADLINE = datetime(2026, 3, 6, 0, 0, tzinfo=CHINA)
BEACON = DEADLINE + timedelta(minutes=15)
REASON = "【虚构】本月人员均在外业，无法承接"


def test_a_draw_is_signed_up_for_frozen_drawn_computed_again_and_refused(
    open_page: Callable[..., Page], live_server: Any, axe: Callable[[Page], None], fits: Callable[[Page], None]
) -> None:
    ref, shops = _published(open_page), [Screen(open_page()) for _ in range(2)]
    for number, shop in enumerate(shops, 1):
        sign_in(shop.page, f"agency{number}")
        page = f"/desk/opportunities/{ref}"
        shop.go(page).fill(f"{page}/sign-up", nonce=f"{number}" * 32).send(f"{page}/sign-up")
        assert f"{number}" * 32 in shop.text("main")
    axe(shops[0].page)
    visitor = Screen(open_page(width=390, language="en"))
    visitor.go(f"/draws/{ref}")
    assert "2 signed up so far" in visitor.text("main")
    axe(visitor.page)
    fits(visitor.page)

    _clock(live_server, DEADLINE + timedelta(minutes=1), ref)
    visitor.go(f"/draws/{ref}")
    assert visitor.page.locator("[data-countdown]").is_visible()
    axe(visitor.page)
    _clock(live_server, BEACON, ref)

    visitor.go(f"/draws/{ref}")
    _compute(visitor.page)
    axe(visitor.page)
    fits(visitor.page)
    first = visitor.page.locator("tr.best th a").inner_text()
    for number, shop in enumerate(shops, 1):
        # Days have passed, and with them the session.
        sign_in(shop.page, f"agency{number}")
    winner = next(shop for shop in shops if "You were selected" in _english(shop, ref))
    refusal = f"/desk/opportunities/{ref}/refuse"
    winner.page.locator("main details.confirm summary").last.click()
    winner.fill(refusal, why=REASON).send(refusal)
    visitor.go(f"/draws/{ref}")
    assert visitor.page.locator("tr.best th a").inner_text() != first
    assert REASON in visitor.text("main")
    _compute(visitor.page)
    axe(visitor.page)
    _tampered(visitor.page, ref)


def _published(open_page: Callable[..., Page]) -> str:
    buyer = Screen(open_page())
    sign_in(buyer.page, "enterprise1")
    buyer.go("/list?q=" + REPORT)
    code = buyer.page.locator('main a[href^="/list/ZJ-"]', has_text=REPORT).first.get_attribute("href")
    path = f"/desk/requests/new/{str(code).rpartition('/')[2]}"
    buyer.go(path)
    buyer.page.locator('main input[name^="quantity_"]').first.fill(QUANTITIES[REPORT])
    buyer.fill(method="random", funding="social").send()
    ref = buyer.path.rpartition("/")[2]
    buyer.send(f"/desk/requests/{ref}/publish")
    assert buyer.page.locator(f'main a[href="/draws/{ref}"]').count() >= 1
    return ref


def _clock(site: Any, moment: datetime, ref: str) -> None:
    """The clock's job runs at a moment; at the beacon's time a relay's job has kept the round."""
    site.time.moment = moment
    with site.app.app_context(), clock.moved_to(moment):
        if moment >= BEACON:
            with transaction() as now:
                keep_round(Drand(int(draw_of(ref).beacon_name), "ab" * 48), now=now)
        jobs.watch_draws(())


def _compute(page: Page) -> None:
    page.locator("[data-replay] button").click()
    page.locator(".verdict.good").wait_for()
    assert page.locator(".checks .good").count() == 10


def _english(shop: Screen, ref: str) -> str:
    return shop.go(f"/desk/opportunities/{ref}?lang=en").text("main")


def _tampered(page: Page, ref: str) -> None:
    """Whoever answers with another nonce is seen by the browser."""

    def lie(route: Any) -> None:
        told = route.fetch().json()
        told["pool"][0]["nonce"] = "f" * 32
        route.fulfill(json=told)

    page.route(f"**/draws/{ref}.json", lie)
    page.locator("[data-replay] button").click()
    page.locator(".verdict.bad").wait_for()
    assert page.locator(".checks .bad").count() >= 2
