"""Charging and paying: every line, at most what was agreed, exactly the sum, in its order."""

from typing import Any

import pytest
from sqlalchemy import select

from market.base.errors import Refusal
from market.contracts.models import ContractLine
from market.fees import actions, queries
from market.fees.models import FeeLine, FeeNote, Payment
from market.fees.rules import Declared
from market.journal.queries import history
from market.notices.queries import inbox
from market.store.db import db
from market.store.transaction import transaction
from tests.contracts.chain import MadeContract, loaded, make_contract, make_fee_note
from tests.make import make_agency, make_enterprise, make_listed_service, make_offer

pytestmark = pytest.mark.usefixtures("session")


def issue(made: MadeContract, amounts: dict[int, int], actor: Any = None) -> None:
    with transaction() as now:
        actions.issue(loaded(made), amounts, actor=actor or made.agency.actor, now=now)


def refused(code: str, made: MadeContract, amounts: dict[int, int], actor: Any = None) -> None:
    with pytest.raises(Refusal) as refusal:
        issue(made, amounts, actor)
    assert refusal.value.code == code


def note(ref: str) -> FeeNote:
    return db.session.scalars(select(FeeNote).where(FeeNote.ref == ref)).one()


def declare(ref: str, declared: Declared, actor: Any) -> None:
    with transaction() as now:
        actions.declare_payment(note(ref), declared, actor=actor, now=now)


@pytest.mark.parametrize("reach", ["proposed", "in_service", "delivered"])
def test_a_fee_before_acceptance_is_refused(reach: str) -> None:
    made = make_contract(reach=reach)
    refused("fee.contract_not_accepted", made, dict.fromkeys(made.line_ids, 5_000_00))


def test_a_fee_above_the_contract_is_refused() -> None:
    made = make_contract()
    refused("fee.above_contract", made, dict.fromkeys(made.line_ids, 5_000_01))


def test_a_fee_below_the_lists_floor_is_refused() -> None:
    made = make_contract(offer=make_offer(service=make_listed_service(price="guided")))
    agreed = db.session.scalars(select(ContractLine.amount_fen)).one()
    refused("price.outside_rule", made, dict.fromkeys(made.line_ids, agreed // 2))


def test_every_line_needs_its_fee_and_no_other_line_has_one() -> None:
    made = make_contract(offer=make_offer(service=make_listed_service(fee_items=2)))
    first, second = made.line_ids
    refused("fee.line_missing", made, {first: 1})
    refused("fee.line_missing", made, {first: 1, second: 1, second + 1: 1})
    issue(made, {first: 100, second: 200})
    assert list(db.session.scalars(select(FeeLine.amount_fen).order_by(FeeLine.id))) == [100, 200]


def test_a_contract_has_one_fee_note() -> None:
    made = make_contract()
    make_fee_note(contract=made)
    refused("fee.exists", made, dict.fromkeys(made.line_ids, 1))


def test_only_the_contracts_agency_charges() -> None:
    made = make_contract()
    for stranger in (made.buyer, make_agency()):
        refused("contract.not_found", made, dict.fromkeys(made.line_ids, 1), stranger.actor)


@pytest.mark.parametrize("typed", [0, 4_999_99, 5_000_01])
def test_a_payment_of_another_sum_is_refused(typed: int) -> None:
    made = make_contract()
    ref = make_fee_note(contract=made)
    with pytest.raises(Refusal) as refusal:
        declare(ref, Declared("回单", typed), made.buyer.actor)
    assert refusal.value.code == "payment.other_sum"


def test_a_payment_needs_its_reference_and_its_payer() -> None:
    made = make_contract()
    ref = make_fee_note(contract=made)
    for code, reference, actor in (
        ("payment.reference_needed", " ", made.buyer.actor),
        ("fee.not_found", "回单", made.agency.actor),
        ("fee.not_found", "回单", make_enterprise().actor),
    ):
        with pytest.raises(Refusal) as refusal:
            declare(ref, Declared(reference, 5_000_00), actor)
        assert refusal.value.code == code


def test_a_payment_is_declared_once_and_confirmed_once_by_the_agency() -> None:
    made = make_contract()
    ref = make_fee_note(contract=made)
    for act, actor, code in (
        ("confirm", made.agency.actor, "lifecycle.no_such_move"),
        ("declare", made.buyer.actor, None),
        ("declare", made.buyer.actor, "lifecycle.no_such_move"),
        ("confirm", made.buyer.actor, "fee.not_found"),
        ("confirm", made.agency.actor, None),
        ("confirm", made.agency.actor, "lifecycle.no_such_move"),
    ):
        assert _tried(act, ref, actor) == code
    assert db.session.scalars(select(Payment.amount_fen)).one() == 5_000_00
    assert note(ref).state == "paid" and note(ref).paid_at is not None


def _tried(act: str, ref: str, actor: Any) -> str | None:
    try:
        if act == "declare":
            declare(ref, Declared("回单", 5_000_00), actor)
        else:
            with transaction() as now:
                actions.confirm_payment(note(ref), actor=actor, now=now)
    except Refusal as refusal:
        return refusal.code
    return None


def test_a_fee_note_is_found_by_its_parties_only() -> None:
    made = make_contract()
    ref = make_fee_note(contract=made)
    for party in (made.buyer, made.agency):
        assert queries.note_of(party.actor, ref).ref == ref
    with pytest.raises(Refusal) as refusal:
        queries.note_of(make_enterprise().actor, ref)
    assert refusal.value.code == "fee.not_found"


def test_a_fee_note_waits_for_whoever_is_on_turn() -> None:
    made = make_contract()
    assert [one.ref for one in queries.not_issued(made.agency.actor)] == [made.ref]
    ref = make_fee_note(contract=made)
    assert [one.ref for one in queries.waiting_for(made.buyer.actor)] == [ref]
    assert queries.waiting_for(made.agency.actor) == queries.not_issued(made.agency.actor) == []
    declare(ref, Declared("回单", 5_000_00), made.buyer.actor)
    assert [one.ref for one in queries.waiting_for(made.agency.actor)] == [ref]
    assert queries.waiting_for(made.buyer.actor) == []
    assert queries.totals_of([note(ref).id]) == {note(ref).id: 5_000_00}


def test_every_step_is_a_journal_row_and_a_message_to_the_other_party() -> None:
    made = make_contract()
    ref = make_fee_note(contract=made, reach="paid")
    assert [row.act for row in history(f"fee_note/{ref}")] == ["fee.issue", "fee.declare", "fee.confirm"]
    assert {"notice.fee.issued", "notice.fee.paid"} <= {row.code for row in inbox(made.buyer.organisation_id, 9)}
    assert "notice.fee.declared" in {row.code for row in inbox(made.agency.organisation_id, 9)}
