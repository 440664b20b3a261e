"""The desk of marked prices: what holds, what waits to be marked again, what can be marked; and the public history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from market.agencies import actions, queries
from market.agencies.forms import MarkForm, PauseForm
from market.agencies.queries.on_record import record_then
from market.agencies.rules import AgencyState
from market.agencies.views.blueprint import agencies
from market.agencies.views.price_charts import price_charts
from market.agencies.views.told import told_band, told_mark
from market.base import clock
from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.catalogue.queries import edition_in_force_or_none
from market.store.transaction import transaction
from market.web.access import current_actor, needs, public
from market.web.labels import said
from market.web.paging import page_of, wanted


@agencies.get("/desk/offers")
@needs(Permission.AGENCY_OFFER_MARK)
def offers() -> ResponseReturnValue:
    """My marked prices, those to mark again, and the services of the list that I could mark."""
    mine = queries.agency_or_none(current_actor())
    edition = edition_in_force_or_none(clock.today())
    marked = queries.offers_at_desk(mine.id) if mine else []
    taken = {row.entry_id for row in marked}
    text = request.args.get("q", "").strip()[:100]
    free = [one for one in (queries.markable_entries(edition.id) if edition else []) if one.id not in taken]
    found = [one for one in free if text.lower() in f"{one.code} {one.name_zh} {one.name_en}".lower()]
    page = page_of(len(found), wanted(request.args), lambda limit, offset: found[offset : offset + limit])
    again = queries.proposals(mine.id, edition.id, clock.today()) if mine and edition else []
    return MarkForm(MultiDict()).page(
        "agencies/offers.html",
        agency=mine,
        admitted=mine is not None and mine.state == AgencyState.ADMITTED,
        edition=edition,
        rows=[(row, row.phase(clock.now()), _told(row)) for row in marked],
        rests=_rests(mine.id, edition.id) if mine and edition else {},
        again=[_Again.of(one) for one in again],
        pause=PauseForm(MultiDict()),
        page=page,
        q=text,
    )


@agencies.post("/desk/offers/<int:offer_id>/withdraw")
@needs(Permission.AGENCY_OFFER_MARK)
def withdraw(offer_id: int) -> ResponseReturnValue:
    """Take one of my marked prices back."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        offer = queries.offer_of(queries.agency_of(actor).id, offer_id)
        actions.withdraw_offer(offer, actor=actor, now=now)
    flash(_("The marked price is withdrawn. What was quoted on it stays."), "success")
    return redirect(url_for("agencies.offers"))


@agencies.post("/desk/offers/<int:offer_id>/pause")
@needs(Permission.AGENCY_OFFER_MARK)
def pause(offer_id: int) -> ResponseReturnValue:
    """Take no further orders at one of my prices for a while."""
    actor, form = current_actor(), PauseForm()
    with transaction(queries.agency_lock(actor)) as now:
        offer = queries.offer_of(queries.agency_of(actor).id, offer_id)
        actions.pause_offer(offer, str(form.reason.data or ""), actor=actor, now=now)
    flash(_("The price is paused. Nobody can choose you at it until you resume it."), "success")
    return redirect(url_for("agencies.offers"))


@agencies.post("/desk/offers/<int:offer_id>/resume")
@needs(Permission.AGENCY_OFFER_MARK)
def resume(offer_id: int) -> ResponseReturnValue:
    """Take orders at a paused price again."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        offer = queries.offer_of(queries.agency_of(actor).id, offer_id)
        actions.resume_offer(offer, actor=actor, now=now)
    flash(_("The price holds again, at the same figures."), "success")
    return redirect(url_for("agencies.offers"))


@agencies.post("/desk/offers/remark")
@needs(Permission.AGENCY_OFFER_MARK)
def remark() -> ResponseReturnValue:
    """Mark the proposed price again: for the offer named, or for all of them."""
    actor = current_actor()
    typed = request.form.getlist("offer")
    named = [int(text) for text in typed if text.isascii() and text.isdecimal() and len(text) < 19]
    try:
        with transaction(queries.agency_lock(actor)) as now:
            agency = queries.agency_of(actor)
            marked = actions.remark(agency, None if "all" in request.form else named, actor=actor, now=now)
        flash(
            ngettext("%(num)d price is marked again.", "%(num)d prices are marked again.", marked),
            "success",
        )
    except Refusal as refusal:
        flash(said(refusal), "error")
    return redirect(url_for("agencies.offers"))


@agencies.get("/agencies/<ref>/prices/<code>")
@public
def price_history(ref: str, code: str) -> ResponseReturnValue:
    """Every price that an agency ever marked for a service: the public history."""
    agency = queries.admitted_agency(ref).agency
    rows = queries.price_history(agency.id, code)
    if not rows:
        raise NotFound("offer.not_found")
    return render_template(
        "agencies/price_history.html",
        agency=agency,
        code=code,
        rows=[(row, row.phase(clock.now()), _told(row)) for row in rows],
        pauses=queries.pauses_of([row.offer_id for row in rows]),
        charts=price_charts(rows),
    )


@dataclass(frozen=True, slots=True)
class _Again:
    """A lapsed price beside the proposed one, in words."""

    proposal: queries.Proposal
    old: list[tuple[str, str]]
    new: list[tuple[str, str]]

    @classmethod
    def of(cls, proposal: queries.Proposal) -> "_Again":
        return cls(
            proposal,
            [told_mark(mark, item) for item, mark in proposal.old],
            [told_mark(mark, item) for item, mark in proposal.new],
        )


def _rests(agency_id: int, edition_id: int) -> dict[str, Sequence[queries.Paused]]:
    """Why services of an edition rest though their price holds, by code. One query."""
    record = record_then(agency_id, clock.now(), day=clock.today(), edition_id=edition_id)
    return {one.code: one.paused for one in record.rests}


def _told(row: queries.MarkedEntry) -> list[Any]:
    return [told_band(row.bands[item.id], item) for item in row.fee_items if item.id in row.bands]
