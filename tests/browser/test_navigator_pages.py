"""The navigator's pages and those around an item in each of their states: no violation, no sideways scroll."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from market.accounts.queries import first_with_role
from market.base import clock
from market.base.clock import CHINA
from market.base.people import Role
from market.catalogue.models import Act, CleanUp
from market.cli.demo.lists import publish_packaged_list
from market.store.db import db
from tests.browser.city import INSPECTION, MORNING, NOTARY, REPORT, SAMPLING
from tests.browser.planner import DESK, NARROW, PHONE
from tests.browser.test_navigator import codes

APPROVAL, FIRE, ASSESSED = "企业投资项目核准", "建设工程消防验收（备案）", "建设项目环境影响评价文件审批"
AFTER_THE_CODE = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def states(site: Any) -> Iterator[tuple[str, int, str]]:
    """Addresses with the status each must have, and Chinese words that say which state is shown."""
    listed = codes(site)
    with site.app.app_context():
        acts = {act.name_zh: act.id for act in db.session.scalars(select(Act))}
        removed = db.session.scalars(select(CleanUp.id).order_by(CleanUp.id)).first()
        db.session.rollback()
    yield "/plan/choose", 200, "建一座工厂"
    yield "/plan/choose?q=zzz", 200, "没有"
    yield f"/plan/choose?q=消防&act={acts[FIRE]}", 200, FIRE
    yield f"/plan?act={acts[APPROVAL]}&a.approval=filing", 200, "一项都不用买"
    yield f"/plan?act={acts[FIRE]}&act={acts[APPROVAL]}&q.{listed[INSPECTION]}.1=6000", 200, "14,900"
    yield f"/plan?act={acts[FIRE]}&q.{listed[INSPECTION]}.1=x", 200, "不是数量"
    yield f"/plan?act={acts[ASSESSED]}&q.{listed[REPORT]}.1=5000", 200, "≤"
    yield "/plan?bundle=factory&a.land=many", 200, "2.5"
    yield "/plan?bundle=nothing", 404, "404"
    yield "/plans/0123456789012345678901", 404, "方案"
    for name in (REPORT, NOTARY, SAMPLING):
        yield f"/list/{listed[name]}/notice", 200, "12315"
        yield f"/list/{listed[name]}/prices", 200, listed[name]
        yield f"/list/{listed[name]}/record", 200, listed[name]
    yield f"/list/{listed[REPORT]}/prices?q1=1.2&price=90000", 200, "1.2"
    yield "/search?q=公正书", 200, "公证"
    yield "/search?q=环评&category=生态环境", 200, "环境影响"
    yield "/search?q=zzzzqq", 200, "zzzzqq"
    yield f"/list/removed/{removed}", 200, "任何人不得"


def test_every_state_of_the_navigator_and_of_an_items_pages_is_whole(
    open_page: Callable[..., Page], live_server: Any, axe: Callable[[Page], None], fits: Callable[[Page], None]
) -> None:
    page, broken = open_page(width=DESK), []
    for url, status, words in states(live_server):
        for language in ("zh", "en"):
            page.context.add_cookies([{"name": "lang", "value": language, "url": live_server.url}])
            answer = page.goto(url)
            assert answer is not None
            if answer.status != status or (language == "zh" and words not in page.content()):
                broken.append(f"{url} in {language}: {answer.status}, {words} {words in page.content()}")
            for width in (DESK, PHONE, NARROW) if language == "zh" else (NARROW,):
                page.set_viewport_size({"width": width, "height": 900})
                for check in (fits, axe) if language == "zh" and width != NARROW else (fits,):
                    try:
                        check(page)
                    except (AssertionError, pytest.fail.Exception) as error:
                        broken.append(f"{width} px, {language}: {error}")
    assert not broken, "\n".join(broken)


def test_a_kept_plan_of_an_older_edition_says_what_differs_and_is_renewed_by_one_click(
    open_page: Callable[..., Page], live_server: Any, axe: Callable[[Page], None], fits: Callable[[Page], None]
) -> None:
    page = open_page(width=PHONE)
    page.goto("/plan?bundle=factory&a.eia=report")
    page.locator('form[action="/plans"] button').first.click()
    link, headline = page.url, page.inner_text("h1")
    assert not page.locator(".law.amber").count()
    with live_server.app.app_context(), clock.moved_to(AFTER_THE_CODE):
        people = [first_with_role([role], None) for role in (Role.LIST_EDITOR, Role.LIST_APPROVER)]
        assert people[0] is not None and people[1] is not None
        publish_packaged_list(people[0], people[1])
        db.session.remove()
    live_server.time.moment = AFTER_THE_CODE
    try:
        page.goto(link)
        assert page.inner_text("h1") == headline and "第 2 版" in page.inner_text(".law.amber")
        axe(page)
        fits(page)
        page.locator(".law.amber form button").click()
        assert page.url != link and not page.locator(".law.amber").count()
        # The navigator itself shows an older edition as such, with the way to today's.
        page.goto("/plan?bundle=factory&edition=1")
        assert page.locator('.law.amber a[href*="/plan?bundle=factory"]').count()
        axe(page)
    finally:
        live_server.time.moment = MORNING
