"""The same small cast in every test: who they are, how they come to exist, and how they sign in.

cast = people.cast()                      # inside an application context
people.sign_in(client, cast.buyer)
people.post(client, "/account/role", {"membership": "3"})
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from market.accounts import actions, rules
from market.base.people import Actor, OrganisationKind, Role
from market.store.transaction import transaction
from tests.make import make_uscc

PASSWORD = "a quiet river in autumn"
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """Somebody of the cast: plain values, good in every session."""

    user_id: int
    email: str
    name: str
    membership_id: int
    organisation_id: int
    organisation_ref: str
    actor: Actor


@dataclass(frozen=True)
class Cast:
    """Two of each side, and one person on each public desk."""

    buyer: Person
    other_buyer: Person
    agency: Person
    other_agency: Person
    department: Person
    list_editor: Person
    list_approver: Person
    admission_desk: Person
    supervisor: Person
    evaluation_officer: Person
    auditor: Person
    operator: Person

    def everybody(self) -> list[Person]:
        """All of them."""
        return [getattr(self, name) for name in self.__dataclass_fields__]


@cache
def _password_hash() -> str:
    return rules.passwords.hash(PASSWORD)


def make_person(
    name: str, kind: OrganisationKind, role: Role, *, number: int = 0, organisation: int | None = None
) -> Person:
    """A person as administrator of a new organisation, or of an existing one; in the running transaction's `now`."""
    with transaction() as now:
        system = Actor.system()
        email = f"{name.replace(' ', '.')}@example.invalid"
        if organisation is None:
            needs_code = kind in (OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY)
            code = make_uscc(number) if needs_code else None
            body = actions.NewOrganisation(kind, f"【虚构】{name}", code, "湘西州", is_fictitious=True)
            found = actions.create_organisation(body, actor=system, now=now)
        else:
            found = actions.queries.organisation_of(organisation)
        person = actions.NewUser(email, name, is_demo=True, password_hash=_password_hash())
        user = actions.create_user(person, actor=system, now=now)
        member = actions.add_member(found, actions.NewMember(user.id, role, is_admin=True), actor=system, now=now)
        actor = Actor(user.id, role, found.id)
        return Person(user.id, email, name, member.id, found.id, found.ref, actor)


def cast() -> Cast:
    """Create the whole cast in an empty database; each public desk belongs to one regulator."""
    enterprise, agency, regulator = OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY, OrganisationKind.REGULATOR
    editor = make_person("list editor", regulator, Role.LIST_EDITOR)
    desks = {
        role.value: make_person(role.value.replace("_", " "), regulator, role, organisation=editor.organisation_id)
        for role in (
            Role.LIST_APPROVER, Role.ADMISSION_DESK, Role.SUPERVISOR, Role.EVALUATION_OFFICER, Role.AUDITOR, Role.OPERATOR,
        )
    }  # fmt: skip
    return Cast(
        buyer=make_person("buyer", enterprise, Role.ENTERPRISE, number=9001),
        other_buyer=make_person("other buyer", enterprise, Role.ENTERPRISE, number=9002),
        agency=make_person("agency", agency, Role.AGENCY, number=9003),
        other_agency=make_person("other agency", agency, Role.AGENCY, number=9004),
        department=make_person("department", OrganisationKind.DEPARTMENT, Role.DEPARTMENT),
        list_editor=editor,
        **desks,
    )


def token(client: FlaskClient) -> str:
    """The CSRF token of the client's session, read from a page with a form."""
    page = client.get("/account/sign-in")
    if page.status_code == 302:
        page = client.get("/account/me")
    found = _TOKEN.search(page.text)
    assert found, f"no form: {page.status}"
    return found[1]


def post(client: FlaskClient, url: str, data: dict[str, Any] | None = None) -> TestResponse:
    """Send a form as the page would: with the session's CSRF token."""
    return client.post(url, data={**(data or {}), "csrf_token": token(client)})


def sign_in(client: FlaskClient, person: Person, password: str = PASSWORD) -> None:
    """Sign the client in."""
    answer = post(client, "/account/sign-in", {"email": person.email, "password": password})
    assert answer.status_code == 302, answer.text
