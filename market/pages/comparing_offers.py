"""The marked prices of one service side by side: what a reader wishes, which rows answer it, and in which order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from market.agencies.rules import EVERYWHERE
from market.base.errors import BreaksRule
from market.base.words import N_, register_labels, register_sentences
from market.contracts.queries import Days
from market.pages.calculator import Offered, Spread, against_median
from market.pages.queries.compare import NO_JOBS, Jobs
from market.ratings.rules import NO_RATINGS, Summary

GRADES = ("A", "B", "C", "D")
MOST_DAYS = 999
FARTHEST = timedelta(days=366)


class Sort(StrEnum):
    """What the rows are put in order by."""

    PRICE = "price"
    DAYS = "days"
    ACTUAL = "actual"
    RATING = "rating"
    GRADE = "grade"
    DISTANCE = "distance"
    LOAD = "load"


NEEDS_FIGURES = frozenset({Sort.ACTUAL, Sort.RATING, Sort.LOAD})
"""The orders that cannot be told without every agency's jobs and ratings."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for; `refusals`, by field, say what in it could not be read and is left out."""

    on: date
    region: str = EVERYWHERE
    sort: Sort = Sort.PRICE
    grade: str = ""
    within: int | None = None
    room: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, BreaksRule] = field(default_factory=dict)

    @property
    def needs_figures(self) -> bool:
        """Whether jobs and ratings of every agency decide which rows stand where."""
        return self.room or self.sort in NEEDS_FIGURES

    @property
    def filtered(self) -> bool:
        """Whether rows may be left out."""
        return bool(self.grade or self.within or self.room)


@dataclass(frozen=True, slots=True)
class Compared:
    """A row: an agency's price with its distance from the median (whole per cent; None: nothing to compare with)."""

    offered: Offered
    against: int | None
    rating: Summary = NO_RATINGS
    jobs: Jobs = NO_JOBS

    @property
    def days(self) -> Days | None:
        """The days of the jobs accepted in the past year."""
        return self.jobs.days

    @property
    def full(self) -> bool:
        """Whether as many jobs run as the agency says it takes at once; never where it says nothing."""
        capacity = self.offered.offer.capacity
        return capacity is not None and self.jobs.running >= capacity

    @property
    def has_room(self) -> bool:
        """Whether fewer jobs run than the agency says it takes at once."""
        return self.offered.offer.capacity is not None and not self.full


def wish(given: Mapping[str, str], today: date) -> Wish:
    """Read the address. What cannot be read is kept as typed, with the reason, and changes nothing.

    Which regions there are shows only with the entry of that day: `narrowed`.
    """
    typed = {name: given.get(name, "").strip()[:40] for name in ("region", "on", "within")}
    refusals: dict[str, BreaksRule] = {}

    def read(name: str, reader: Any, otherwise: Any) -> Any:
        try:
            return reader(typed[name]) if typed[name] else otherwise
        except BreaksRule as refusal:
            refusals[name] = refusal
            return otherwise

    sort, grade = given.get("sort", ""), given.get("grade", "")
    return Wish(
        on=read("on", lambda text: _day(text, today), today),
        sort=Sort(sort) if sort in set(Sort) else Sort.PRICE,
        grade=grade if grade in GRADES else "",
        within=read("within", _within, None),
        room=given.get("room", "") == "1",
        typed=typed,
        refusals=refusals,
    )


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BreaksRule("compare.day_unreadable") from None
    if day < today:
        raise BreaksRule("compare.day_past")
    if day > today + FARTHEST:
        raise BreaksRule("compare.day_far")
    return day


def narrowed(wished: Wish, regions: Collection[str]) -> Wish:
    """The wish with the region that was typed, if it is one of these."""
    text = wished.typed["region"]
    if text and text not in regions:
        return replace(wished, refusals={**wished.refusals, "region": BreaksRule("compare.region_unknown")})
    return replace(wished, region=text)


def _within(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST_DAYS):
        raise BreaksRule("compare.days_unreadable", most=MOST_DAYS)
    return int(text)


def kept(offered: Sequence[Offered], wished: Wish) -> list[Offered]:
    """The prices that the grade and the days promised leave; whether there is room shows only with the jobs."""
    return [
        one
        for one in offered
        if (not wished.grade or one.offer.grade == wished.grade)
        and (wished.within is None or one.offer.promised_days <= wished.within)
    ]


def compared(
    offered: Sequence[Offered], spread: Spread | None, *, ratings: Mapping[int, Summary], jobs: Mapping[int, Jobs]
) -> list[Compared]:
    """The prices with what is known of their agencies."""
    return [
        Compared(
            one,
            against_median(one.total_fen, spread),
            ratings.get(one.offer.agency_id, NO_RATINGS),
            jobs.get(one.offer.agency_id, NO_JOBS),
        )
        for one in offered
    ]


def ordered(rows: Sequence[Compared], wished: Wish) -> list[Compared]:
    """The rows in the order asked for, with room where that is asked; the unknown last, equals by price."""
    key = _KEYS[wished.sort]

    def place(row: Compared) -> tuple[object, ...]:
        found, total = key(row), row.offered.total_fen
        # Who has no price for the quantity cannot be chosen for it, whatever else is good there.
        return total is None, found is None, found or 0, total or 0, row.offered.offer.offer_id

    return sorted((row for row in rows if row.has_room or not wished.room), key=place)


def score(rating: Summary) -> int | None:
    """What agencies are put in order by when ratings count, in thousandths; the one place for a better score.

    The lower end of the interval: a mean of few ratings does not come before one that many confirm.
    """
    return rating.low_milli


def _actual(row: Compared) -> object:
    return Fraction(row.days.actual, row.days.n) if row.days else None


def _rating(row: Compared) -> object:
    found = score(row.rating)
    return None if found is None else -found


def _load(row: Compared) -> object:
    capacity = row.offered.offer.capacity
    return None if capacity is None else Fraction(row.jobs.running, capacity)


def _grade(row: Compared) -> object:
    grade = row.offered.offer.grade
    return GRADES.index(grade) if grade in GRADES else None


_KEYS: Mapping[Sort, Any] = {
    Sort.PRICE: lambda row: row.offered.total_fen,
    Sort.DAYS: lambda row: row.offered.offer.promised_days,
    Sort.ACTUAL: _actual,
    Sort.RATING: _rating,
    Sort.GRADE: _grade,
    Sort.DISTANCE: lambda row: None if row.against is None else abs(row.against),
    Sort.LOAD: _load,
}

register_labels(
    {
        "compare.price": N_("Price"),
        "compare.days": N_("Promised days"),
        "compare.actual": N_("Days really taken"),
        "compare.rating": N_("Rating"),
        "compare.grade": N_("Grade"),
        "compare.distance": N_("Nearness to the median"),
        "compare.load": N_("Load"),
    }
)
register_sentences(
    {
        "compare.day_unreadable": N_("That is no day. Write it like 2026-03-05."),
        "compare.day_past": N_(
            "That day has passed. Choose today or a later day; what prices were stands in the price history."
        ),
        "compare.day_far": N_("Prices are announced at most a year ahead. Choose an earlier day."),
        "compare.region_unknown": N_(
            "The list does not offer this service in such a region. Choose one from the list."
        ),
        "compare.days_unreadable": N_("Write a whole number of working days from 1 to {most}."),
    }
)
