"""`flask people`: the first people of a site. They sign in and change their password themselves."""

import click
from flask.cli import with_appcontext

from market.accounts import actions, queries
from market.accounts.actions import NewMember, NewOrganisation, NewUser
from market.base.errors import NotFound
from market.base.money import shown
from market.base.people import Actor, OrganisationKind, Role
from market.base.words import N_, register_sentences
from market.cli.refusing import refusing
from market.store.transaction import transaction

ROLES = tuple(role for role in Role if role not in (Role.ENTERPRISE, Role.AGENCY, Role.SYSTEM))


@click.group("people", help="The people of regulators and departments.")
def people_group() -> None:
    """Hold the commands together."""


@people_group.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in ROLES]), help="What the person may do."
)
@click.option("--organisation", required=True, help="The office; a new one is made when no office has this name.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@with_appcontext
@refusing
def add(email: str, name: str, role: str, organisation: str, password: str) -> None:
    """Give a person with EMAIL a role in a regulator or a department; enterprises and agencies register themselves."""
    itself = Actor.system()
    kind = OrganisationKind.DEPARTMENT if role == Role.DEPARTMENT else OrganisationKind.REGULATOR
    with transaction() as now:
        office = queries.office_named(organisation, kind)
        if office is None:
            office = actions.create_organisation(NewOrganisation(kind, organisation), actor=itself, now=now)
        user = queries.user_by_email(email.strip().lower())
        if user is None:
            user = actions.create_user(NewUser(email, name, password), actor=itself, now=now)
        actions.add_member(office, NewMember(user.id, Role(role), is_admin=True), actor=itself, now=now)
    click.echo(f"{email} is {role} of {organisation}.")


@people_group.command("password")
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@with_appcontext
@refusing
def password(email: str, password: str) -> None:
    """Give the person with EMAIL a password: one who was brought in and has none, or who has lost it."""
    with transaction() as now:
        user = queries.user_by_email(email.strip().lower())
        if user is None:
            raise NotFound("account.unknown", email=shown(email))
        actions.set_password(user, password, actor=Actor.system(), now=now)
    click.echo(f"{email} has a new password and is signed out everywhere.")


register_sentences({"account.unknown": N_("There is no account with the address {email}. Check how it is written.")})
