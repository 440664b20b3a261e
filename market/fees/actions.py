"""Charge and pay: only listed lines, at most what the contract says, and exactly the fee note's sum."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from market.base.errors import BadState, NotFound
from market.base.money import format_yuan
from market.base.people import Actor
from market.base.refs import RefKind
from market.catalogue.listing import relist
from market.contracts.models import Contract, ContractLine
from market.contracts.queries import organisation_of_agency
from market.contracts.rules import ContractState
from market.fees import queries
from market.fees.models import FeeLine, FeeNote, Payment
from market.fees.rules import FEE_NOTE, Declared, FeeNoteState, check_amounts, check_declared
from market.journal.actions import record
from market.notices.actions import queue
from market.store.db import db
from market.store.references import next_reference


def issue(contract: Contract, amounts: Mapping[int, int], *, actor: Actor, now: datetime) -> FeeNote:
    """The agency charges the lines of an accepted contract: `amounts` in fen by contract line id.

    Refuses `fee.contract_not_accepted`, `fee.exists`, `fee.line_missing`, `fee.above_contract`, and what the list does
    not allow (`price.outside_rule`).
    """
    agency = organisation_of_agency(contract.agency_id)
    if agency.id != actor.organisation:
        raise NotFound("contract.not_found")
    if contract.state != ContractState.ACCEPTED:
        raise BadState("fee.contract_not_accepted")
    if queries.note_of_contract(contract) is not None:
        raise BadState("fee.exists")
    lines = list(db.session.scalars(select(ContractLine).where(ContractLine.contract_id == contract.id)))
    check_amounts({line.id: line.amount_fen for line in lines}, amounts)
    note = FeeNote(
        ref=next_reference(RefKind.FEE_NOTE, now),
        contract_id=contract.id,
        agency_id=contract.agency_id,
        state=FeeNoteState.ISSUED,
        issued_at=now,
        issued_by=actor.id,
    )
    db.session.add(note)
    db.session.flush()
    for line in sorted(lines, key=lambda one: one.id):
        listed = relist(line, amount_fen=amounts[line.id])
        copied = {"contract_line_id": line.id, "contract_amount_fen": line.amount_fen}
        db.session.add(FeeLine(**listed.columns(), **copied, fee_note_id=note.id, contract_id=contract.id))
    db.session.flush()
    total = sum(amounts.values())
    facts = {"contract": contract.ref, "amount_fen": total}
    record("fee.issue", _obj(note), actor=actor, payload=facts, now=now)
    said = _linked(note, {"agency": agency.name, "amount": format_yuan(total)})
    queue("notice.fee.issued", to=[contract.organisation_id], facts=said, now=now)
    return note


def declare_payment(note: FeeNote, declared: Declared, *, actor: Actor, now: datetime) -> list[Payment]:
    """The payer says that it paid, exactly the fee note's sum; one payment row a line.

    Refuses `payment.other_sum` and `payment.reference_needed`; anybody but the buyer does not find the note.
    """
    contract = db.session.get_one(Contract, note.contract_id)
    if actor.organisation is None or contract.organisation_id != actor.organisation:
        raise NotFound("fee.not_found")
    state = FEE_NOTE.step(note.state, "declare")
    due = queries.total_of(note)
    reference = check_declared(declared, due)
    note.state = state
    lines = db.session.scalars(select(FeeLine).where(FeeLine.fee_note_id == note.id).order_by(FeeLine.id)).all()
    payments = [
        Payment(
            fee_note_id=note.id,
            contract_line_id=line.contract_line_id,
            amount_fen=line.amount_fen,
            reference=reference,
            declared_at=now,
            declared_by=actor.id,
        )
        for line in lines
    ]
    db.session.add_all(payments)
    db.session.flush()
    record("fee.declare", _obj(note), actor=actor, payload={"amount_fen": due, "reference": reference}, now=now)
    agency = organisation_of_agency(note.agency_id)
    queue("notice.fee.declared", to=[agency.id], facts=_linked(note, {}), now=now)
    return payments


def confirm_payment(note: FeeNote, *, actor: Actor, now: datetime) -> None:
    """The agency confirms that the money arrived; the fee note is closed."""
    agency = organisation_of_agency(note.agency_id)
    if agency.id != actor.organisation:
        raise NotFound("fee.not_found")
    note.state = FEE_NOTE.step(note.state, "confirm")
    note.paid_at = now
    record("fee.confirm", _obj(note), actor=actor, payload={"amount_fen": queries.total_of(note)}, now=now)
    payer = db.session.get_one(Contract, note.contract_id).organisation_id
    queue("notice.fee.paid", to=[payer], facts=_linked(note, {"agency": agency.name}), now=now)


def _obj(note: FeeNote) -> str:
    return f"fee_note/{note.ref}"


def _linked(note: FeeNote, facts: dict[str, Any]) -> dict[str, Any]:
    return {"ref": note.ref, "link": f"/desk/fees/{note.ref}", **facts}
