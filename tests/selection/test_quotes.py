"""Quotes: sealed until the deadline, never above the marked price, one standing quote an agency."""

import pytest
from sqlalchemy import select

from market.agencies.actions import withdraw_offer
from market.agencies.models import Offer
from market.agencies.queries import agency_of
from market.agencies.rules import FilingState, Percent, PerUnit
from market.base.errors import NotFound, Refusal
from market.base.people import Actor, Role
from market.journal.models import JournalRow
from market.notices.models import Notice
from market.selection import actions, queries
from market.selection.models import Quote
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.selection import around
from tests.selection.around import AFTER, BEFORE, MONDAY

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


def refusal_of(call) -> Refusal:
    """Return the refusal that `call` meets."""
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value


def test_a_quote_is_at_most_the_agencys_own_marked_price():
    service = make.make_listed_service()
    offer = make.make_offer(service=service, mark=PerUnit(3_00))
    made = around.opened_request(make.make_enterprise(), service)
    refused = refusal_of(lambda: around.quote(made, offer.agency, 3_000_01))
    assert refused.code == "price.outside_rule"
    around.quote(made, offer.agency, 3_000_00)


def test_a_quote_under_a_guided_price_keeps_floor_and_marked_ceiling():
    service = make.make_listed_service(price="guided")
    offer = make.make_offer(service=service, mark=Percent(1000))
    made = around.opened_request(make.make_enterprise(), service)
    for amount in (2_100_01, 1_679_99):
        assert refusal_of(lambda amount=amount: around.quote(made, offer.agency, amount)).code == "price.outside_rule"
    around.quote(made, offer.agency, 1_680_00)


def test_days_are_at_most_those_that_were_marked():
    offer = make.make_offer(days=10)
    made = around.opened_request(make.make_enterprise(), offer.service)
    for days, code in ((11, "quote.days_beyond_promise"), (0, "quote.days_range")):
        assert refusal_of(lambda days=days: around.quote(made, offer.agency, 100, days=days)).code == code


def test_every_line_needs_an_amount_above_zero_and_only_the_requests_own_lines_count():
    service = make.make_listed_service(fee_items=2)
    offer = make.make_offer(service=service)
    buyer = make.make_enterprise()
    made, other = around.opened_request(buyer, service), around.opened_request(buyer, service)
    first, second = made.line_ids

    def send(amounts):
        with transaction(queries.request_lock(made.ref)) as now:
            request = queries.request_open_to(offer.agency.id, made.ref)
            actions.submit_quote(request, actions.Quoted(amounts, 5), actor=offer.agency.actor, now=now)

    for amounts, code in (
        ({first: 100}, "quote.line_missing"),
        ({first: 100, second: 0}, "quote.amount_needed"),
        ({first: 100, second: -5}, "quote.amount_needed"),
        ({first: 100, second: 100, other.line_ids[0]: 100}, "quote.line_unknown"),
    ):
        assert refusal_of(lambda amounts=amounts: send(amounts)).code == code


def test_without_a_marked_price_there_is_nothing_to_quote():
    service = make.make_listed_service()
    offer, stranger = make.make_offer(service=service), make.make_agency()
    made = around.opened_request(make.make_enterprise(), service)
    assert isinstance(refusal_of(lambda: around.quote(made, stranger, 100)), NotFound)
    with transaction() as now:
        withdraw_offer(db.session.get_one(Offer, offer.id), actor=offer.agency.actor, now=now)
    with transaction(queries.request_lock(made.ref)) as now:
        request = queries.request_of(made.owner, made.ref)
        given = actions.Quoted({made.line_id: 100}, 5)
        code = refusal_of(lambda: actions.submit_quote(request, given, actor=offer.agency.actor, now=now)).code
    assert code == "quote.no_offer"


def test_a_quote_in_the_last_moment_counts_and_at_the_deadline_it_is_late(at):
    service = make.make_listed_service()
    early, late = make.make_offer(service=service), make.make_offer(service=service)
    made = around.opened_request(make.make_enterprise(), service)
    at(BEFORE)
    around.quote(made, early.agency, 100_00)
    at(AFTER)
    for act in (lambda: around.quote(made, late.agency, 90_00), lambda: around.withdraw(made, early.agency)):
        refused = refusal_of(act)
        assert (refused.code, refused.status) == ("request.deadline_passed", 409)
        assert refused.facts == {"until": "2026-03-05 24:00", "now": AFTER}


def test_a_standing_quote_is_replaced_only_after_it_was_withdrawn():
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service)
    assert refusal_of(lambda: around.withdraw(made, offer.agency)).code == "quote.none_standing"
    around.quote(made, offer.agency, 100_00)
    assert refusal_of(lambda: around.quote(made, offer.agency, 90_00)).code == "quote.exists"
    around.withdraw(made, offer.agency)
    around.quote(made, offer.agency, 90_00)
    agency = agency_of(offer.agency.actor)
    request = queries.request_open_to(agency.id, made.ref)
    assert queries.my_quote(request.id, agency.id).total_fen == 90_00
    assert sorted(db.session.scalars(select(Quote.state))) == ["standing", "withdrawn"]


def test_nobody_quotes_on_a_direct_request_on_a_draft_or_after_a_cancellation():
    offer = make.make_offer()
    buyer = make.make_enterprise()
    direct = around.opened_request(buyer, offer.service, method="direct")
    assert refusal_of(lambda: around.quote(direct, offer.agency, 100)).code == "quote.not_asked"
    drafted = around.draft(buyer, offer.service)
    assert refusal_of(lambda: around.quote(drafted, offer.agency, 100)).code == "request.not_found"
    cancelled = around.opened_request(buyer, offer.service)
    around.cancel(cancelled)
    assert refusal_of(lambda: around.quote(cancelled, offer.agency, 100)).code == "request.not_open"


def test_an_agency_that_is_not_admitted_or_buys_itself_cannot_quote():
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service)
    waiting = make.make_agency(filed=FilingState.IN_CHECK)
    own = Actor(offer.agency.actor.id, Role.AGENCY, made.owner.organisation)
    given = actions.Quoted({made.line_id: 100}, 5)
    request = queries.request_of(made.owner, made.ref)
    for actor, code in ((waiting.actor, "quote.agency_not_admitted"), (own, "agency.not_found")):
        refused = refusal_of(lambda actor=actor: actions.submit_quote(request, given, actor=actor, now=MONDAY))
        assert refused.code == code


def test_sealed_quotes_are_read_by_nobody_and_the_log_and_the_message_name_no_agency_and_no_amount():
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service)
    around.quote(made, offer.agency, 4_321_00)
    request = queries.request_of(made.owner, made.ref)
    assert queries.opened_quotes(request, BEFORE) == []
    assert queries.notice_of(made.ref, BEFORE).quotes == []
    assert queries.notice_of(made.ref, BEFORE).sealed == 1
    [row] = queries.opened_quotes(request, AFTER)
    assert row.total_fen == 4_321_00
    logged = db.session.scalars(select(JournalRow).where(JournalRow.act == "quote.submit")).one()
    assert made.ref not in logged.obj and made.ref not in logged.actor
    told = db.session.scalars(select(Notice).where(Notice.code == "notice.quote.received")).one()
    assert told.organisation_id == made.owner.organisation
    assert set(told.facts) == {"ref", "link"}


def test_quotes_of_a_request_cancelled_before_the_deadline_stay_sealed_for_ever(at):
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service)
    around.quote(made, offer.agency, 4_321_00)
    around.cancel(made)
    at(AFTER)
    assert queries.notice_of(made.ref, AFTER).quotes == []


def test_opportunities_are_open_requests_for_services_the_agency_marks_a_price_for(at):
    service, other = make.make_listed_service(), None
    offer = make.make_offer(service=service)
    buyer = make.make_enterprise()
    made = around.opened_request(buyer, service)
    around.opened_request(buyer, service, method="direct")
    around.draft(buyer, service)
    other = make.make_listed_service()
    around.opened_request(buyer, other)
    agency = agency_of(offer.agency.actor)
    assert [row.ref for row in queries.opportunities_for(agency, MONDAY)] == [made.ref]
    assert queries.quoted_by(agency) == []
    around.quote(made, offer.agency, 100_00)
    agency = agency_of(offer.agency.actor)
    assert [row.mine_fen for row in queries.opportunities_for(agency, MONDAY)] == [100_00]
    assert queries.opportunities_for(agency, AFTER) == []
    at(AFTER)
    around.choose(made)
    agency = agency_of(offer.agency.actor)
    assert [(row.ref, row.won, row.state) for row in queries.quoted_by(agency)] == [(made.ref, True, "awarded")]
