"""The public voice as people meet it: without an account, without scripts, in both languages."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from market.base.people import Role
from market.catalogue.models import CleanUp
from market.oversight import rules
from market.oversight.models import Voice
from market.store.db import db
from tests import make, people
from tests.oversight import around
from tests.pages.reading import page
from tests.pages.test_listing import remove

MONDAY = datetime(2026, 3, 2, 4, tzinfo=UTC)
DEMANDED = {
    "said": "【虚构】清单外检测", "aspect": "service", "demander": "department", "demander_name": "【虚构】某局",
    "demanded_on": "2026-02-27", "amount": "5,000", "text": around.TEXT, "contact": "13800001111",
}  # fmt: skip
NEW = "/voices/new?kind=demanded_outside"
ANSWER = {"outcome": "upheld", "question": "有人问能不能收。", "answer": "不能收。"}
_ONCE = re.compile(r'name="once"[^>]* value="([^"]+)"')


@pytest.fixture
def cast(app: Flask, at: Any) -> people.Cast:
    """Return the cast, with a list in force, on a Monday."""
    at(MONDAY)
    with app.app_context():
        make.make_listed_service(name="【虚构】在列评估")
        return people.cast()


def form_of(client: FlaskClient, url: str) -> dict[str, str]:
    """Return what the page's own form carries along."""
    text = page(client, url)
    found = _ONCE.search(text)
    assert found, text
    return {"once": found[1]}


def send(client: FlaskClient, url: str = NEW, **changes: str) -> TestResponse:
    """Fill in the form of `url` and send it."""
    return people.post(client, url, form_of(client, url) | DEMANDED | changes)


def receipt_of(client: FlaskClient, url: str = NEW, **changes: str) -> tuple[str, str]:
    """Send a voice; return its reference and query code."""
    answer = send(client, url, **changes)
    assert answer.status_code == 201, answer.text
    ref, code = re.findall(r"<data value=\"([^\"]+)\"", answer.text)
    return ref, code


@pytest.mark.usefixtures("cast")
def test_anybody_sends_a_voice_and_gets_a_receipt_that_is_kept_nowhere(client: FlaskClient) -> None:
    answer = send(client)
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    assert re.search(r"VO-2026-000001[0-9A-Z]", answer.text) and "16 Mar 2026" in answer.text
    assert "not a term of law" in answer.text and "data-print" in answer.text


@pytest.mark.usefixtures("cast")
def test_a_form_sent_twice_is_taken_once(client: FlaskClient, app: Flask) -> None:
    kept = form_of(client, NEW)
    assert people.post(client, NEW, kept | DEMANDED).status_code == 201
    again = people.post(client, NEW, kept | DEMANDED)
    assert again.status_code == 409 and "received already" in again.text
    with app.app_context():
        assert len(db.session.scalars(select(Voice.id)).all()) == 1


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": ""}, "Fill this in."),
        ({"text": "太短"}, "at least 10 characters"),
        ({"said": ""}, "Say what was demanded"),
        ({"aspect": "price"}, "Not a valid choice"),
        ({"demander_name": "张某 13812345678"}, "a phone number"),
        ({"amount": "很多"}, "not an amount of money"),
        ({"demanded_on": "2026-03-03"}, "A day to come"),
        ({"website": "http://spam.example"}, "people do not see"),
        ({"text": "长" * 2001}, "at most 2000 characters"),
        ({"once": ""}, "Fill this in."),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    client: FlaskClient, changes: dict[str, str], said: str
) -> None:
    answer = send(client, **changes)
    assert answer.status_code == 422 and said in answer.text
    kept = {name: value for name, value in DEMANDED.items() if name in ("contact", "amount") and name not in changes}
    assert all(value in answer.text for value in kept.values())
    assert "VO-2026" not in answer.text


def test_a_voice_begins_from_what_the_reader_has_before_him(app: Flask, client: FlaskClient, cast: people.Cast) -> None:
    with app.app_context():
        service = make.make_listed_service()
    for url in (f"/voices/new?kind=objection&service={service.code}", f"{NEW}&service={service.code}"):
        assert f'href="/list/{service.code}"' in page(client, url) and service.name in client.get(f"{url}&lang=zh").text
    assert 'value="月球勘查"' in page(client, f"{NEW}&said=月球勘查")
    assert 'value="ZJ-9999"' in page(client, f"{NEW}&service=ZJ-9999")
    for odd in (
        "removed=99999",
        "removed=x",
        f"removed={2**70}",
        f"removed={'9' * 5000}",
        "service=%00",
        "kind=nonsense",
    ):
        assert client.get(f"{NEW}&{odd}").status_code == 200
    answer = people.post(
        client,
        "/voices/new?kind=objection",
        form_of(client, "/voices/new?kind=objection") | {"service": "ZJ-9999", "aspect": "price", "text": around.TEXT},
    )
    assert answer.status_code == 422 and "no code of the list in force" in answer.text


def test_the_sender_asks_again_with_the_code_and_nobody_else_can(client: FlaskClient, cast: people.Cast) -> None:
    ref, code = receipt_of(client)
    found = people.post(client, "/voices/query", {"ref": ref.lower(), "code": code.lower()})
    assert found.status_code == 200 and "Received, not answered yet" in found.text and "16 Mar 2026" in found.text
    assert around.TEXT not in found.text and DEMANDED["contact"] not in found.text
    sentences = []
    for wrong_ref, wrong in ((ref, "AAAAA-AAAAA-AAAAA-AAAAA"), ("VO-2026-000009X", code)):
        answer = people.post(client, "/voices/query", {"ref": wrong_ref, "code": wrong})
        assert answer.status_code == 404
        sentences += re.findall(r"No voice with this reference[^<]+", answer.text)
    assert len(sentences) == 2 and len(set(sentences)) == 1


@pytest.mark.usefixtures("cast")
def test_guessing_codes_is_slowed_down(client: FlaskClient) -> None:
    receipt_of(client)
    for _ in range(rules.QUERYING.most):
        people.post(client, "/voices/query", {"ref": "VO-2026-000001X", "code": "AAAAA"})
    answer = people.post(client, "/voices/query", {"ref": "VO-2026-000001X", "code": "AAAAA"})
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0


@pytest.mark.usefixtures("cast")
def test_sending_is_slowed_down_by_address_and_what_was_typed_is_kept(client: FlaskClient, at: Any) -> None:
    for _ in range(rules.SENDING.most):
        assert send(client).status_code == 201
    answer = send(client)
    assert answer.status_code == 429 and around.TEXT in answer.text
    behind = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9"}
    kept = form_of(client, NEW) | DEMANDED | {"csrf_token": people.token(client)}
    assert client.post(NEW, data=kept, environ_base=behind).status_code == 201
    outside = {"HTTP_X_FORWARDED_FOR": "203.0.113.77", "REMOTE_ADDR": "192.0.2.1"}
    for _ in range(rules.SENDING.most):
        kept |= form_of(client, NEW)
        client.post(NEW, data=kept, environ_base=outside)
    outside["HTTP_X_FORWARDED_FOR"] = "203.0.113.78"  # whoever comes from outside cannot name another sender
    assert client.post(NEW, data=kept | form_of(client, NEW), environ_base=outside).status_code == 429


def test_the_desk_answers_once_and_everybody_reads_it(
    app: Flask, client: FlaskClient, cast: people.Cast, at: Any
) -> None:
    ref, code = receipt_of(client, text="<script>alert(1)</script> 窗口要求先做检测。")
    page(client, f"/voices/{ref}", 404)
    assert "Nothing answered here yet" in page(client, "/voices")
    desk = app.test_client()
    people.sign_in(desk, cast.list_editor)
    assert DEMANDED["said"] in page(desk, "/desk") and ref in page(desk, "/desk/voices")
    assert f"Demanded outside the list received as {ref}" in page(desk, "/desk/notices")
    shown = page(desk, f"/desk/voices/{ref}")
    assert "&lt;script&gt;alert(1)" in shown and "<script>alert" not in shown and DEMANDED["contact"] in shown
    bad = people.post(desk, f"/desk/voices/{ref}/answer", ANSWER | {"answer": "找 138-0000-1111。"})
    assert bad.status_code == 422 and "a phone number" in bad.text and "the sender&#39;s contact" in bad.text
    assert ANSWER["question"] in bad.text
    text = {"question": "<b>能不能收？</b>"}
    assert people.post(desk, f"/desk/voices/{ref}/answer", ANSWER | text).status_code == 302
    assert people.post(desk, f"/desk/voices/{ref}/answer", ANSWER).status_code == 409
    public = page(client, f"/voices/{ref}")
    assert "&lt;b&gt;能不能收？&lt;/b&gt;" in public and "不能收。" in public and "Upheld" in public
    private = (DEMANDED["contact"], "窗口", DEMANDED["said"], DEMANDED["demander_name"], "5,000", code)
    assert not [word for word in private if word in public + page(client, "/voices")]
    assert "不能收。" in people.post(client, "/voices/query", {"ref": ref, "code": code}).text
    lacking = people.post(desk, f"/desk/voices/{ref}/correct", ANSWER | {"reason": " "})
    assert lacking.status_code == 422
    again = people.post(desk, f"/desk/voices/{ref}/correct", ANSWER | {"outcome": "not_upheld", "reason": "文号有误"})
    assert again.status_code == 302
    corrected = page(client, f"/voices/{ref}")
    assert "文号有误" in corrected and "Not upheld" in corrected and "Upheld: the list" in corrected
    assert ref in page(client, "/voices?outcome=not_upheld") and ref not in page(client, "/voices?outcome=upheld")


def test_who_watches_reads_and_only_the_editor_answers_and_sees_the_contact(
    app: Flask, client: FlaskClient, cast: people.Cast, at: Any
) -> None:
    ref, _code = receipt_of(client)
    at(MONDAY + timedelta(days=20))
    for person in (cast.supervisor, cast.list_approver):
        reader = app.test_client()
        people.sign_in(reader, person)
        shown = page(reader, f"/desk/voices/{ref}")
        assert around.TEXT in shown and DEMANDED["contact"] not in shown and "Publish the answer" not in shown
        assert "overdue" in page(reader, "/desk/voices") and ref in page(reader, "/desk")
        assert people.post(reader, f"/desk/voices/{ref}/answer", ANSWER).status_code == 403
    for person in (cast.buyer, cast.agency, cast.auditor):
        reader = app.test_client()
        people.sign_in(reader, person)
        page(reader, f"/desk/voices/{ref}", 403)
    assert client.get(f"/desk/voices/{ref}").status_code == 302
    editor = app.test_client()
    people.sign_in(editor, cast.list_editor)
    assert people.post(editor, f"/desk/voices/{ref}/answer", ANSWER).status_code == 302
    assert "late" in page(client, f"/voices/{ref}") and "0%" in page(client, "/voices")


def test_the_public_page_asks_as_much_for_one_voice_as_for_twenty(
    app: Flask, client: FlaskClient, cast: people.Cast, query_counter: Any
) -> None:
    counts = []
    for voices in (1, 20):
        with app.app_context():
            for _ in range(voices):
                around.answer(around.send().ref, cast.list_editor.actor)
        with query_counter() as counted:
            page(client, "/voices")
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize("url", ["/voices", "/voices/new", NEW, "/voices/new?kind=objection", "/voices/query"])
def test_every_page_speaks_both_languages_and_needs_no_script(client: FlaskClient, cast: people.Cast, url: str) -> None:
    english, chinese = page(client, url), client.get(f"{url}{'&' if '?' in url else '?'}lang=zh").text
    visible = re.sub(r"<[^>]+>", " ", chinese.partition("<main")[2].partition("</main>")[0])
    assert "意见" in chinese and not re.search(r"[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}", visible), visible
    assert english != chinese and not re.search(r"style=\"|<script>|\son[a-z]+=\"", english + chinese)


@pytest.fixture
def removed(app: Flask, at: Any) -> dict[str, int]:
    """Return the numbers of an item of each handling, in two editions of which the second is in force."""
    at(MONDAY)
    with app.app_context():
        for day in (MONDAY.date() - timedelta(days=60), MONDAY.date()):
            edition = make.make_edition(effective_from=day)
            make.make_listed_service(edition_id=edition)
            for handling in ("abolished", "authority_commissioned", "self_prepare_allowed"):
                remove(edition, handling, f"【虚构】{handling}")
            make.publish_edition(edition_id=edition)
        query = select(CleanUp.handling, CleanUp.id).where(CleanUp.edition_id == edition)
        return {str(handling): number for handling, number in db.session.execute(query)}


@pytest.mark.parametrize(
    ("handling", "english", "chinese"),
    [
        ("abolished", "It is abolished as a condition", "已取消"),
        ("authority_commissioned", "Charging the applicant for it", "自行委托并付费"),
        ("self_prepare_allowed", "Nobody may force an agency on you", "不得强制委托或者指定机构"),
    ],
)
def test_an_item_off_the_list_says_by_which_decision_and_what_follows(
    app: Flask, client: FlaskClient, removed: dict[str, int], handling: str, english: str, chinese: str
) -> None:
    url = f"/list/removed/{removed[handling]}"
    text = page(client, url)
    assert english in text and "样例发〔2026〕1号" in text and "样例许可" in text
    assert "1 Jan 2026" in text, "since the first edition that has the decision, not the newest"
    report = f"/voices/new?kind=demanded_outside&amp;removed={removed[handling]}"
    assert report in text and chinese in client.get(f"{url}?lang=zh").text
    assert f'href="{url}"' in page(client, "/list/removed")
    ref, _code = receipt_of(client, report.replace("&amp;", "&"), removed=str(removed[handling]), said="")
    with app.app_context():
        around.answer(ref, make.make_person(role=Role.LIST_EDITOR).actor)
    assert ref in page(client, url) and f'href="{url}"' in page(client, f"/voices/{ref}")
    assert ref in page(client, f"/voices?about=【虚构】{handling}") and ref not in page(client, "/voices?about=ZJ-0001")


@pytest.mark.usefixtures("removed")
def test_an_item_that_was_never_published_off_the_list_has_no_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_edition(effective_from=MONDAY.date() + timedelta(days=9))
        remove(edition, "abolished", "【虚构】草稿")
        draft = db.session.scalars(select(CleanUp.id).order_by(CleanUp.id.desc())).first()
    for number in (draft, 99999, 2**62):
        page(client, f"/list/removed/{number}", 404)


def test_the_exact_name_of_an_abolished_item_is_found_first_with_its_decision(
    app: Flask, client: FlaskClient, removed: dict[str, int]
) -> None:
    app.extensions["search"].rebuild([])  # the index may lag
    text = page(client, "/search?q=【虚构】abolished")
    assert "was taken off by 样例发〔2026〕1号. Nobody may ask you for it." in text
    assert f'href="/list/removed/{removed["abolished"]}"' in text
    assert f"removed={removed['abolished']}" in text and text.count('<article class="tag ') == 1
    assert f'name="removed" value="{removed["abolished"]}"' in page(client, f"{NEW}&said=【虚构】abolished")
    lost = page(client, "/search?q=月球勘查")
    assert "kind=demanded_outside&amp;said=%E6%9C%88" in lost


@pytest.mark.usefixtures("cast")
def test_a_refusal_for_what_is_not_listed_offers_the_report(client: FlaskClient) -> None:
    text = page(client, "/list/ZJ-9999", 404)
    assert "/voices/new?kind=demanded_outside&amp;said=ZJ-9999" in text
    assert "/voices/new" not in page(client, "/nowhere", 404).partition("<main")[2].partition("</main>")[0]
    assert client.get("/list/ZJ-9999", headers={"Accept": "application/json"}).json["code"] == "service.not_listed"
