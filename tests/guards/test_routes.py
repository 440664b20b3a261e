"""Every door says who may use it, takes no forged form, and never answers 500."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

import market
from market.base.permissions import GRANTS, Permission
from tests import people

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
ROOT = Path(market.__file__).parents[1]
PRESENT = "RQ-2026-000041C"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def rules(app: Flask) -> Iterator[Rule]:
    yield from (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static")


def filled(rule: Rule, number: str = "2999", word: str = PRESENT) -> str:
    """The rule's address with something believable that does not exist."""

    def value(found: re.Match[str]) -> str:
        converter = found[1] or ""
        return number if converter.startswith("int") else word

    return re.sub(r"<(?:([^:<>]+):)?[^<>]+>", value, rule.rule)


def answers(client: FlaskClient, app: Flask, data: dict[str, str]) -> Iterator[tuple[str, int]]:
    for rule in rules(app):
        if rule.endpoint == "accounts.sign_out":
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = client.open(filled(rule), method=method, data=data if method in WRITES else None)
            yield f"{method} {rule.rule}", answer.status_code
            answer.close()


@ONE
def test_every_view_declares_who_may_use_it(app: Flask) -> None:
    undeclared = [
        rule.endpoint for rule in rules(app) if getattr(app.view_functions[rule.endpoint], "access", None) is None
    ]
    assert undeclared == []


@ONE
def test_every_link_leads_to_a_page_that_exists(app: Flask) -> None:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "market").rglob("*.py")]
    linked = {
        (name, file.name)
        for file in files
        for name in re.findall(r"""url_for\(\s*["']([\w.]+)["']""", file.read_text(encoding="utf-8"))
    }
    assert {pair for pair in linked if pair[0] not in app.view_functions} == set()


@ONE
def test_what_a_view_declares_is_a_permission_or_public(app: Flask) -> None:
    declared = {app.view_functions[rule.endpoint].access for rule in rules(app)}  # type: ignore[attr-defined]
    assert all(access == "public" or isinstance(access, Permission) for access in declared)


def test_every_permission_is_granted_to_somebody() -> None:
    granted = frozenset().union(*GRANTS.values())
    assert set(Permission) - granted == set()


def test_every_permission_is_asked_for_somewhere() -> None:
    code = "\n".join(file.read_text() for file in (ROOT / "market").rglob("*.py") if file.name != "permissions.py")
    unused = [p.name for p in Permission if f"Permission.{p.name}" not in code and f"P.{p.name}" not in code]
    assert unused == []


def test_permissions_are_alphabetical_and_named_by_area_thing_and_act() -> None:
    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert all(re.fullmatch(r"[a-z]+:[a-z]+:[a-z]+", value) for value in values)


@ONE
def test_no_write_is_taken_without_a_token(app: Flask, client: FlaskClient) -> None:
    taken = []
    for rule in rules(app):
        for method in WRITES & (rule.methods or set()):
            answer = client.open(filled(rule), method=method, data={"x": "1"})
            if answer.status_code != 400:
                taken.append(f"{method} {rule.rule}: {answer.status_code}")
    assert taken == []


def test_nothing_answers_500_whoever_asks_for_what_does_not_exist(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        cast = people.cast()
    askers: list[people.Person | None] = [None, *cast.everybody()]
    bad = []
    for asker in askers:
        client = app.test_client()
        if asker is not None:
            people.sign_in(client, asker)
        token = people.token(client)
        who = asker.name if asker else "nobody"
        bad += [
            f"{who}: {what} {status}" for what, status in answers(client, app, {"csrf_token": token}) if status == 500
        ]
    app.config["PROPAGATE_EXCEPTIONS"] = None
    assert bad == []


def test_no_number_or_word_in_an_address_breaks_the_database(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        cast = people.cast()
    bad = []
    for asker in (cast.buyer, cast.agency, cast.list_editor):
        client = app.test_client()
        people.sign_in(client, asker)
        given = {"csrf_token": people.token(client)}
        for rule in (rule for rule in rules(app) if rule.arguments):
            for number, word in (("0", "%00"), (str(2**63 - 1), "' OR 1=1"), (str(2**63), "x" * 400)):
                method = "POST" if "POST" in (rule.methods or set()) else "GET"
                with client.open(filled(rule, number, word), method=method, data=given) as answer:
                    if answer.status_code == 500:
                        bad.append(f"{asker.name}: {method} {rule.rule} {number} {word}")
    app.config["PROPAGATE_EXCEPTIONS"] = None
    assert bad == []
