"""Working days in China. Make-up days and holidays (调休) are data: `Calendar` holds what the State Council announced.

A year that is not announced yet counts by weekdays, and results that touch it say that they are provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """The day a count ends on, and whether it passed through a year without an announced calendar."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """`exceptions`: days that differ from the weekday rule (True works); `announced`: years that are complete."""

    exceptions: Mapping[date, bool]
    announced: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Whether offices work on `day`."""
        return self.exceptions.get(day, day.weekday() < 5)

    def after(self, start: date, workdays: int) -> Counted:
        """The `workdays`-th working day after `start`; day one is the day after (民法典 art. 201)."""
        day, left = start, workdays
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_workday(day)
        return Counted(day, self._provisional(start, day))

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def _provisional(self, start: date, end: date) -> bool:
        return any(year not in self.announced for year in range(start.year, end.year + 1))
