"""Who gets in: sign-in with a safe way back, refusals for the rest."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.web.access import local_path
from tests import people

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "bad",
    [
        None, "", "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1", "/\t/evil.example", " /x", "/ok\\..\\x", "evil",
    ],
)  # fmt: skip
def test_the_way_back_never_leaves_this_site(bad: str | None) -> None:
    assert local_path(bad) is None


@pytest.mark.parametrize("good", ["/", "/account/me", "/list?q=%E7%8E%AF&page=2"])
def test_a_path_of_this_site_is_a_way_back(good: str) -> None:
    assert local_path(good) == good


@ONE
def test_a_page_that_needs_an_account_leads_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/account/me?a=b")
    assert answer.status_code == 302
    assert answer.location == "/account/sign-in?next=/account/me?a%3Db"


@ONE
def test_an_act_without_an_account_is_refused_in_the_houses_look(client: FlaskClient) -> None:
    answer = people.post(client, "/account/role", {"membership": "1"})
    assert answer.status_code == 401
    assert "access.sign_in" in answer.text
    assert "/account/sign-in" in answer.text


@ONE
def test_a_role_without_the_permission_is_refused(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        auditor = people.cast().auditor
    people.sign_in(client, auditor)
    answer = client.get("/account/members")
    assert answer.status_code == 403
    assert "access.not_permitted" in answer.text
