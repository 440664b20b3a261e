"""Who acts on the command line: a person whose role permits the act, never the machine itself."""

from market.accounts.queries import first_with_role
from market.base.errors import NotAllowed
from market.base.people import Actor, Role
from market.base.permissions import Permission, may


def person(permission: Permission, email: str | None) -> Actor:
    """The person with `email`, or the first one whose role permits the act; refuses `cli.no_such_person`."""
    found = first_with_role([role for role in Role if may(role, permission)], email)
    if found is None:
        raise NotAllowed("cli.no_such_person", email=email or "—")
    return found
