"""Time. Everything below a door gets `now` as an argument; only doors and `transaction()` ask here.

Times are aware datetimes in UTC. The trade's day is China's day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


def moved() -> datetime | None:
    """The moment a test or the demo has moved the clock to, or None when the real clock runs."""
    return _moved.get()


def now() -> datetime:
    """This moment, aware, UTC."""
    return _moved.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in China."""
    return china_date(now())


def china_date(moment: datetime) -> date:
    """The date in China at `moment`."""
    return moment.astimezone(CHINA).date()


def end_of_day(day: date) -> datetime:
    """The first moment that no longer belongs to `day` in China (deadlines are half-open), in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC) + timedelta(days=1)


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Let the clock stand at `moment` (aware) inside the block; for tests and the demo city only."""
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware moment")
    token = _moved.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)
