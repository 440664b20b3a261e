"""The public directory of agencies, and one agency's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from market.agencies.models import Agency
from market.agencies.queries import (
    MarkedEntry,
    Wanted,
    admitted_agency,
    directory,
    directory_size,
    grade_counts,
    offers_of,
)
from market.agencies.queries.filings import filing_then
from market.agencies.queries.on_record import PaperThen, RecordThen, record_then
from market.agencies.rules import PaperDay, mark_of, mark_sentence, paper_day
from market.base import clock
from market.base.errors import NotFound
from market.catalogue.listing import line_of
from market.catalogue.rules import PriceState
from market.contracts.queries import days_of
from market.pages.cards import in_words, item_path
from market.pages.queries import agency as queries
from market.pages.queries import editions
from market.pages.views.blueprint import in_force_or_none, pages
from market.ratings.queries import ratings_of, summaries
from market.ratings.rules import NO_RATINGS
from market.selection.queries import won_by
from market.web.access import public
from market.web.labels import sentence
from market.web.paging import page_of, wanted

GRADES = ("A", "B", "C", "D")
LONGEST_NAME = 60
LATEST = 5
# A paper is shown as ending soon from so many days before its end on.
SOON = 30


@dataclass(frozen=True, slots=True)
class Price:
    """A marked price of the agency, in words by fee item."""

    code: str
    name: str
    href: str | None
    pricing: str
    days: int
    marks: Sequence[tuple[str, str]]


@pages.get("/agencies")
@public
def agencies() -> ResponseReturnValue:
    """Admitted agencies, by name, service and grade."""
    here = in_force_or_none()
    edition_id = here.id if here else 0
    grade = request.args.get("grade", "")
    code = request.args.get("service", "").strip()[:LONGEST_NAME]
    service = queries.service_named(code, edition_id) if code else None
    given = Wanted(
        text=request.args.get("q", "").strip()[:LONGEST_NAME],
        # Whoever asks for a service that is not on the list is shown nobody.
        entry_id=(service.entry_id if service else 0) if code else None,
        grade=grade if grade in GRADES else "",
    )
    counts = grade_counts()
    page = page_of(
        _size(given, counts),
        wanted(request.args),
        lambda limit, offset: directory(given, edition_id, limit=limit, offset=offset),
    )
    figures = queries.figures_of([row.id for row in page.items])
    return render_template(
        "pages/agencies.html",
        page=page,
        figures=figures,
        none=NO_RATINGS,
        given=given,
        grades=[(one, counts.get(one, 0)) for one in GRADES],
        code=code,
        service=service,
        in_words=in_words,
    )


def _size(given: Wanted, counts: Mapping[str, int]) -> int:
    """How many agencies are found; where nothing but a grade narrows them, those counted by grade already."""
    if given.text or given.entry_id is not None:
        return directory_size(given)
    return counts.get(given.grade, 0) if given.grade else sum(counts.values())


@pages.get("/agencies/<ref>")
@public
def agency(ref: str) -> ResponseReturnValue:
    """One agency: papers, marked prices, grades with the rows behind them, ratings, days."""
    known = admitted_agency(ref)
    one = known.agency
    here, today = in_force_or_none(), clock.today()
    day = _asked_day(request.args.get("on", ""), today)
    if day != today:
        return _as_of(one, day)
    summary = summaries([one.id]).get(one.id, NO_RATINGS)
    ratings = page_of(
        summary.n,
        wanted(request.args),
        lambda limit, offset: ratings_of(one.id, limit=limit, offset=offset),
        size=10,
    )
    won, won_total = won_by(ref, LATEST)
    return render_template(
        "pages/agency.html",
        agency=one,
        record=_dated(record_then(one.id, clock.now(), day=today, edition_id=here.id if here else 0), today),
        # Prices of older editions hold on only for what was asked for under them.
        prices=[_price(offer) for offer in offers_of(one.id) if here and offer.edition_number == here.number],
        standings=known.standings,
        former=known.former,
        summary=summary,
        days=days_of([one.id]).get(one.id),
        ratings=ratings,
        won=won,
        won_total=won_total,
        today=today,
        in_words=in_words,
    )


def _as_of(one: Agency, day: date) -> ResponseReturnValue:
    """The agency as it was at the end of a day that is over: what it said, what it had on record, what rested."""
    moment = clock.end_of_day(day) - timedelta(microseconds=1)
    filing = filing_then(one.id, moment)
    if filing is None:
        raise NotFound("agency.not_then")
    listed = editions.in_force(day)
    record = record_then(one.id, moment, day=day, edition_id=listed.id if listed else 0)
    return render_template(
        "pages/agency_then.html",
        agency=one,
        filing=filing,
        edition=listed,
        record=_dated(record, day),
        day=day,
        today=clock.today(),
        in_words=in_words,
    )


@dataclass(frozen=True, slots=True)
class DatedRecord:
    """What was on record on a day, each paper with what it was on it, by its days."""

    papers: Sequence[tuple[PaperThen, PaperDay]]
    record: RecordThen


def _dated(record: RecordThen, day: date) -> DatedRecord:
    return DatedRecord(
        [(one, paper_day((one.valid_from, one.valid_until), day, notice=SOON)) for one in record.papers], record
    )


def _asked_day(text: str, today: date) -> date:
    """The day the page is asked for; today when it is no day of the past."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return min(day, today)


def _price(offer: MarkedEntry) -> Price:
    marks = []
    for item in offer.fee_items:
        bands = offer.bands.get(item.id)
        if bands:
            mark = mark_of([line_of(band) for band in bands], item.steps_per_unit)
            code, facts = mark_sentence(mark, item.unit, listed=item.price_state == PriceState.LISTED)
            marks.append((item.name_zh, sentence(code, facts)))
    return Price(
        code=offer.code,
        name=in_words(offer.name_zh, offer.name_en),
        href=item_path(offer.code),
        pricing=offer.pricing,
        days=offer.promised_days,
        marks=marks,
    )
