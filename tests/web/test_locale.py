"""The language is chosen by a link and kept; Chinese until then."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def test_chinese_is_the_default_whatever_the_browser_says(client: FlaskClient) -> None:
    page = client.get("/account/sign-in", headers={"Accept-Language": "en-GB,en"}).text
    assert 'lang="zh-Hans-CN"' in page


def test_a_chosen_language_is_kept(client: FlaskClient) -> None:
    assert '<html lang="en"' in client.get("/account/sign-in?lang=en").text
    assert '<html lang="en"' in client.get("/account/sign-in").text
    assert '<html lang="zh-Hans-CN"' in client.get("/account/sign-in?lang=zh").text
    assert '<html lang="zh-Hans-CN"' in client.get("/account/sign-in").text


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/account/sign-in?lang=<script>")
    assert '<html lang="zh-Hans-CN"' in answer.text
    assert "lang=" not in "".join(c.partition(";")[0] for c in answer.headers.getlist("Set-Cookie"))


def test_large_text_is_kept(client: FlaskClient) -> None:
    client.get("/account/sign-in?large=1")
    assert "data-large>" in client.get("/account/sign-in").text.partition("<head>")[0]


def test_a_templates_text_is_translated_and_facts_in_it_are_escaped(app: Flask) -> None:
    template = app.jinja_env.from_string('{{ _("Sign in") }}|{{ _("<b>%(x)s</b> & all", x=given) }}')
    with app.test_request_context("/"):
        assert template.render(given="<i>") == "登录|<b>&lt;i&gt;</b> & all"
    with app.test_request_context("/?lang=en"):
        assert template.render(given="<i>", locale="en").startswith("Sign in|")
