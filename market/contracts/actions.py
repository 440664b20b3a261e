"""What the two parties do with a contract. Each act is one row of the journal and a message to the other party."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from market.accounts.models import Organisation
from market.base import clock
from market.base.errors import BadState, NotFound
from market.base.people import Actor
from market.base.refs import RefKind
from market.catalogue.listing import relist
from market.contracts import queries
from market.contracts.models import Contract, ContractLine, Delivery
from market.contracts.rules import CONTRACT, ContractState, check_reason, check_title
from market.journal.actions import record
from market.notices.actions import queue
from market.selection.models import Award, Request
from market.selection.rules import AwardState
from market.store.calendar import calendar
from market.store.db import db
from market.store.references import next_reference


@dataclass(frozen=True, slots=True)
class Result:
    """What is delivered: the title of the result, and a note to the buyer that may be empty."""

    title: str
    note: str = ""


def propose(award: Award, terms: str, *, actor: Actor, now: datetime) -> Contract:
    """The buyer proposes the contract of an award, line by line the awarded quote to the fen.

    Refuses `contract.no_award` to anybody but the buyer, `contract.not_awarded` and `contract.exists`.
    """
    request = db.session.get_one(Request, award.request_id)
    if request.organisation_id != actor.organisation:
        raise NotFound("contract.no_award")
    if award.state != AwardState.ACTIVE:
        raise BadState("contract.not_awarded")
    if queries.contract_for(award) is not None:
        raise BadState("contract.exists")
    quote = queries.quote_of(award)
    contract = Contract(
        ref=next_reference(RefKind.CONTRACT, now),
        award_id=award.id,
        request_id=award.request_id,
        quote_id=award.quote_id,
        agency_id=award.agency_id,
        organisation_id=request.organisation_id,
        edition_id=request.edition_id,
        service_id=request.service_id,
        payer=request.payer,
        state=ContractState.PROPOSED,
        terms=terms.strip(),
        promised_days=quote.promised_days,
        proposed_at=now,
        proposed_by=actor.id,
    )
    db.session.add(contract)
    db.session.flush()
    for line in quote.lines:
        listed = relist(line, amount_fen=line.amount_fen)
        db.session.add(
            ContractLine(**listed.columns(), contract_id=contract.id, quote_id=quote.id, quote_line_id=line.id)
        )
    db.session.flush()
    facts = {"award": award.ref, "amount_fen": queries.total(quote.lines), "days": quote.promised_days}
    record("contract.propose", _obj(contract), actor=actor, payload=facts | {"terms": contract.terms}, now=now)
    buyer = db.session.get_one(Organisation, request.organisation_id)
    _tell_agency(contract, "proposed", {"buyer": buyer.name}, now)
    return contract


def sign(contract: Contract, *, actor: Actor, now: datetime) -> None:
    """The agency signs; delivery is due the promised number of working days after this day."""
    agency = _as_agency(contract, actor)
    state = CONTRACT.step(contract.state, "sign")
    due = calendar().after(clock.china_date(now), contract.promised_days).day
    contract.state, contract.signed_at, contract.signed_by, contract.due_on = state, now, actor.id, due
    day = due.isoformat()
    record("contract.sign", _obj(contract), actor=actor, payload={"due_on": day}, now=now)
    _tell_buyer(contract, "signed", {"agency": agency.name, "day": day}, now)


def decline(contract: Contract, *, actor: Actor, now: datetime) -> None:
    """The agency declines; the contract ends here and stays on record."""
    agency = _as_agency(contract, actor)
    contract.state = CONTRACT.step(contract.state, "decline")
    record("contract.decline", _obj(contract), actor=actor, payload={}, now=now)
    _tell_buyer(contract, "declined", {"agency": agency.name}, now)


def deliver(contract: Contract, result: Result, *, actor: Actor, now: datetime) -> Delivery:
    """The agency delivers a result; refuses `contract.result_needed` without a title."""
    agency = _as_agency(contract, actor)
    title = check_title(result.title)
    contract.state = CONTRACT.step(contract.state, "deliver")
    last = db.session.scalar(select(func.max(Delivery.number)).where(Delivery.contract_id == contract.id)) or 0
    delivery = Delivery(
        contract_id=contract.id,
        number=last + 1,
        title=title,
        note=result.note.strip(),
        delivered_at=now,
        delivered_by=actor.id,
        reason="",
    )
    db.session.add(delivery)
    db.session.flush()
    record(
        "contract.deliver",
        _obj(contract),
        actor=actor,
        payload={"number": delivery.number, "title": title, "note": delivery.note},
        now=now,
    )
    _tell_buyer(contract, "delivered", {"agency": agency.name}, now)
    return delivery


def accept(contract: Contract, *, actor: Actor, now: datetime) -> None:
    """The buyer accepts the result; the working days it took are counted and kept."""
    _as_buyer(contract, actor)
    state = CONTRACT.step(contract.state, "accept")
    delivery = _answer(contract, "", now=now)
    begun = clock.china_date(contract.signed_at or delivery.delivered_at)
    days = calendar().between(begun, clock.china_date(delivery.delivered_at))
    contract.state, contract.accepted_at, contract.actual_days = state, now, days
    record(
        "contract.accept",
        _obj(contract),
        actor=actor,
        payload={"number": delivery.number, "days": days},
        now=now,
    )
    _tell_agency(contract, "accepted", {}, now)


def send_back(contract: Contract, reason: str, *, actor: Actor, now: datetime) -> None:
    """The buyer returns the result with a reason of at least 10 characters (`contract.reason_needed`)."""
    _as_buyer(contract, actor)
    why = check_reason(reason)
    state = CONTRACT.step(contract.state, "return")
    delivery = _answer(contract, why, now=now)
    contract.state = state
    record("contract.return", _obj(contract), actor=actor, payload={"number": delivery.number, "reason": why}, now=now)
    _tell_agency(contract, "returned", {"reason": why}, now)


def _answer(contract: Contract, reason: str, *, now: datetime) -> Delivery:
    query = select(Delivery).where(Delivery.contract_id == contract.id, Delivery.answered_at.is_(None))
    delivery = db.session.scalars(query).one()
    delivery.answered_at, delivery.accepted, delivery.reason = now, not reason, reason
    return delivery


def _as_buyer(contract: Contract, actor: Actor) -> None:
    if actor.organisation is None or contract.organisation_id != actor.organisation:
        raise NotFound("contract.not_found")


def _as_agency(contract: Contract, actor: Actor) -> Organisation:
    organisation = queries.organisation_of_agency(contract.agency_id)
    if organisation.id != actor.organisation:
        raise NotFound("contract.not_found")
    return organisation


def _obj(contract: Contract) -> str:
    return f"contract/{contract.ref}"


def _tell_agency(contract: Contract, what: str, facts: dict[str, Any], now: datetime) -> None:
    to = queries.organisation_of_agency(contract.agency_id).id
    queue(f"notice.contract.{what}", to=[to], facts=_linked(contract, facts), now=now)


def _tell_buyer(contract: Contract, what: str, facts: dict[str, Any], now: datetime) -> None:
    queue(f"notice.contract.{what}", to=[contract.organisation_id], facts=_linked(contract, facts), now=now)


def _linked(contract: Contract, facts: dict[str, Any]) -> dict[str, Any]:
    return {"ref": contract.ref, "link": f"/desk/contracts/{contract.ref}", **facts}
