"""Every refusal is a page in the house's look or JSON; nothing answers a bare 500."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from config import Testing
from market.app import create_app
from market.base.errors import BadState, BreaksRule, NotAllowed, NotFound, Refusal, TooLate, TooMany
from market.store.db import db
from market.store.models import ReferenceCounter
from market.web.access import public
from market.web.labels import sentence
from tests import people

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
REFUSALS: dict[str, Refusal] = {
    "403": NotAllowed("access.not_permitted"),
    "404": NotFound("page.not_found"),
    "409": BadState("changed.meanwhile"),
    "409-late": TooLate("changed.meanwhile"),
    "422": BreaksRule("uscc.length", length=17),
    "429": TooMany("account.locked", minutes=30, seconds=1800),
}


class ThatBreaks(Testing):
    """As a visitor meets it: exceptions become pages."""

    TESTING = False
    PROPAGATE_EXCEPTIONS = False


@pytest.fixture
def broken(app: Flask, tmp_path: Path) -> Iterator[FlaskClient]:
    """Yield a client of an application, on the test's database, with views that fail in every way."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    here = type("Here", (ThatBreaks,), {"SQLALCHEMY_DATABASE_URI": url, "SEARCH_INDEX": str(tmp_path)})
    app = create_app(here)

    @app.get("/fails/<kind>")
    @public
    def fails(kind: str) -> str:
        if kind in REFUSALS:
            raise REFUSALS[kind]
        if kind == "constraint":
            db.session.add(ReferenceCounter(kind="OR", year=2026, last=0))
            db.session.flush()
        if kind == "database":
            db.session.execute(text("SELECT * FROM nowhere"))
        raise ZeroDivisionError

    yield app.test_client()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_is_a_page_with_its_status_and_sentence(broken: FlaskClient, kind: str) -> None:
    answer = broken.get(f"/fails/{kind}?lang=en")
    assert answer.status_code == REFUSALS[kind].status
    assert str(REFUSALS[kind]).partition(": ")[2] in answer.text
    assert REFUSALS[kind].code in answer.text
    assert 'class="top"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_program_gets_the_refusal_as_json(broken: FlaskClient) -> None:
    answer = broken.get("/fails/422?lang=en", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "uscc.length"
    assert "17" in answer.json["sentence"]


def test_too_many_tries_say_when_to_come_back(broken: FlaskClient) -> None:
    assert broken.get("/fails/429").headers["Retry-After"] == "1800"


def test_a_broken_constraint_that_escapes_is_a_refusal_and_no_500(broken: FlaskClient) -> None:
    answer = broken.get("/fails/constraint")
    assert answer.status_code == 422
    assert "store.constraint" in answer.text


@pytest.mark.parametrize("kind", ["database", "other"])
def test_what_nobody_foresaw_is_a_page_in_the_houses_look(broken: FlaskClient, kind: str) -> None:
    answer = broken.get(f"/fails/{kind}")
    assert answer.status_code == 500
    assert "page.failed" in answer.text
    assert 'class="top"' in answer.text


def test_a_database_that_is_gone_is_said_on_a_protected_page_even_to_somebody_signed_in() -> None:
    app = create_app(type("Gone", (ThatBreaks,), {"SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/at/all.sqlite"}))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "token"
    answer = client.get("/account/me?lang=en")
    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert "Content-Security-Policy" in answer.headers
    assert "Traceback" not in answer.text


@ONE
def test_an_unknown_address_and_a_wrong_method_have_their_pages(client: FlaskClient) -> None:
    assert client.get("/no/such/page").status_code == 404
    answer = client.get("/account/role")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@ONE
def test_a_form_without_its_token_is_refused_but_what_was_typed_is_kept(client: FlaskClient) -> None:
    typed = {"email": "a@example.invalid", "password": "secret words here"}
    answer = client.post("/account/sign-in", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
    assert "form.expired" in answer.text
    assert 'value="a@example.invalid"' in answer.text
    assert "secret words here" not in answer.text


@ONE
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_another_site_cannot_fill_the_form_that_is_sent_again(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/account/sign-in", data={"email": "a@example.invalid"}, headers=headers)
    assert answer.status_code == 400
    assert "a@example.invalid" not in answer.text


@ONE
def test_a_body_that_is_too_large_is_refused(app: Flask, client: FlaskClient) -> None:
    token = people.token(client)
    size = app.config["MAX_CONTENT_LENGTH"] + 1
    answer = client.post("/account/sign-in", data={"csrf_token": token, "email": "x" * size})
    assert answer.status_code == 413
    assert re.search("request.too_large", answer.text)


@ONE
def test_a_sentences_facts_are_written_for_people(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        late = sentence("lifecycle.no_such_move", {"object": "filing", "state": "in_check", "event": "x"})
        assert "“In formal check”" in late
        for given in (datetime(2026, 3, 5, tzinfo=UTC), "2026-03-05T00:00:00+00:00", "2026-03-05"):
            assert "5 Mar 2026" in sentence("uscc.length", {"length": given})
        assert "Auditor, Operator" in sentence("uscc.length", {"length": ["role.auditor", "role.operator"]})
        assert "{x}" in sentence("uscc.length", {"length": "{x}"})
