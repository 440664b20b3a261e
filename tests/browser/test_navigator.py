"""From "I need this permit" to a priced, dated plan without an account, and from the plan to drafted requests."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from market.base import clock
from market.catalogue.models import Act, Entry
from market.pages.plan_sheet import sheet
from market.pages.views.saved_plan import open_plan
from market.store.db import db
from tests.browser.city import INSPECTION, MORNING
from tests.browser.planner import Walk, mark_prices_of
from tests.browser.test_pages import sign_in

ANSWERS = {
    "approval": "filing", "land": "6", "energy": "no", "eia": "report", "discharge": "simple", "occupational": "no",
    "hazard": "no", "supervised": "no", "flood": "no",
}  # fmt: skip
WORDS = {
    "zh": {"must": "必须购买", "keep": "保存方案", "again": "按我的数量重新计算", "no_more": "任何人不得要求别的"},
    "en": {
        "must": "Must buy",
        "keep": "Keep it",
        "again": "Work it out with my quantities",
        "no_more": "Nobody may ask",
    },
}
MERGED = ("洪水影响评价类审批", "生产建设项目水土保持方案审批", "建设工程消防验收（备案）")

Opener = Callable[..., Page]
Check = Callable[[Page], None]


@pytest.fixture(scope="module", autouse=True)
def _priced(live_server: Any) -> None:
    """The factory's services have prices."""
    assert mark_prices_of(live_server.app, "factory") > 20


def codes(site: Any) -> dict[str, str]:
    """The list's codes by the service's name."""
    with site.app.app_context():
        found = {entry.name_zh: entry.code for entry in db.session.scalars(select(Entry))}
        db.session.rollback()
    return found


def answer(walk: Walk, answers: dict[str, str]) -> None:
    """Answer the questions that the page asks and send the form."""
    for code, value in answers.items():
        field = walk.page.locator(f'[name="a.{code}"]')
        if field.count() and field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.count():
            field.fill(value)
    walk.press(walk.page.locator("#answers .stick button"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_visitor_comes_from_home_to_a_priced_and_dated_plan_that_anybody_can_open(
    language: str, open_page: Opener, live_server: Any, axe: Check, fits: Check
) -> None:
    words, listed = WORDS[language], codes(live_server)
    walk = Walk(open_page(width=1440, language=language), axe, fits).go("/").look()
    if language == "zh":
        walk.picture("plan-1-home-zh", focus="main section")
    walk.press(walk.page.locator('main a[href$="/plan?bundle=factory"]').first).look()
    everything = walk.page.locator(".four > section:first-child li").count()
    answer(walk, ANSWERS)
    walk.look().picture(f"plan-2-groups-{language}")
    assert words["must"] in walk.text(".four") and words["no_more"] in walk.text()
    assert 0 < walk.page.locator(".four > section:first-child li").count() < everything
    # A quantity changes the cost; where nobody marked a price for so much, the page says up to where.
    before, priced = walk.text("h1"), walk.text(".cols .sum")
    row = walk.page.locator(f"tr#{listed[INSPECTION]}")
    row.locator("input").fill("6000")
    walk.press(walk.page.get_by_role("button", name=words["again"]).first)
    row = walk.page.locator(f"tr#{listed[INSPECTION]}")
    # 500 yuan, and 2.40 yuan for each of 6,000 square metres.
    assert re.search(r"14,900|1\.49", row.inner_text()) and walk.text("h1") != before
    if language == "zh":
        walk.picture("plan-3-quantity-zh", size="strip", focus=f"tr#{listed[INSPECTION]}")
    headline, total = walk.text("h1"), walk.text(".cols .sum")
    assert total != priced
    walk.press(walk.page.get_by_role("button", name=words["keep"])).look()
    assert walk.text("h1") == headline and total in walk.text()
    walk.picture(f"plan-4-kept-{language}")
    link = walk.page.url
    other = Walk(open_page(width=390, language=language), axe, fits).go(link)
    assert other.text("h1") == headline and total in other.text() and words["no_more"] in other.text()
    assert other.page.locator(".qr svg").count() == 1
    _the_pdf_says_the_same(other.page, live_server, total)


def _the_pdf_says_the_same(page: Page, site: Any, total: str) -> None:
    """The document opens; its letters are packed, so what it says is read from the data it is made of."""
    token = page.url.rpartition("/")[2]
    document = page.request.get(f"/plans/{token}.pdf")
    assert (document.status, document.headers["content-type"]) == (200, "application/pdf")
    body = document.body()
    assert body.startswith(b"%PDF-") and body.rstrip().endswith(b"%%EOF") and len(re.findall(rb"/Type\s*/Page\b", body))
    language = next(one["value"] for one in page.context.cookies() if one["name"] == "lang")
    with site.app.test_request_context(headers={"Cookie": f"lang={language}"}), clock.moved_to(MORNING):
        opened = open_plan(token)
        data = sheet((opened.headline, page.url), opened.result, opened.planned, opened.edition)
        db.session.rollback()
    assert data["sums"][0]["sum"] == total and data["qr"].startswith("<svg") and data["address"] == page.url
    assert data["title"].replace("\N{NO-BREAK SPACE}", " ") == " ".join(page.locator("h1").inner_text().split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_enterprise_drafts_the_requests_of_a_plan_in_one_go(
    language: str, open_page: Opener, live_server: Any, axe: Check, fits: Check
) -> None:
    listed = codes(live_server)
    buyer = "enterprise2" if language == "zh" else "enterprise3"
    page = open_page(width=1440, language=language)
    sign_in(page, buyer)
    walk = Walk(page, axe, fits).go("/desk/basket").look()
    walk.go("/plan/choose")
    for act in _acts(live_server):
        box = page.locator(f'input[name="act"][value="{act}"]')
        box.evaluate("one => { one.closest('details').open = true }")
        box.check()
    walk.press(page.locator(".act-search .stick button"))
    answer(walk, {"land": "6", "flood": "yes"})
    assert page.locator("#answers").is_visible()
    page.locator(f"tr#{listed[INSPECTION]} input").fill("6000")
    walk.press(page.locator(".again button").first).look()
    walk.press(page.locator('form[action="/desk/basket/put"] button').first).look()
    walk.picture(f"plan-5-basket-{language}")
    rows = page.locator("#basket tbody tr").count()
    assert rows >= 3
    # A quantity that nobody can read leaves its service in the basket and says why beside it.
    for field in page.locator('#basket input[inputmode="decimal"]').all():
        if not field.input_value():
            field.fill("1")
    bad = page.locator(f'#basket tr:has-text("{listed[INSPECTION]}") input[inputmode="decimal"]').first
    bad.fill("many")
    page.locator('#basket [name="method"]').first.check()
    walk.press(page.locator("#basket .submit button")).look()
    assert page.locator("#basket tbody tr").count() == 1 and page.locator("#basket .field-error").count()
    drafted = page.locator("main .ref[href]").count()
    page.locator('#basket input[inputmode="decimal"]').first.fill("6000")
    walk.press(page.locator("#basket .submit button")).look()
    # The merged group is one reference more, with its lots beneath it.
    assert walk.page.url.endswith("/desk/requests") and drafted == rows - 1 + 1
    titles = page.locator("main tbody tr").all_inner_texts()
    assert sum("多评合一" in title for title in titles) == 1 and page.locator("main tbody tr.lot").count() >= 2, titles
    assert any("6,000" in title or INSPECTION[:4] in title for title in titles)


def _acts(site: Any) -> list[int]:
    with site.app.app_context():
        found = list(db.session.scalars(select(Act.id).where(Act.name_zh.in_(MERGED))))
        db.session.rollback()
    return found


def test_the_plan_is_made_kept_and_put_into_the_basket_without_scripts(
    open_page: Opener, live_server: Any, axe: Check, fits: Check
) -> None:
    listed = codes(live_server)
    page = open_page(width=390, scripts=False)
    sign_in(page, "enterprise1")
    page.goto("/plan/choose?q=消防验收")
    page.locator('input[name="act"]').first.check()
    page.click(".act-search .stick button")
    page.locator(f"tr#{listed[INSPECTION]} input").fill("many")
    page.locator(".again button").first.click()
    assert page.locator(f"tr#{listed[INSPECTION]} .field-error").is_visible()
    page.locator(f"tr#{listed[INSPECTION]} input").fill("6000")
    page.locator(".again button").first.click()
    assert "14,900" in page.inner_text(".cols .sum")
    plan = page.url
    page.locator('form[action="/plans"] button').first.click()
    assert "/plans/" in page.url and "14,900" in page.inner_text("main")
    fits(page)
    page.goto(plan)
    page.locator('form[action="/desk/basket/put"] button').click()
    assert page.locator('#basket input[inputmode="decimal"]').first.input_value() == "6000"
    page.locator("#basket .submit button").click()
    assert page.url.endswith("/desk/requests")
    fits(page)
