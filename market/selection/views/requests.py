"""The buyer's pages: my requests, one request with every act on it, and the direct choice."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.catalogue.queries import fee_items_of
from market.selection import actions, queries
from market.selection.forms import ChooseForm, region_name
from market.selection.methods import METHODS, Given
from market.selection.queries import Compared
from market.selection.rules import Method, RequestState
from market.selection.views.blueprint import selection
from market.selection.views.page import NOTHING, request_page_of
from market.selection.views.shown import lines_shown
from market.store.transaction import database_now, transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm
from market.web.paging import page_of, wanted


@selection.get("/desk/requests")
@needs(Permission.SELECTION_REQUEST_WRITE)
def requests() -> ResponseReturnValue:
    """My requests, the newest first."""
    mine = current_actor().organisation
    total = queries.requests_count(mine)
    page = page_of(
        total, wanted(request.args), lambda limit, offset: queries.my_requests(mine, limit=limit, offset=offset)
    )
    return HouseForm(NOTHING).page("selection/requests.html", page=page, seen_at=database_now())


@selection.get("/desk/requests/<ref>")
@needs(Permission.SELECTION_REQUEST_WRITE)
def request_page(ref: str) -> ResponseReturnValue:
    """One request of mine: where it stands, its lines, the prices, and what can be done now."""
    return request_page_of(ref, HouseForm(NOTHING))


@selection.post("/desk/requests/<ref>/publish")
@needs(Permission.SELECTION_REQUEST_WRITE)
def publish(ref: str) -> ResponseReturnValue:
    """Publish the draft."""
    return _act(ref, actions.publish, _("The request is published. Its conditions stay as they are from now on."))


@selection.post("/desk/requests/<ref>/cancel")
@needs(Permission.SELECTION_REQUEST_WRITE)
def cancel(ref: str) -> ResponseReturnValue:
    """Take the request back."""
    return _act(ref, actions.cancel, _("The request is cancelled. Agencies that had quoted were told."))


@selection.get("/desk/requests/<ref>/choose/<agency_ref>")
@needs(Permission.SELECTION_REQUEST_CHOOSE)
def confirm_choice(ref: str, agency_ref: str) -> ResponseReturnValue:
    """The last look before a direct choice: whom, at what price, in how many days."""
    return _confirmation(ref, agency_ref, ChooseForm(NOTHING))


@selection.post("/desk/requests/<ref>/choose")
@needs(Permission.SELECTION_REQUEST_CHOOSE)
def choose(ref: str) -> ResponseReturnValue:
    """Choose: the named agency directly, or the method's own outcome."""
    actor, form = current_actor(), ChooseForm()
    named = form.agency.data or ""
    if form.validate_on_submit():
        try:
            with transaction(queries.request_lock(ref)) as now:
                mine = queries.request_of(actor, ref)
                given = Given(_agency_id(queries.compare(mine), named), form.seen_fen()) if named else Given()
                award = actions.choose(mine, given, actor=actor, now=now)
                selected = award is not None
            if selected:
                flash(_("The agency is selected and has been told. The contract is the next step."), "success")
            else:
                flash(_("No agency quoted in time, so the selection failed. You may publish a new request."), "warning")
            return redirect(url_for("selection.request_page", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return _confirmation(ref, named, form) if named and form.refused_status != 409 else request_page_of(ref, form)


def _agency_id(rows: Sequence[Compared], agency_ref: str) -> int:
    found = next((row.offer.agency_id for row in rows if row.offer.agency_ref == agency_ref), None)
    if found is None:
        raise NotFound("agency.not_found")
    return found


def _act(ref: str, act: Callable[..., object], said: str) -> ResponseReturnValue:
    actor, form = current_actor(), HouseForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.request_lock(ref)) as now:
                act(queries.request_of(actor, ref), actor=actor, now=now)
            flash(said, "success")
            return redirect(url_for("selection.request_page", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return request_page_of(ref, form)


def _confirmation(ref: str, agency_ref: str, form: ChooseForm) -> ResponseReturnValue:
    mine = queries.request_of(current_actor(), ref)
    if mine.state != RequestState.OPEN or METHODS[Method(mine.method)].takes_quotes:
        return redirect(url_for("selection.request_page", ref=ref))
    rows = queries.compare(mine)
    row = next((one for one in rows if one.offer.agency_ref == agency_ref and one.prices is not None), None)
    if row is None:
        raise NotFound("agency.not_found")
    form.agency.data, form.seen.data = agency_ref, str(row.total_fen)
    return form.page(
        "selection/confirm_choice.html",
        mine=mine,
        row=row,
        lines=lines_shown(mine, {item.id: item for item in fee_items_of(mine.entry_id)}, {}),
        place=_place(rows, row),
        where=region_name(mine.region),
    )


def _place(rows: Sequence[Compared], row: Compared) -> dict[str, Any]:
    totals = [one.total_fen for one in rows if one.prices is not None]
    return {"of": len(totals), "lower": sum(total < row.total_fen for total in totals), "least_fen": min(totals)}
