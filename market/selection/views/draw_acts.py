"""What an agency does with a draw: sign up, leave, refuse the award."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.agencies.queries import agency_of
from market.base.errors import Refusal
from market.base.people import Actor
from market.base.permissions import Permission
from market.selection import queries
from market.selection.actions import draws
from market.selection.forms import RefuseForm, SignUpForm
from market.selection.models import Request
from market.selection.views.blueprint import selection
from market.selection.views.opportunities import opportunity_page
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm


@selection.post("/desk/opportunities/<ref>/sign-up")
@needs(Permission.SELECTION_QUOTE_SUBMIT)
def sign_up(ref: str) -> ResponseReturnValue:
    """Take part in the draw at our marked price."""
    form = SignUpForm()
    said = _("You are signed up. The receipt below is your proof; keep it.")
    return _act(
        ref, form, lambda wanted, actor, now: draws.sign_up(wanted, form.nonce.data or "", actor=actor, now=now), said
    )


@selection.post("/desk/opportunities/<ref>/leave")
@needs(Permission.SELECTION_QUOTE_SUBMIT)
def leave(ref: str) -> ResponseReturnValue:
    """Take the sign-up back before the deadline."""
    said = _("You have left the draw. You may sign up again before the deadline.")
    return _act(ref, HouseForm(), lambda wanted, actor, now: draws.leave(wanted, actor=actor, now=now), said)


@selection.post("/desk/opportunities/<ref>/refuse")
@needs(Permission.SELECTION_QUOTE_SUBMIT)
def refuse(ref: str) -> ResponseReturnValue:
    """Refuse the award; the next rank is selected."""
    form = RefuseForm()
    said = _("You refused the award. The next rank in the draw has been told.")
    return _act(
        ref,
        form,
        lambda wanted, actor, now: draws.refuse_award(wanted, form.why.data or "", actor=actor, now=now),
        said,
    )


def _act(ref: str, form: HouseForm, act: Callable[..., object], said: str) -> ResponseReturnValue:
    actor: Actor = current_actor()
    if form.validate_on_submit():
        try:
            with transaction(queries.request_lock(ref)) as now:
                wanted: Request = queries.request_open_to(agency_of(actor).id, ref)
                act(wanted, actor, now)
            flash(said, "success")
            return redirect(url_for("selection.opportunity", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return opportunity_page(ref, form)
