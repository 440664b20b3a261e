"""Signing in and out, registering, members: through the browser's door."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from market.accounts import queries
from market.accounts.models import Session, User
from market.base.people import OrganisationKind, Role
from market.store.db import db
from tests import people
from tests.make import make_uscc

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
NEW = {
    "organisation": "【虚构】乙厂", "uscc": " 9199 0000 ", "region": "湘西州", "name": "王样例", "email": "wang@example.invalid",
    "password": "a quiet river in autumn", "password_again": "a quiet river in autumn",
}  # fmt: skip


@pytest.fixture
def cast(app: Flask) -> people.Cast:
    """Return the cast, in the database."""
    with app.app_context():
        return people.cast()


def form(**changes: str) -> dict[str, str]:
    return {**NEW, "uscc": make_uscc(500), **changes}


def sessions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Session)) or 0


def test_signing_in_leads_back_to_where_one_wanted_to_go(client: FlaskClient, cast: people.Cast) -> None:
    typed = {"email": " Buyer@Example.invalid", "password": people.PASSWORD}
    answer = people.post(client, "/account/sign-in?next=/account/me", typed)
    assert answer.location == "/account/me"
    page = client.get("/account/me").text
    assert "【虚构】buyer" in page


@ONE
def test_signing_in_never_leads_to_another_site(client: FlaskClient, cast: people.Cast) -> None:
    typed = {"email": cast.buyer.email, "password": people.PASSWORD}
    answer = people.post(client, "/account/sign-in?next=//evil.example/", typed)
    assert "evil" not in answer.location


@ONE
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient, cast: people.Cast) -> None:
    wrong = people.post(client, "/account/sign-in?lang=en", {"email": cast.buyer.email, "password": "wrong"})
    unknown = people.post(client, "/account/sign-in", {"email": "nobody@example.invalid", "password": "wrong"})
    said = "The e-mail address or the password is wrong."
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert said in wrong.text
    assert said in unknown.text
    assert 'value="nobody@example.invalid"' in unknown.text
    assert "wrong&#34;" not in wrong.text


@pytest.mark.parametrize("email", ["buyer@example.invalid", "nobody@example.invalid"])
def test_five_wrong_tries_lock_a_name_for_half_an_hour_even_with_the_right_password(
    app: Flask, cast: people.Cast, email: str, at: Callable[[datetime], datetime]
) -> None:
    noon = at(datetime(2026, 3, 5, 4, tzinfo=UTC))
    for _ in range(4):
        assert people.post(app.test_client(), "/account/sign-in", {"email": email, "password": "x"}).status_code == 422
    fifth = people.post(app.test_client(), "/account/sign-in", {"email": email, "password": "x"})
    assert fifth.status_code == 429
    right = people.post(app.test_client(), "/account/sign-in", {"email": email, "password": people.PASSWORD})
    assert right.status_code == 429
    assert 1790 <= int(right.headers["Retry-After"]) <= 1801
    at(noon + timedelta(minutes=30))
    after = people.post(app.test_client(), "/account/sign-in", {"email": email, "password": people.PASSWORD})
    assert after.status_code == (302 if email == cast.buyer.email else 422)


def test_signing_out_kills_the_session_on_the_server(app: Flask, client: FlaskClient, cast: people.Cast) -> None:
    people.sign_in(client, cast.buyer)
    cookie = client.get_cookie("market")
    assert cookie is not None
    assert sessions(app) == 1
    people.post(client, "/account/sign-out")
    assert sessions(app) == 0
    thief = app.test_client()
    thief.set_cookie("market", cookie.value)
    assert thief.get("/account/me").status_code == 302


@ONE
def test_a_session_ends_after_twelve_hours(
    client: FlaskClient, cast: people.Cast, at: Callable[[datetime], datetime]
) -> None:
    begun = at(datetime(2026, 3, 5, 4, tzinfo=UTC))
    people.sign_in(client, cast.buyer)
    at(begun + timedelta(hours=12) - timedelta(seconds=1))
    assert client.get("/account/me").status_code == 200
    at(begun + timedelta(hours=12))
    assert client.get("/account/me").status_code == 302


@ONE
def test_a_person_switched_off_is_out_at_once(app: Flask, client: FlaskClient, cast: people.Cast) -> None:
    people.sign_in(client, cast.buyer)
    with app.app_context():
        db.session.get_one(User, cast.buyer.user_id).is_active = False
        db.session.commit()
    assert client.get("/account/me").status_code == 302


@ONE
def test_knowing_who_is_signed_in_costs_one_query(
    client: FlaskClient, cast: people.Cast, query_counter: Callable[[], object]
) -> None:
    people.sign_in(client, cast.buyer)
    with query_counter() as counted:  # type: ignore[attr-defined]
        assert client.get("/no/such/page").status_code == 404
    assert sum("FROM session" in statement for statement in counted.statements) == 1


@ONE
def test_demo_accounts_are_shown_and_signed_in_only_in_demo_mode(
    app: Flask, client: FlaskClient, cast: people.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get("/account/sign-in").text
    assert "demo-market-2026" in page
    assert cast.supervisor.email in page
    monkeypatch.setitem(app.config, "MARKET_DEMO", False)
    page = client.get(f"/account/sign-in?as={cast.supervisor.email}").text
    assert "demo-market-2026" not in page
    assert "auditor" not in page
    typed = {"email": cast.supervisor.email, "password": people.PASSWORD}
    assert people.post(client, "/account/sign-in", typed).status_code == 422


@ONE
def test_a_demo_account_fills_the_form_by_a_link_and_nobody_else_does(client: FlaskClient, cast: people.Cast) -> None:
    assert f'value="{cast.auditor.email}"' in client.get(f"/account/sign-in?as={cast.auditor.email}").text
    assert 'value="demo-market-2026"' not in client.get("/account/sign-in?as=real@example.com").text


def test_an_enterprise_registers_and_is_signed_in(app: Flask, client: FlaskClient) -> None:
    assert people.post(client, "/account/register", form()).status_code == 302
    page = client.get("/account/me").text
    assert "【虚构】乙厂" in page
    with app.app_context():
        user = queries.user_by_email("wang@example.invalid")
        assert user is not None
        assert queries.actor_of(user.id).role is Role.ENTERPRISE


@ONE
def test_who_is_signed_in_registers_nothing_and_is_told_so(app: Flask, client: FlaskClient) -> None:
    people.post(client, "/account/register", form())
    for url in ("/account/register", "/account/register-agency"):
        shown = client.get(f"{url}?lang=en")
        assert shown.status_code == 200 and NEW["email"] in shown.text and 'name="uscc"' not in shown.text
        other = form(email="second@example.invalid", uscc=make_uscc(501))
        assert people.post(client, url, other).status_code == 409
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 1
    gone = people.post(client, "/account/sign-out", {"next": "/account/register-agency"})
    assert gone.location == "/account/register-agency" and 'name="uscc"' in client.get(gone.location).text
    assert people.post(client, "/account/sign-out", {"next": "//elsewhere.invalid"}).location == "/account/sign-in"


def test_an_agency_registers_for_the_agencys_desk(app: Flask, client: FlaskClient) -> None:
    assert people.post(client, "/account/register-agency", form()).status_code == 302
    with app.app_context():
        user = queries.user_by_email("wang@example.invalid")
        assert user is not None
        assert queries.actor_of(user.id).role is Role.AGENCY


@ONE
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": "91350100M000100Y44"}, "uscc"),
        ({"email": "wang"}, "email"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password_again": "another"}, "password_again"),
        ({"organisation": "  "}, "organisation"),
        ({"email": "buyer@example.invalid"}, "email"),
    ],
)
def test_a_refused_registration_keeps_what_was_typed(
    client: FlaskClient, cast: people.Cast, changes: dict[str, str], field: str
) -> None:
    answer = people.post(client, "/account/register", form(**changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="王样例"' in answer.text
    assert "a quiet river" not in answer.text


def test_an_administrator_adds_and_ends_a_member(app: Flask, client: FlaskClient, cast: people.Cast) -> None:
    people.sign_in(client, cast.buyer)
    new = {"name": "李样例", "email": "li@example.invalid", "role": "enterprise", "password": "a river in winter"}
    assert people.post(client, "/account/members", new).status_code == 302
    page = client.get("/account/members").text
    assert "李样例" in page
    with app.app_context():
        member = queries.members_of(cast.buyer.organisation_id)[1].id
    assert people.post(client, f"/account/members/{member}/end").status_code == 302
    assert "李样例" not in client.get("/account/members").text


@ONE
def test_who_is_no_administrator_changes_no_member(app: Flask, client: FlaskClient, cast: people.Cast) -> None:
    people.sign_in(client, cast.buyer)
    new = {"name": "李样例", "email": "li@example.invalid", "role": "enterprise", "password": people.PASSWORD}
    people.post(client, "/account/members", new)
    plain = app.test_client()
    people.post(plain, "/account/sign-in", {"email": "li@example.invalid", "password": people.PASSWORD})
    assert people.post(plain, "/account/members", {**new, "email": "x@example.invalid"}).status_code == 403
    assert people.post(plain, f"/account/members/{cast.buyer.membership_id}/end").status_code == 403


@ONE
def test_another_organisations_member_is_not_found_by_number(client: FlaskClient, cast: people.Cast) -> None:
    people.sign_in(client, cast.buyer)
    assert people.post(client, f"/account/members/{cast.agency.membership_id}/end").status_code == 404


@ONE
def test_a_member_cannot_be_given_a_role_of_another_kind(client: FlaskClient, cast: people.Cast) -> None:
    people.sign_in(client, cast.buyer)
    new = {"name": "x", "email": "x@example.invalid", "role": "list_approver", "password": people.PASSWORD}
    assert people.post(client, "/account/members", new).status_code == 422


def test_a_person_with_two_hats_changes_between_them(app: Flask, client: FlaskClient, cast: people.Cast) -> None:
    with app.app_context():
        other = people.make_person("hat", OrganisationKind.ENTERPRISE, Role.ENTERPRISE, number=9100)
    people.sign_in(client, other)
    hers = {"name": cast.buyer.name, "email": cast.buyer.email, "role": "enterprise", "is_admin": "y"}
    assert people.post(client, "/account/members", hers).status_code == 302
    people.post(client, "/account/sign-out")
    people.sign_in(client, cast.buyer)
    with app.app_context():
        second = queries.hats_of(cast.buyer.user_id)[1].id
    assert f'value="{second}"' in client.get("/account/me").text
    assert people.post(client, "/account/role", {"membership": str(second)}).status_code == 302
    assert "【虚构】hat" in client.get("/account/members").text


@ONE
@pytest.mark.parametrize("given", ["", "x", "-1", "99999999999999999999", "1"])
def test_a_hat_that_is_not_yours_is_not_found(client: FlaskClient, cast: people.Cast, given: str) -> None:
    people.sign_in(client, cast.supervisor)
    assert people.post(client, "/account/role", {"membership": given}).status_code == 404


@ONE
def test_my_password_changes_with_the_present_one_only(client: FlaskClient, cast: people.Cast) -> None:
    people.sign_in(client, cast.buyer)
    typed = {"old": "wrong", "new": "another river in spring", "new_again": "another river in spring"}
    refused = people.post(client, "/account/me", typed)
    assert refused.status_code == 422
    assert 'id="old-error"' in refused.text
    differs = people.post(client, "/account/me", {**typed, "old": people.PASSWORD, "new_again": "x"})
    assert 'id="new_again-error"' in differs.text
    assert people.post(client, "/account/me", {**typed, "old": people.PASSWORD}).status_code == 302
    people.post(client, "/account/sign-out")
    people.sign_in(client, cast.buyer, "another river in spring")
