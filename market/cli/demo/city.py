"""The city's time: processes that sleep until their next working hour, woken in the order of the clock."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

from market.base import clock
from market.base.clock import CHINA
from market.base.workdays import Calendar

Process = Iterator[datetime]
"""A story: it acts, then yields the moment at which it wants to go on."""


class City:
    """Runs processes one after the other as their time comes, with the clock moved to that time."""

    def __init__(self, begin: datetime, end: datetime, random: Random, calendar: Calendar) -> None:
        self.begin, self.end, self.now = begin, end, begin
        self.random, self.calendar = random, calendar
        self._waiting: list[tuple[datetime, int, Process]] = []
        self._order = count()

    def start(self, process: Process, at: datetime) -> None:
        """Let a process begin at `at`; what lies after the city's end never happens."""
        heapq.heappush(self._waiting, (at, next(self._order), process))

    def run(self, told: Callable[[float], None]) -> None:
        """Live until the end, telling the share of time that has passed."""
        while self._waiting and self._waiting[0][0] <= self.end:
            at, _, process = heapq.heappop(self._waiting)
            self.now = max(self.now, at)
            with clock.moved_to(self.now):
                wish = next(process, None)
            if wish is not None:
                self.start(process, max(wish, self.now + timedelta(seconds=1)))
            told((self.now - self.begin) / (self.end - self.begin))

    @property
    def last_workday(self) -> datetime:
        """Nine in the morning of the last working day that begins before the city's end."""
        day = (self.end - timedelta(hours=12)).astimezone(CHINA).date()
        while not self.calendar.is_workday(day):
            day -= timedelta(days=1)
        return datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)

    def later(self, least: float, most: float) -> datetime:
        """A working moment from `least` to `most` working days ahead."""
        days = self.random.uniform(least, most)
        day = (
            self.calendar.after(clock.china_date(self.now), int(days)).day if days >= 1 else clock.china_date(self.now)
        )
        return self.office_hour(datetime(day.year, day.month, day.day, tzinfo=CHINA))

    def office_hour(self, day: datetime) -> datetime:
        """A moment in office hours on the day, or on the next working day when that has passed or is none."""
        date = day.astimezone(CHINA).date()
        if not self.calendar.is_workday(date):
            date = self.calendar.after(date, 1).day
        seconds = self.random.randrange(9 * 3600, 17 * 3600)
        moment = datetime(date.year, date.month, date.day, tzinfo=CHINA) + timedelta(seconds=seconds)
        if moment <= self.now:
            return self.now + timedelta(minutes=self.random.randrange(7, 50))
        return moment
