"""Pages of fees: issue a fee note, read and print it, declare and confirm its payment."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission
from market.contracts.queries import contract_lock, contract_of, priced_lines, total
from market.fees import actions, queries
from market.fees.forms import DeclareForm, issue_form
from market.fees.models import FeeNote, Payment
from market.fees.rules import FeeNoteState
from market.store.settings import setting
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm
from market.web.paging import page_of, wanted

fees_desk = Blueprint("fees", __name__, url_prefix="/desk")
_NOTHING: MultiDict[str, str] = MultiDict()


@fees_desk.get("/fees")
@needs(Permission.CONTRACT_PARTY_READ)
def fees() -> ResponseReturnValue:
    """My fee notes as payer or agency; on top the accepted contracts that wait for a fee note."""
    actor = current_actor()
    page = page_of(
        queries.count_of(actor),
        wanted(request.args),
        lambda limit, offset: queries.notes_of(actor, limit=limit, offset=offset),
    )
    return HouseForm(_NOTHING).page(
        "fees/fees.html", page=page, to_issue=queries.not_issued(actor), mine=actor.organisation
    )


@fees_desk.get("/contracts/<ref>/fee")
@needs(Permission.CONTRACT_PARTY_READ)
def of_contract(ref: str) -> ResponseReturnValue:
    """The fee note of a contract; before it exists, the form for the agency and a word for the buyer."""
    found = contract_of(current_actor(), ref)
    known = queries.note_of_contract(found)
    if known is not None:
        return redirect(url_for("fees.note", ref=known.ref))
    return _issue_page(ref, issue_form(priced_lines(found.lines)))


@fees_desk.post("/contracts/<ref>/fee")
@needs(Permission.FEE_NOTE_ISSUE)
def issue(ref: str) -> ResponseReturnValue:
    """Issue the fee note of an accepted contract."""
    actor = current_actor()
    form = issue_form(priced_lines(contract_of(actor, ref).lines))
    if form.validate_on_submit():
        try:
            with transaction(contract_lock(ref)) as now:
                made = actions.issue(contract_of(actor, ref), form.amounts(), actor=actor, now=now).ref
            flash(_("The fee note is issued. The payer was told."), "success")
            return redirect(url_for("fees.note", ref=made))
        except Refusal as refusal:
            form.refuse(refusal)
    return _issue_page(ref, form)


def _issue_page(ref: str, form: HouseForm) -> ResponseReturnValue:
    found = contract_of(current_actor(), ref)
    lines = priced_lines(found.lines)
    side = _side(found.organisation_id)
    return form.page("fees/issue.html", contract=found, lines=lines, total_fen=total(found.lines), side=side)


@fees_desk.get("/fees/<ref>")
@needs(Permission.CONTRACT_PARTY_READ)
def note(ref: str) -> ResponseReturnValue:
    """One fee note, to be read and printed, with the act of whoever is on turn."""
    return _page(ref, DeclareForm(_NOTHING))


@fees_desk.post("/fees/<ref>/declare")
@needs(Permission.FEE_PAYMENT_DECLARE)
def declare(ref: str) -> ResponseReturnValue:
    """Declare the payment."""
    form = DeclareForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.note_lock(ref)) as now:
                actor = current_actor()
                actions.declare_payment(queries.note_of(actor, ref), form.declared(), actor=actor, now=now)
            flash(_("The payment is declared. The agency was told to confirm it."), "success")
            return redirect(url_for("fees.note", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


@fees_desk.post("/fees/<ref>/confirm")
@needs(Permission.FEE_PAYMENT_CONFIRM)
def confirm(ref: str) -> ResponseReturnValue:
    """Confirm that the payment arrived."""
    with transaction(queries.note_lock(ref)) as now:
        actor = current_actor()
        actions.confirm_payment(queries.note_of(actor, ref), actor=actor, now=now)
    flash(_("The payment is confirmed, and the fee note is closed."), "success")
    return redirect(url_for("fees.note", ref=ref))


def _page(ref: str, form: HouseForm) -> ResponseReturnValue:
    found = queries.note_of(current_actor(), ref)
    payments = queries.payments_of(found)
    return form.page(
        "fees/note.html",
        note=found,
        contract=found.contract,
        side=_side(found.contract.organisation_id),
        lines=priced_lines(found.lines),
        total_fen=total(found.lines),
        payments=payments,
        steps=list(_steps(found, payments)),
        phones=setting("site.supervision_phones", clock.china_date(found.issued_at)),
        sentence=_,
    )


def _side(buyer: int) -> str:
    return "buyer" if current_actor().organisation == buyer else "agency"


def _steps(found: FeeNote, payments: list[Payment]) -> Iterator[dict[str, Any]]:
    """The time line from acceptance to the confirmed payment."""
    yield _step(_("Result accepted"), "done", found.contract.accepted_at)
    yield _step(_("Fee note issued"), "done", found.issued_at)
    if found.state == FeeNoteState.ISSUED:
        yield _step(_("Payment declared"), "current")
        yield _step(_("Payment confirmed"), "future")
        return
    yield _step(_("Payment declared"), "done", payments[0].declared_at if payments else None)
    paid = found.state == FeeNoteState.PAID
    yield _step(_("Payment confirmed"), "done" if paid else "current", found.paid_at)


def _step(label: str, state: str, at: datetime | None = None) -> dict[str, Any]:
    return {"label": label, "state": state, "at": at, "note": "", "href": ""}
