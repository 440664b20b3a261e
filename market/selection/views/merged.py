"""A merged request of mine: its lots on one page, every act on all of them, and one agency chosen for all."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import clock
from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.catalogue.listing import item_of
from market.catalogue.queries import coefficients_of, edition_in_force, list_bands
from market.catalogue.rules import PriceState
from market.selection import actions, queries
from market.selection.actions.merged import LotsRefused
from market.selection.forms import ChooseForm, merged_form, region_name
from market.selection.methods import METHODS, Given
from market.selection.queries import Merged, Together
from market.selection.rules import Method, RequestState
from market.selection.views.blueprint import selection
from market.selection.views.page import NOTHING
from market.selection.views.shown import deadline_words, lines_shown, timeline_of
from market.store.transaction import database_now, transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm
from market.web.labels import said


@selection.get("/desk/merged/<ref>")
@needs(Permission.SELECTION_REQUEST_WRITE)
def merged_page(ref: str) -> ResponseReturnValue:
    """A merged request of mine: where it stands, its lots, the agencies for all of them, and what can be done now."""
    return _page(ref, HouseForm(NOTHING))


@selection.route("/desk/merged/<ref>/edit", methods=["GET", "POST"])
@needs(Permission.SELECTION_REQUEST_WRITE)
def edit_merged(ref: str) -> ResponseReturnValue:
    """Write all lots anew: what is common to them, and the quantities of each."""
    actor = current_actor()
    mine = queries.merged_of(actor, ref)
    if mine.state != RequestState.DRAFT or _changed(mine) is not None:
        return redirect(url_for("selection.merged_page", ref=ref))
    items = {
        entry: [item for item in found if item.price_state != PriceState.UNPUBLISHED]
        for entry, found in queries.items_of_lots(mine.lots).items()
    }
    sets = coefficients_of({item.coefficient_set_id for found in items.values() for item in found})
    # The fields stand in the order of the lots.
    form = merged_form({lot.entry_id: items[lot.entry_id] for lot in mine.lots}, sets)()
    if request.method == "GET":
        form.fill_common(mine.lots[0])
        form.title.data = mine.head.title
        for lot in mine.lots:
            form.fill_lines(lot, {item.id: item for item in items[lot.entry_id]})
    if form.validate_on_submit():
        try:
            with transaction(queries.merged_lock(ref)) as now:
                actions.merged.edit(queries.merged_of(actor, ref), form.terms(), actor=actor, now=now)
            flash(_("All lots are saved. Look through them and publish them together."), "success")
            return redirect(url_for("selection.merged_page", ref=ref))
        except Refusal as refusal:
            _refuse(form, refusal)
            mine = queries.merged_of(actor, ref)
    return form.page("selection/merged_form.html", mine=mine, items=items)


@selection.post("/desk/merged/<ref>/publish")
@needs(Permission.SELECTION_REQUEST_WRITE)
def publish_merged(ref: str) -> ResponseReturnValue:
    """Publish all lots in one act."""
    return _act(ref, actions.merged.publish, _("All lots are published. Their conditions stay from now on."))


@selection.post("/desk/merged/<ref>/cancel")
@needs(Permission.SELECTION_REQUEST_WRITE)
def cancel_merged(ref: str) -> ResponseReturnValue:
    """Take every lot back that is not decided yet."""
    return _act(ref, actions.merged.cancel, _("Every lot that was not decided is cancelled. Who had quoted was told."))


@selection.post("/desk/merged/<ref>/accept-edition")
@needs(Permission.SELECTION_REQUEST_WRITE)
def accept_edition_for_merged(ref: str) -> ResponseReturnValue:
    """Take all drafts over into the edition in force, with their quantities."""
    return _act(ref, actions.merged.accept_edition, _("All lots now stand under the edition in force."))


@selection.post("/desk/merged/<ref>/lots/<lot_ref>/take-out")
@needs(Permission.SELECTION_REQUEST_WRITE)
def take_lot_out(ref: str, lot_ref: str) -> ResponseReturnValue:
    """Let one lot be a request alone again."""
    actor, form = current_actor(), HouseForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.merged_lock(ref)) as now:
                mine = queries.merged_of(actor, ref)
                stays = actions.merged.take_out(mine, lot_ref, actor=actor, now=now)
            if stays:
                flash(_("The lot is out; it is a request of its own now."), "success")
                return redirect(url_for("selection.merged_page", ref=ref))
            flash(_("One lot alone is nothing to merge, so both are requests of their own now."), "success")
            return redirect(url_for("selection.requests"))
        except Refusal as refusal:
            _refuse(form, refusal)
    return _page(ref, form)


@selection.get("/desk/merged/<ref>/choose/<agency_ref>")
@needs(Permission.SELECTION_REQUEST_CHOOSE)
def confirm_for_all(ref: str, agency_ref: str) -> ResponseReturnValue:
    """What an agency costs for all lots, line by line with the trace; the last look before it is chosen for all."""
    return _confirmation(ref, agency_ref, ChooseForm(NOTHING))


@selection.post("/desk/merged/<ref>/choose")
@needs(Permission.SELECTION_REQUEST_CHOOSE)
def choose_for_all(ref: str) -> ResponseReturnValue:
    """Choose the named agency for every open lot, or for none."""
    actor, form = current_actor(), ChooseForm()
    named = form.agency.data or ""
    if form.validate_on_submit():
        try:
            with transaction(queries.merged_lock(ref)) as now:
                mine = queries.merged_of(actor, ref)
                given = Given(_agency_id(mine, named), form.seen_fen())
                actions.merged.choose_for_all(mine, given, actor=actor, now=now)
            flash(
                _("The agency is selected for every open lot and has been told. Each has its own contract."), "success"
            )
            return redirect(url_for("selection.merged_page", ref=ref))
        except Refusal as refusal:
            _refuse(form, refusal)
    return _page(ref, form)


def _agency_id(mine: Merged, agency_ref: str) -> int | None:
    """The agency's id, if it marks every open lot; the action refuses whom it does not know."""
    lots = mine.open_lots
    rows = queries.compare_together(lots, queries.items_of_lots(lots)) if lots else []
    return next((row.offer.agency_id for row in rows if row.offer.agency_ref == agency_ref), None)


def _act(ref: str, act: Callable[..., object], told: str) -> ResponseReturnValue:
    actor, form = current_actor(), HouseForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.merged_lock(ref)) as now:
                act(queries.merged_of(actor, ref), actor=actor, now=now)
            flash(told, "success")
            return redirect(url_for("selection.merged_page", ref=ref))
        except Refusal as refusal:
            _refuse(form, refusal)
    return _page(ref, form)


def _refuse(form: HouseForm, refusal: Refusal) -> None:
    """Show a refusal; where lots refused, each with its service, or once on its field where all say the same of it."""
    if not isinstance(refusal, LotsRefused):
        form.refuse(refusal)
        return
    codes = {left.refusal.code for left in refusal.left}
    if len(codes) == 1 and codes <= form.REFUSED.keys():
        form.refuse(refusal.left[0].refusal)
        return
    form.refuse(refusal)
    form.form_errors.extend(f"{left.code}: {said(left.refusal)}" for left in refusal.left)


def _page(ref: str, form: HouseForm) -> ResponseReturnValue:
    now = database_now()
    mine = queries.merged_of(current_actor(), ref)
    items = queries.items_of_lots(mine.lots)
    every = {item.id: item for found in items.values() for item in found}
    bands = list_bands(every)
    method = METHODS[Method(mine.lots[0].method)]
    changed = _changed(mine)
    choosing = changed is None and (mine.state == RequestState.DRAFT or not method.takes_quotes)
    first = next(lot for lot in mine.lots if lot.state == mine.state)
    return form.page(
        "selection/merged_page.html",
        mine=mine,
        method=method,
        place=region_name(mine.lots[0].region),
        rows=queries.lot_rows(mine.lots),
        lines={lot.id: lines_shown(lot, every, bands) for lot in mine.lots},
        steps=timeline_of(first, None, now),
        due=deadline_words(first, now),
        ended=bool(first.quotes_until and first.quotes_until <= now),
        offers=queries.compare_together(mine.choosable, items) if choosing and mine.choosable else [],
        changed=changed,
    )


def _changed(mine: Merged) -> int | None:
    """The number of the edition in force, where the drafts stand under another one."""
    edition = edition_in_force(clock.today())
    return edition.number if mine.state == RequestState.DRAFT and edition.id != mine.head.edition_id else None


def _confirmation(ref: str, agency_ref: str, form: ChooseForm) -> ResponseReturnValue:
    mine = queries.merged_of(current_actor(), ref)
    if not mine.choosable or _changed(mine) is not None:
        return redirect(url_for("selection.merged_page", ref=ref))
    items = queries.items_of_lots(mine.choosable)
    rows = queries.compare_together(mine.choosable, items)
    row = next((one for one in rows if one.offer.agency_ref == agency_ref), None)
    if row is None:
        raise NotFound("agency.not_found")
    form.agency.data, form.seen.data = agency_ref, str(row.total_fen)
    every = {item.id: item for found in items.values() for item in found}
    return form.page(
        "selection/confirm_for_all.html",
        mine=mine,
        row=row,
        lots=[(lot, lines_shown(lot, every, {}), _traces(row, lot, every)) for lot in mine.choosable],
        place=region_name(mine.lots[0].region),
        lower=sum(one.total_fen < row.total_fen for one in rows),
        count=len(rows),
        direct=not METHODS[Method(mine.lots[0].method)].takes_quotes,
    )


def _traces(row: Together, lot: Any, items: Any) -> dict[int, list[str]]:
    """By line of a lot, how the agency's price for it comes about."""
    prices = row.by_lot[lot.id].prices or {}
    return {
        line.id: [step.text(_) for step in prices[line.id].trace(item_of(items[line.fee_item_id]))]
        for line in lot.lines
    }
