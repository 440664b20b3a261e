"""The critical path: examples by hand and the laws that every time line keeps."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.base.errors import BreaksRule
from market.base.schedule import Task, Timeline, schedule
from market.base.workdays import Calendar

FRIDAY = date(2026, 11, 20)
CALENDAR = Calendar({date(2026, 1, 1): False, date(2027, 1, 1): False}, frozenset({2026}))


def timeline(*tasks: Task, day: date = FRIDAY) -> Timeline:
    return schedule(tasks, day, CALENDAR)


@st.composite
def projects(draw: st.DrawFn) -> list[Task]:
    """Tasks that wait only for earlier ones; some merged, never with one that waits."""
    count = draw(st.integers(1, 9))
    tasks: list[Task] = []
    for number in range(count):
        after = draw(st.frozensets(st.sampled_from([task.key for task in tasks]), max_size=3)) if tasks else frozenset()
        group = "" if after else draw(st.sampled_from(["", "", "g", "h"]))
        tasks.append(Task(f"t{number}", draw(st.integers(0, 40)), after, group))
    return tasks


def longest(tasks: list[Task]) -> int:
    """The longest path, by asking every task for its own end: slow and plain."""
    known = {task.key: task for task in tasks}

    def block(task: Task) -> list[Task]:
        return [one for one in tasks if one.group == task.group] if task.group else [task]

    def end(task: Task) -> int:
        members = block(task)
        begun = max((end(known[key]) for one in members for key in one.after), default=0)
        return begun + max(one.days for one in members)

    return max((end(task) for task in tasks), default=0)


def test_one_task_ends_on_its_last_working_day() -> None:
    """Three working days from a Friday: Monday to Wednesday."""
    [row] = timeline(Task("a", 3)).rows
    assert (row.first_day, row.last_day, row.critical) == (date(2026, 11, 23), date(2026, 11, 25), True)


def test_tasks_that_wait_for_nothing_run_at_once_and_the_longer_decides() -> None:
    """Both begin on the first day; only the longer is critical."""
    made = timeline(Task("a", 10), Task("b", 4), Task("act", 20, frozenset({"a", "b"})))
    assert made.days == 30
    assert made.critical == {"a", "act"}


def test_merged_tasks_begin_together_and_count_once() -> None:
    """Two reports merged into one take as long as the longest, and begin when all that either waits for is there."""
    first = Task("survey", 5)
    merged = timeline(
        first, Task("a", 10, frozenset({"survey"}), "g"), Task("b", 7, group="g"), Task("c", 1, frozenset({"b"}))
    )
    rows = {row.key: row for row in merged.rows}
    assert (rows["a"].begins, rows["b"].begins, rows["c"].begins) == (5, 5, 15)
    assert merged.critical == {"survey", "a", "c"}


def test_a_task_of_no_days_is_a_mark_on_the_day_it_waits_for() -> None:
    """No working day passes."""
    rows = {row.key: row for row in timeline(Task("a", 2), Task("b", 0, frozenset({"a"}))).rows}
    assert rows["b"].first_day == rows["b"].last_day == rows["a"].last_day


def test_no_tasks_end_on_the_day_they_are_asked() -> None:
    """Nothing to do is done today."""
    assert timeline().last_day == FRIDAY


def test_a_year_without_announced_holidays_is_provisional() -> None:
    """Forty working days from November end in a year whose holidays nobody has announced."""
    assert not timeline(Task("a", 20)).provisional
    assert timeline(Task("a", 40)).provisional


@pytest.mark.parametrize(
    "tasks",
    [
        (Task("a", 1, frozenset({"b"})), Task("b", 1, frozenset({"a"}))),
        (Task("a", 1, frozenset({"a"})),),
        (Task("a", 1, group="g"), Task("b", 1, frozenset({"a"}), "g")),
    ],
)
def test_tasks_that_wait_for_each_other_are_refused(tasks: tuple[Task, ...]) -> None:
    """A cycle has no time line, inside a group as well."""
    with pytest.raises(BreaksRule) as caught:
        timeline(*tasks)
    assert caught.value.code == "schedule.cycle"


@pytest.mark.parametrize(
    "tasks", [(Task("a", 1), Task("a", 2)), (Task("a", -1),), (Task("a", 1, frozenset({"nothing"})),)]
)
def test_what_is_no_project_is_an_error_of_the_caller(tasks: tuple[Task, ...]) -> None:
    """A key twice, negative days, a predecessor that is no task."""
    with pytest.raises(ValueError, match="task"):
        timeline(*tasks)


@given(projects())
def test_no_task_begins_before_its_predecessors_have_ended(tasks: list[Task]) -> None:
    """By days and by dates."""
    rows = {row.key: row for row in timeline(*tasks).rows}
    for task in tasks:
        for key in task.after:
            assert rows[task.key].begins >= rows[key].ends
            assert rows[task.key].first_day > rows[key].last_day or not task.days or rows[task.key].begins == 0


@given(projects())
def test_the_whole_takes_the_longest_path(tasks: list[Task]) -> None:
    """Counted another way; and its last day is that many working days away."""
    made = timeline(*tasks)
    assert made.days == longest(tasks) == max(row.ends for row in made.rows)
    assert made.last_day == CALENDAR.after(FRIDAY, made.days).day == max(row.last_day for row in made.rows)


@given(projects())
def test_the_same_project_has_one_time_line(tasks: list[Task]) -> None:
    """Whatever order the tasks are named in."""
    assert timeline(*tasks) == timeline(*reversed(tasks))


@given(projects(), st.integers(0, 30), st.data())
def test_one_more_task_never_makes_it_shorter(tasks: list[Task], days: int, data: st.DataObject) -> None:
    """More to do takes at least as long."""
    after = data.draw(st.frozensets(st.sampled_from([task.key for task in tasks]), max_size=2))
    assert timeline(*tasks, Task("more", days, after)).days >= timeline(*tasks).days


@given(projects())
def test_shortening_a_task_with_time_to_spare_changes_nothing(tasks: list[Task]) -> None:
    """Only critical tasks decide the last day, and there is always one."""
    made = timeline(*tasks)
    assert made.critical
    shorter = [
        task if task.key in made.critical else Task(task.key, task.days // 2, task.after, task.group) for task in tasks
    ]
    assert timeline(*shorter).days == made.days
