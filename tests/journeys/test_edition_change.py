"""Edition 1 to edition 2 with 5 services added, 3 removed and 4 repriced: what it does to whatever ran across the day.

Scenario 17: order, fee and evaluation stay with the edition they were made under; new requests take the new one; a
draft is forced over with a visible difference. Scenario 18: what is removed cancels its open requests by rule with
notice, contracts run on, and its page tells since when, by which decision, with status 410.
"""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from market.agencies.rules import Percent
from market.catalogue.queries import edition_in_force, entries_of
from market.contracts.models import ContractLine
from market.fees.models import FeeLine
from market.jobs.round import one_round
from market.journal.queries import history
from market.selection.models import Request
from market.store.db import db
from tests import make
from tests.contracts import chain
from tests.contracts.chain import MadeContract
from tests.journeys.editions import (
    BEFORE_DAY,
    DECISION,
    FIRST_MOMENT,
    LAST_MOMENT,
    MORNING,
    THE_DAY,
    At,
    both_editions,
    notices_to,
    offers_now,
    second_listed,
    signed_in,
)
from tests.make import refuses
from tests.selection import around


def edition_of(ref: str) -> int:
    """The id of the edition a request stands under."""
    return db.session.scalars(select(Request.edition_id).where(Request.ref == ref)).one()


def amounts_of(contract: MadeContract) -> list[int]:
    return list(db.session.scalars(select(ContractLine.amount_fen).where(ContractLine.contract_id == contract.id)))


def test_the_list_of_the_day_before_is_edition_1_and_of_the_day_edition_2(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        both_editions()
        assert edition_in_force(THE_DAY - timedelta(days=1)).number == 1
        assert edition_in_force(THE_DAY).number == 2
        days = (date(2026, 3, 8), THE_DAY)
        first, second = ({entry.code for entry in entries_of(edition_in_force(day))} for day in days)
        assert (len(second - first), len(first - second)) == (5, 3)
    client = app.test_client()
    at(LAST_MOMENT)
    assert client.get("/list/ZJ-T-gone_a").status_code == 200
    assert client.get("/list/ZJ-T-new-0").status_code == 404
    at(FIRST_MOMENT)
    assert client.get("/list/ZJ-T-new-0").status_code == 200
    assert "ZJ-T-gone_a" in client.get("/editions/1").text


def test_scenario_17_an_item_changes_during_an_order(app: Flask, at: At) -> None:
    """Order, fee and evaluation by the old edition; new requests by the new one; the draft is forced over."""
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        service = lists.repriced["cheaper"]
        offer = make.make_offer(service=service, mark=Percent(1200))
        running = chain.make_contract(reach="in_service", offer=offer)
        awarded = chain.make_award(offer=offer)
        still_open = around.opened_request(make.make_enterprise(), service, method="direct")
        writer = make.make_enterprise()
        draft = around.draft(writer, service)
    at(MORNING)
    with app.app_context():
        one_round(app.extensions["search"], app.extensions["log"])
        # The order runs on: contract, delivery, fee note at 120 % of 100 yuan and 2 yuan a square metre.
        contract = chain.make_contract(reach="in_service", award=awarded)
        around.choose(still_open, offer.agency.id)
        for one in (running, contract):
            assert amounts_of(one) == [2_520_00]
            chain.go_on(one, "delivered")
            chain.go_on(one, "accepted")
            assert chain.make_fee_note(contract=one, reach="paid")
            charged = select(FeeLine.amount_fen, FeeLine.edition_id).where(FeeLine.contract_id == one.id)
            assert db.session.execute(charged).all() == [(2_520_00, service.edition_id)]
            assert chain.make_rating(contract=one)
        orders = (running.award.request_ref, awarded.request_ref, still_open.ref)
        assert {edition_of(ref) for ref in orders} == {service.edition_id}
        # Under the new edition the same mark is not carried over, and what is new costs at most 1,320 yuan.
        assert offers_now(lists, service) == []
        again = make.make_offer(agency=offer.agency, service=second_listed(lists, service), mark=Percent(1200))
        fresh = chain.make_contract(reach="proposed", offer=again)
        assert amounts_of(fresh) == [1_320_00]
        assert edition_of(fresh.award.request_ref) == lists.second
        # The draft cannot be published as it is.
        with refuses("request.edition_superseded"):
            around.publish(draft)
    page = signed_in(app, writer.email).get(f"/desk/requests/{draft.ref}?lang=en").text
    assert "¥2,520.00" in page and "¥1,320.00" in page and "Accept edition 2" in page
    for made in (running, contract):
        text = signed_in(app, made.buyer.email).get(f"/desk/contracts/{made.ref}?lang=en").text
        assert "Concluded under" in text and 'href="/editions/1"' in text


@pytest.mark.parametrize(("name", "decision"), [("gone_a", DECISION), ("gone_b", "")])
def test_scenario_18_an_item_is_abolished(app: Flask, at: At, name: str, decision: str) -> None:
    """Three open requests end by rule with notice, two contracts run on, and the page tells the end with status 410."""
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        service = lists.removed[name]
        offer = make.make_offer(service=service)
        contracts = [chain.make_contract(reach="in_service", offer=offer) for _ in range(2)]
        awarded = chain.make_award(offer=offer)
        owners = [make.make_enterprise() for _ in range(3)]
        open_ones = [around.opened_request(owner, service) for owner in owners]
    at(MORNING)
    with app.app_context():
        one_round(app.extensions["search"], app.extensions["log"])
        one_round(app.extensions["search"], app.extensions["log"])
        for owner, request in zip(owners, open_ones, strict=True):
            assert around.state_of(request) == "cancelled"
            assert [one["decision"] for one in notices_to(owner.organisation_id, "notice.request.unlisted")] == [
                decision
            ]
        # What was agreed runs on to its end, and so does what was awarded.
        contracts.append(chain.make_contract(reach="in_service", award=awarded))
        for contract in contracts:
            chain.go_on(contract, "delivered")
            chain.go_on(contract, "accepted")
            chain.make_fee_note(contract=contract, reach="paid")
        assert history(f"offer/{offer.agency.ref}/{service.code}")[-1].act == "offer.mark"
    client = app.test_client()
    answer = client.get(f"/list/{service.code}?lang=en")
    assert answer.status_code == 410
    for told in (
        "Off the list since",
        'href="/editions/1"',
        "《样例条例》第一条",
        decision,
        "Nobody may ask you for it",
    ):
        assert told in answer.text
    report = "removed=" if decision else f"service={service.code}"
    assert "/voices/new?kind=demanded_outside" in answer.text and report in answer.text
    assert client.get("/list/ZJ-T-never").status_code == 404
    machine = client.get(f"/list/{service.code}", headers={"Accept": "application/json"})
    assert machine.status_code == 410
    assert machine.get_json()["code"] == ("service.abolished" if decision else "service.off_the_list")
    agency = signed_in(app, offer.agency.email).get("/desk/notices?lang=en").text
    assert f"[No longer on the list] {service.code}" in agency
