"""What every answer carries."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import people

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.mark.parametrize("url", ["/account/sign-in", "/nowhere", "/static/css/tokens.css", "/healthz"])
def test_every_answer_forbids_foreign_and_inline_code(client: FlaskClient, url: str) -> None:
    with client.get(url) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_of_somebody_signed_in_is_never_stored(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        buyer = people.cast().buyer
    assert client.get("/account/sign-in").headers.get("Cache-Control") != "no-store"
    people.sign_in(client, buyer)
    assert client.get("/account/me").headers["Cache-Control"] == "no-store"
    assert "Cookie" in client.get("/account/me").headers["Vary"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/account/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_https_is_demanded_in_production(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    monkeypatch.setitem(app.config, "HSTS", True)
    assert "max-age=" in client.get("/healthz").headers["Strict-Transport-Security"]
