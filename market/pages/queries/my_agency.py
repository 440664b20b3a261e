"""What an agency's own desk compares: its marked prices beside everybody's, and the ratings of a running year."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from market.agencies.models import Offer, OfferBand
from market.agencies.queries import holds
from market.agencies.queries.serving import serving
from market.base.clock import CHINA
from market.catalogue.models import Band, Entry, FeeItem
from market.pages.queries.shelf import mark_in_figures
from market.pages.robust import Robust, robust
from market.ratings.models import Rating
from market.ratings.queries import levels_of
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Beside:
    """One of my marks beside the market's: `kind` fixed, unit or share, and the figure in fen or in thousandths.

    `kind` is "" where marks cannot be compared in one figure: several fee items, or marks of different kinds.
    `cheaper` counts the marks below mine.
    """

    code: str
    name_zh: str
    name_en: str
    unit: str
    kind: str
    mine: int
    market: Robust
    cheaper: int


def beside_the_market(agency_id: int, edition_id: int, now: datetime) -> list[Beside]:
    """My marks for the entries of an edition beside every mark that serves, by code. One query."""
    items = select(func.count()).where(FeeItem.entry_id == Offer.entry_id).correlate(Offer).scalar_subquery()
    mine = select(Offer.entry_id).where(Offer.agency_id == agency_id, Offer.edition_id == edition_id, holds(now))
    line = (Band.parent_id, Band.q_from, Band.y0, Band.slope_num, Band.slope_den, Band.float_high, Band.float_den)
    query = (
        select(
            Entry.code, Entry.name_zh, Entry.name_en, FeeItem.unit, FeeItem.steps_per_unit, items, Offer.id,
            Offer.agency_id, *line,
        )
        .join(Entry, Entry.id == Offer.entry_id)
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .join(Band, Band.id == OfferBand.band_id)
        .join(FeeItem, FeeItem.id == Band.fee_item_id)
        .where(Offer.entry_id.in_(mine), or_(serving(), (Offer.agency_id == agency_id) & holds(now)))
        .order_by(Entry.code, Offer.id)
    )  # fmt: skip
    by_code: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    facts: dict[str, tuple[str, str, str]] = {}
    for (code, zh, en, unit, steps, several, _offer, agency), rows in groupby(
        db.session.execute(query), key=lambda row: tuple(row[:8])
    ):
        kind, figure = _figure([row[8:] for row in rows], steps) if several == 1 else ("", 0)
        by_code[code].append((agency, kind, figure))
        facts[code] = (zh, en, unit)
    return [_beside((code, *facts[code]), marks, agency_id) for code, marks in by_code.items()]


def _figure(bands: Sequence[Sequence[Any]], steps: int) -> tuple[str, int]:
    """A mark as one figure, or ("", 0): rows of an own schedule and shares that differ by row are none."""
    parent, *line = bands[0]
    if len(bands) == 1:
        return mark_in_figures((True, *line), steps)
    shares = {Fraction(band[-2], band[-1]) for band in bands}
    if len(shares) > 1 or (parent is None and shares == {Fraction(1)}):
        return "", 0
    return mark_in_figures((False, *line), steps)


def _beside(named: tuple[str, str, str, str], marks: Sequence[tuple[int, str, int]], agency_id: int) -> Beside:
    kinds = {kind for _agency, kind, _figure in marks}
    mine = next(figure for agency, _kind, figure in marks if agency == agency_id)
    if len(kinds) > 1 or "" in kinds:
        return Beside(*named, "", 0, Robust(len(marks)), 0)
    figures = [figure for _agency, _kind, figure in marks]
    return Beside(*named, kinds.pop(), mine, robust(figures), sum(one < mine for one in figures))


class Rated(NamedTuple):
    """A rating of the running year."""

    ref: str
    rated_at: datetime
    levels: dict[str, int]


def rated_in(agency_id: int, year: int) -> list[Rated]:
    """An agency's ratings given in a calendar year of China, the oldest first. One query."""
    first, last = (
        datetime.combine(date(one, 1, 1), datetime.min.time(), CHINA).astimezone(UTC) for one in (year, year + 1)
    )
    query = select(Rating).where(Rating.agency_id == agency_id, Rating.rated_at >= first, Rating.rated_at < last)
    return [Rated(one.ref, one.rated_at, levels_of(one)) for one in db.session.scalars(query.order_by(Rating.rated_at))]
