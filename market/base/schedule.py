"""The critical path: when each task can begin and end, in working days, and which of them decide the last day.

A task begins the working day after the last of its predecessors ended. Tasks of one group (多评合一) run side by side
as one block: they begin together, when the predecessors of all of them have ended, and what follows any of them waits
for the longest. Nothing here knows services or acts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter

from market.base.errors import BreaksRule
from market.base.words import N_, register_sentences
from market.base.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Task:
    """Something that takes `days` working days (0: a mere mark) once all of `after` have ended."""

    key: str
    days: int
    after: frozenset[str] = frozenset()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A task on the time line: it waits until `begins` working days have passed and has ended after `ends` of them.

    `first_day` and `last_day` are the working days it occupies; a task of no days has the day it waits for as both.
    """

    key: str
    begins: int
    ends: int
    first_day: date
    last_day: date
    critical: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """`rows` in the order in which they begin; `days` in all; whether a year without announced holidays was counted."""

    rows: Sequence[Row]
    days: int
    last_day: date
    provisional: bool

    @property
    def critical(self) -> frozenset[str]:
        """The tasks that decide the last day."""
        return frozenset(row.key for row in self.rows if row.critical)


def schedule(tasks: Iterable[Task], first_day: date, calendar: Calendar) -> Timeline:
    """The earliest time line, counted from the working day after `first_day`; the same whatever the tasks' order.

    Refuses `schedule.cycle`: tasks that wait for each other, members of one group included. Two tasks of one key, a
    predecessor that is no task and a negative number of days are ValueErrors.
    """
    known = _checked(tasks)
    block_of = {key: f"group {task.group}" if task.group else f"task {key}" for key, task in known.items()}
    length: dict[str, int] = {}
    before: dict[str, set[str]] = {}
    for key, task in sorted(known.items()):
        block = block_of[key]
        length[block] = max(length.get(block, 0), task.days)
        before.setdefault(block, set()).update(block_of[one] for one in task.after)
    order = _ordered(before)
    begins: dict[str, int] = {}
    for block in order:
        begins[block] = max((begins[one] + length[one] for one in before[block]), default=0)
    total = max((begins[block] + length[block] for block in order), default=0)
    latest = _latest_ends(order, before, length, total)
    days = _Days(first_day, calendar, {0, total})
    for key, task in known.items():
        begun = begins[block_of[key]]
        days.wanted |= {begun, begun + min(task.days, 1), begun + task.days}
    dates, provisional = days.counted()
    rows = []
    for key, task in known.items():
        block = block_of[key]
        begun, ended = begins[block], begins[block] + task.days
        # A short member of a critical block has time to spare: only what ends with its block decides.
        critical = latest[block] == begun + length[block] and task.days == length[block]
        rows.append(Row(key, begun, ended, dates[begun + min(task.days, 1)], dates[ended], critical))
    rows.sort(key=lambda row: (row.begins, row.ends, row.key))
    return Timeline(rows, total, dates[total], provisional)


def _checked(tasks: Iterable[Task]) -> dict[str, Task]:
    known: dict[str, Task] = {}
    for task in tasks:
        if task.key in known or task.days < 0:
            raise ValueError(f"task {task.key!r} twice, or of {task.days} days")
        known[task.key] = task
    unknown = {one for task in known.values() for one in task.after} - known.keys()
    if unknown:
        raise ValueError(f"tasks wait for what is no task: {sorted(unknown)}")
    return known


def _ordered(before: Mapping[str, set[str]]) -> list[str]:
    try:
        return list(TopologicalSorter({block: sorted(before[block]) for block in sorted(before)}).static_order())
    except CycleError:
        raise BreaksRule("schedule.cycle") from None


def _latest_ends(
    order: Sequence[str], before: Mapping[str, set[str]], length: Mapping[str, int], total: int
) -> dict[str, int]:
    """After how many working days each block must have ended at the latest, so that nothing ends later."""
    latest = dict.fromkeys(order, total)
    for block in reversed(order):
        for one in before[block]:
            latest[one] = min(latest[one], latest[block] - length[block])
    return latest


@dataclass(slots=True)
class _Days:
    """The dates of the working days `wanted`, counted once from the first to the last."""

    start: date
    calendar: Calendar
    wanted: set[int]

    def counted(self) -> tuple[dict[int, date], bool]:
        dates: dict[int, date] = {}
        day, reached, provisional = self.start, 0, False
        for number in sorted(self.wanted):
            step = self.calendar.after(day, number - reached)
            day, reached, provisional = step.day, number, provisional or step.provisional
            dates[number] = day
        return dates, provisional


register_sentences(
    {
        "schedule.cycle": N_(
            "Some of these steps wait for each other, so none of them can begin. Tell the list editor; the bundle's"
            " order has to be corrected."
        )
    }
)
