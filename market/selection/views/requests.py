"""The buyer's pages: a new request, my requests, one request with every act on it, and the direct choice."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.base import clock
from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.catalogue.queries import fee_items_of, list_bands
from market.selection import actions, queries
from market.selection.forms import ChooseForm, RequestForm, request_form
from market.selection.methods import METHODS, Given
from market.selection.models import Request
from market.selection.queries import Compared
from market.selection.rules import Method, RequestState
from market.selection.views.blueprint import selection
from market.selection.views.shown import deadline_words, lines_shown, reasons_of, timeline_of
from market.store.transaction import database_now, transaction
from market.web.access import current_actor, needs
from market.web.filters import percent
from market.web.forms import HouseForm
from market.web.paging import page_of, wanted

_NOTHING: MultiDict[str, str] = MultiDict()


@selection.get("/desk/requests")
@needs(Permission.SELECTION_REQUEST_WRITE)
def requests() -> ResponseReturnValue:
    """My requests, the newest first."""
    mine = current_actor().organisation
    total = queries.requests_count(mine)
    page = page_of(
        total, wanted(request.args), lambda limit, offset: queries.requests_of(mine, limit=limit, offset=offset)
    )
    return HouseForm(_NOTHING).page("selection/requests.html", page=page, seen_at=database_now())


@selection.route("/desk/requests/new/<code>", methods=["GET", "POST"])
@needs(Permission.SELECTION_REQUEST_WRITE)
def new_request(code: str) -> ResponseReturnValue:
    """Write a request for a listed service."""
    actor = current_actor()
    shelf = queries.shelf(code, actor, clock.today())
    form = request_form(shelf)()
    if request.method == "GET":
        _prefill(form)
    if form.validate_on_submit():
        terms = form.terms()
        try:
            with transaction() as now:
                ref = actions.draft_request(code, terms, actor=actor, now=now).ref
            flash(_("The draft is saved. Look through it and publish it; nobody else sees it before."), "success")
            return redirect(url_for("selection.request_page", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
            shelf = queries.shelf(code, actor, clock.today())
    return form.page("selection/request_form.html", shelf=shelf, draft=None)


@selection.route("/desk/requests/<ref>/edit", methods=["GET", "POST"])
@needs(Permission.SELECTION_REQUEST_WRITE)
def edit_request(ref: str) -> ResponseReturnValue:
    """Write a draft anew, by the edition in force."""
    actor = current_actor()
    draft = queries.request_of(actor, ref)
    if draft.state != RequestState.DRAFT:
        return redirect(url_for("selection.request_page", ref=ref))
    code = draft.entry.code
    shelf = queries.shelf(code, actor, clock.today())
    form = request_form(shelf)()
    if request.method == "GET":
        form.fill(draft)
    if form.validate_on_submit():
        terms = form.terms()
        try:
            with transaction(queries.request_lock(ref)) as now:
                actions.edit_draft(queries.request_of(actor, ref), terms, actor=actor, now=now)
            flash(_("The draft is saved. Look through it and publish it; nobody else sees it before."), "success")
            return redirect(url_for("selection.request_page", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
            shelf = queries.shelf(code, actor, clock.today())
    return form.page("selection/request_form.html", shelf=shelf, draft=ref)


@selection.get("/desk/requests/<ref>")
@needs(Permission.SELECTION_REQUEST_WRITE)
def request_page(ref: str) -> ResponseReturnValue:
    """One request of mine: where it stands, its lines, the prices, and what can be done now."""
    return _page(ref, HouseForm(_NOTHING))


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
    return _confirmation(ref, agency_ref, ChooseForm(_NOTHING))


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
    return _confirmation(ref, named, form) if named and form.refused_status != 409 else _page(ref, form)


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
    return _page(ref, form)


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
    )


def _page(ref: str, form: HouseForm) -> ResponseReturnValue:
    now = database_now()
    mine = queries.request_of(current_actor(), ref)
    items = {item.id: item for item in fee_items_of(mine.entry_id)}
    award = queries.award_of(mine.id)
    method = METHODS[Method(mine.method)]
    choosing = mine.state == RequestState.DRAFT or (mine.state == RequestState.OPEN and not method.takes_quotes)
    offers = queries.compare(mine) if choosing else []
    return form.page(
        "selection/request_page.html",
        mine=mine,
        method=method,
        award=award,
        reasons=reasons_of(award),
        steps=timeline_of(mine, award, now),
        due=deadline_words(mine, now),
        lines=lines_shown(mine, items, list_bands(items)),
        offers=offers,
        notes=_against_median(offers),
        quotes=queries.opened_quotes(mine, now),
        sealed=queries.sealed_count(mine.id) if method.takes_quotes else 0,
        decidable=_decidable(mine, now),
    )


def _decidable(mine: Request, now: datetime) -> bool:
    ended = mine.quotes_until is not None and now >= mine.quotes_until
    return mine.state == RequestState.OPEN and METHODS[Method(mine.method)].takes_quotes and ended


def _place(rows: Sequence[Compared], row: Compared) -> dict[str, Any]:
    totals = [one.total_fen for one in rows if one.prices is not None]
    return {"of": len(totals), "lower": sum(total < row.total_fen for total in totals), "least_fen": min(totals)}


def _against_median(rows: Sequence[Compared]) -> dict[int, str]:
    """By offer, how its total stands to the median of all marked prices; nothing below three prices."""
    totals = sorted(row.total_fen for row in rows if row.prices is not None)
    if len(totals) < 3:
        return {}
    median = totals[len(totals) // 2]
    below, above, same = _("%(share)s below the median"), _("%(share)s above the median"), _("the median")
    notes = {}
    for row in rows:
        if row.prices is not None:
            away = abs(row.total_fen - median)
            words = same if not away else below if row.total_fen < median else above
            notes[row.offer.offer_id] = words.replace("%(share)s", percent(away, median))
    return notes


def _prefill(form: RequestForm) -> None:
    """What the item page's calculator asked for comes along in the address."""
    for item in form.items:
        for what in ("quantity", "coefficient"):
            field, given = form.part(what, item.id), request.args.get(f"{what}_{item.id}", "")[:40]
            if field is not None and given:
                field.data = given
    if "agency" in request.args:
        form.method.data = str(Method.DIRECT)
