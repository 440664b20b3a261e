"""Quotes: an agency's own, everybody's after the opening, and what an agency may quote on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import aliased, selectinload

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.catalogue.models import Entry, Region
from market.selection.methods import METHODS
from market.selection.models import Award, Quote, QuoteLine, Request
from market.selection.queries.requests import marked_by, total_of
from market.selection.rules import AwardState, QuoteState, RequestState, opened
from market.store.db import db


def standing_quote(request_id: int, agency_id: int) -> Quote | None:
    """The agency's standing quote on a request, with its lines."""
    query = select(Quote).where(
        Quote.request_id == request_id, Quote.agency_id == agency_id, Quote.state == QuoteState.STANDING
    )
    return db.session.scalar(query.options(selectinload(Quote.lines)))


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """A quote in plain values; `amounts` in fen by request line."""

    quote_id: int
    ref: str
    agency_id: int
    agency_ref: str
    agency: str
    organisation_id: int
    origin: str
    promised_days: int
    submitted_at: datetime
    amounts: Mapping[int, int] = field(default_factory=dict)

    @property
    def total_fen(self) -> int:
        """The sum of the lines."""
        return sum(self.amounts.values())


def standing_quotes(request_id: int) -> list[QuoteRow]:
    """Every standing quote with its amounts, in the order of submission. Two queries.

    Sealed before the deadline: only an action that decides may ask; pages ask `opened_quotes`.
    """
    query = (
        select(
            Quote.id, Quote.ref, Agency.id, Agency.ref, Organisation.name, Organisation.id, Quote.origin,
            Quote.promised_days, Quote.submitted_at,
        )
        .join(Agency, Agency.id == Quote.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .where(Quote.request_id == request_id, Quote.state == QuoteState.STANDING)
        .order_by(Quote.submitted_at, Quote.id)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    amounts = _amounts(row[0] for row in rows)
    return [QuoteRow(*row, amounts[row[0]]) for row in rows]


def opened_quotes(request: Request, now: datetime) -> list[QuoteRow]:
    """What everybody may read of a request's quotes at `now`: all of them after the deadline, before it none.

    A request without quoting shows the one marked price that was chosen. The lowest total comes first.
    """
    direct = request.quotes_until is None and request.state == RequestState.AWARDED
    if not direct and not opened(request.quotes_until, request.closed_at, now):
        return []
    return sorted(standing_quotes(request.id), key=lambda row: (row.total_fen, row.submitted_at, row.quote_id))


def _amounts(quote_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    wanted = list(quote_ids)
    if wanted:
        query = select(QuoteLine.quote_id, QuoteLine.request_line_id, QuoteLine.amount_fen)
        for quote_id, line_id, amount in db.session.execute(query.where(QuoteLine.quote_id.in_(wanted))):
            found[quote_id][line_id] = amount
    return found


@dataclass(frozen=True, slots=True)
class MyQuote:
    """The agency's own standing quote; amounts in fen by request line."""

    ref: str
    origin: str
    promised_days: int
    submitted_at: datetime
    amounts: Mapping[int, int]

    @property
    def total_fen(self) -> int:
        """The sum of the lines."""
        return sum(self.amounts.values())


def my_quote(request_id: int, agency_id: int) -> MyQuote | None:
    """What the agency itself has sent, before and after the deadline."""
    quote = standing_quote(request_id, agency_id)
    if quote is None:
        return None
    amounts = {line.request_line_id: line.amount_fen for line in quote.lines}
    return MyQuote(quote.ref, quote.origin, quote.promised_days, quote.submitted_at, amounts)


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A request in an agency's table. `mine_fen` is the total of the agency's own standing quote, `won` its outcome.

    The region's names are null where the work is done in the whole area.
    """

    ref: str
    title: str
    state: str
    method: str
    payer: str
    code: str
    name_zh: str
    name_en: str
    buyer: str
    published_at: datetime
    quotes_until: datetime | None
    closed_at: datetime | None
    region_zh: str | None
    region_en: str | None
    mine_fen: int | None
    won: bool


def opportunities_for(agency: Agency, now: datetime) -> list[Opportunity]:
    """Open requests to quote on or sign up for, on services the agency marks a price for, by deadline. One query."""
    conditions = (
        Request.state == RequestState.OPEN,
        Request.method.in_([code for code, method in METHODS.items() if method.needs_deadline]),
        Request.quotes_until > now,
        Request.organisation_id != agency.organisation_id,
        exists().where(marked_by(agency.id)),
    )
    return _opportunities(agency.id, *conditions, order=(Request.quotes_until, Request.id))


def quoted_by(agency: Agency, *, limit: int = 200) -> list[Opportunity]:
    """Requests with a standing quote of the agency, or its marked price chosen, the newest first. One query."""
    order = (Request.published_at.desc(), Request.id.desc())
    return _opportunities(agency.id, Quote.id.is_not(None), order=order, limit=limit)


def _opportunities(
    agency_id: int, *conditions: ColumnElement[bool], order: tuple[Any, ...], limit: int = 500
) -> list[Opportunity]:
    buyer = aliased(Organisation)
    mine = and_(Quote.request_id == Request.id, Quote.agency_id == agency_id, Quote.state == QuoteState.STANDING)
    query: Select[*tuple[Any, ...]] = (
        select(
            Request.ref, Request.title, Request.state, Request.method, Request.payer, Entry.code, Entry.name_zh,
            Entry.name_en, buyer.name, Request.published_at, Request.quotes_until, Request.closed_at,
            Region.name_zh, Region.name_en, total_of(Quote.id), Award.id.is_not(None),
        )
        .join(Entry, Entry.id == Request.entry_id)
        .join(buyer, buyer.id == Request.organisation_id)
        .outerjoin(Region, Region.code == Request.region_code)
        .outerjoin(Quote, mine)
        .outerjoin(Award, and_(Award.quote_id == Quote.id, Award.state == AwardState.ACTIVE))
        .where(*conditions)
        .order_by(*order)
        .limit(limit)
    )  # fmt: skip
    return [Opportunity(*row) for row in db.session.execute(query)]
