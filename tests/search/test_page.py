"""The search page and the suggestions: what is shown, narrowed, and told when it was typed otherwise."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.catalogue.models import Act, CleanUp, Edition, Entry
from market.catalogue.queries import documents as listed_documents
from market.catalogue.rules import Handling
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.pages.reading import page

HOSTILE = [
    "水" * 10_000,
    "a" * 10_000,
    "环评 AND (x OR NOT *)",
    "*?~^",
    "t_chars:水",
    "😀🏗️环评",
    "ＨＪＹＸＰＪ",
    "'; DROP TABLE entry; --",
    "%_\\",
    "\x00环评\x00",
    "<script>alert(1)</script>",
    "\"'“”",
    "\u202e价评\u202c \u0300",
    "……——、。！？",
]


Two = tuple[make.Listed, make.Listed]


@pytest.fixture
def two(app: Flask) -> Two:
    """Return two services of one edition, one of them with a guided price; both are indexed."""
    with app.app_context():
        edition = make.make_edition()
        report = make.make_listed_service(edition_id=edition, name="环境影响报告书编制")
        form = make.make_listed_service(edition_id=edition, name="环境影响报告表编制", price="guided")
        with transaction():
            db.session.add(
                CleanUp(
                    edition_id=edition, name_zh="雷电灾害风险评估", act_name_zh="样例许可", decision="样例发〔2026〕1号",
                    handling=Handling.ABOLISHED, handling_text="不再要求提供", confidence="sourced",
                )
            )  # fmt: skip
        make.publish_edition(edition_id=edition)
        app.extensions["search"].rebuild(listed_documents(db.session.get_one(Edition, edition)))
    return report, form


def codes(text: str) -> set[str]:
    return set(re.findall(r'href="/list/(ZJ-[^"/?]+)', text))


def test_a_facet_narrows_what_was_found_and_keeps_the_words(client: FlaskClient, two: Two) -> None:
    report, form = two
    everything = page(client, "/search?q=环评")
    assert codes(everything) == {report.code, form.code} and "2 services" in everything
    link = re.search(r'href="(\?q=[^"]*pricing=government_guided)"', everything)
    assert link
    narrowed = page(client, "/search" + link[1].replace("&amp;", "&"))
    assert codes(narrowed) == {form.code} and "1 service" in narrowed and "Clear all filters" in narrowed


def test_a_filter_that_names_nothing_found_is_no_filter(client: FlaskClient, two: Two) -> None:
    assert codes(page(client, "/search?q=环评&pricing=none_such&category=x")) == {one.code for one in two}


@pytest.mark.parametrize("typed", ["hjyx", "huanjingyingxiang", "环竟影响报告", "环境影晌报告"])
def test_what_was_probably_meant_is_shown_and_said(client: FlaskClient, two: Two, typed: str) -> None:
    text = page(client, f"/search?q={typed}")
    assert "Did you mean" in text and "环境影响" in text
    assert codes(text) == {one.code for one in two}


def test_what_was_typed_exactly_stands_alone(client: FlaskClient, two: Two) -> None:
    text = page(client, "/search?q=雷电灾害风险评估")
    assert "was taken off by 样例发〔2026〕1号" in text and "Did you mean" not in text
    assert not codes(text)


def test_an_act_is_found_with_the_way_to_its_plan(app: Flask, client: FlaskClient, two: Two) -> None:
    with app.app_context():
        act = db.session.get_one(Act, db.session.get_one(Entry, two[0].entry_id).act_id)
        name, number = act.name_zh, act.id
    assert f'href="/plan?act={number}"' in page(client, f"/search?q={name}")


def test_suggestions_are_names_with_their_pages(client: FlaskClient, two: Two) -> None:
    report, form = two
    found = client.get("/search/suggest?q=hjyx", headers={"Accept": "application/json"})
    assert found.mimetype == "application/json"
    assert {one["href"] for one in found.json or []} == {f"/list/{report.code}", f"/list/{form.code}"}
    gone = client.get("/search/suggest?q=leidian", headers={"Accept": "application/json"}).json
    assert gone and gone[0]["text"] == "雷电灾害风险评估" and gone[0]["href"].startswith("/list/removed/")
    assert client.get("/search/suggest?q=", headers={"Accept": "application/json"}).json == []


def test_suggestions_opened_as_a_page_are_the_search(client: FlaskClient, two: Two) -> None:
    answer = client.get("/search/suggest?q=环评", headers={"Accept": "text/html"})
    assert answer.status_code == 302 and answer.location.startswith("/search?q=")


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_is_answered(client: FlaskClient, two: Two, typed: str) -> None:
    answer = client.get("/search", query_string={"q": typed})
    assert answer.status_code == 200 and "<script>alert" not in answer.text
    assert client.get("/search/suggest", query_string={"q": typed}, headers={"Accept": "application/json"}).is_json


def test_what_was_asked_for_is_marked_and_the_rest_is_no_markup(client: FlaskClient, two: Two) -> None:
    shown = client.get("/search", query_string={"q": "环评"}).text
    assert "<mark>" in shown
    assert "<mark>" not in client.get("/search", query_string={"q": "<mark>"}).text


def test_a_question_sent_on_from_the_list_is_cut_before_it_is_an_address(client: FlaskClient, two: Two) -> None:
    answer = client.get("/list", query_string={"q": "水" * 10_000})
    assert answer.status_code == 302 and len(answer.location) < 1_000


@pytest.mark.parametrize("address", ["/search?q=", "/search/suggest?q=", "/list?q="])
@pytest.mark.parametrize(
    "octets", ["%ff%fe", "%ED%A0%80", "%00", "%F0%9F", "%u6c34", "%E7%8E%AF%ED%B0%80%E8%AF%84", "%0d%0a%09%1e"]
)
def test_octets_that_are_no_text_are_answered(client: FlaskClient, two: Two, address: str, octets: str) -> None:
    assert client.get(address + octets).status_code in (200, 302)


@pytest.mark.parametrize("typed", ["😀🏗️环评", "ＨＪＹＸ", "环评 *", "\x00环评\x00", "环\u200b评", "\ufeff环评\u202c"])
def test_what_is_asked_among_marks_is_still_found(client: FlaskClient, two: Two, typed: str) -> None:
    assert codes(client.get("/search", query_string={"q": typed}).text) == {one.code for one in two}
