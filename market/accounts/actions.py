"""Write people, organisations, memberships and sessions."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update

from market.accounts import queries, rules
from market.accounts.models import Membership, Organisation, Session, SignInAttempt, User
from market.base import uscc
from market.base.errors import BadState, BreaksRule, NotFound, Refusal
from market.base.people import Actor, OrganisationKind, Role
from market.base.refs import RefKind
from market.journal.actions import record, record_each
from market.store.db import db
from market.store.references import next_reference, next_references

FIRST_ROLE = {OrganisationKind.ENTERPRISE: Role.ENTERPRISE, OrganisationKind.AGENCY: Role.AGENCY}
"""What the first person of an organisation that registers itself is."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to create. `password_hash` spares the demo city a thousand times the same computation."""

    email: str
    name: str
    password: str = ""
    locale: str = "zh_Hans_CN"
    is_demo: bool = False
    password_hash: str = ""


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation to create; regulators and departments may lack a code."""

    kind: OrganisationKind
    name: str
    uscc: str | None = None
    region: str = ""
    is_fictitious: bool = False


@dataclass(frozen=True, slots=True)
class NewMember:
    """A person's role in an organisation to begin."""

    user_id: int
    role: Role
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """The present password and the one that replaces it; `keep_session` is the session that stays signed in."""

    old: str
    new: str
    keep_session: int | None = None


def create_user(given: NewUser, *, actor: Actor, now: datetime) -> User:
    """A new active person. Refuses account.email, account.password_*, account.email_taken."""
    email = rules.check_email(given.email)
    stored = given.password_hash or rules.passwords.hash(rules.check_password(given.password))
    if queries.user_by_email(email) is not None:
        raise BreaksRule("account.email_taken")
    user = User(
        email=email, name=given.name, password_hash=stored, is_active=True, is_demo=given.is_demo,
        locale=given.locale, created_at=now,
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    record("account.create", f"account/{user.id}", actor=actor, payload={"name": given.name, "email": email}, now=now)
    return user


def create_organisation(given: NewOrganisation, *, actor: Actor, now: datetime) -> Organisation:
    """A new organisation. Refuses organisation.name_needed, _uscc_needed, _uscc_taken and uscc.*."""
    if not given.name.strip():
        raise BreaksRule("organisation.name_needed")
    code = uscc.parse(given.uscc) if given.uscc else None
    if code is None and given.kind in (OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY):
        raise BreaksRule("organisation.uscc_needed")
    if code is not None and queries.organisation_by_uscc(code) is not None:
        raise BreaksRule("organisation.uscc_taken")
    organisation = Organisation(
        ref=next_reference(RefKind.ORGANISATION, now), kind=given.kind, name=given.name.strip(), uscc=code,
        region=given.region, is_fictitious=given.is_fictitious or bool(code and uscc.is_fictitious(code)), created_at=now,
    )  # fmt: skip
    db.session.add(organisation)
    db.session.flush()
    payload = {"kind": str(given.kind), "name": organisation.name, "uscc": code or ""}
    record("organisation.create", f"organisation/{organisation.ref}", actor=actor, payload=payload, now=now)
    return organisation


def rename(organisation: Organisation, name: str, *, actor: Actor, now: datetime) -> None:
    """Correct the name of an organisation; its code and kind stay for ever. Refuses organisation.name_needed."""
    plain = name.strip()
    if not plain:
        raise BreaksRule("organisation.name_needed")
    before, organisation.name = organisation.name, plain
    db.session.flush()
    payload = {"before": before, "after": plain}
    record("organisation.rename", f"organisation/{organisation.ref}", actor=actor, payload=payload, now=now)


def add_member(organisation: Organisation, given: NewMember, *, actor: Actor, now: datetime) -> Membership:
    """Begin a person's role. Refuses account.role_not_of_kind, account.member_already."""
    rules.check_role(OrganisationKind(organisation.kind), given.role)
    if any((hat.organisation_id, hat.role) == (organisation.id, given.role) for hat in queries.hats_of(given.user_id)):
        raise BadState("account.member_already")
    membership = Membership(
        user_id=given.user_id, organisation_id=organisation.id, role=given.role, is_admin=given.is_admin, since=now
    )
    db.session.add(membership)
    db.session.flush()
    payload = {"membership": membership.id, "user": given.user_id, "role": str(given.role)}
    record("membership.begin", f"organisation/{organisation.ref}", actor=actor, payload=payload, now=now)
    return membership


def end_membership(membership_id: int, *, actor: Actor, now: datetime) -> None:
    """End a role in the actor's organisation and sign it out everywhere.

    The door holds the organisation's row. Refuses account.member_not_found, account.last_admin.
    """
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.until is not None or membership.organisation_id != actor.organisation:
        raise NotFound("account.member_not_found")
    others = [m for m in queries.members_of(membership.organisation_id) if m.is_admin and m.id != membership.id]
    if membership.is_admin and not others:
        raise BreaksRule("account.last_admin")
    membership.until = now
    db.session.execute(delete(Session).where(Session.membership_id == membership.id))
    organisation = queries.organisation_of(membership.organisation_id)
    payload = {"membership": membership.id, "user": membership.user_id, "role": membership.role}
    record("membership.end", f"organisation/{organisation.ref}", actor=actor, payload=payload, now=now)


def change_password(given: PasswordChange, *, actor: Actor, now: datetime) -> None:
    """Replace the actor's password and sign out every other session. Refuses account.password_*."""
    user = queries.user_of(actor.id or 0)
    if not rules.passwords.fits(given.old, user.password_hash):
        raise BreaksRule("account.password_wrong")
    user.password_hash = rules.passwords.hash(rules.check_password(given.new))
    gone = delete(Session).where(Session.user_id == user.id)
    if given.keep_session is not None:
        gone = gone.where(Session.id != given.keep_session)
    db.session.execute(gone)
    record("account.change_password", f"account/{user.id}", actor=actor, payload={}, now=now)


def register(given: NewOrganisation, person: NewUser, *, now: datetime) -> Membership:
    """An enterprise or an agency registers itself with its first person, who becomes its administrator.

    An enterprise is in at once, without a review (完成信息填报后即可入驻, Chongqing). For an agency this is only the
    account; its admission is the agencies' matter. Refuses what create_user and create_organisation refuse.
    """
    role = FIRST_ROLE[given.kind]
    itself = Actor(None, role, None)
    organisation = create_organisation(given, actor=itself, now=now)
    user = create_user(person, actor=Actor(None, role, organisation.id), now=now)
    actor = Actor(user.id, role, organisation.id)
    return add_member(organisation, NewMember(user.id, role, is_admin=True), actor=actor, now=now)


def register_each(given: Sequence[tuple[NewOrganisation, NewUser]], *, actor: Actor, now: datetime) -> list[Membership]:
    """Register several organisations that `actor` brings in, each with its first person as its administrator.

    Nobody can sign in as one of them before a password is set. Codes and addresses must have been checked: one that is
    taken breaks the whole.
    """
    refs = next_references(RefKind.ORGANISATION, len(given), now)
    organisations = [
        Organisation(
            ref=ref, kind=one.kind, name=one.name, uscc=one.uscc, region=one.region,
            is_fictitious=bool(one.uscc and uscc.is_fictitious(one.uscc)), created_at=now,
        )
        for ref, (one, _person) in zip(refs, given, strict=True)
    ]  # fmt: skip
    users = [
        User(
            email=person.email, name=person.name, password_hash="", is_active=True, is_demo=False,
            locale=person.locale, created_at=now,
        )
        for _one, person in given
    ]  # fmt: skip
    db.session.add_all([*organisations, *users])
    db.session.flush()
    members = [
        Membership(
            user_id=user.id,
            organisation_id=one.id,
            role=FIRST_ROLE[OrganisationKind(one.kind)],
            is_admin=True,
            since=now,
        )
        for user, one in zip(users, organisations, strict=True)
    ]
    db.session.add_all(members)
    db.session.flush()
    told = [
        (
            f"organisation/{one.ref}",
            {"kind": one.kind, "name": one.name, "uscc": one.uscc, "user": user.id, "email": user.email},
        )
        for one, user in zip(organisations, users, strict=True)
    ]
    record_each("organisation.bring_in", told, actor=actor, now=now)
    return members


def set_password(user: User, password: str, *, actor: Actor, now: datetime) -> None:
    """Give somebody a password who has none or has lost it, and sign out every session. Refuses account.password_*."""
    user.password_hash = rules.passwords.hash(rules.check_password(password))
    db.session.execute(delete(Session).where(Session.user_id == user.id))
    db.session.flush()
    record("account.set_password", f"account/{user.id}", actor=actor, payload={}, now=now)


def begin_session(user_id: int, membership_id: int, *, now: datetime) -> str:
    """Sign a person in under a hat; the token for the browser's cookie. Forgets wrong tries and dead sessions."""
    user = queries.user_of(user_id)
    db.session.execute(delete(Session).where(Session.expires_at <= now))
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.name_hash == rules.name_hash(user.email)))
    token = secrets.token_urlsafe(32)
    db.session.add(
        Session(
            token_hash=rules.token_hash(token), user_id=user_id, membership_id=membership_id, created_at=now,
            expires_at=now + rules.SESSION_LASTS,
        )
    )  # fmt: skip
    db.session.flush()
    return token


def end_session(session_id: int) -> None:
    """Sign a browser out."""
    db.session.execute(delete(Session).where(Session.id == session_id))


def switch_hat(session_id: int, membership_id: int, *, actor: Actor) -> None:
    """Let a session act under another of the person's hats; refuses account.hat_not_yours."""
    queries.actor_of(actor.id or 0, membership_id)
    db.session.execute(update(Session).where(Session.id == session_id).values(membership_id=membership_id))


def count_wrong_try(email: str, *, now: datetime) -> Refusal:
    """Count a wrong try on an address, known or not, and say what to answer; the door holds the address's row.

    The refusal is returned, not raised: the count has to be committed.
    """
    row = db.session.scalar(queries.attempt_lock(email))
    if row is None:
        row = SignInAttempt(name_hash=rules.name_hash(email), failures=0, first_at=now)
        db.session.add(row)
    tries = rules.Tries(row.failures, row.first_at, row.locked_until)
    try:
        tries.check(now)
    except Refusal as refusal:
        return refusal
    after = tries.one_more(now)
    row.failures, row.first_at, row.locked_until = after.failures, after.first_at, after.locked_until
    try:
        after.check(now)
    except Refusal as refusal:
        return refusal
    return BreaksRule("account.wrong")
