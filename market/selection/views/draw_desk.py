"""The desk of those who witness draws: secrets, the lottery's result, and decisions that need two persons."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.base.draw import BeaconKind
from market.base.errors import Refusal
from market.base.people import Actor
from market.base.permissions import Permission
from market.selection import queries
from market.selection.actions import draws
from market.selection.forms import DecideForm, LotteryForm, SecretForm, decide_form
from market.selection.models import Draw
from market.selection.queries import draws as found
from market.selection.rules import DRAW, Decision, DrawState, seconds
from market.selection.views.blueprint import selection
from market.store.transaction import database_now, transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm

NOTHING: MultiDict[str, str] = MultiDict()


@selection.get("/desk/draws")
@needs(Permission.SELECTION_DRAW_WITNESS)
def draw_desk() -> ResponseReturnValue:
    """Every draw that somebody may have to do something for, and the lottery's result."""
    return _desk(LotteryForm(NOTHING))


@selection.post("/desk/draws/lottery")
@needs(Permission.SELECTION_DRAW_WITNESS)
def enter_lottery() -> ResponseReturnValue:
    """Enter a published result of the lottery, as one of two persons."""
    actor, form = current_actor(), LotteryForm()
    if form.validate_on_submit():
        try:
            with transaction() as now:
                agreed = draws.enter_lottery(form.result(), actor=actor, now=now)
            if agreed:
                flash(_("Two persons entered the same result. It counts from now on."), "success")
            else:
                flash(_("The result is entered. It counts as soon as another person enters the same."), "success")
            return redirect(url_for("selection.draw_desk"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _desk(form)


@selection.get("/desk/draws/<ref>")
@needs(Permission.SELECTION_DRAW_WITNESS)
def draw_witness(ref: str) -> ResponseReturnValue:
    """One draw with what can be done for it."""
    return _page(ref, HouseForm(NOTHING))


@selection.post("/desk/draws/<ref>/commit")
@needs(Permission.SELECTION_DRAW_WITNESS)
def commit_secret(ref: str) -> ResponseReturnValue:
    """Commit to a secret before the freeze; it is shown once."""
    actor, form = current_actor(), SecretForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.request_lock(ref)) as now:
                own = draws.commit_secret(queries.draw_of(ref), form.secret.data or "", actor=actor, now=now)
            flash(_("Committed. Keep this secret, it is shown only now: %(secret)s", secret=own), "success")
            return redirect(url_for("selection.draw_witness", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


@selection.post("/desk/draws/<ref>/reveal")
@needs(Permission.SELECTION_DRAW_WITNESS)
def reveal_secret(ref: str) -> ResponseReturnValue:
    """Reveal the secret after the freeze."""
    form = SecretForm()

    def act(shown: Draw, actor: Actor, now: datetime) -> None:
        draws.reveal_secret(shown, form.secret.data or "", actor=actor, now=now)

    return _act(ref, form, act, _("The secret is revealed."))


@selection.post("/desk/draws/<ref>/propose")
@needs(Permission.SELECTION_DRAW_WITNESS)
def propose_decision(ref: str) -> ResponseReturnValue:
    """Propose a decision on a listed ground, as the first of two persons."""
    form = decide_form()()

    def act(shown: Draw, actor: Actor, now: datetime) -> None:
        draws.propose(shown, form.asked(), actor=actor, now=now)

    return _act(ref, form, act, _("Proposed. It takes effect when a second person confirms it."))


@selection.post("/desk/draws/<ref>/confirm/<decision>")
@needs(Permission.SELECTION_DRAW_WITNESS)
def confirm_decision(ref: str, decision: str) -> ResponseReturnValue:
    """Confirm a decision, as the second of two persons."""
    wanted = Decision(decision) if decision in set(Decision) else Decision.VOID

    def act(shown: Draw, actor: Actor, now: datetime) -> None:
        draws.confirm(shown, wanted, actor=actor, now=now)

    return _act(ref, HouseForm(), act, _("Confirmed. The decision stands on the draw's page with its ground."))


def _act(ref: str, form: HouseForm, act: Callable[[Draw, Actor, datetime], None], said: str) -> ResponseReturnValue:
    actor = current_actor()
    if form.validate_on_submit():
        try:
            with transaction(queries.request_lock(ref)) as now:
                act(queries.draw_of(ref), actor, now)
            flash(said, "success")
            return redirect(url_for("selection.draw_witness", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


def _desk(form: LotteryForm) -> ResponseReturnValue:
    proposed: dict[str, int] = {}
    for ref, _row in found.all_proposed():
        proposed[ref] = proposed.get(ref, 0) + 1
    return form.page("selection/draw_desk.html", rows=found.draws_waiting(), proposed=proposed)


def _page(ref: str, form: HouseForm) -> ResponseReturnValue:
    shown, now, actor = queries.draw_of(ref), database_now(), current_actor()
    secrets = found.secrets_of(shown.id)
    mine = next((one for one in secrets if one.account_id == actor.id), None)
    offered = set(Decision) if shown.state == DrawState.FROZEN else {Decision.VOID}
    asks = form if isinstance(form, DecideForm) else decide_form(offered)(NOTHING)
    secret = form if isinstance(form, SecretForm) else SecretForm(NOTHING)
    takes_secret = shown.beacon == BeaconKind.COMMIT
    return form.page(
        "selection/draw_witness.html",
        draw=shown,
        asked=queries.published_request(shown.request_id),
        asks=asks,
        secret=secret,
        secrets=secrets,
        mine=mine,
        me=actor.id,
        proposals=[one for one in (found.decision_of(shown.id, kind) for kind in Decision) if one is not None],
        can_commit=takes_secret and shown.state == DrawState.ANNOUNCED and now < shown.signup_until and mine is None,
        can_reveal=shown.state == DrawState.FROZEN and mine is not None and mine.secret is None,
        can_void=DRAW.allows(shown.state, "void"),
        late=shown.state == DrawState.FROZEN and seconds(now) >= shown.beacon_time,
    )
