"""Addresses of the list's pages as strangers type them: what cannot exist is not found, on both databases."""

import pytest
from flask import Flask

from market.base.people import Role
from tests import people
from tests.make import make_edition, make_listed_service, publish_edition

HUGE = ("99999999999999999999", "9" * 400, str(2**63), "0", "-1", "1e5")
ODD = ("%00", "ZJ%00", "x" * 5000, "%ff", "%ed%a0%80", "'\"><script>", "=1+1", *HUGE)
NUMBERED = (
    "/editions/{}",
    "/editions/{}/to/1",
    "/editions/1/to/{}",
    "/list/removed/{}",
    "/bases/{}",
    "/desk/editions/{}",
)
NAMED = ("/list/{}", "/list/{}/history", "/editions/1/{}", "/desk/editions/1/{}", "/voices/{}")
DAYS = ("", "x", "%00", "2026-13-45", "0000-00-00", "9999-12-31", "0001-01-01", "10000-01-01", "%ff", "９９", "-1")
FILTERED = ("/bases?page={}", "/statistics?page={}", "/voices/new?removed={}", "/voices/new?code={}", "/list?page={}")


@pytest.fixture
def site(app: Flask) -> people.Cast:
    with app.app_context():
        cast = people.cast()
        edition = make_edition()
        make_listed_service(price="guided", edition_id=edition)
        publish_edition(edition_id=edition)
    return cast


@pytest.mark.parametrize("who", ["nobody", Role.LIST_EDITOR, Role.ENTERPRISE])
def test_an_address_of_nothing_is_not_found(app: Flask, site: people.Cast, who: str) -> None:
    client = app.test_client()
    signed_in = {Role.LIST_EDITOR: site.list_editor, Role.ENTERPRISE: site.buyer}.get(who)  # type: ignore[call-overload]
    if signed_in:
        people.sign_in(client, signed_in)
    wrong = {}
    for forms, given in ((NUMBERED, HUGE), (NAMED, ODD)):
        for url in (form.format(one) for form in forms for one in given):
            status = client.get(url).status_code
            if status not in (404, 302, 401, 403):
                wrong[url[:80]] = status
    assert wrong == {}


def test_a_filter_that_means_nothing_is_answered(app: Flask, site: people.Cast) -> None:
    client = app.test_client()
    urls = [form.format(one) for form in FILTERED for one in ODD]
    urls += [f"/list/as-of?day={day}" for day in DAYS]
    answered = {url[:80]: client.get(url).status_code for url in urls}
    assert {url: status for url, status in answered.items() if status not in (200, 302, 404, 422)} == {}


@pytest.mark.parametrize("given", ["", "\0", "a\0b", "x" * 20_000, *HUGE, "NaN", "=1+1", "２０"])
def test_a_voice_that_means_nothing_is_refused_with_what_was_typed(app: Flask, site: people.Cast, given: str) -> None:
    client = app.test_client()
    good = {"service": "", "text": "样例文字，说明得足够清楚，可以办理。", "contact": ""}
    for cell in good:
        answered = people.post(client, "/voices/new?kind=objection", {**good, cell: given})
        assert answered.status_code in (200, 302, 422, 429), (cell, answered.status_code)
