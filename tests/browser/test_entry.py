"""An agency from the empty form to a public price: returned once with reasons at the fields, corrected, passed."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from market.agencies.rules.steps import FilingStep
from tests.browser.city import INSPECTION
from tests.browser.guide import Screen
from tests.browser.planner import Walk
from tests.browser.test_navigator import codes
from tests.browser.test_pages import sign_in
from tests.make import make_uscc

NAME, MAILBOX, SECRET = "【虚构】逐页申报咨询有限公司（测试）", "step-by-step", "seven herons over a lake"
HOME, OFFERS, SEARCH = "/desk/agency", "/desk/offers", "main [name=q]"
PDF = {"name": "licence.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1 0 obj\n%%EOF\n"}
DAYS = {"valid_from": "2025-05-01", "valid_until": "2029-04-30"}


def test_an_agency_applies_page_by_page_is_returned_once_corrects_and_asks_a_public_price(
    open_page: Callable[..., Page],
    live_server: Any,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    screen = Screen(open_page())
    person = {"name": "【虚构】样例经办", "email": f"{MAILBOX}@example.invalid"}
    screen.go("/account/register-agency").fill(organisation=NAME, uscc=make_uscc(8107), region="虚构市", **person)
    screen.fill(password=SECRET, password_again=SECRET).send()
    screen.go(HOME).follow(f"{HOME}/kind")
    _fill_in(screen)
    page = screen.page
    assert screen.path == f"{HOME}/check"
    assert page.locator("main aside.law.amber").count() == 0
    _look_at_every_step(open_page(width=390, language="en"), axe, fits)
    axe(page)
    screen.send(f"{HOME}/check")

    desk = Screen(open_page())
    sign_in(desk.page, "admission")
    desk.go("/desk/admission").page.locator("main a", has_text=NAME).first.click()
    desk.page.wait_for_url("**/desk/admission/AG-*")
    application = desk.path
    desk.page.locator('main input[value^="contact_unreachable"]').first.check()
    desk.send(f"{application}/return")

    screen.go(HOME)
    axe(page)
    returned = page.locator("#steps .returned")
    assert returned.count() == 1
    returned.locator("a").click()
    reason = page.locator("main strong.returned")
    assert reason.is_visible()
    field = reason.locator("xpath=ancestor::div[contains(@class, 'field')][1]//input")
    assert page.locator("main .hint:has(strong.returned)").get_attribute("id") in str(
        field.get_attribute("aria-describedby")
    )
    screen.fill(f"{HOME}/details", phone="000-0005").send(f"{HOME}/details")
    screen.go(f"{HOME}/check").send(f"{HOME}/check")
    desk.go(application).send(f"{application}/admit")

    anybody = Walk(open_page(width=390, language="en"), axe, fits)
    public = f"/agencies/{application.rpartition('/')[2]}"
    assert "000-0005" in anybody.go(public).glance().text()
    screen.go(HOME)
    assert page.locator(f'main form[action="{HOME}/begin"]').count() == 1
    fits(page)
    _marks_a_price(Walk(page, axe, fits))
    code = codes(live_server)[INSPECTION]
    # 500 yuan, and 1.9 yuan for each of 6,000 square metres: less than the one that was there before.
    for address, rows in ((f"/list/{code}?q1=6000", "#offers tbody tr"), (f"/list/{code}/offers?q1=6000", "tbody tr")):
        first = anybody.go(address).glance().text(f"main {rows}")
        assert NAME in first and "¥11,900.00" in first, first
    assert "¥1.90" in anybody.go(public).glance().text("#prices")


def _fill_in(screen: Screen) -> None:
    screen.fill(f"{HOME}/kind", kind="company").send(f"{HOME}/kind")
    said = {"legal_representative": "【虚构】某某", "phone": "打总机", "address": "虚构市样例路5号"}
    screen.fill(f"{HOME}/details", **said).send(f"{HOME}/details")
    assert "phone-error" in str(screen.page.locator("#phone").get_attribute("aria-describedby"))
    assert screen.page.locator("#address").input_value() == said["address"]
    screen.fill(f"{HOME}/details", phone="０００－００００").send(f"{HOME}/details")
    services = screen.page.locator("main form details")
    services.nth(1).locator("summary").click()
    services.nth(1).locator("input").first.check()
    screen.page.locator("main form .submit button").click()
    screen.page.wait_for_url(f"**{HOME}/papers")
    paper = {"qualification": "测绘资质|工程测量", "grade": "乙级", "name": "【虚构】资质证书", "number": "FAKE-0007"}
    screen.fill(f"{HOME}/papers", **paper, issuer="【虚构】发证机关", **DAYS).send(f"{HOME}/papers")
    screen.follow(f"{HOME}/practitioners")
    given = {"name": "【虚构】甲", "certificate_kind": "注册测绘师", "certificate_number": "FAKE-CH-8107"}
    screen.fill(f"{HOME}/practitioners", **given, **DAYS).send(f"{HOME}/practitioners")
    screen.follow(f"{HOME}/persons")
    screen.fill(f"{HOME}/persons", name="【虚构】乙", phone="000-0001", **DAYS).send(f"{HOME}/persons")
    screen.follow(f"{HOME}/attachments")
    screen.form(f"{HOME}/attachments").locator('[type="file"]').set_input_files(PDF)  # type: ignore[arg-type]
    screen.send(f"{HOME}/attachments").follow(f"{HOME}/letter")
    screen.form(f"{HOME}/letter").locator('[name="commitment"]').check()
    screen.send(f"{HOME}/letter")


def _marks_a_price(shop: Walk) -> None:
    """From the desk to a marked price, with a slip of the hand on the way."""
    page = shop.page
    shop.press(page.locator(f'main a[href="{OFFERS}"]').first).glance()
    page.locator(SEARCH).fill(INSPECTION)
    page.locator(SEARCH).press("Enter")
    page.wait_for_url("**/offers?q=*")
    shop.press(page.locator(f'main a[href^="{OFFERS}/"]').first).glance()
    form = page.locator("main form#mark")
    typed = {'[name^="base_"]': "５００", '[name^="unit_"]': "一块九", '[name="promised_days"]': "20"}
    for field, text in typed.items():
        form.locator(field).fill(text)
    shop.press(form.locator(".stick button")).glance()
    assert form.locator("[aria-invalid=true]").count() == 1
    assert [form.locator(field).input_value() for field in typed] == list(typed.values())
    form.locator('[name^="unit_"]').fill("１．９元")
    shop.press(form.locator(".stick button")).glance()
    assert "¥1.90" in shop.text("section[aria-labelledby=marked]")


def _look_at_every_step(phone: Page, axe: Callable[[Page], None], fits: Callable[[Page], None]) -> None:
    sign_in(phone, MAILBOX, SECRET)
    for address in (HOME, *(f"{HOME}/{step}" for step in FilingStep)):
        phone.goto(address)
        assert "Step" in phone.inner_text("main")
        axe(phone)
        fits(phone)
