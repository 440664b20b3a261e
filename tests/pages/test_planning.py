"""A plan's dates and sums, from what the list says and from the operator's defaults."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from market.base.errors import BreaksRule
from market.base.people import Role
from market.catalogue import actions, queries
from market.catalogue.actions.bundle_edits import bundle_orders
from market.catalogue.models import Bundle, BundleOrder
from market.catalogue.needs import Group
from market.pages.planning import ActAsked, Asked, DaysFrom, Project, cost, plan
from market.store.db import db
from market.store.transaction import transaction
from tests.catalogue.test_import import drafted
from tests.make import make_person
from tests.make.ground import make_ground

MONDAY = date(2026, 3, 2)
pytestmark = pytest.mark.usefixtures("session")

ANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def projects(draw):
    """Acts that wait only for acts of a lower number, each with services; services of one group are one block."""
    acts = draw(st.integers(1, 7))
    orders = [(one, other) for other in range(1, acts + 1) for one in range(1, other) if draw(st.booleans())]
    services = [
        Asked(f"S{at}", f"s{at}", draw(st.integers(1, acts)), Group.MUST_BUY, 15, draw(st.sampled_from(["", "g", "h"])), days)
        for at, days in enumerate(draw(st.lists(st.integers(0, 40), max_size=6)))
    ]  # fmt: skip
    return Project(services, [ActAsked(at, f"a{at}", draw(st.integers(0, 30))) for at in range(1, acts + 1)], orders)


def longest(project):
    """When the last act has ended, by asking each act for its own end: slow and plain."""
    blocks = {}
    for one in project.services:
        blocks[one.merged or one.code] = max(blocks.get(one.merged or one.code, 0), one.days)

    def end(act):
        before = [end(first) for first, then in project.orders if then == act.act_id for first in [acts[first]]]
        served = [blocks[one.merged or one.code] for one in project.services if one.act_id == act.act_id]
        return max([*before, *served], default=0) + act.days

    acts = {act.act_id: act for act in project.acts}
    return max([*(end(act) for act in project.acts), *blocks.values()])


def circular(orders):
    """Whether some of what waits can never begin."""
    waiting = {then for _first, then in orders}
    while free := {one for one in waiting if not any(then == one and first in waiting for first, then in orders)}:
        waiting -= free
    return bool(waiting)


@pytest.fixture(autouse=True)
def _ground(session):
    make_ground()


def steps(project):
    return {step.code or step.name: step for step in plan(project, MONDAY).steps}


def test_an_act_waits_for_its_services_and_for_the_acts_before_it():
    project = Project(
        [Asked("A", "a", 1, Group.MUST_BUY, 15, days=10), Asked("B", "b", 2, Group.MUST_BUY, 15, days=30)],
        [ActAsked(1, "first", 5), ActAsked(2, "second", 4)],
        [(1, 2)],
    )
    found = steps(project)
    assert (found["first"].row.begins, found["second"].row.begins, found["second"].row.ends) == (10, 30, 34)
    assert {name for name, step in found.items() if step.row.critical} == {"B", "second"}


def test_days_that_nobody_fixed_are_the_operators_default_and_say_so():
    project = Project([Asked("A", "a", 1, Group.MUST_BUY, 15)], [ActAsked(1, "act")])
    found = plan(project, MONDAY)
    assert [(step.days, step.days_from) for step in found.steps] == [(15, DaysFrom.DEFAULT), (20, DaysFrom.DEFAULT)]
    assert found.by_default == 2


def test_merged_services_are_one_block_as_long_as_the_longest():
    project = Project(
        [
            Asked("A", "a", 1, Group.MUST_BUY, 15, "g", 10),
            Asked("B", "b", 2, Group.GOVERNMENT, 15, "g", 25),
            Asked("C", "c", 1, Group.MUST_BUY, 15, "h", 5),
        ],
        [ActAsked(1, "act", 1)],
    )
    found = steps(project)
    assert (found["A"].merged, found["C"].merged, found["act"].row.begins) == ("g", "", 25)


def test_a_limit_in_calendar_days_is_counted_in_working_days():
    """Ten days from Monday the 2nd of March: until Thursday the 12th, the eighth working day."""
    project = Project([Asked("A", "a", 1, Group.MUST_BUY, 15, calendar_days=10)], [ActAsked(1, "act", 1)])
    assert (steps(project)["A"].days, steps(project)["A"].days_from) == (8, DaysFrom.LIST)


def test_acts_that_wait_for_each_other_are_refused():
    with pytest.raises(BreaksRule) as refused:
        plan(Project([], [ActAsked(1, "a"), ActAsked(2, "b")], [(1, 2), (2, 1)]), MONDAY)
    assert refused.value.code == "schedule.cycle"


def test_an_order_with_an_act_that_was_not_chosen_counts_for_nothing():
    assert plan(Project([], [ActAsked(2, "b", 3)], [(1, 2)]), MONDAY).timeline.days == 3


def test_a_plan_of_nothing_is_done_today():
    found = plan(Project([], []), MONDAY)
    assert (found.timeline.last_day, found.lanes, found.must.count) == (MONDAY, [], 0)


def test_the_cost_is_by_the_list_then_by_marked_prices_and_counts_what_has_neither():
    found = cost(
        [
            Asked("A", "a", 1, Group.MUST_BUY, 15, listed=(100, 200), marked=(120, 150)),
            Asked("B", "b", 1, Group.MUST_BUY, 15, marked=(30, 40), example=True),
            Asked("C", "c", 1, Group.MUST_BUY, 15),
            Asked("D", "d", 1, Group.MUST_BUY, 15, few=(1000, 2000)),
        ]
    )
    assert (found.low, found.high, found.by_list, found.by_marks, found.unknown) == (1130, 2240, 1, 1, ["c"])
    assert (found.marked, found.of_marks, found.count, found.examples) == ((150, 190), 2, 3, 1)
    assert found.by_few == 1


def test_what_may_be_done_without_an_agency_is_summed_apart():
    project = Project(
        [
            Asked("A", "a", 1, Group.MUST_BUY, 15, listed=(1, 2)),
            Asked("B", "b", 1, Group.YOURSELF, 15, listed=(10, 20)),
        ],
        [ActAsked(1, "act")],
    )
    found = plan(project, MONDAY)
    assert (found.must.high, found.own.high) == (2, 20)


def test_lanes_lie_within_the_whole():
    project = Project(
        [Asked("A", "a", 1, Group.YOURSELF, 15, days=3)], [ActAsked(1, "act", 7), ActAsked(2, "mark", 0)], [(1, 2)]
    )
    lanes = plan(project, MONDAY).lanes
    assert [(lane.kind, lane.start_milli, lane.length_milli) for lane in lanes] == [
        ("own", 0, 300), ("plain", 300, 700), ("plain", 994, 6)
    ]  # fmt: skip


@ANY
@given(projects(), st.integers(0, 60))
def test_any_order_without_a_circle_gives_the_earliest_dates(project, days):
    found = plan(project, MONDAY)
    rows = {step.code or step.name: step.row for step in found.steps}
    total = found.timeline.days
    for first, then in project.orders:
        assert rows[f"a{then}"].begins >= rows[f"a{first}"].ends
    for one in project.services:
        assert rows[f"a{one.act_id}"].begins >= rows[one.code].ends
    assert total == longest(project) == max(row.ends for row in rows.values())
    # The critical path is whole: it ends with the plan, and whatever begins on it begins where something of it ends.
    critical = [row for row in rows.values() if row.critical]
    assert total in {row.ends for row in critical}
    assert {row.begins for row in critical} <= {0} | {row.ends for row in critical}
    # What nothing waits for runs beside the rest.
    more = plan(Project(project.services, [*project.acts, ActAsked(99, "beside", days)], project.orders), MONDAY)
    assert more.timeline.days == max(total, days)
    assert {step.code or step.name: step.row.begins for step in more.steps if step.name != "beside"} == {
        name: row.begins for name, row in rows.items()
    }


@ANY
@given(st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6)).filter(lambda pair: pair[0] != pair[1]), max_size=12))
def test_a_circle_is_refused_by_the_editor_and_by_the_plan_and_nothing_else_is(orders):
    acts = {f"a{at}": at for at in range(1, 7)}
    services = [Asked(f"S{at}", "s", at, Group.MUST_BUY, 15, "g", at) for at in range(1, 7)]
    project = Project(services, [ActAsked(at, name, at) for name, at in acts.items()], sorted(orders))
    codes = []
    for act in (
        lambda: bundle_orders([(f"a{first}", f"a{then}", "《样例》") for first, then in sorted(orders)], acts),
        lambda: plan(project, MONDAY),
    ):
        try:
            act()
        except BreaksRule as refusal:
            codes.append(refusal.code)
    assert codes == (["bundle.order_circular", "schedule.cycle"] if circular(orders) else [])


def test_a_bundle_that_came_to_wait_for_itself_is_said_so_on_its_page(client):
    number = drafted()
    first = db.session.scalars(select(BundleOrder).order_by(BundleOrder.id)).first()
    bundle = db.session.get(Bundle, first.bundle_id).code
    back = {"bundle_id": first.bundle_id, "edition_id": first.edition_id, "rests_on": "《样例》"}
    back |= {"before_act_id": first.after_act_id, "after_act_id": first.before_act_id}
    with transaction():
        db.session.execute(insert(BundleOrder), [back])  # what the editor refuses
    editor, approver = make_person(role=Role.LIST_EDITOR).actor, make_person(role=Role.LIST_APPROVER).actor
    with transaction() as now:
        actions.submit(queries.edition_numbered(number), actor=editor, now=now)
    with transaction() as now:
        actions.publish(queries.edition_numbered(number), None, actor=approver, now=now)
    answer = client.get(f"/plan?bundle={bundle}&lang=en")
    assert answer.status_code == 422 and "wait for each other, so none of them can begin" in answer.text
