"""What one thing that waits looks like: a title, its deadline in working days, and the address of the act."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from market.base import clock
from market.base.workdays import Calendar
from market.web.filters import day, deadline

Mark = dict[str, str]


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing to do; `deadline` has text, exact and tone, or is None."""

    title: str
    note: str
    href: str
    act: str
    deadline: Mark | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind to do, the most urgent first, and where all of them are."""

    title: str
    href: str
    waits: list[Wait]


@dataclass(frozen=True, slots=True)
class Today:
    """This moment, its day in China, and the working days."""

    now: datetime
    day: date
    workdays: Calendar


def due(on: date, today: Today) -> Mark:
    """A deadline that ends with a day, in working days."""
    exact = _("Until %(day)s 24:00", day=day(on))
    left = today.workdays.between(today.day, on)
    if on < today.day:
        late = max(1, -left)
        return {
            "text": ngettext("%(num)d working day late", "%(num)d working days late", late),
            "exact": exact,
            "tone": "late",
        }
    if left <= 0:
        return {"text": _("Today until 24:00") if on == today.day else exact, "exact": exact, "tone": "soon"}
    text = ngettext("%(num)d working day left", "%(num)d working days left", left)
    return {"text": text, "exact": exact, "tone": "soon" if left <= 2 else ""}


def until(moment: datetime | None, today: Today) -> Mark | None:
    """A half-open deadline with its exact moment; None for none."""
    if moment is None:
        return None
    last = clock.china_date(moment - timedelta(microseconds=1))
    exact = _("Until %(moment)s", moment=deadline(moment))
    if moment <= today.now:
        return {"text": _("The time is over"), "exact": exact, "tone": "late"}
    return due(last, today) | {"exact": exact}
