"""Pages of accounts: sign in and out, registration, my account, my organisation's members."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from wtforms.widgets import PasswordInput

from market.accounts import actions, queries, rules
from market.accounts.forms import MemberForm, PasswordForm, RegisterForm, SignInForm
from market.accounts.queries import SignedIn
from market.base import clock
from market.base.errors import BreaksRule, NotAllowed, Refusal
from market.base.people import ROLES_OF, OrganisationKind, Role
from market.base.permissions import Permission
from market.store.transaction import transaction
from market.web.access import local_path, login, needs, public
from market.web.labels import labels

accounts = Blueprint("accounts", __name__, url_prefix="/account")
DESK = "desks.desk"


class Browser:
    """A signed-in browser, as flask-login wants it; `me` holds the plain facts."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, me: SignedIn) -> None:
        self.me = me
        self.actor = me.actor

    def get_id(self) -> str:
        """The session's token: the row can be deleted, and the browser is signed out."""
        return self.me.token


@login.user_loader
def load(token: str) -> Browser | None:
    """The browser of a living session."""
    me = queries.signed_in(token, clock.now())
    return Browser(me) if me else None


def me_now() -> SignedIn:
    """Who is signed in; the view has asked for a permission before."""
    me: SignedIn = current_user.me
    return me


@accounts.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail address and password."""
    after = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(after or url_for(DESK))
    form = SignInForm()
    if form.validate_on_submit():
        try:
            _sign_in(_normal_email(form.email.data), form.password.data)
        except Refusal as refusal:
            form.refuse(refusal)
            return _with_retry(_sign_in_page(form, after), refusal)
        return redirect(after or url_for(DESK))
    chosen = _chosen_demo()
    if chosen and not form.is_submitted():
        form.email.data, form.password.data = chosen, rules.DEMO_PASSWORD
        form.password.widget = PasswordInput(hide_value=False)
    return _sign_in_page(form, after)


def _sign_in_page(form: SignInForm, after: str | None) -> ResponseReturnValue:
    return form.page("accounts/sign_in.html", demo=_demo(), after=after, demo_password=rules.DEMO_PASSWORD)


def _normal_email(typed: str) -> str:
    try:
        return rules.check_email(typed)
    except Refusal:
        # No account can have it; counted and refused like any other wrong name.
        return typed.strip().lower()[: rules.MOST_LINE]


def _sign_in(email: str, password: str) -> None:
    tries = queries.tries_on(email)
    if tries is not None:
        tries.check(clock.now())
    user = queries.user_by_email(email)
    allowed = user is not None and user.is_active and (not user.is_demo or current_app.config["MARKET_DEMO"])
    user_id, stored = (user.id, user.password_hash) if user is not None and allowed else (0, None)
    # Hashing takes its time, so it runs before the transaction, which would keep other writers waiting.
    fits = rules.passwords.fits(password, stored)
    token, refusal = "", None
    with transaction(queries.attempt_lock(email)) as now:
        if fits:
            token = actions.begin_session(user_id, _first_hat(user_id), now=now)
        else:
            refusal = actions.count_wrong_try(email, now=now)
    if refusal is not None:
        raise refusal
    _remember(token)


def _first_hat(user_id: int) -> int:
    hats = queries.hats_of(user_id)
    if not hats:
        raise NotAllowed("account.no_role")
    return hats[0].id


def _remember(token: str) -> None:
    # A new session from scratch: nothing of what the browser carried before signing in survives.
    session.clear()
    session.permanent = True
    browser = load(token)
    if browser is None:
        abort(500)
    login_user(browser)


def _with_retry(answer: Any, refusal: Refusal) -> ResponseReturnValue:
    seconds = refusal.facts.get("seconds")
    return (*answer, {"Retry-After": str(seconds)}) if seconds is not None else answer


def _demo() -> list[dict[str, str]]:
    if not current_app.config["MARKET_DEMO"]:
        return []
    return [
        {"email": user.email, "name": user.name, "role": membership.role, "organisation": membership.organisation.name}
        for user, membership in queries.demo_accounts()
    ]


def _chosen_demo() -> str:
    wanted = request.args.get("as", "")
    return wanted if any(account["email"] == wanted for account in (_demo() if wanted else [])) else ""


@accounts.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign this browser out; the form may say where to go on."""
    if current_user.is_authenticated:
        session_id = me_now().session_id
        with transaction():
            actions.end_session(session_id)
        logout_user()
        session.clear()
        flash(_("You are signed out."), "ok")
    return redirect(local_path(request.form.get("next")) or url_for("accounts.sign_in"))


@accounts.route("/register", methods=["GET", "POST"])
@public
def register_enterprise() -> ResponseReturnValue:
    """An enterprise registers itself and is in at once."""
    return _register(OrganisationKind.ENTERPRISE, "accounts/register_enterprise.html")


@accounts.route("/register-agency", methods=["GET", "POST"])
@public
def register_agency() -> ResponseReturnValue:
    """An agency makes its account; the application for admission follows on its desk."""
    return _register(OrganisationKind.AGENCY, "accounts/register_agency.html")


def _register(kind: OrganisationKind, template: str) -> ResponseReturnValue:
    if current_user.is_authenticated:
        # A second account would be made, and its organisation is not the one whose desk is open.
        status = 409 if request.method == "POST" else 200
        return render_template("accounts/registered.html", me=me_now()), status
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            if form.password.data != form.password_again.data:
                raise BreaksRule("account.password_differs")
            hashed = rules.passwords.hash(rules.check_password(form.password.data))
            person = actions.NewUser(form.email.data, form.name.data, password_hash=hashed)
            body = actions.NewOrganisation(kind, form.organisation.data, form.uscc.data, form.region.data or "")
            with transaction() as now:
                membership = actions.register(body, person, now=now)
                token = actions.begin_session(membership.user_id, membership.id, now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            _remember(token)
            flash(_("Your organisation is registered, and you are its administrator."), "ok")
            return redirect(url_for(DESK))
    return form.page(template)


@accounts.route("/me", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_SELF_USE)
def me() -> ResponseReturnValue:
    """My account: who I am, my roles, my password."""
    form = PasswordForm()
    signed_in = me_now()
    if form.validate_on_submit():
        try:
            if form.new.data != form.new_again.data:
                raise BreaksRule("account.password_differs")
            change = actions.PasswordChange(form.old.data, form.new.data, signed_in.session_id)
            with transaction() as now:
                actions.change_password(change, actor=signed_in.actor, now=now)
            flash(_("Your password is changed. You were signed out everywhere else."), "ok")
            return redirect(url_for("accounts.me"))
        except Refusal as refusal:
            form.refuse(refusal)
    return form.page("accounts/me.html", me=signed_in, hats=queries.hats_of(signed_in.actor.id or 0))


@accounts.post("/role")
@needs(Permission.ACCOUNT_SELF_USE)
def switch_role() -> ResponseReturnValue:
    """Put on another of my hats."""
    signed_in = me_now()
    given = request.form.get("membership", "")
    membership = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    with transaction():
        actions.switch_hat(signed_in.session_id, membership, actor=signed_in.actor)
    flash(_("You act in another role now."), "ok")
    return redirect(url_for(DESK))


@accounts.route("/members", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_MEMBER_MANAGE)
def members() -> ResponseReturnValue:
    """The people of my organisation; its administrators add and end roles."""
    signed_in = me_now()
    organisation_id = signed_in.actor.organisation or 0
    form = MemberForm()
    form.role.choices = _roles_at(organisation_id)
    if form.is_submitted():
        _only_admins(signed_in)
    if form.validate_on_submit():
        try:
            with transaction(queries.organisation_lock(organisation_id)) as now:
                _add_member(form, signed_in, now)
            flash(_("The member is added."), "ok")
            return redirect(url_for("accounts.members"))
        except Refusal as refusal:
            form.refuse(refusal)
    rows = queries.members_of(organisation_id)
    return form.page("accounts/members.html", me=signed_in, rows=rows)


def _roles_at(organisation_id: int) -> list[tuple[str, str]]:
    kind = OrganisationKind(queries.organisation_of(organisation_id).kind)
    words = labels()
    return [(role, words[f"role.{role}"]) for role in Role if role in ROLES_OF[kind]]


def _only_admins(me: SignedIn) -> None:
    if not me.is_admin:
        raise NotAllowed("account.not_admin")


def _add_member(form: MemberForm, me: SignedIn, now: Any) -> None:
    organisation = queries.organisation_of(me.actor.organisation or 0)
    user = queries.user_by_email(rules.check_email(form.email.data))
    if user is None:
        person = actions.NewUser(form.email.data, form.name.data, form.password.data or "")
        user = actions.create_user(person, actor=me.actor, now=now)
    new = actions.NewMember(user.id, Role(form.role.data), bool(form.is_admin.data))
    actions.add_member(organisation, new, actor=me.actor, now=now)


@accounts.post("/members/<int:membership_id>/end")
@needs(Permission.ACCOUNT_MEMBER_MANAGE)
def end_membership(membership_id: int) -> ResponseReturnValue:
    """End a role in my organisation."""
    signed_in = me_now()
    _only_admins(signed_in)
    with transaction(queries.organisation_lock(signed_in.actor.organisation or 0)) as now:
        actions.end_membership(membership_id, actor=signed_in.actor, now=now)
    flash(_("The role has ended."), "ok")
    return redirect(url_for("accounts.members"))
