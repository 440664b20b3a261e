"""Every page, as each person who may read it: in both languages, on a desk and on two phones, for ears and for eyes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from market.accounts.queries import first_with_role
from market.agencies.models import Agency, Filing
from market.agencies.queries import agency_of
from market.agencies.rules import AgencyState
from market.base.people import Actor, Role
from market.base.permissions import Permission, may
from market.catalogue.models import Entry, FeeItem
from market.catalogue.rules import PriceState
from market.cli.demo.cast import PASSWORD
from market.contracts.models import Contract
from market.contracts.queries import awards_waiting
from market.fees.models import FeeNote
from market.pages.help.guides import GUIDES
from market.selection.models import Award, Request
from market.selection.rules import RequestState
from market.store.db import db
from market.web.access import PUBLIC
from tests.browser.city import INSPECTION, NOTARY, REPORT, SAMPLING

PEOPLE = {
    "anybody": None,
    "enterprise": Role.ENTERPRISE,
    "department": Role.DEPARTMENT,
    "agency": Role.AGENCY,
    "editor": Role.LIST_EDITOR,
    "approver": Role.LIST_APPROVER,
    "admission": Role.ADMISSION_DESK,
    "evaluation": Role.EVALUATION_OFFICER,
    "supervisor": Role.SUPERVISOR,
    "auditor": Role.AUDITOR,
    "operator": Role.OPERATOR,
}
MAILBOX = {"enterprise": "enterprise1", "department": "department1", "agency": "agency1"}
SEARCHES = (
    "/search?q=公证",
    "/search?q=无此事项",
    "/search",
    "/list?category=生态环境",
    "/list?q=zzz",
    "/notices?state=open",
    "/search?q=怎么评价机构",
)


def sign_in(page: Page, mailbox: str, password: str = PASSWORD) -> None:
    """Sign in by the form."""
    page.goto("/account/sign-in")
    page.fill('form[method=post] [name="email"]', f"{mailbox}@example.invalid")
    page.fill('form[method=post] [name="password"]', password)
    page.click("main form[method=post] button")


def addresses(app: Flask, who: str) -> list[str]:
    """Every address that `who` may read: those without parts to fill in, and an example of each state of the others."""
    role = PEOPLE[who]
    found = []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if "GET" not in (rule.methods or ()) or access is None or rule.endpoint in NO_PAGES:
            continue
        mine = access == PUBLIC if role is None else access != PUBLIC and may(role, access)
        if mine and not rule.arguments:
            found.append(rule.rule)
    with app.app_context():
        person = None if role is None else first_with_role([role], f"{MAILBOX.get(who, who)}@example.invalid")
        examples = list(_examples(person))
        db.session.rollback()
    return found + examples


NO_PAGES = (
    *("catalogue.template", "health.healthz", "selection.algorithm_text", "selection.replay_program"),
    # what programs read
    *("pages.log_checkpoint", "pages.log_witnessed", "pages.log_key", "pages.log_witnesses"),
    *("agencies.entry_sheet_template", "agencies.own_sheet_export", "agencies.own_sheet_template"),
)


def _examples(person: Actor | None) -> Iterator[str]:
    if person is None:
        yield from _public()
    elif person.role in (Role.ENTERPRISE, Role.DEPARTMENT):
        yield from _of_a_buyer(person)
    elif person.role == Role.AGENCY:
        yield from _of_an_agency(person)
    elif person.role == Role.ADMISSION_DESK:
        yield from (f"/desk/admission/{ref}" for ref in _sent_in())
    elif may(person.role, Permission.CATALOGUE_EDITION_READ):
        yield "/desk/editions/1"
    if person is not None and may(person.role, Permission.EVALUATION_ROUND_READ):
        agency = db.session.scalars(select(Agency.ref).order_by(Agency.id)).first()
        yield from ("/desk/evaluation/2025", f"/desk/evaluation/2025/{agency}")


def _sent_in() -> list[str]:
    """A reference of an agency with a filing in each state that the desk may see."""
    rows = db.session.execute(
        select(Filing.state, Agency.ref)
        .join(Agency, Agency.id == Filing.agency_id)
        .where(Filing.submitted_at.is_not(None))
        .order_by(Filing.id)
    )
    return list({row.state: row.ref for row in rows}.values())


def _one_each(table: Any, *narrowed: Any) -> list[str]:
    """A reference of an object in each state."""
    rows = db.session.execute(select(table.state, table.ref).where(*narrowed).order_by(table.id))
    return list({row.state: row.ref for row in rows}.values())


def _codes() -> dict[str, str]:
    return {entry.name_zh: entry.code for entry in _entries()}


def _entries() -> list[Any]:
    return list(db.session.scalars(select(Entry).order_by(Entry.position)))


def _public() -> Iterator[str]:
    codes = _codes()
    yield from (f"/list/{codes[name]}" for name in (REPORT, NOTARY, SAMPLING))
    yield f"/list/{codes[INSPECTION]}?q1=6000"
    yield f"/list/{codes[REPORT]}?q1=nonsense"
    yield from (
        f"/list/{codes[INSPECTION]}/offers?{asked}" for asked in ("q1=6000&sort=rating", "q1=6000&grade=D&within=1")
    )
    yield f"/list/{codes[REPORT]}/offers?q1=nonsense&on=2020-01-01"
    unpublished = db.session.scalar(
        select(FeeItem.entry_id).where(FeeItem.price_state == PriceState.UNPUBLISHED).limit(1)
    )
    yield f"/list/{db.session.get_one(Entry, unpublished).code}"
    yield from (f"/notices/{ref}" for ref in _one_each(Request, Request.published_at.is_not(None)))
    graded = db.session.scalars(select(Agency.ref).where(Agency.state == AgencyState.ADMITTED)).all()
    yield from (f"/agencies/{ref}" for ref in (graded[0], graded[-1]))
    yield from (f"/evaluation/2025/{ref}" for ref in (graded[0], graded[-1]))
    yield from ("/evaluation/2025", "/editions/1", *SEARCHES, "/nothing-here")
    yield from (f"/help/{key}" for key in GUIDES)


def _of_a_buyer(person: Actor) -> Iterator[str]:
    mine = Request.organisation_id == person.organisation
    for ref in _one_each(Request, mine):
        yield f"/desk/requests/{ref}"
    drafts = db.session.scalars(select(Request.ref).where(mine, Request.state == RequestState.DRAFT))
    yield from (f"/desk/requests/{ref}/edit" for ref in drafts)
    service = REPORT if person.role == Role.ENTERPRISE else SAMPLING
    yield f"/desk/requests/new/{_codes()[service]}"
    direct = select(Request.ref).where(mine, Request.state == RequestState.OPEN, Request.method == "direct")
    agency = db.session.scalars(select(Agency.ref).order_by(Agency.id)).first()
    yield from (f"/desk/requests/{ref}/choose/{agency}" for ref in db.session.scalars(direct))
    yield from (f"/desk/contracts/propose/{award.ref}" for award in awards_waiting(person))
    yield from _contracts(Contract.organisation_id == person.organisation)


def _of_an_agency(person: Actor) -> Iterator[str]:
    mine = agency_of(person)
    open_ = select(Request.ref).where(Request.state == RequestState.OPEN, Request.method == "lowest_quote")
    awarded = select(Request.ref).join(Award, Award.request_id == Request.id).where(Award.agency_id == mine.id)
    for query in (open_, awarded):
        yield f"/desk/opportunities/{db.session.scalars(query).first()}"
    codes = _codes()
    yield from (f"/desk/offers/{codes[name]}" for name in (REPORT, NOTARY, INSPECTION, SAMPLING))
    yield from _contracts(Contract.agency_id == mine.id)


def _contracts(mine: Any) -> Iterator[str]:
    for ref in _one_each(Contract, mine):
        yield f"/desk/contracts/{ref}"
    accepted = db.session.scalars(
        select(Contract.ref).where(mine, Contract.state == "accepted").order_by(Contract.id)
    ).all()
    if accepted:
        # The first was paid and rated long ago; the last waits for its fee note and its rating.
        yield from (f"/desk/contracts/{ref}/rating" for ref in (accepted[0], accepted[-1]))
        noted = db.session.scalars(select(Contract.ref).join(FeeNote, FeeNote.contract_id == Contract.id)).all()
        yield from [f"/desk/contracts/{ref}/fee" for ref in accepted if ref not in noted][:1]
    notes = select(FeeNote.state, FeeNote.ref).join(Contract, Contract.id == FeeNote.contract_id).where(mine)
    yield from (f"/desk/fees/{ref}" for ref in {row.state: row.ref for row in db.session.execute(notes)}.values())


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_is_whole_in_both_languages_on_every_screen(
    who: str,
    open_page: Callable[..., Page],
    live_server: Any,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    page = open_page(width=1440)
    if PEOPLE[who] is not None:
        sign_in(page, MAILBOX.get(who, who))
    broken: list[str] = []

    def check(what: Callable[[Page], None], of: Page) -> None:
        try:
            what(of)
        except (AssertionError, pytest.fail.Exception) as error:
            broken.append(str(error))

    for url in addresses(live_server.app, who):
        for language in ("zh", "en"):
            page.context.add_cookies([{"name": "lang", "value": language, "url": live_server.url}])
            page.set_viewport_size({"width": 1440, "height": 900})
            answer = page.goto(url)
            expected = 404 if url == "/nothing-here" else 200
            assert answer is not None
            if answer.status != expected:
                broken.append(f"{url} in {language}: {answer.status}")
                continue
            if language == "zh":
                check(axe, page)
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 800})
                check(fits, page)
    assert not broken, "\n".join(broken)


def test_the_acts_go_without_scripts(
    open_page: Callable[..., Page], live_server: Any, fits: Callable[[Page], None]
) -> None:
    page = open_page(width=390, scripts=False)
    sign_in(page, "enterprise3")
    page.goto("/search?q=消防设施检测")
    page.locator('main a[href^="/list/ZJ-"]').first.click()
    item = page.url
    page.fill('[name="q1"]', "6000")
    page.click(".calculator button")
    # 500 yuan, and 2.40 yuan for each of 6,000 square metres.
    assert "¥14,900.00" in page.inner_text("#offers")
    page.locator('main a[href*="/desk/requests/new/"]').first.click()
    form = page.locator('main form[method="post"]')
    form.locator('[name^="quantity_"]').fill("nonsense")
    form.locator('[name="title"]').fill("【虚构】样例丙学校消防检测")
    form.locator("button").click()
    assert page.locator('[role="alert"]').is_visible()
    assert form.locator('[name="title"]').input_value() == "【虚构】样例丙学校消防检测"
    form.locator('[name^="quantity_"]').fill("6000")
    form.locator('[name="method"][value="direct"]').check()
    form.locator("button").click()
    page.locator('main form[action$="/publish"] button').click()
    page.locator('main a[href*="/choose/"]').first.click()
    page.locator('main form[action$="/choose"] button').click()
    assert "¥14,900.00" in page.inner_text("main") and page.locator("main .state.b-green").count()
    fits(page)
    # What hurts asks first, and a summary opens without scripts too.
    page.goto(item.replace("/list/", "/desk/requests/new/"))
    form.locator('[name^="quantity_"]').fill("100")
    form.locator("button").click()
    page.click("main details.confirm summary")
    page.locator('main form[action$="/cancel"] button').click()
    assert page.locator("main .state").first.inner_text().strip() == "已取消"
