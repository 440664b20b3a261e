"""The agency's pages: what it may quote on, and one request with its own quote."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.agencies.models import Agency
from market.agencies.queries import agency_of, offer_in_force
from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.catalogue.models import FeeItem
from market.catalogue.queries import fee_items_of, list_bands
from market.journal.queries import sealed
from market.journal.rules.leaf import canonical
from market.selection import actions, queries
from market.selection.forms import QuoteForm, RefuseForm, SignUpForm, quote_form, region_name
from market.selection.methods import METHODS
from market.selection.models import Request
from market.selection.queries import Compared
from market.selection.queries.draws import awards_of_draw, sign_up_of
from market.selection.rules import Method, RequestState, written_deadline
from market.selection.views.blueprint import selection
from market.selection.views.shown import deadline_words, lines_shown, reasons_of, timeline_of
from market.store.transaction import database_now, transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm

_NOTHING: MultiDict[str, str] = MultiDict()


@selection.get("/desk/opportunities")
@needs(Permission.SELECTION_QUOTE_SUBMIT)
def opportunities() -> ResponseReturnValue:
    """Open requests for services we mark a price for, and everything we have quoted on."""
    now = database_now()
    agency = agency_of(current_actor())
    waiting, quoted = queries.opportunities_for(agency, now), queries.quoted_by(agency)
    return HouseForm(_NOTHING).page(
        "selection/opportunities.html", waiting=waiting, quoted=quoted, until=written_deadline
    )


@selection.route("/desk/opportunities/<ref>", methods=["GET", "POST"])
@needs(Permission.SELECTION_QUOTE_SUBMIT)
def opportunity(ref: str) -> ResponseReturnValue:
    """One request as an agency sees it; a POST sends our quote."""
    actor = current_actor()
    agency, wanted, items = _load(ref)
    form = quote_form(wanted.lines, items)()
    if form.validate_on_submit():
        quoted = form.quoted()
        try:
            with transaction(queries.request_lock(ref)) as now:
                sent = queries.request_open_to(agency_of(actor).id, ref)
                actions.submit_quote(sent, quoted, actor=actor, now=now)
            flash(
                _("Your quote is sent. Nobody reads it before the deadline; until then you may withdraw it."), "success"
            )
            return redirect(url_for("selection.opportunity", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
            agency, wanted, items = _load(ref)
    return _page(agency, wanted, form)


@selection.post("/desk/opportunities/<ref>/withdraw")
@needs(Permission.SELECTION_QUOTE_SUBMIT)
def withdraw(ref: str) -> ResponseReturnValue:
    """Take our quote back before the deadline."""
    actor, form = current_actor(), HouseForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.request_lock(ref)) as now:
                actions.withdraw_quote(queries.request_open_to(agency_of(actor).id, ref), actor=actor, now=now)
            flash(_("Your quote is withdrawn. You may send another one before the deadline."), "success")
            return redirect(url_for("selection.opportunity", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return opportunity_page(ref, form)


def opportunity_page(ref: str, act: HouseForm) -> ResponseReturnValue:
    """The request's page with what was wrong with an act on its draw."""
    agency, wanted, items = _load(ref)
    shown = quote_form(wanted.lines, items)(_NOTHING)
    # What is wrong at a field of the act is also said above, where the page's own form says what is wrong.
    at_fields = [str(error) for field in act for error in field.errors]
    shown.form_errors, shown.refused_status = [*act.form_errors, *at_fields], act.refused_status
    return _page(agency, wanted, shown, act)


def _load(ref: str) -> tuple[Agency, Request, dict[int, FeeItem]]:
    agency = agency_of(current_actor())
    wanted = queries.request_open_to(agency.id, ref)
    return agency, wanted, {item.id: item for item in fee_items_of(wanted.entry_id)}


def _page(agency: Agency, wanted: Request, form: QuoteForm, act: HouseForm | None = None) -> ResponseReturnValue:
    now = database_now()
    draw = queries.draw_of_request(wanted.id)
    items: dict[int, FeeItem] = {item.id: item for item in fee_items_of(wanted.entry_id)}
    award = queries.award_of(wanted.id)
    held = sign_up_of(draw.id, agency.id) if draw is not None else None
    mine = queries.my_quote(wanted.id, agency.id)
    marked = _marked(agency, wanted, items)
    takes = METHODS[Method(wanted.method)].takes_quotes
    in_time = wanted.quotes_until is not None and now < wanted.quotes_until
    can_quote = wanted.state == RequestState.OPEN and takes and in_time
    if request.method == "GET" and marked is not None and marked.prices is not None:
        form.promised_days.data = marked.offer.promised_days
        for line_id, listed in marked.prices.items():
            form.part(line_id).data = listed.ceiling_fen
    return form.page(
        "selection/opportunity.html",
        wanted=wanted,
        award=award,
        place=region_name(wanted.region),
        own_agency=agency.id,
        won=award is not None and award.agency_id == agency.id,
        reasons=reasons_of(award),
        steps=timeline_of(wanted, award, now),
        due=deadline_words(wanted, now),
        lines=lines_shown(wanted, items, list_bands(items)),
        mine=mine,
        merged=queries.sisters_of(wanted.ref),
        marked=marked,
        can_quote=can_quote,
        quotes=queries.opened_quotes(wanted, now),
        sealed=queries.sealed_count(wanted.id) if takes else 0,
        draw=draw,
        receipt=held,
        in_log=sealed(f"draw/{wanted.ref}", held.receipt) if held is not None else None,
        canonical=canonical,
        can_sign=draw is not None and wanted.state == RequestState.OPEN and in_time,
        sign=act if isinstance(act, SignUpForm) else SignUpForm(_NOTHING),
        refusing=act if isinstance(act, RefuseForm) else RefuseForm(_NOTHING),
        gone=draw is not None and any(one.agency_id == agency.id and one.reason for one in awards_of_draw(draw)),
    )


def _marked(agency: Agency, wanted: Request, items: dict[int, FeeItem]) -> Compared | None:
    try:
        return queries.compared(wanted, offer_in_force(agency.id, wanted.entry_id, wanted.region_code), items)
    except NotFound:
        return None
