"""`flask people add`: how a site gets its first people without a demo city."""

from flask import Flask

from market.accounts.queries import first_with_role, user_by_email
from market.accounts.rules import passwords
from market.base.people import Role
from market.store.db import db

GIVEN = ("--name", "甄清单", "--organisation", "某市政务局", "--password", "a long enough phrase 7")


def run(app: Flask, *words: str) -> tuple[int, str, str]:
    with app.app_context():
        db.session.remove()
    answer = app.test_cli_runner().invoke(args=["people", "add", *words])
    return answer.exit_code, answer.stdout, answer.stderr


def test_a_person_gets_a_role_in_a_new_office(app: Flask) -> None:
    assert run(app, "Editor@city.example", "--role", "list_editor", *GIVEN)[0] == 0
    with app.app_context():
        found = first_with_role([Role.LIST_EDITOR], "editor@city.example")
        assert found is not None


def test_a_second_person_joins_the_same_office(app: Flask) -> None:
    run(app, "editor@city.example", "--role", "list_editor", *GIVEN)
    run(app, "approver@city.example", "--role", "list_approver", *GIVEN)
    with app.app_context():
        one = first_with_role([Role.LIST_EDITOR], None)
        two = first_with_role([Role.LIST_APPROVER], None)
        assert one is not None
        assert two is not None
        assert one.organisation == two.organisation
        assert one.id != two.id


def test_the_same_role_twice_is_refused_in_one_line(app: Flask) -> None:
    run(app, "editor@city.example", "--role", "list_editor", *GIVEN)
    code, _, err = run(app, "editor@city.example", "--role", "list_editor", *GIVEN)
    assert (code, err.split(":")[0], err.count("\n")) == (2, "account.member_already", 1)


def test_a_weak_password_is_refused(app: Flask) -> None:
    words = ("--name", "x", "--organisation", "某局", "--password", "short")
    code, _, err = run(app, "editor@city.example", "--role", "list_editor", *words)
    assert (code, err.startswith("account.password")) == (2, True)


def test_a_person_gets_a_new_password_and_a_stranger_none(app: Flask) -> None:
    run(app, "editor@city.example", "--role", "list_editor", *GIVEN)
    given = ("--password", "another long phrase 8")
    runner = app.test_cli_runner()
    assert runner.invoke(args=["people", "password", "Editor@city.example", *given]).exit_code == 0
    with app.app_context():
        user = user_by_email("editor@city.example")
        assert user is not None
        assert passwords.fits("another long phrase 8", user.password_hash)
    refused = runner.invoke(args=["people", "password", "nobody@city.example", *given])
    assert (refused.exit_code, "account.unknown" in refused.stderr) == (2, True)
