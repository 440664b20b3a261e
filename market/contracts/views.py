"""Pages of contracts: the list of either party, the proposal, and one contract with the acts of whoever is on turn."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from market.base import clock
from market.base.errors import Refusal
from market.base.people import Actor
from market.base.permissions import Permission
from market.contracts import actions, queries
from market.contracts.forms import DeliverForm, ProposeForm, ReturnForm
from market.contracts.models import Contract, Delivery
from market.contracts.rules import ContractState
from market.store.calendar import calendar
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.filters import day
from market.web.forms import HouseForm
from market.web.paging import page_of, wanted

contracts_desk = Blueprint("contracts", __name__, url_prefix="/desk/contracts")
_NOTHING: MultiDict[str, str] = MultiDict()


@contracts_desk.get("")
@needs(Permission.CONTRACT_PARTY_READ)
def contracts() -> ResponseReturnValue:
    """My contracts as buyer or agency, by state; on top the awards that wait for their contract."""
    actor = current_actor()
    counts = queries.count_of(actor)
    state = request.args.get("state", "")
    chosen = state if state in set(ContractState) else ""
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    page = page_of(
        total,
        wanted(request.args),
        lambda limit, offset: queries.contracts_of(actor, limit=limit, offset=offset, state=chosen),
    )
    return HouseForm(_NOTHING).page(
        "contracts/contracts.html",
        page=page,
        counts=counts,
        chosen=chosen,
        states=list(ContractState),
        awards=queries.awards_waiting(actor),
        mine=actor.organisation,
    )


@contracts_desk.route("/propose/<award_ref>", methods=["GET", "POST"])
@needs(Permission.CONTRACT_BUYER_ACT)
def propose(award_ref: str) -> ResponseReturnValue:
    """Propose the contract of an award: the quote's lines to the fen, and terms of the buyer's own."""
    actor = current_actor()
    form = ProposeForm()
    if form.validate_on_submit():
        try:
            with transaction() as now:
                award, _request = queries.award_of(actor, award_ref)
                ref = actions.propose(award, form.terms.data or "", actor=actor, now=now).ref
            flash(_("The contract is proposed. The agency was told to read and sign it."), "success")
            return redirect(url_for("contracts.contract", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    award, wanted_service = queries.award_of(actor, award_ref)
    known = queries.contract_for(award)
    if known is not None:
        return redirect(url_for("contracts.contract", ref=known.ref))
    quote = queries.quote_of(award)
    return form.page(
        "contracts/propose.html",
        award=award,
        request_=wanted_service,
        quote=quote,
        lines=queries.priced_lines(quote.lines),
        total_fen=queries.total(quote.lines),
        sentence=_,
    )


@contracts_desk.get("/<ref>")
@needs(Permission.CONTRACT_PARTY_READ)
def contract(ref: str) -> ResponseReturnValue:
    """One contract: time line, lines, parties, and what the one who looks may do now."""
    return _page(ref, HouseForm(_NOTHING))


@contracts_desk.post("/<ref>/sign")
@needs(Permission.CONTRACT_SELLER_ACT)
def sign(ref: str) -> ResponseReturnValue:
    """Sign the contract."""
    return _act(ref, actions.sign, _("The contract is signed. The days of delivery are counted from tomorrow."))


@contracts_desk.post("/<ref>/decline")
@needs(Permission.CONTRACT_SELLER_ACT)
def decline(ref: str) -> ResponseReturnValue:
    """Decline the contract."""
    return _act(ref, actions.decline, _("The contract is declined. It stays on record."))


@contracts_desk.post("/<ref>/accept")
@needs(Permission.CONTRACT_BUYER_ACT)
def accept(ref: str) -> ResponseReturnValue:
    """Accept the result."""
    return _act(
        ref, actions.accept, _("The result is accepted. The agency may issue its fee note; you may rate the job.")
    )


@contracts_desk.post("/<ref>/deliver")
@needs(Permission.CONTRACT_SELLER_ACT)
def deliver(ref: str) -> ResponseReturnValue:
    """Deliver a result."""
    form = DeliverForm()

    def run(found: Contract, *, actor: Actor, now: datetime) -> None:
        result = actions.Result(form.title.data or "", form.note.data or "")
        actions.deliver(found, result, actor=actor, now=now)

    return _typed(ref, form, run, _("The result is delivered. The buyer was told to look at it."))


@contracts_desk.post("/<ref>/return")
@needs(Permission.CONTRACT_BUYER_ACT)
def send_back(ref: str) -> ResponseReturnValue:
    """Return a result with the reason."""
    form = ReturnForm()

    def run(found: Contract, *, actor: Actor, now: datetime) -> None:
        actions.send_back(found, form.reason.data or "", actor=actor, now=now)

    return _typed(ref, form, run, _("The result is returned, and the agency was told why."))


def _act(ref: str, act: Callable[..., Any], done: str) -> ResponseReturnValue:
    with transaction(queries.contract_lock(ref)) as now:
        actor = current_actor()
        act(queries.contract_of(actor, ref), actor=actor, now=now)
    flash(done, "success")
    return redirect(url_for("contracts.contract", ref=ref))


def _typed(ref: str, form: HouseForm, act: Callable[..., Any], done: str) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            return _act(ref, act, done)
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


def _page(ref: str, form: HouseForm) -> ResponseReturnValue:
    actor = current_actor()
    found = queries.contract_of(actor, ref)
    return form.page(
        "contracts/contract.html",
        contract=found,
        side="buyer" if found.organisation_id == actor.organisation else "agency",
        lines=queries.priced_lines(found.lines),
        total_fen=queries.total(found.lines),
        steps=list(_steps(found)),
        due=_due(found),
        deliver_form=form if isinstance(form, DeliverForm) else DeliverForm(_NOTHING),
        return_form=form if isinstance(form, ReturnForm) else ReturnForm(_NOTHING),
        sentence=_,
    )


def _due(found: Contract) -> dict[str, str] | None:
    """How much time is left for the delivery, in working days, with the exact day."""
    if found.state != ContractState.IN_SERVICE or found.due_on is None:
        return None
    left = calendar().between(clock.today(), found.due_on)
    if left < 0:
        text = ngettext("%(num)d working day late", "%(num)d working days late", -left)
    elif left == 0:
        text = _("Due today") if clock.today() <= found.due_on else _("Late")
    else:
        text = ngettext("%(num)d working day left", "%(num)d working days left", left)
    late = clock.today() > found.due_on
    return {"text": text, "exact": day(found.due_on), "tone": "late" if late else "soon" if left <= 2 else ""}


def _steps(found: Contract) -> Iterator[dict[str, Any]]:
    """The time line: what happened, and what comes."""
    yield _step(_("Proposed by the buyer"), "done", found.proposed_at)
    if found.state == ContractState.DECLINED:
        yield _step(_("Declined by the agency"), "failed")
        return
    if found.signed_at is None:
        yield _step(_("Signature of the agency"), "current")
        yield _step(_("Delivery"), "future", note=_promise(found))
        yield _step(_("Acceptance"), "future")
        return
    yield _step(_("Signed by the agency"), "done", found.signed_at)
    for delivery in found.deliveries:
        yield from _delivery_steps(delivery)
    if found.state == ContractState.IN_SERVICE:
        due = _("due on %(day)s", day=day(found.due_on)) if found.due_on else ""
        yield _step(_("Delivery"), "current", note=due)
    if found.state == ContractState.ACCEPTED:
        yield _step(_("Accepted"), "done", found.accepted_at, note=_took(found))
    else:
        yield _step(_("Acceptance"), "current" if found.state == ContractState.DELIVERED else "future")


def _delivery_steps(delivery: Delivery) -> Iterator[dict[str, Any]]:
    yield _step(_("Delivered"), "done", delivery.delivered_at, note=delivery.title)
    if delivery.accepted is False:
        yield _step(_("Returned"), "done", delivery.answered_at, note=delivery.reason)


def _step(label: str, state: str, at: datetime | None = None, *, note: str = "") -> dict[str, Any]:
    return {"label": label, "state": state, "at": at, "note": note, "href": ""}


def _promise(found: Contract) -> str:
    days = found.promised_days
    return ngettext("%(num)d working day promised", "%(num)d working days promised", days)


def _took(found: Contract) -> str:
    days = found.actual_days or 0
    return _("%(actual)d of %(promised)d working days", actual=days, promised=found.promised_days)
