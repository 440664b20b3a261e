"""Who acts on the command line: a person whose role permits the act, never the machine itself."""

from sqlalchemy import select

from market.accounts.models import Membership, User
from market.base.errors import NotAllowed
from market.base.people import Actor, Role
from market.base.permissions import Permission, may
from market.store.db import db


def person(permission: Permission, email: str | None) -> Actor:
    """The person with `email`, or the first one whose role permits the act; refuses `cli.no_such_person`."""
    roles = [role for role in Role if may(role, permission)]
    query = (
        select(User.id, Membership.role, Membership.organisation_id)
        .join(Membership, Membership.user_id == User.id)
        .where(User.is_active, Membership.until.is_(None), Membership.role.in_(roles))
        .order_by(Membership.id)
    )
    if email is not None:
        query = query.where(User.email == email.strip().lower())
    found = db.session.execute(query.limit(1)).one_or_none()
    if found is None:
        raise NotAllowed("cli.no_such_person", email=email or "—")
    return Actor(found[0], Role(found[1]), found[2])
