"""The marked prices of one service side by side: what a reader wishes, which rows answer it, and in which order."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from market.agencies.queries import OfferRow
from market.agencies.rules import EVERYWHERE
from market.base.errors import BreaksRule
from market.base.words import N_, register_labels, register_sentences
from market.contracts.queries import Days
from market.pages.calculator import Spread, against_median
from market.pages.queries.compare import NO_JOBS, Jobs, Marked
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
    def needs_grades(self) -> bool:
        """Whether the grade of every agency decides which rows stand where."""
        return bool(self.grade) or self.sort == Sort.GRADE

    @property
    def filtered(self) -> bool:
        """Whether rows may be left out."""
        return bool(self.grade or self.within or self.room)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of agencies besides their prices: ratings and jobs, by agency."""

    ratings: Mapping[int, Summary] = field(default_factory=dict)
    jobs: Mapping[int, Jobs] = field(default_factory=dict)

    def rating(self, agency_id: int) -> Summary:
        """An agency's ratings."""
        return self.ratings.get(agency_id, NO_RATINGS)

    def jobs_of(self, agency_id: int) -> Jobs:
        """An agency's jobs of the service."""
        return self.jobs.get(agency_id, NO_JOBS)


NO_FIGURES = Figures()


@dataclass(frozen=True, slots=True)
class Compared:
    """A row: an agency's price with its distance from the median (whole per cent; None: nothing to compare with)."""

    offer: OfferRow
    total_fen: int | None
    against: int | None
    rating: Summary
    jobs: Jobs

    @property
    def days(self) -> Days | None:
        """The days of the jobs accepted in the past year."""
        return self.jobs.days

    @property
    def full(self) -> bool:
        """Whether as many jobs run as the agency says it takes at once; never where it says nothing."""
        return self.offer.capacity is not None and self.jobs.running >= self.offer.capacity


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


def kept(marks: Iterable[Marked], wished: Wish, figures: Figures) -> list[Marked]:
    """The prices that grade, days promised and room leave."""
    if not wished.filtered:
        return list(marks)
    return [
        one
        for one in marks
        if (not wished.grade or one.grade == wished.grade)
        and (wished.within is None or one.promised_days <= wished.within)
        and (not wished.room or (one.capacity is not None and figures.jobs_of(one.agency_id).running < one.capacity))
    ]


def ordered(marks: Sequence[Marked], wished: Wish, figures: Figures, spread: Spread | None) -> list[Marked]:
    """The prices in the order asked for; the unknown last, equals by price. They come with the lowest first."""
    if wished.sort == Sort.PRICE:
        return list(marks)
    key = _KEYS[wished.sort]

    def place(one: Marked) -> tuple[object, ...]:
        found, total = key(one, figures, spread), one.total_fen
        # Who has no price for the quantity cannot be chosen for it, whatever else is good there.
        return total is None, found is None, found or 0, total or 0, one.offer_id

    return sorted(marks, key=place)


def compared(
    marks: Iterable[Marked], offers: Mapping[int, OfferRow], figures: Figures, spread: Spread | None
) -> list[Compared]:
    """The prices with what is known of their agencies; one that was withdrawn meanwhile is left out."""
    return [
        Compared(
            offers[one.offer_id],
            one.total_fen,
            against_median(one.total_fen, spread),
            figures.rating(one.agency_id),
            figures.jobs_of(one.agency_id),
        )
        for one in marks
        if one.offer_id in offers
    ]


def score(rating: Summary) -> int | None:
    """What agencies are put in order by when ratings count, in thousandths; the one place for a better score.

    The lower end of the interval: a mean of few ratings does not come before one that many confirm.
    """
    return rating.low_milli


def _actual(one: Marked, figures: Figures, _spread: Spread | None) -> object:
    days = figures.jobs_of(one.agency_id).days
    return Fraction(days.actual, days.n) if days else None


def _rating(one: Marked, figures: Figures, _spread: Spread | None) -> object:
    found = score(figures.rating(one.agency_id))
    return None if found is None else -found


def _load(one: Marked, figures: Figures, _spread: Spread | None) -> object:
    return None if one.capacity is None else Fraction(figures.jobs_of(one.agency_id).running, one.capacity)


def _grade(one: Marked, _figures: Figures, _spread: Spread | None) -> object:
    return GRADES.index(one.grade) if one.grade in GRADES else None


def _distance(one: Marked, _figures: Figures, spread: Spread | None) -> object:
    against = against_median(one.total_fen, spread)
    return None if against is None else abs(against)


def _days(one: Marked, _figures: Figures, _spread: Spread | None) -> object:
    return one.promised_days


_KEYS: Mapping[Sort, Any] = {
    Sort.DAYS: _days,
    Sort.ACTUAL: _actual,
    Sort.RATING: _rating,
    Sort.GRADE: _grade,
    Sort.DISTANCE: _distance,
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
