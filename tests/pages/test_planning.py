"""A plan's dates and sums, from what the list says and from the operator's defaults."""

from datetime import date

import pytest

from market.base.errors import BreaksRule
from market.catalogue.needs import Group
from market.pages.planning import ActAsked, Asked, DaysFrom, Project, cost, plan
from tests.make.ground import make_ground

MONDAY = date(2026, 3, 2)
pytestmark = pytest.mark.usefixtures("session")


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
