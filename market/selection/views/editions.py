"""A draft goes over to the edition in force, and what whoever asks for an unlisted service is told."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import clock
from market.base.errors import Gone, Refusal
from market.base.permissions import Permission
from market.selection import actions, queries
from market.selection.views.blueprint import selection
from market.selection.views.page import report_path, request_page_of
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm
from market.web.labels import said
from market.web.refusals import wants_json

_KEPT = ("title", "case_number", "description")


@selection.post("/desk/requests/<ref>/accept-edition")
@needs(Permission.SELECTION_REQUEST_WRITE)
def accept_edition(ref: str) -> ResponseReturnValue:
    """Take the draft over into the edition in force, with its quantities."""
    actor, form = current_actor(), HouseForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.request_lock(ref)) as now:
                actions.accept_edition(queries.request_of(actor, ref), actor=actor, now=now)
            flash(_("The draft now stands under the edition in force. Look through it and publish it."), "success")
            return redirect(url_for("selection.request_page", ref=ref))
        except Gone as gone:
            # The draft's own page says what became of the service, and how to discard the draft.
            form.form_errors.append(said(gone))
            form.refused_status = gone.status
        except Refusal as refusal:
            form.refuse(refusal)
    return request_page_of(ref, form)


def off_list_page(code: str, refusal: Gone) -> ResponseReturnValue:
    """The answer to whoever wants to buy what is off the list: which decision, since when, and where to report it."""
    off = queries.off_the_list(code, clock.today()) or queries.taken_off(code, clock.today())
    if off is None or wants_json():
        raise refusal
    typed = [request.form[name].strip() for name in _KEPT if request.form.get(name, "").strip()]
    return render_template("selection/off_list.html", off=off, report=report_path(off), typed=typed), refusal.status
