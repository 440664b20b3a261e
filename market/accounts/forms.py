"""What people type about accounts: syntax only."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField

from market.accounts import rules
from market.base import uscc
from market.web.forms import HouseForm, LineField, at_most, needed, obeys

PASSWORD_KEYS = {"autocomplete": "current-password"}
NEW_PASSWORD_KEYS = {"autocomplete": "new-password", "minlength": rules.LEAST_PASSWORD}


class SignInForm(HouseForm):
    """E-mail address and password."""

    email = EmailField(_l("E-mail"), [needed(), at_most(rules.MOST_LINE)], render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Password"), [needed(), at_most(rules.MOST_PASSWORD)], render_kw=PASSWORD_KEYS)


class RegisterForm(HouseForm):
    """An organisation with its first person."""

    REFUSED: ClassVar[dict[str, str]] = {
        "uscc": "uscc",
        "organisation.uscc_taken": "uscc",
        "organisation.uscc_needed": "uscc",
        "organisation.name_needed": "organisation",
        "account.email": "email",
        "account.email_taken": "email",
        "account.password_short": "password",
        "account.password_long": "password",
        "account.password_common": "password",
        "account.password_differs": "password_again",
    }
    organisation = LineField(
        _l("Full name of the organisation"),
        [needed(), at_most(rules.MOST_LINE)],
        render_kw={"autocomplete": "organization"},
    )
    uscc = LineField(
        _l("Unified social credit code"),
        [needed(), obeys(uscc.parse)],
        render_kw={"autocomplete": "off", "maxlength": 40},
    )
    region = LineField(_l("Region"), [at_most(rules.MOST_LINE)])
    name = LineField(_l("Your name"), [needed(), at_most(rules.MOST_LINE)], render_kw={"autocomplete": "name"})
    email = EmailField(_l("E-mail"), [needed(), obeys(rules.check_email)], render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Password"), [needed(), obeys(rules.check_password)], render_kw=NEW_PASSWORD_KEYS)
    password_again = PasswordField(_l("Password again"), [needed()], render_kw=NEW_PASSWORD_KEYS)


class PasswordForm(HouseForm):
    """The present password and the new one twice."""

    REFUSED: ClassVar[dict[str, str]] = {
        "account.password_wrong": "old",
        "account.password_differs": "new_again",
        "account": "new",
    }
    old = PasswordField(_l("Present password"), [needed()], render_kw=PASSWORD_KEYS)
    new = PasswordField(_l("New password"), [needed(), obeys(rules.check_password)], render_kw=NEW_PASSWORD_KEYS)
    new_again = PasswordField(_l("New password again"), [needed()], render_kw=NEW_PASSWORD_KEYS)


class MemberForm(HouseForm):
    """A new member: a person who has an account is found by the address, anybody else gets one."""

    REFUSED: ClassVar[dict[str, str]] = {
        "account.email": "email",
        "account.member_already": "email",
        "account.role_not_of_kind": "role",
        "account": "password",
    }
    name = LineField(_l("Name"), [needed(), at_most(rules.MOST_LINE)], render_kw={"autocomplete": "off"})
    email = EmailField(_l("E-mail"), [needed(), obeys(rules.check_email)], render_kw={"autocomplete": "off"})
    role = SelectField(_l("Role"), [needed()])
    is_admin = BooleanField(_l("May manage the members"))
    password = PasswordField(
        _l("First password"), [obeys(rules.check_password)], render_kw={"autocomplete": "new-password"}
    )
