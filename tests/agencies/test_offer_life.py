"""A marked price from its first moment to its last: days ahead, regions, pauses, two windows; and raw SQL past it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from market.agencies import actions, queries
from market.agencies.models import Agency, Offer, OfferPause
from market.agencies.rules import OFFER, Fixed, OfferState
from market.base.clock import moved_to
from market.base.errors import Refusal
from market.catalogue.actions.seeds import seed_regions
from market.catalogue.models import Edition, Entry, EntryRegion
from market.catalogue.queries import entry_of
from market.jobs.agencies import watch_agencies
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.guards.raw import columns_of, insert, refused_check, refused_insert, refused_sql, run

NOON = datetime(2026, 5, 11, 4, tzinfo=UTC)
WEEK = timedelta(days=7)


def mark(agency, service, yuan, days=10, **terms):
    with transaction() as now:
        entry = entry_of(service.code, db.session.get_one(Edition, service.edition_id))
        prices = dict.fromkeys(service.fee_item_ids, Fixed(yuan * 100))
        marking = actions.Marking(entry, prices, days, actions.Terms(**terms))
        row = db.session.get_one(Agency, agency.id)
        return actions.mark_price(row, marking, actor=agency.actor, now=now).id


def act(what, agency, offer, *more):
    with transaction() as now:
        what(queries.offer_of(agency.id, offer), *more, actor=agency.actor, now=now)


def asked(service, region=""):
    """What each agency asks in a region now, in yuan."""
    rows = queries.offers_for(service.entry_id, region)
    return {row.agency_id: row.bands[service.fee_item_id][0].y0 // 100 for row in rows}


def found_by(service):
    wanted = queries.Wanted(entry_id=service.entry_id)
    return {row.ref for row in queries.directory(wanted, service.edition_id, limit=9, offset=0)}


def intervals(agency):
    query = select(Offer.region_code, Offer.effective_from, Offer.ends_at, Offer.withdrawn_at)
    found = {}
    for region, begins, *ends in db.session.execute(query.where(Offer.agency_id == agency.id)):
        last = min([end for end in ends if end is not None], default=None)
        if last is None or last > begins:
            found.setdefault(region, []).append((begins, last or datetime.max.replace(tzinfo=UTC)))
    return found


def test_a_price_announced_for_a_day_begins_on_it_and_the_one_before_ends_there(session, at):
    at(NOON)
    service, agency = make.make_listed_service(), make.make_agency()
    first = mark(agency, service, 500)
    planned = mark(agency, service, 700, effective_from=NOON + WEEK)
    assert asked(service) == {agency.id: 500}
    assert [row.phase(NOON) for row in queries.offers_at_desk(agency.id)] == ["planned", "in_force"]
    at(NOON + WEEK)
    assert asked(service) == {agency.id: 700}
    states = {row.offer_id: row.phase(NOON + WEEK) for row in queries.price_history(agency.id, service.code)}
    assert states == {first: "ended", planned: "in_force"}
    # The directory follows by the clock: whoever had no price before is found by the service from then on.
    newcomer = make.make_agency()
    mark(newcomer, service, 800, effective_from=NOON + WEEK + timedelta(hours=2))
    assert found_by(service) == {agency.ref}
    at(NOON + WEEK + timedelta(hours=3))
    watch_agencies()
    assert found_by(service) == {agency.ref, newcomer.ref}
    act(actions.withdraw_offer, newcomer, queries.offers_at_desk(newcomer.id)[0].offer_id)
    at(NOON + WEEK)
    # Taken back before it begins, the announcement leaves the old price standing from that day on.
    again = mark(agency, service, 900, effective_from=NOON + 2 * WEEK)
    act(actions.withdraw_offer, agency, again)
    at(NOON + 3 * WEEK)
    assert asked(service) == {agency.id: 700}
    for moment, code in ((NOON, "offer.begins_in_the_past"), (NOON + 100 * WEEK, "offer.begins_too_late")):
        with make.refuses(code):
            mark(agency, service, 1, effective_from=moment)


def test_a_regions_price_goes_before_that_of_the_whole_area_there_and_nowhere_else(session, at):
    at(NOON)
    service, agency, other = make.make_listed_service(), make.make_agency(), make.make_agency()
    with transaction():
        seed_regions()
    mark(agency, service, 500)
    near = mark(agency, service, 300, region="990101")
    mark(other, service, 800, region="990102")
    assert asked(service) == {agency.id: 500}
    assert asked(service, "990101") == {agency.id: 300}
    assert asked(service, "990102") == {agency.id: 500, other.id: 800}
    act(actions.pause_offer, agency, near, "fully_booked")
    assert asked(service, "990101") == {agency.id: 500}
    with make.refuses("offer.region_unknown"):
        mark(agency, service, 1, region="110000")
    row = columns_of(Offer, near) | {"version": 9, "state": "in_force"}
    refused_insert("offer.region_unknown", Offer, row | {"region_code": "110000"})
    refused_insert("offer.intervals_overlap", Offer, row)


def test_where_the_list_names_regions_a_price_stays_inside_them(session, at):
    at(NOON)
    edition = make.make_edition()
    service = make.make_listed_service(edition_id=edition)
    with transaction():
        seed_regions()
        db.session.add(EntryRegion(entry_id=service.entry_id, edition_id=edition, region_code="990101"))
    make.publish_edition(edition_id=edition)
    agency = make.make_agency()
    inside = mark(agency, service, 1, region="990101")
    with make.refuses("offer.region_outside"):
        mark(agency, service, 1, region="990102")
    row = columns_of(Offer, inside) | {"version": 9, "region_code": "990102"}
    refused_insert("offer.region_outside", Offer, row)
    assert [one.code for one in queries.regions_for(service.entry_id)] == ["990101"]


def test_a_paused_price_answers_nobody_and_its_pause_is_kept(session, at):
    at(NOON)
    made = make.make_offer()
    with make.refuses("offer.reason_needed"):
        act(actions.pause_offer, made.agency, made.id, "too_cheap")
    act(actions.pause_offer, made.agency, made.id, "people_away")
    assert asked(made.service) == {}
    [row] = queries.offers_at_desk(made.agency.id)
    assert (row.state, row.pause) == ("paused", "people_away")
    with make.refuses("lifecycle.no_such_move"):
        act(actions.pause_offer, made.agency, made.id, "people_away")
    at(NOON + WEEK)
    act(actions.resume_offer, made.agency, made.id)
    assert asked(made.service) == {made.agency.id: 5_000}
    [pause] = queries.pauses_of([made.id])
    assert (pause.paused_at, pause.resumed_at) == (NOON, NOON + WEEK)
    refused_sql("store.frozen", "UPDATE offer_pause SET resumed_at = NULL")
    refused_sql("offer.pause_not_open", "UPDATE offer SET state = 'paused'")


def test_days_stay_within_the_lists_limit_and_where_it_has_none_within_this_sites_own(session, at):
    at(NOON)
    free, agency = make.make_listed_service(time_limit=None), make.make_agency()
    limit = queries.days_limit(db.session.get_one(Entry, free.entry_id), NOON.date())
    assert (limit.days, limit.source) == (60, "operator")
    with make.refuses("offer.days_beyond_default"):
        mark(agency, free, 1, days=61)
    for capacity in (0, 1000):
        with make.refuses("offer.capacity_range"):
            mark(agency, free, 1, capacity=capacity)
    made = mark(agency, free, 1, days=60, capacity=3)
    [row] = queries.offers_for(free.entry_id)
    assert (row.offer_id, row.capacity, row.promised_days) == (made, 3, 60)
    row = columns_of(Offer, made) | {"version": 9, "region_code": ""}
    refused_check("offer_capacity_range", Offer, row | {"capacity": 1000, "effective_from": NOON - 90 * WEEK,
                                                        "marked_at": NOON - 90 * WEEK, "ends_at": NOON - WEEK})  # fmt: skip
    refused_check("offer_begins_in_the_past offer.intervals_overlap", Offer, row | {"effective_from": NOON - WEEK})


def test_the_second_of_two_windows_is_told_and_may_choose(session, at):
    at(NOON)
    made = make.make_offer()
    mark(made.agency, made.service, 400, seen=1)
    with make.refuses("offer.changed_meanwhile"):
        mark(made.agency, made.service, 300, seen=1)
    assert asked(made.service) == {made.agency.id: 400}
    mark(made.agency, made.service, 300, seen=2)
    assert asked(made.service) == {made.agency.id: 300}


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["mark", "mark", "pause", "resume", "withdraw", "wait"]), st.integers(0, 3), st.booleans()
    ),
    min_size=3,
    max_size=9,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_whatever_an_agency_does_its_prices_for_a_region_never_overlap(session, moves):
    now = NOON
    with moved_to(now):
        service = make.make_listed_service()
        agency = make.make_agency()
        with transaction():
            seed_regions()
    for what, weeks, regional in moves:
        now += timedelta(hours=1) if what != "wait" else weeks * WEEK
        with moved_to(now):
            standing = queries.standing_offers(agency.id, service.entry_id, "990101" if regional else "")
            newest = standing[-1].id if standing else 0
            begins = now + weeks * WEEK if weeks else None
            try:
                if what == "mark":
                    mark(agency, service, 100 + weeks, effective_from=begins, region="990101" if regional else "")
                elif what in ("pause", "resume", "withdraw"):
                    more = ("equipment",) if what == "pause" else ()
                    act(getattr(actions, f"{what}_offer"), agency, newest, *more)
            except Refusal as refusal:
                assert refusal.code in ("lifecycle.no_such_move", "offer.not_found")
            for spans in intervals(agency).values():
                assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))
            paused = select(func.count()).where(OfferPause.resumed_at.is_(None))
            assert db.session.scalar(paused) == db.session.scalar(select(func.count()).where(Offer.state == "paused"))
            assert len(queries.offers_for(service.entry_id, "990101")) <= 1


def test_raw_sql_moves_a_price_only_by_its_table(session, at):
    """Every pair of states; a refused move changes no row."""
    at(NOON)
    lawful = {(source, move.target) for move in OFFER.moves for source in move.sources}
    for old, new in product(OfferState, OfferState):
        made = make.make_offer()
        if old == OfferState.PAUSED:
            act(actions.pause_offer, made.agency, made.id, "equipment")
        elif old == OfferState.WITHDRAWN:
            act(actions.withdraw_offer, made.agency, made.id)
        before = columns_of(Offer, made.id)
        db.session.remove()
        if new == OfferState.PAUSED and (old, new) in lawful:
            insert(OfferPause, {"offer_id": made.id, "reason": "equipment", "paused_at": NOON})
        if old == OfferState.PAUSED and (old, new) in lawful:
            run("UPDATE offer_pause SET resumed_at = paused_at WHERE resumed_at IS NULL")
        withdrawn = ", withdrawn_at = marked_at" if new == OfferState.WITHDRAWN and old != new else ""
        statement = f"UPDATE offer SET state = '{new}'{withdrawn} WHERE id = {made.id}"
        if (old, new) in lawful:
            run(statement)
            continue
        if old == new != OfferState.WITHDRAWN:
            continue
        with pytest.raises(Refusal) as refused, transaction():
            db.session.execute(text(statement))
        assert refused.value.code in ("store.no_such_move", "store.frozen", "offer.pause_not_open"), (old, new)
        assert columns_of(Offer, made.id) == before
        db.session.remove()


def test_the_end_of_a_price_is_only_brought_forward(session, at):
    at(NOON)
    service, agency = make.make_listed_service(), make.make_agency()
    first = mark(agency, service, 500)
    mark(agency, service, 700, effective_from=NOON + 2 * WEEK)
    mark(agency, service, 600, effective_from=NOON + WEEK)
    assert db.session.get_one(Offer, first).ends_at == NOON + WEEK
    for end in ("NULL", "'2030-01-01 00:00:00.000000'"):
        refused_sql("offer.end_only_nearer", f"UPDATE offer SET ends_at = {end} WHERE id = :id", id=first)
    assert len(queries.price_history(agency.id, service.code)) == 3
