"""Make people and organisations: `make_person()`, `make_enterprise()`."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from stdnum.cn import uscc as check_digits

from market.accounts.models import Membership, Organisation, User
from market.accounts.rules import DEMO_PASSWORD, passwords
from market.base import uscc
from market.base.people import ROLES_OF, Actor, OrganisationKind, Role
from market.base.refs import RefKind
from market.store.db import db
from market.store.references import next_reference
from market.store.transaction import transaction
from tests.make.ground import numbers

PASSWORD = DEMO_PASSWORD
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NAMED = {
    OrganisationKind.ENTERPRISE: "实业有限公司",
    OrganisationKind.AGENCY: "咨询有限公司",
    OrganisationKind.DEPARTMENT: "审批局",
    OrganisationKind.REGULATOR: "监管办",
}


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in with PASSWORD, and how they act."""

    actor: Actor
    email: str
    organisation_name: str
    organisation_ref: str

    @property
    def organisation_id(self) -> int:
        """The organisation the person acts for."""
        assert self.actor.organisation is not None
        return self.actor.organisation


def make_uscc(number: int) -> str:
    """Return a credit code that is well formed and can belong to nobody: division 990000 and the test mark TE5T."""
    digits = ""
    for _ in range(4):
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    body = f"TE5T{digits}"
    code = "91990000" + body + uscc.organisation_check(body)
    return code + check_digits.calc_check_digit(code)


def make_person(*, role: Role = Role.ENTERPRISE, name: str = "", organisation_id: int | None = None) -> Person:
    """Make a person in `role`, in a new organisation unless one is named."""
    with transaction() as now:
        return person_of(role, name, organisation_id, now)


def make_enterprise(*, name: str = "") -> Person:
    """Make an enterprise with its owner."""
    return make_person(role=Role.ENTERPRISE, name=name)


def make_department(*, name: str = "") -> Person:
    """Make an approving department with one of its people."""
    return make_person(role=Role.DEPARTMENT, name=name)


def person_of(role: Role, name: str, organisation_id: int | None, now: datetime) -> Person:
    """`make_person` inside a transaction that is open already."""
    number = next(numbers)
    kind = next(kind for kind, roles in ROLES_OF.items() if role in roles)
    organisation = db.session.get(Organisation, organisation_id) if organisation_id else None
    if organisation is None:
        organisation = Organisation(
            ref=next_reference(RefKind.ORGANISATION, now),
            kind=kind,
            name=name or f"【虚构】样例第{number:03d}号{_NAMED[kind]}（测试）",
            uscc=make_uscc(number),
            region="虚构市",
            is_fictitious=True,
            created_at=now,
        )
    user = User(
        email=f"{role}{number}@example.invalid",
        name=f"【虚构】{number}",
        password_hash=_password_hash(),
        is_active=True,
        is_demo=False,
        locale="zh_Hans_CN",
        created_at=now,
    )
    db.session.add_all([organisation, user])
    db.session.flush()
    member = Membership(user_id=user.id, organisation_id=organisation.id, role=role, is_admin=True, since=now)
    db.session.add(member)
    db.session.flush()
    return Person(Actor(user.id, role, organisation.id), user.email, organisation.name, organisation.ref)


@cache
def _password_hash() -> str:
    return passwords.hash(PASSWORD)
