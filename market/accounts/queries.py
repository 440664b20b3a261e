"""Read people, organisations and memberships."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from market.accounts.models import Membership, Organisation, Session, SignInAttempt, User
from market.accounts.rules import Tries, name_hash, token_hash
from market.base.errors import NotFound
from market.base.people import Actor, OrganisationKind, Role
from market.store.db import db


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to and the hat worn in it; plain values, good beyond the transaction."""

    token: str
    session_id: int
    membership_id: int
    name: str
    email: str
    organisation_name: str
    is_admin: bool
    actor: Actor


def signed_in(token: str, now: datetime) -> SignedIn | None:
    """The living session of `token`: not expired, the person active, the membership not ended. One query."""
    row = db.session.execute(_signed_in(), {"hash": token_hash(token), "now": now}).one_or_none()
    if row is None:
        return None
    session_id, membership_id, name, email, organisation, is_admin, user_id, role, organisation_id = row
    actor = Actor(user_id, Role(role), organisation_id)
    return SignedIn(token, session_id, membership_id, name, email, organisation, is_admin, actor)


@cache
def _signed_in() -> Select[*tuple[Any, ...]]:
    # Every page of a signed-in reader asks this; building the statement costs more than asking it.
    return (
        select(
            Session.id, Membership.id, User.name, User.email, Organisation.name, Membership.is_admin,
            User.id, Membership.role, Organisation.id,
        )
        .join(User, User.id == Session.user_id)
        .join(Membership, Membership.id == Session.membership_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Session.token_hash == bindparam("hash"), Session.expires_at > bindparam("now"))
        .where(User.is_active, Membership.until.is_(None), Membership.user_id == User.id)
    )  # fmt: skip


def user_by_email(email: str) -> User | None:
    """The person with this address (lower case)."""
    return db.session.scalar(select(User).where(User.email == email))


def user_of(user_id: int) -> User:
    """The person; NotFound("page.not_found")."""
    found = db.session.get(User, user_id)
    if found is None:
        raise NotFound("page.not_found")
    return found


def organisation_of(organisation_id: int) -> Organisation:
    """The organisation; NotFound("page.not_found")."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound("page.not_found")
    return found


def organisation_by_uscc(uscc: str) -> Organisation | None:
    """The organisation with this unified social credit code."""
    return db.session.scalar(select(Organisation).where(Organisation.uscc == uscc))


def hats_of(user_id: int) -> Sequence[Membership]:
    """The person's memberships that have not ended, oldest first, with their organisations."""
    query = select(Membership).where(Membership.user_id == user_id, Membership.until.is_(None)).order_by(Membership.id)
    return db.session.scalars(query.options(joinedload(Membership.organisation))).all()


def actor_of(user_id: int, membership_id: int | None = None) -> Actor:
    """The person as an actor, under the named hat or the oldest one; NotFound("account.hat_not_yours")."""
    for hat in hats_of(user_id):
        if membership_id in (None, hat.id):
            return Actor(user_id, Role(hat.role), hat.organisation_id)
    raise NotFound("account.hat_not_yours")


def members_of(organisation_id: int) -> Sequence[Membership]:
    """The organisation's memberships that have not ended, with their people."""
    query = select(Membership).where(Membership.organisation_id == organisation_id, Membership.until.is_(None))
    return db.session.scalars(query.options(joinedload(Membership.user)).order_by(Membership.id)).all()


def organisations_of_kind(kind: OrganisationKind) -> Sequence[int]:
    """The ids of all organisations of a kind, for messages to all regulators."""
    return db.session.scalars(select(Organisation.id).where(Organisation.kind == kind).order_by(Organisation.id)).all()


def organisations_with_role(role: Role) -> Sequence[int]:
    """The ids of the organisations in which somebody holds `role` now: whose desk a message goes to."""
    query = select(Membership.organisation_id).where(Membership.role == role, Membership.until.is_(None)).distinct()
    return db.session.scalars(query.order_by(Membership.organisation_id)).all()


def first_with_role(roles: Sequence[Role], email: str | None) -> Actor | None:
    """The person with `email` in one of the roles, or without an address the first person in one of them."""
    query = (
        select(User.id, Membership.role, Membership.organisation_id)
        .join(Membership, Membership.user_id == User.id)
        .where(User.is_active, Membership.until.is_(None), Membership.role.in_(roles))
        .order_by(Membership.id)
        .limit(1)
    )
    if email is not None:
        query = query.where(User.email == email.strip().lower())
    found = db.session.execute(query).one_or_none()
    return Actor(found[0], Role(found[1]), found[2]) if found else None


def office_named(name: str, kind: OrganisationKind) -> Organisation | None:
    """The regulator or department of that name."""
    query = select(Organisation).where(Organisation.name == name, Organisation.kind == kind).order_by(Organisation.id)
    return db.session.scalars(query).first()


def anybody() -> bool:
    """Whether any organisation is registered at all."""
    return db.session.scalar(select(Organisation.id).limit(1)) is not None


def demo_accounts() -> Sequence[tuple[User, Membership]]:
    """The demo accounts to show on the sign-in page: the first two people of each role, with their organisation."""
    query = (
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .options(joinedload(Membership.organisation))
        .where(User.is_demo, User.is_active, Membership.until.is_(None))
        .order_by(Membership.id)
        .limit(200)
    )
    shown: dict[str, list[tuple[User, Membership]]] = {}
    for user, membership in db.session.execute(query):
        of_role = shown.setdefault(membership.role, [])
        if len(of_role) < 2:
            of_role.append((user, membership))
    return [pair for role in Role for pair in shown.get(role, [])]


def tries_on(email: str) -> Tries | None:
    """The wrong tries counted on an address."""
    row = db.session.scalar(attempt_lock(email))
    return Tries(row.failures, row.first_at, row.locked_until) if row else None


def attempt_lock(email: str) -> Select[SignInAttempt]:
    """The row to lock while wrong tries on an address are counted."""
    return select(SignInAttempt).where(SignInAttempt.name_hash == name_hash(email))


def organisation_lock(organisation_id: int) -> Select[Organisation]:
    """The row to lock while an organisation's members change."""
    return select(Organisation).where(Organisation.id == organisation_id)
