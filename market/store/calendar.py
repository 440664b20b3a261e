"""The working-day calendar as stored, seeded from the announced years that `chinesecalendar` carries."""

from datetime import date, timedelta

import chinese_calendar
from sqlalchemy import select

from market.base.workdays import Calendar
from market.store.db import db
from market.store.models import CalendarDay

FIRST_YEAR = 2023


def calendar() -> Calendar:
    """The calendar in the database; a year is announced when its New Year's Day has a row."""
    rows = db.session.execute(select(CalendarDay.day, CalendarDay.is_workday))
    exceptions = {row.day: row.is_workday for row in rows}
    announced = frozenset(day.year for day in exceptions if (day.month, day.day) == (1, 1))
    return Calendar(exceptions, announced)


def seed_calendar() -> None:
    """Store the days of the announced years that differ from the weekday rule; keeps what is there."""
    known = set(db.session.scalars(select(CalendarDay.day)))
    last = max(day.year for day in chinese_calendar.holidays)
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= last:
        works = chinese_calendar.is_workday(day)
        # New Year's Day is kept in any case: its row says that the year was announced.
        if day not in known and (works != (day.weekday() < 5) or (day.month, day.day) == (1, 1)):
            db.session.add(CalendarDay(day=day, is_workday=works, source="国务院办公厅节假日安排通知"))
        day += timedelta(days=1)
