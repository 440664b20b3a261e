"""The whole chain walked by its people in real Chromium, with forms, links and buttons only; docs/tour.md is its book.

`make tour` (MARKET_WRITE_TOUR=1) writes the book and its pictures. Without it the book's text is compared, and nothing
is written.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from market.base.clock import CHINA
from market.catalogue.models import Entry
from market.store.db import db
from tests.browser.city import AUCTION, MORNING, NOTARY, REPORT
from tests.browser.guide import FACTORS, Screen, Tour
from tests.make import make_uscc

ROOT = Path(__file__).resolve().parents[2]
BOOK, PICTURES = ROOT / "docs" / "tour.md", ROOT / "docs" / "tour"
WRITES = os.environ.get("MARKET_WRITE_TOUR") == "1"
NEWCOMER, BUYER, RIVAL = "newcomer", "enterprise2", "agency1"
NAME = "【虚构】样例新第005号环评咨询有限公司（测试）"
SECRET = "seven herons over a lake"

TITLE = """# 全程导览 · A tour of the whole chain

One environmental report, from the agency's registration to its yearly grade, as its people see it. Real Chromium walked
it with links, forms and buttons only; every page on the way was checked for accessibility and for phones of 390 and 320
pixels. Everybody here is fictitious （虚构）; the list and its prices come from published documents.

本页由 `make tour` 写成：同一条主线在真实浏览器中走完，测试每次核对本页文字。Written by `make tour`; the tests compare this text.
"""


@pytest.fixture
def tour(
    open_page: Callable[..., Page], live_server: Any, axe: Callable[[Page], None], fits: Callable[[Page], None]
) -> Iterator[Tour]:
    """Yield a walk that begins on the city's morning and leaves the clock as it was."""
    if WRITES:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for old in PICTURES.glob("*.png"):
            old.unlink()
    yield Tour(open_page, live_server, axe, fits, PICTURES if WRITES else None, {NEWCOMER: SECRET})
    live_server.time.moment = MORNING


@pytest.mark.timeout(600)
def test_the_chain_is_walked_from_a_registration_to_a_grade_and_the_book_tells_it(tour: Tour) -> None:
    codes = _codes(tour)
    agency = _admission(tour)
    _marking(tour, codes)
    first = _direct_choice(tour, codes[REPORT], agency)
    contract = _contract(tour, first)
    _fee(tour, contract)
    _rating(tour, contract)
    second = _sealed_quotes(tour, codes[REPORT])
    _quietly(tour, second)
    _quietly(tour, _ordered_again(tour, codes[REPORT], agency))
    _evaluation(tour, agency)
    _in_public(tour, agency, second)
    text = "\n".join([TITLE, *tour.book])
    if WRITES:
        BOOK.write_text(text, encoding="utf-8")
    assert BOOK.exists(), "docs/tour.md is missing: run `make tour`"
    assert BOOK.read_text(encoding="utf-8") == text, "docs/tour.md tells another tour: run `make tour`"


def _codes(tour: Tour) -> dict[str, str]:
    with tour.site.app.app_context():
        return {entry.name_zh: entry.code for entry in db.session.scalars(select(Entry))}


# --- the agency


def _admission(tour: Tour) -> str:
    """An agency registers, is sent back once, and is admitted; returns its reference."""
    tour.chapter("机构入驻", "An agency comes in")
    screen = tour.visitor()
    screen.go("/account/sign-in").follow("/account/register-agency")
    typed = {"organisation": NAME, "uscc": make_uscc(8001), "region": "虚构省虚构市", "name": "【虚构】样例经办"}
    screen.fill(**typed, email=f"{NEWCOMER}@example.invalid", password=SECRET, password_again=SECRET)
    tour.show(
        screen,
        ("注册账号", "Making the account"),
        "Nobody decides about this step. The credit code is checked by its own check character; the code here belongs to"
        " a division that does not exist.",
        key=True,
    )
    screen.send()
    screen.go("/desk").follow("/desk/agency").follow("/desk/agency/kind")
    screen.fill("/desk/agency/kind", kind="company").send("/desk/agency/kind")
    profile = {
        "legal_representative": "【虚构】某某",
        "phone": "000-0000",
        "address": "虚构市样例路5号",
    }
    screen.fill("/desk/agency/details", **profile, introduction="【虚构】从事环境影响评价的样例机构。")
    screen.send("/desk/agency/details").go("/desk/agency/papers")
    paper = {"name": "环境影响评价信用平台备案", "number": "FAKE-0005", "issuer": "【虚构】发证机关"}
    screen.fill("/desk/agency/papers", **paper, valid_from="2025-05-01", valid_until="2029-04-30")
    screen.send("/desk/agency/papers").go("/desk/agency/letter")
    screen.fill("/desk/agency/letter", commitment="y").send("/desk/agency/letter")
    tour.show(
        screen,
        ("填报与承诺", "Details, papers and the commitment letter"),
        "Entry has no threshold and no quota. The agency says what it is, puts its papers on record and accepts the"
        " commitment letter; all of it will be public.",
        focus="#step-papers",
    )
    screen.send("/desk/agency/check")
    tour.later(0, 14)
    desk = tour.person("admission").follow("/desk/admission")
    desk.page.locator("main a", has_text=NAME).first.click()
    desk.page.wait_for_url("**/desk/admission/AG-*")
    application = desk.path
    desk.page.locator('main input[value^="contact_unreachable"]').first.check()
    tour.show(
        desk,
        ("形式核验：退回一次", "The formal check: returned once"),
        "The desk compares the form with the licence and the papers, and nothing else. It may return an application only for"
        " a reason of the closed list; here the telephone does not answer.",
        key=True,
    )
    desk.send(f"{application}/return")
    tour.later(0, 15)
    screen = tour.person(NEWCOMER).follow("/desk/agency")
    expect(screen.page.locator("main .law.amber")).to_be_visible()
    screen.follow("/desk/agency/details").fill("/desk/agency/details", phone="000-00000005")
    tour.show(
        screen,
        ("更正后再次提交", "Corrected and sent again"),
        "The reason stands on the agency's own page, beside the field to correct.",
    )
    screen.send("/desk/agency/details").go("/desk/agency/check").send("/desk/agency/check")
    tour.later(0, 16)
    tour.person("admission").go(application).send(f"{application}/admit")
    screen = tour.person(NEWCOMER).follow("/desk/agency")
    tour.show(
        screen,
        ("核验通过", "Admitted"),
        "Admitted the same day. The next step is to mark a price: only a marked price can be chosen.",
    )
    return application.rpartition("/")[2]


def _marking(tour: Tour, codes: dict[str, str]) -> None:
    """The agency marks a market price, and sees that a government-guided one leaves no room above."""
    tour.chapter("明码标价", "Marking prices")
    screen = tour.person(NEWCOMER).follow("/desk/offers")
    page = f"/desk/offers/{codes[REPORT]}"
    _search(screen, codes[REPORT]).follow(page)
    item = _field(screen, "percent_")
    screen.fill(
        **{f"kind_{item}": "percent", f"percent_{item}": "80", f"quantity_{item}": "1.2", "promised_days": "28"}
    )
    screen.send(button='[name="try"]')
    worked = screen.text("#worked .sum")
    tour.show(
        screen,
        ("市场调节价：先试算，再标价", "A market-regulated price: tried first, then marked"),
        "The service is on the list, its price is the market's. The agency marks 80 % of a standard that was freed and no"
        f" longer binds, and tries what a client would pay for 1.2 units: {worked}, with every step of the sum.",
        key=True,
        focus="#promise",
    )
    screen.send(button="button.btn-primary")
    _search(screen.go("/desk/offers"), codes[NOTARY]).follow(f"/desk/offers/{codes[NOTARY]}")
    tour.show(
        screen,
        ("政府指导价：规则就在表单旁", "A government-guided price: the rule beside the form"),
        "For a notary's deed the published schedule stands beside the form, bracket by bracket. It leaves no room: the agency"
        " offers the service at that price or not at all.",
    )
    _search(screen.go("/desk/offers"), codes[AUCTION]).follow(f"/desk/offers/{codes[AUCTION]}")
    item = _field(screen, "percent_")
    screen.fill(**{f"percent_{item}": "120", "promised_days": "20"}).send(button="button.btn-primary")
    expect(screen.page.locator(".errors")).to_be_visible()
    tour.show(
        screen,
        ("超出上限即拒绝", "Above the ceiling, refused"),
        "An auctioneer may take less than the ceiling of the law. 120 % of it is refused with the reason, and what was typed"
        " stays. The database refuses the same, whoever writes to it.",
    )


def _search(screen: Screen, words: str) -> Screen:
    """Use the search box of the page."""
    box = screen.page.locator('main form[role="search"] [name="q"]').first
    box.fill(words)
    with screen.page.expect_navigation():
        box.press("Enter")
    return screen


def _field(screen: Screen, begin: str) -> str:
    """The number at the end of the first field whose name begins so."""
    name = screen.page.locator(f'main form[method="post"] [name^="{begin}"]').first.get_attribute("name")
    assert name is not None
    return name.removeprefix(begin)


# --- the buyer


def _direct_choice(tour: Tour, code: str, agency: str) -> str:
    """From the home page to an award by direct choice; returns the request's page."""
    tour.chapter("需求与直接选取", "A request, and a direct choice")
    tour.later(1, 9)
    screen = tour.visitor().go("/")
    tour.show(
        screen, ("首页", "The home page"), "The search box comes first; below it the shelves of the list.", key=True
    )
    _search(screen, "环境影响报告书")
    tour.show(
        screen,
        ("在清单中查找", "Finding it on the list"),
        "What is on the list carries a price tag; what was taken off it is found too, and says so.",
    )
    screen.follow(f"/list/{code}")
    screen.page.fill('[name="q1"]', "1.2")
    with screen.page.expect_navigation():
        screen.page.locator(".calculator button").click()
    lowest = screen.text("#offers tbody td.n")
    tour.show(
        screen,
        ("按我的数量比价", "Compared for my quantity"),
        "No account is needed. The buyer writes the quantity; every agency's marked price for it stands there, lowest first"
        f" ({lowest.splitlines()[0]}), with promised and real days and what buyers said.",
        key=True,
    )
    with screen.page.expect_navigation():
        screen.page.locator(f'#offers a[href*="agency={agency}"]').click()
    tour.sign_in(screen, BUYER)
    screen.fill(title="【虚构】样例乙公司新建厂房环评", description="【虚构】用地红线图、可研报告已备齐。")
    tour.show(
        screen,
        ("撰写需求", "Writing the request"),
        "After signing in, quantity and method have come along from the comparison.",
    )
    screen.send()
    request = screen.path
    tour.show(
        screen,
        ("草稿与比价", "The draft beside the prices"),
        "The draft is the buyer's alone. Published, its conditions stay as they are, and it follows the edition of the list in"
        " force on that day.",
    )
    screen.send(f"{request}/publish").follow(f"{request}/choose/{agency}")
    tour.show(
        screen,
        ("确认选取", "The last look before the choice"),
        "Whom, at what price, in how many days, and how many are lower. An agency that changed its price meanwhile is not"
        " taken at the old one.",
        key=True,
    )
    screen.send(f"{request}/choose")
    tour.show(
        screen,
        ("选取结果与理由", "The award and its reasons"),
        "The reasons are written by the rule, not by a person, and become public with the award.",
    )
    return request


def _sealed_quotes(tour: Tour, code: str) -> str:
    """A request by sealed quotes, won by the lowest; returns its page."""
    tour.chapter("密封报价，最低者中选", "Sealed quotes, the lowest wins")
    tour.later(4, 9)
    screen = tour.person(BUYER).go(f"/list/{code}").follow(f"/desk/requests/new/{code}")
    item = _field(screen, "quantity_")
    screen.fill(
        **{f"quantity_{item}": "1.2", "method": "lowest_quote", "title": "【虚构】样例乙公司扩建项目环评"}
    ).send()
    request = screen.path
    screen.send(f"{request}/publish")
    ref = request.rpartition("/")[2]
    page = f"/desk/opportunities/{ref}"
    for mailbox, amount in ((RIVAL, "{most}"), (NEWCOMER, "66000")):
        agency = tour.person(mailbox).go("/desk/opportunities").follow(page)
        line = _field(agency, "amount_")
        if "{" not in amount:
            agency.fill(**{f"amount_{line}": amount})
            tour.show(
                agency,
                ("机构密封报价", "An agency quotes"),
                "Never above the own marked price, and in no more days than marked. Nobody reads a quote before the deadline:"
                " not the buyer, not another agency, not the operator's desks.",
                key=True,
            )
        agency.send()
    screen = tour.person(BUYER).go(request)
    tour.show(
        screen,
        ("截止前：只见份数", "Before the deadline: a number, no price"),
        "Two quotes have arrived. How many is all that anybody can know.",
    )
    tour.later(10, 9)
    screen = tour.person(BUYER).go(request).send(f"{request}/choose")
    tour.show(
        screen,
        ("截止后：开封、中选与理由", "After it: opened, decided, explained"),
        "The lowest valid quote is selected; of equal ones the one that was sent first. The buyer cannot take another one.",
        key=True,
    )
    return request


def _contract(tour: Tour, request: str) -> str:
    """Propose, sign, deliver, return, deliver again, accept; returns the contract's page."""
    tour.chapter("合同与履约", "Contract and delivery")
    screen = tour.person(BUYER).go(request).follow("/desk/contracts/propose/")
    screen.fill(terms="联系人：【虚构】某某\n资料移交：签约后三日内")
    tour.show(
        screen,
        ("提出合同", "The contract is proposed"),
        "Price, days and result are the quote's, to the fen, with the sum in capital numerals; the parties can add terms but no"
        " fee.",
        key=True,
    )
    contract = screen.send().path
    tour.later(0, 14)
    tour.person(NEWCOMER).go("/desk/contracts").follow(contract).send(f"{contract}/sign")
    tour.later(20, 10)
    agency = tour.person(NEWCOMER).go(contract)
    agency.fill(f"{contract}/deliver", title="【虚构】环境影响报告书（送审稿）", note="含附件一至附件三。")
    tour.show(
        agency,
        ("签署后交付成果", "Signed, and delivered"),
        "The working days run from the signature, counted by the State Council's calendar of holidays.",
    )
    agency.send(f"{contract}/deliver")
    screen = tour.person(BUYER).go(contract)
    screen.fill(f"{contract}/return", reason="附件二缺少原始监测记录，请补齐后再交。")
    tour.show(
        screen,
        ("退回一次，写明理由", "Returned once, with the reason"),
        "A return needs a reason of at least ten characters; it stays on record.",
        key=True,
    )
    screen.send(f"{contract}/return")
    tour.later(3, 11)
    agency = tour.person(NEWCOMER).go(contract)
    agency.fill(f"{contract}/deliver", title="【虚构】环境影响报告书（修改稿）").send(f"{contract}/deliver")
    screen = tour.person(BUYER).go(contract).send(f"{contract}/accept")
    tour.show(
        screen,
        ("验收", "Accepted"),
        "The time line keeps both deliveries, and the contract says how many working days it really took.",
    )
    return contract


def _fee(tour: Tour, contract: str) -> None:
    """The fee note is issued, paid and confirmed."""
    tour.chapter("收费与付款", "Fee and payment")
    agency = tour.person(NEWCOMER).go(contract).follow(f"{contract}/fee")
    tour.show(
        agency,
        ("开具收费通知", "The fee note"),
        "Only the contract's lines can be charged, each at most its amount, and only after acceptance.",
    )
    note = agency.send(f"{contract}/fee").path
    tour.later(0, 15)
    screen = tour.person(BUYER).go("/desk/fees").follow(note)
    total = screen.text("main tfoot td")
    screen.fill(f"{note}/declare", reference="虚构银行 20260330-01", amount=total.removeprefix("¥"))
    tour.show(
        screen,
        ("收到通知，登记付款", "The buyer pays exactly that"),
        f"The note shows what was agreed and what the list allows. The payer types the sum once more: {total}, no other sum"
        " is taken. Whoever asks for more can be reported at 12315.",
        key=True,
    )
    screen.send(f"{note}/declare")
    tour.later(0, 16)
    agency = tour.person(NEWCOMER).go(note).send(f"{note}/confirm")
    tour.show(agency, ("确认到账", "The payment is confirmed"), "Confirmed, the note is closed and can be printed.")


def _rating(tour: Tour, contract: str) -> None:
    """One job, one rating."""
    tour.chapter("一事一评", "One job, one rating")
    screen = tour.person(BUYER).go(contract).follow(f"{contract}/rating")
    levels = dict(zip(FACTORS, "54545", strict=True))
    screen.fill(f"{contract}/rating", **levels, comment="【虚构】补交一次，其余按约定完成，有签收单。")
    tour.show(
        screen,
        ("按五项因素评价", "Rated on five factors"),
        "Quality, timeliness, attitude, charge, norms. Praise and blame need facts of at least ten characters. Only the buyer"
        " of an accepted job can rate, once.",
        key=True,
    )
    screen.send(f"{contract}/rating")


def _quietly(tour: Tour, request: str) -> None:
    """The same from the award to the rating, without showing it again."""
    screen = tour.person(BUYER).go(request).follow("/desk/contracts/propose/")
    contract = screen.send().path
    tour.person(NEWCOMER).go(contract).send(f"{contract}/sign")
    tour.later(18, 10)
    agency = tour.person(NEWCOMER).go(contract)
    agency.fill(f"{contract}/deliver", title="【虚构】环境影响报告书").send(f"{contract}/deliver")
    tour.person(BUYER).go(contract).send(f"{contract}/accept")
    note = tour.person(NEWCOMER).go(contract).follow(f"{contract}/fee").send(f"{contract}/fee").path
    screen = tour.person(BUYER).go(note)
    total = screen.text("main tfoot td").removeprefix("¥")
    screen.fill(f"{note}/declare", reference="虚构银行 02", amount=total).send(f"{note}/declare")
    tour.person(NEWCOMER).go(note).send(f"{note}/confirm")
    page = f"{contract}/rating"
    screen = (
        tour.person(BUYER)
        .go(page)
        .fill(page, **dict.fromkeys(FACTORS, "5"), comment="【虚构】提前交付，一次通过评审。")
    )
    screen.send(page)


def _ordered_again(tour: Tour, code: str, agency: str) -> str:
    """A third order by direct choice, without showing it."""
    screen = tour.person(BUYER).go(f"/list/{code}?q1=0.9")
    with screen.page.expect_navigation():
        screen.page.locator(f'#offers a[href*="agency={agency}"]').click()
    request = screen.send().path
    screen.send(f"{request}/publish").follow(f"{request}/choose/{agency}").send(f"{request}/choose")
    return request


# --- the year's end


def _evaluation(tour: Tour, agency: str) -> None:
    """The officer opens and computes the year; only another person can publish it."""
    tour.chapter("年度测评", "The yearly evaluation")
    tour.site.time.moment = datetime(2027, 1, 12, 10, 0, tzinfo=CHINA)
    page = "/desk/evaluation/2026"
    officer = tour.person("evaluation").go("/desk/evaluation")
    officer.fill("/desk/evaluation", year="2026").send("/desk/evaluation").send(f"{page}/compute")
    assert officer.form(f"{page}/publish").count() == 0
    forged = {"csrf_token": officer.form(f"{page}/compute").locator('[name="csrf_token"]').input_value()}
    assert officer.page.request.post(f"{page}/publish", form=forged).status == 403
    tour.show(
        officer,
        ("测评岗：开启并计算", "The officer opens and computes the year"),
        "Computed from the year's ratings by the scheme's weights; below three ratings there is no grade. The officer has no"
        " button to publish, and a forged request is refused.",
        key=True,
    )
    supervisor = tour.person("supervisor").go("/desk/evaluation").follow(page).follow(f"{page}/{agency}")
    tour.show(
        supervisor,
        ("监管岗：逐条核对", "The supervisor looks at the rows"),
        "Every point can be recomputed by hand from the ratings on this sheet.",
    )
    supervisor.go(page).send(f"{page}/publish")
    tour.show(
        supervisor,
        ("由第二人公布", "Published by a second person"),
        "From now on the grades are public and can never be changed; every agency is told.",
    )


def _in_public(tour: Tour, agency: str, request: str) -> None:
    """What anybody can read afterwards."""
    tour.chapter("公开可查", "What anybody can read")
    visitor = tour.visitor().go("/evaluation").follow(f"/evaluation/2026/{agency}")
    tour.show(
        visitor,
        ("等次背后的每一条评价", "The grade with its rows"),
        "Weights, ratings, points and sum: a pencil is enough to check the grade.",
        key=True,
    )
    visitor.go("/agencies")
    visitor.page.locator("main a", has_text=NAME).first.click()
    visitor.page.wait_for_url(f"**/agencies/{agency}")
    grade = visitor.text("main .grades")
    assert grade.startswith("A"), grade
    tour.show(
        visitor,
        ("机构主页与等次", "The agency's page with its grade"),
        f"Papers, marked prices, real days, every rating, and the grade of 2026: {grade.split()[0]}.",
        key=True,
    )
    visitor.go("/notices/" + request.rpartition("/")[2])
    tour.show(
        visitor,
        ("选取公告", "The public notice"),
        "The request, all opened quotes, the reasons of the award and what followed.",
        key=True,
    )
    auditor = tour.person("auditor").go("/desk/journal")
    tour.show(
        auditor,
        ("每一步都有记录", "Every step has left a row"),
        "Each act of this tour is one row of the journal, written in the same transaction as the act, with its hash.",
    )
