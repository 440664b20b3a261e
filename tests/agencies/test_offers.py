"""A marked price stays inside the list's rule, and it is the ceiling of every later fee."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy import select

from market.agencies import actions, queries
from market.agencies.models import Agency, Offer
from market.agencies.rules import FilingState, Fixed, OfferState, Percent, PerUnit, mark_of
from market.base.pricing import AUTHORITY, floated, straight
from market.catalogue.listing import Ask, line_of, price
from market.catalogue.models import Edition, Entry, FeeItem
from market.catalogue.queries import entry_of, fee_items_of
from market.journal.queries import history
from market.store.db import db
from market.store.transaction import transaction
from tests import make


def _mark(agency, service, prices, days=10):
    with transaction() as now:
        entry = entry_of(service.code, db.session.get_one(Edition, service.edition_id))
        marking = actions.Marking(entry, prices, days)
        actions.mark_price(db.session.get_one(Agency, agency.id), marking, actor=agency.actor, now=now)


def _ceiling(service, quantity, payer="applicant"):
    [row] = queries.offers_for(service.entry_id)
    item = db.session.get_one(FeeItem, service.fee_item_id)
    return price(Ask(item, quantity, payer=payer), row.bands[item.id])


@pytest.mark.parametrize(
    ("mark", "quantity", "fen"),
    [
        (Fixed(52_000_00), 7_000, 52_000_00),
        (PerUnit(150), 6_000_500, 900_075),
        (PerUnit(150, 10_000_00), 1_000_000, 10_000_00 + 150_000),
    ],
)
def test_a_market_price_is_a_fixed_amount_or_an_amount_for_each_unit(session, mark, quantity, fen):
    offer = make.make_offer(mark=mark)
    listed = _ceiling(offer.service, quantity)
    assert (listed.ceiling_fen, listed.floor_fen) == (fen, 0)


def test_a_quote_may_be_lower_than_the_mark_and_never_higher(session):
    offer = make.make_offer(mark=Fixed(500_00))
    [row] = queries.offers_for(offer.service.entry_id)
    item = db.session.get_one(FeeItem, offer.service.fee_item_id)
    assert price(Ask(item, 1000), row.bands[item.id], amount_fen=1).amount_fen == 1
    with make.refuses("price.outside_rule"):
        price(Ask(item, 1000), row.bands[item.id], amount_fen=500_01)


@pytest.mark.parametrize("thousandths", [800, 875, 1000, 1200])
def test_a_guided_price_is_marked_between_floor_and_ceiling(session, thousandths):
    service = make.make_listed_service(price="guided")
    make.make_offer(service=service, mark=Percent(thousandths))
    # 100 yuan and 2 yuan a unit, at the share; the floor stays the list's.
    listed = _ceiling(service, 1_000_000)
    assert listed.ceiling_fen == 210_000 * thousandths // 1000
    assert listed.floor_fen == 210_000 * 800 // 1000


@pytest.mark.parametrize("thousandths", [0, 799, 1201])
def test_a_mark_outside_the_guided_range_is_refused(session, thousandths):
    with make.refuses("offer.percent_range"):
        make.make_offer(service=make.make_listed_service(price="guided"), mark=Percent(thousandths))


def test_a_price_that_the_government_sets_is_marked_at_exactly_its_standard(session):
    service = make.make_listed_service(price="set")
    make.make_offer(service=service, mark=Percent(1000))
    assert _ceiling(service, 1_000_000).floor_fen == _ceiling(service, 1_000_000).ceiling_fen == 210_000
    for thousandths in (999, 1001):
        with make.refuses("offer.percent_range"):
            make.make_offer(service=service, mark=Percent(thousandths))


@pytest.mark.parametrize("kind", ["guided", "set"])
@pytest.mark.parametrize("mark", [Fixed(1_00), PerUnit(1)])
def test_no_agency_sets_its_own_amount_where_the_government_prices(session, kind, mark):
    with make.refuses("offer.percent_only"):
        make.make_offer(service=make.make_listed_service(price=kind), mark=mark)


def test_a_price_that_is_not_published_cannot_be_marked(session):
    with make.refuses("offer.not_markable"):
        make.make_offer(service=make.make_listed_service(price="unpublished"), mark=Percent(1000))


def test_what_the_treasury_bears_is_marked_to_the_authority_only(session):
    service = make.make_listed_service(price="fiscal")
    make.make_offer(service=service, mark=Fixed(8_000_00))
    assert _ceiling(service, 1_000, payer=AUTHORITY).ceiling_fen == 8_000_00
    with make.refuses("price.quantity_outside"):
        _ceiling(service, 1_000)


def test_a_share_needs_a_reference_standard(session):
    with make.refuses("offer.no_reference"):
        make.make_offer(mark=Percent(900))


def test_a_tenth_of_a_percent_is_refused_where_the_register_cannot_hold_it(session):
    endless = floated(straight(0, Fraction(1)), Fraction(4, 5), Fraction(1))
    service = make.make_listed_service(price="guided", bands=[endless])
    with make.refuses("offer.percent_too_fine"):
        make.make_offer(service=service, mark=Percent(933))
    make.make_offer(service=service, mark=Percent(930))


@pytest.mark.parametrize("mark", [Fixed(10**12 + 1), PerUnit(10**13), Fixed(-1)])
def test_an_amount_that_the_register_cannot_hold_is_refused(session, mark):
    with make.refuses("offer.amount_range"):
        make.make_offer(mark=mark)


@pytest.mark.parametrize(
    ("days", "code"), [(0, "offer.days_range"), (731, "offer.days_range"), (21, "offer.days_beyond_limit")]
)
def test_nobody_promises_more_days_than_the_list_allows(session, days, code):
    with make.refuses(code):
        make.make_offer(days=days)


def test_a_limit_in_calendar_days_binds_the_promise_too(session):
    edition = make.make_edition()
    service = make.make_listed_service(edition_id=edition, time_limit=None)
    with transaction():
        db.session.get_one(Entry, service.entry_id).time_limit_calendar_days = 15
    make.publish_edition(edition_id=edition)
    with make.refuses("offer.days_beyond_limit"):
        make.make_offer(service=service, days=16)
    make.make_offer(service=service, days=15)


@pytest.mark.parametrize("state", [FilingState.DRAFT, FilingState.IN_CHECK, FilingState.RETURNED])
def test_only_an_admitted_agency_marks_prices(session, state):
    with make.refuses("offer.agency_not_admitted"):
        make.make_offer(agency=make.make_agency(filed=state))


def test_a_price_is_marked_only_in_the_edition_in_force(session):
    old = make.make_listed_service()
    make.make_listed_service()
    with make.refuses("offer.not_in_force"):
        make.make_offer(service=old)


def test_an_edition_that_is_not_in_force_yet_cannot_be_marked(session, at):
    at(datetime(2026, 5, 1, tzinfo=UTC))
    make.make_listed_service()
    coming = make.make_edition(effective_from=date(2026, 6, 1))
    service = make.make_listed_service(edition_id=coming)
    make.publish_edition(edition_id=coming)
    with make.refuses("offer.not_in_force"):
        make.make_offer(service=service)


def test_a_new_mark_withdraws_the_old_one_and_nothing_is_edited(session):
    first = make.make_offer(mark=Fixed(5_000_00))
    _mark(first.agency, first.service, {first.service.fee_item_id: Fixed(4_000_00)})
    [row] = queries.offers_for(first.service.entry_id)
    assert (row.version, _ceiling(first.service, 1000).ceiling_fen) == (2, 4_000_00)
    states = session.execute(select(Offer.version, Offer.state).order_by(Offer.version)).all()
    assert [tuple(one) for one in states] == [(1, OfferState.WITHDRAWN), (2, OfferState.IN_FORCE)]
    assert [one.act for one in history(f"offer/{first.agency.ref}/{first.service.code}")] == [
        "offer.mark",
        "offer.mark",
    ]


def test_a_withdrawn_price_is_gone_and_cannot_be_withdrawn_twice(session):
    made = make.make_offer()
    with transaction() as now:
        actions.withdraw_offer(queries.offer_of(made.agency.id, made.id), actor=made.agency.actor, now=now)
    assert queries.offers_for(made.service.entry_id) == []
    with make.refuses("lifecycle.no_such_move"), transaction() as now:
        actions.withdraw_offer(queries.offer_of(made.agency.id, made.id), actor=made.agency.actor, now=now)


def test_another_agencys_price_is_not_found(session):
    made, other = make.make_offer(), make.make_agency()
    with make.refuses("offer.not_found"):
        queries.offer_of(other.id, made.id)
    with make.refuses("offer.not_found"):
        queries.offer_in_force(other.id, made.service.entry_id)


def test_a_fee_item_of_another_service_cannot_be_marked(session):
    edition = make.make_edition()
    one, other = (make.make_listed_service(edition_id=edition) for _ in range(2))
    make.publish_edition(edition_id=edition)
    agency = make.make_agency()
    with make.refuses("fee_item.not_listed"):
        _mark(agency, one, {other.fee_item_id: Fixed(1_00)})
    with make.refuses("offer.price_needed"):
        _mark(agency, one, {})


def test_an_agency_may_mark_only_some_fee_items(session):
    service = make.make_listed_service(fee_items=3)
    agency = make.make_agency()
    _mark(agency, service, {service.fee_item_ids[1]: Fixed(1_00)})
    [row] = queries.offers_for(service.entry_id)
    assert set(row.bands) == {service.fee_item_ids[1]}


@pytest.mark.parametrize("mark", [Fixed(0), Fixed(5_000_00), PerUnit(150), PerUnit(150, 20_00)])
def test_a_mark_is_read_back_as_it_was_made(session, mark):
    made = make.make_offer(mark=mark)
    [row] = queries.offers_for(made.service.entry_id)
    assert mark_of([line_of(band) for band in row.bands[made.service.fee_item_id]], 1000) == mark


def test_comparing_takes_the_same_queries_for_two_agencies_and_for_twenty(session, query_counter):
    service = make.make_listed_service()
    make.make_offer(service=service)
    make.make_offer(service=service)
    with query_counter() as few:
        assert len(queries.offers_for(service.entry_id)) == 2
    for _ in range(18):
        make.make_offer(service=service)
    with query_counter() as many:
        assert len(queries.offers_for(service.entry_id)) == 20
    assert few.count == many.count == 2


def test_an_agencys_own_prices_take_two_queries(session, query_counter):
    edition = make.make_edition()
    services = [make.make_listed_service(edition_id=edition, fee_items=2) for _ in range(6)]
    make.publish_edition(edition_id=edition)
    agency = make.make_agency()
    for service in services:
        make.make_offer(agency=agency, service=service)
    with query_counter() as counted:
        rows = queries.offers_of(agency.id)
    assert [row.code for row in rows] == [service.code for service in services]
    assert all(len(row.fee_items) == len(row.bands) == 2 for row in rows)
    assert counted.count == 2


def test_every_service_of_the_real_list_with_a_price_can_be_marked(session):
    made, agency = make.make_real_list(), make.make_agency()
    codes = [entry.code for entry in queries.markable_entries(made)]
    for code in codes:
        with transaction() as now:
            entry = entry_of(code, db.session.get_one(Edition, made))
            marks = {}
            items = [item for item in fee_items_of(entry.id) if item.price_state != "unpublished"]
            listed, references = queries.rule_bands(items), queries.reference_lines(entry, items)
            for item in items:
                whole = item.price_state == "listed" and min(float_share(band) for band in listed[item.id])
                share = Percent(int(min(1, whole or 1) * 1000)) if whole or item.id in references else None
                marks[item.id] = share or PerUnit(1_25, 10_00)
            marking = actions.Marking(entry, marks, 1)
            actions.mark_price(db.session.get_one(Agency, agency.id), marking, actor=agency.actor, now=now)
    marked = queries.offers_of(agency.id)
    assert [row.code for row in marked] == codes
    assert len(marked) > 100


def float_share(band):
    return Fraction(band.float_high, band.float_den)
