"""What the market has recorded of one item: days promised and taken, how agencies were selected, what buyers said."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from market.base import clock
from market.base.errors import NotFound
from market.contracts.queries import Days
from market.pages.cards import in_words
from market.pages.queries import item as queries
from market.pages.queries import record as recorded
from market.pages.queries.record import Decided, Jobs
from market.pages.robust import FEWEST
from market.pages.views.blueprint import pages, remember
from market.pages.views.item_shared import gone
from market.selection.rules import Method
from market.web.access import public

LATEST = 10
_LATE = ((None, -6), (-5, -1), (0, 0), (1, 5), (6, None))
"""Working days against the promise: more than five early, early, on the day, late, more than five late."""


@dataclass(frozen=True, slots=True)
class MethodRow:
    """How often a method was used, how often it led to an agency, and how many quotes came, in all and at most."""

    method: str
    used: int
    awarded: int
    quotes: int
    most: int

    @property
    def mean_milli(self) -> int:
        """The mean number of quotes in thousandths."""
        return (2000 * self.quotes + self.used) // (2 * self.used)


@pages.get("/list/<code>/record")
@public
def record(code: str) -> ResponseReturnValue:
    """The record of an item over all editions that listed it."""
    try:
        facts = queries.item_facts(code, clock.today())
    except NotFound:
        return gone(code)
    remember(facts.edition)
    service = facts.entry.service_id
    jobs = recorded.jobs_of(service)
    days = _days(jobs)
    return render_template(
        "pages/record.html",
        facts=facts,
        entry=facts.entry,
        name=in_words(facts.entry.name_zh, facts.entry.name_en),
        jobs=jobs,
        days=days,
        bins=_bins(jobs) if days and days.n >= FEWEST else [],
        methods=_methods(recorded.decided_of(service)),
        summary=recorded.summary_of(service),
        ratings=recorded.latest_ratings(service, LATEST),
    )


def _days(jobs: Sequence[Jobs]) -> Days | None:
    if not jobs:
        return None
    return Days(
        n=sum(one.count for one in jobs),
        promised=sum(one.promised * one.count for one in jobs),
        actual=sum(one.actual * one.count for one in jobs),
        in_time=sum(one.count for one in jobs if one.actual <= one.promised),
    )


def _bins(jobs: Sequence[Jobs]) -> list[dict[str, object]]:
    """How many jobs were so many working days early (below zero) or late."""
    found: list[dict[str, object]] = []
    for low, high in _LATE:
        inside = [
            one.count
            for one in jobs
            if (low is None or one.actual - one.promised >= low) and (high is None or one.actual - one.promised <= high)
        ]
        found.append({"label": _told(low, high), "count": sum(inside), "on": low == 0})
    return found


def _told(low: int | None, high: int | None) -> str:
    if low == high:
        return f"{low}"
    if low is None:
        return f"≤ −{-(high or 0)}"
    return f"≥ +{low}" if high is None else f"{low:+d} … {high:+d}".replace("-", "−")


def _methods(decided: Sequence[Decided]) -> list[MethodRow]:
    """The methods in the order in which the trade knows them, each with what it brought."""
    made = []
    for method in Method:
        mine = [one for one in decided if one.method == method]
        if mine:
            used, awarded = sum(one.count for one in mine), sum(one.awarded for one in mine)
            quotes, most = sum(one.quotes * one.count for one in mine), max(one.quotes for one in mine)
            made.append(MethodRow(method, used, awarded, quotes, most))
    return made
