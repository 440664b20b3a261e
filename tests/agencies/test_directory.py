"""The directory shows admitted agencies, narrowed by name, service and grade, in a constant number of queries."""

from market.agencies import actions, queries
from market.agencies.models import Standing
from market.agencies.queries import Wanted
from market.agencies.rules import FilingState
from market.store.transaction import transaction
from tests import make


def _refs(wanted, edition_id=0):
    rows = queries.directory(wanted, edition_id, limit=50, offset=0)
    assert queries.directory_size(wanted) == len(rows)
    return [row.ref for row in rows]


def test_only_admitted_agencies_are_public(session):
    admitted = make.make_agency()
    for state in (FilingState.DRAFT, FilingState.IN_CHECK, FilingState.RETURNED):
        make.make_agency(filed=state)
    assert _refs(Wanted()) == [admitted.ref]


def test_agencies_are_found_by_a_part_of_the_name_and_signs_are_only_signs(session):
    one = make.make_agency(name="【虚构】甲测绘100%有限公司（测试）")
    make.make_agency(name="【虚构】乙环评有限公司（测试）")
    assert _refs(Wanted(text="测绘")) == [one.ref]
    assert _refs(Wanted(text="100%")) == [one.ref]
    assert _refs(Wanted(text="_")) == []
    assert _refs(Wanted(text=one.ref)) == [one.ref]


def test_agencies_are_narrowed_by_what_they_offer_now_and_counted(session):
    service = make.make_listed_service()
    make.make_agency()
    offer = make.make_offer(service=service)
    assert _refs(Wanted(entry_id=service.entry_id), service.edition_id) == [offer.agency.ref]
    [first, second] = queries.directory(Wanted(), service.edition_id, limit=9, offset=0)
    assert (first.ref, first.offers, second.offers) == (offer.agency.ref, 1, 0)
    with transaction() as now:
        actions.withdraw_offer(queries.offer_of(offer.agency.id, offer.id), actor=offer.agency.actor, now=now)
    assert _refs(Wanted(entry_id=service.entry_id), service.edition_id) == []


def test_the_newest_grade_counts(session):
    good, fair, none = make.make_agency(), make.make_agency(), make.make_agency()
    make.make_grades(2024, C=[good])
    make.make_grades(2025, A=[good], C=[fair])
    assert _refs(Wanted(grade="A")) == [good.ref]
    assert _refs(Wanted(grade="C")) == [fair.ref]
    assert queries.grade_counts() == {"A": 1, "C": 1, "": 1}
    assert [row.year for row in queries.admitted_agency(good.ref).standings] == [2025, 2024]
    assert queries.admitted_agency(none.ref).standings == []
    make.make_grades(2026, A=[fair])
    assert queries.grade_counts() == {"A": 2, "": 1}
    with transaction():
        actions.recount_grades()
    assert queries.grade_counts() == {"A": 2, "": 1}


def test_a_grade_is_given_once_and_stays(session):
    agency = make.make_agency()
    make.make_grades(2025, A=[agency])
    with make.refuses("store.frozen"), transaction():
        standing = queries.admitted_agency(agency.ref).standings[0]
        standing.grade = "D"
    assert session.get_one(Standing, 1).grade == "A"


def test_the_directory_takes_one_query_for_any_number(session, query_counter):
    for _ in range(3):
        make.make_agency()
    with query_counter() as few:
        queries.directory(Wanted(), 0, limit=50, offset=0)
    for _ in range(20):
        make.make_agency()
    with query_counter() as many:
        assert len(queries.directory(Wanted(), 0, limit=50, offset=0)) == 23
    assert few.count == many.count == 1
