"""What a contract goes through: the quote to the fen, promised and actual working days, and who may do what."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from market.base.errors import Refusal
from market.contracts import actions, queries
from market.contracts.models import Contract, ContractLine, Delivery
from market.journal.queries import history
from market.notices.queries import inbox
from market.selection.models import Award, QuoteLine
from market.store.db import db
from market.store.transaction import transaction
from tests.contracts.chain import go_on, loaded, make_award, make_contract
from tests.make import make_agency, make_enterprise, make_listed_service, make_offer

pytestmark = pytest.mark.usefixtures("session")
REASON = "缺少第三章的监测数据，请补充。"


def refused(code: str, act: Any, *given: Any, **named: Any) -> None:
    with pytest.raises(Refusal) as refusal, transaction() as now:
        act(*[one() if callable(one) else one for one in given], now=now, **named)
    assert refusal.value.code == code


def test_the_contract_repeats_the_awarded_quote_to_the_fen() -> None:
    offer = make_offer(service=make_listed_service(price="guided", fee_items=2))
    made = make_contract(reach="proposed", offer=offer, quantity="1234.567")
    quoted = db.session.scalars(select(QuoteLine).order_by(QuoteLine.id)).all()
    agreed = db.session.scalars(select(ContractLine).order_by(ContractLine.id)).all()
    assert len(agreed) == 2
    for mine, theirs in zip(agreed, quoted, strict=True):
        assert (mine.band_id, mine.quantity, mine.amount_fen) == (theirs.band_id, theirs.quantity, theirs.amount_fen)
    assert loaded(made).promised_days == 10


def test_only_the_buyer_proposes_and_only_once() -> None:
    award = make_award()
    stranger = make_enterprise()
    refused("contract.no_award", actions.propose, lambda: db.session.get(Award, award.id), "", actor=stranger.actor)
    make_contract(reach="proposed", award=award)
    refused("contract.exists", actions.propose, lambda: db.session.get(Award, award.id), "", actor=award.buyer.actor)


def test_delivery_is_due_the_promised_working_days_after_the_signature(at: Any) -> None:
    at(datetime(2025, 9, 24, 2, tzinfo=UTC))
    made = make_contract(reach="proposed", offer=make_offer(days=5))
    go_on(made, "in_service")
    # 25, 26 September; Sunday 28 works (调休), 29, 30; then the National Day holiday begins.
    assert loaded(made).due_on == date(2025, 9, 30)


def test_the_working_days_it_really_took_are_kept(at: Any) -> None:
    at(datetime(2025, 9, 24, 2, tzinfo=UTC))
    made = make_contract(reach="in_service", offer=make_offer(days=5))
    at(datetime(2025, 10, 9, 2, tzinfo=UTC))
    go_on(made, "delivered")
    at(datetime(2025, 11, 9, 2, tzinfo=UTC))
    go_on(made, "accepted")
    assert loaded(made).actual_days == 6
    days = queries.days_of([made.agency.id])[made.agency.id]
    assert (days.n, days.promised, days.actual, days.in_time) == (1, 5, 6, 0)
    assert (days.promised_milli, days.actual_milli) == (5000, 6000)
    service = made.award.offer.service.service_id
    assert queries.days_of_services([service]) == {service: days}


def test_agencies_without_an_accepted_contract_have_no_days() -> None:
    made = make_contract(reach="delivered")
    assert queries.days_of([made.agency.id]) == {}
    assert queries.days_of([]) == {}


def test_a_returned_result_is_delivered_again() -> None:
    made = make_contract(reach="delivered")
    refused("contract.reason_needed", actions.send_back, lambda: loaded(made), " 太短了    ", actor=made.buyer.actor)
    with transaction() as now:
        actions.send_back(loaded(made), REASON, actor=made.buyer.actor, now=now)
    go_on(made, "delivered")
    go_on(made, "accepted")
    answers = db.session.scalars(select(Delivery).order_by(Delivery.number)).all()
    assert [(one.number, one.accepted, one.reason) for one in answers] == [(1, False, REASON), (2, True, "")]


def test_a_result_needs_a_title() -> None:
    made = make_contract(reach="in_service")
    refused(
        "contract.result_needed", actions.deliver, lambda: loaded(made), actions.Result(" "), actor=made.agency.actor
    )


def test_a_declined_contract_ends_there() -> None:
    made = make_contract(reach="proposed")
    with transaction() as now:
        actions.decline(loaded(made), actor=made.agency.actor, now=now)
    refused("lifecycle.no_such_move", actions.sign, lambda: loaded(made), actor=made.agency.actor)
    assert inbox(made.buyer.organisation_id, 1)[0].code == "notice.contract.declined"


@pytest.mark.parametrize(
    ("reach", "act"), [("proposed", "deliver"), ("in_service", "accept"), ("accepted", "accept"), ("accepted", "sign")]
)
def test_an_act_out_of_turn_is_refused(reach: str, act: str) -> None:
    made = make_contract(reach=reach)
    given = (actions.Result("样例报告"),) if act == "deliver" else ()
    actor = made.buyer.actor if act == "accept" else made.agency.actor
    refused("lifecycle.no_such_move", getattr(actions, act), lambda: loaded(made), *given, actor=actor)


@pytest.mark.parametrize("act", ["sign", "decline", "deliver", "accept", "send_back"])
def test_the_other_party_and_strangers_do_not_find_the_act(act: str) -> None:
    made = make_contract(reach="delivered" if act in ("accept", "send_back") else "proposed")
    given = {"deliver": (actions.Result("样例报告"),), "send_back": (REASON,)}.get(act, ())
    other = made.agency if act in ("accept", "send_back") else made.buyer
    for actor in (other.actor, make_agency().actor, make_enterprise().actor):
        refused("contract.not_found", getattr(actions, act), lambda: loaded(made), *given, actor=actor)


def test_a_contract_is_found_by_its_parties_only() -> None:
    made = make_contract()
    for party in (made.buyer, made.agency):
        assert queries.contract_of(party.actor, made.ref).id == made.id
    for stranger in (make_enterprise(), make_agency()):
        with pytest.raises(Refusal) as refusal:
            queries.contract_of(stranger.actor, made.ref)
        assert refusal.value.code == "contract.not_found"
        assert queries.contracts_of(stranger.actor, limit=9) == []


def test_an_award_waits_until_its_contract_is_proposed() -> None:
    award = make_award()
    assert [one.ref for one in queries.awards_waiting(award.buyer.actor)] == [award.ref]
    assert queries.awards_waiting(make_enterprise().actor) == []
    make_contract(reach="proposed", award=award)
    assert queries.awards_waiting(award.buyer.actor) == []


@pytest.mark.parametrize(("reach", "who"), [("proposed", "agency"), ("in_service", "agency"), ("delivered", "buyer")])
def test_a_contract_waits_for_whoever_is_on_turn(reach: str, who: str) -> None:
    made = make_contract(reach=reach)
    for side in ("buyer", "agency"):
        waiting = [one.ref for one in queries.waiting_for(getattr(made, side).actor)]
        assert waiting == ([made.ref] if side == who else [])


def test_every_step_is_a_journal_row_and_a_message_to_the_other_party() -> None:
    made = make_contract()
    acts = [row.act for row in history(f"contract/{made.ref}")]
    assert acts == ["contract.propose", "contract.sign", "contract.deliver", "contract.accept"]
    told = {row.code for row in inbox(made.buyer.organisation_id, 9)}
    assert {"notice.contract.signed", "notice.contract.delivered"} <= told
    told = {row.code for row in inbox(made.agency.organisation_id, 9)}
    assert {"notice.contract.proposed", "notice.contract.accepted"} <= told
    assert db.session.scalars(select(Contract.row_version)).one() >= 4
