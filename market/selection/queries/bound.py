"""What the private parts of acts bind of requests and quotes, made from the rows: by the act itself, and again when
rows are compared with the log.

What is made here stands in the log for ever: a name that is added later is unknown to the acts before it, and what a
digest is of never changes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, select

from market.base.draw import canonical
from market.selection.models import Quote, QuoteLine, Request, RequestLine
from market.store.db import db

_PART = 10_000
_OF_QUOTE = ("edition_id", "service_id", "payer")
_OF_LINE = (
    "request_line_id", "request_id", "offer_id", "band_id", "edition_id", "service_id", "fee_item_id", "agency_id",
    "payer", "q_from", "q_to", "q0", "y0", "slope_num", "slope_den", "float_low", "float_high", "float_den", "min_fen",
    "max_fen", "limits", "rounding", "coefficient_set_id", "quantity", "base_fen", "charge_base_fen", "coefficient",
    "amount_fen",
)  # fmt: skip
_LINE = slice(-len(_OF_LINE), None)


class BoundQuote(NamedTuple):
    """A quote as it is stored; `terms` are what the act that makes it says of it."""

    ref: str
    request: str
    origin: str
    state: str
    submitted_at: datetime
    withdrawn_at: datetime | None
    terms: dict[str, Any]


class BoundRequest(NamedTuple):
    """A request as it is stored; `terms` are what the acts that write and publish it say of it."""

    ref: str
    published_at: datetime | None
    edition_id: int
    service_id: int
    terms: dict[str, Any]


def quote_terms(quote_id: int) -> dict[str, Any]:
    """What the act that makes a quote says of it: whose it is, its days, fen by request line; one query.

    `lines` is the SHA-256 of everything that makes the amounts.
    """
    (found,) = _quotes(Quote.id == quote_id)
    return found.terms


def bound_quotes() -> Iterator[BoundQuote]:
    """Every quote, the oldest first. One query, read as it comes."""
    return _quotes()


def request_terms(request_id: int) -> dict[str, Any]:
    """What an act that writes or publishes a request says of it: how it is decided, until when quotes are taken, and
    by fee item the quantity in steps with the coefficient; what is empty is left out. One query.
    """
    (found,) = _requests(Request.id == request_id)
    return {name: value for name, value in found.terms.items() if value not in (None, "")}


def bound_requests() -> Iterator[BoundRequest]:
    """Every request, the oldest first, with all of its terms. One query, read as it comes."""
    return _requests()


def _quotes(*conditions: ColumnElement[bool]) -> Iterator[BoundQuote]:
    lines = [getattr(QuoteLine, name) for name in _OF_LINE]
    query: Select[*tuple[Any, ...]] = (
        select(
            Quote.id, Quote.ref, Request.ref, Quote.origin, Quote.state, Quote.submitted_at, Quote.withdrawn_at,
            Quote.agency_id, Quote.offer_id, Quote.promised_days, *(getattr(Quote, name) for name in _OF_QUOTE), *lines,
        )
        .select_from(Quote)
        .join(Request, Request.id == Quote.request_id)
        .outerjoin(QuoteLine, QuoteLine.quote_id == Quote.id)
        .where(and_(True, *conditions))
        .order_by(Quote.id, QuoteLine.request_line_id, QuoteLine.id)
    )  # fmt: skip
    for rows in _by_first(query):
        first = rows[0]
        ref, request, origin, state, submitted_at, withdrawn_at, agency, offer, days = first[1:10]
        priced = [tuple(row[_LINE]) for row in rows if row[_LINE][0] is not None]
        terms = {
            "request": request,
            "agency": agency,
            "offer": offer,
            "origin": origin,
            "days": days,
            "amounts": {str(line[0]): line[-1] for line in priced},
            "lines": _digest([first[10 : -len(_OF_LINE)], *priced]),
        }
        yield BoundQuote(ref, request, origin, state, submitted_at, withdrawn_at, terms)


def _requests(*conditions: ColumnElement[bool]) -> Iterator[BoundRequest]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Request.id, Request.ref, Request.published_at, Request.edition_id, Request.service_id, Request.method,
            Request.region_code, Request.funding, Request.quotes_until, RequestLine.fee_item_id, RequestLine.quantity,
            RequestLine.coefficient,
        )
        .select_from(Request)
        .outerjoin(RequestLine, RequestLine.request_id == Request.id)
        .where(and_(True, *conditions))
        .order_by(Request.id, RequestLine.fee_item_id)
    )  # fmt: skip
    for rows in _by_first(query):
        ref, published_at, edition_id, service_id, method, region, funding, until = rows[0][1:9]
        terms = {
            "method": method,
            "region": region,
            "funding": funding,
            "quotes_until": until.isoformat() if until else None,
            "lines": {str(row[9]): [row[10], row[11]] for row in rows if row[9] is not None},
        }
        yield BoundRequest(ref, published_at, edition_id, service_id, terms)


def _by_first(query: Select[*tuple[Any, ...]]) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    """The rows of each object, which has its key in the first column and beside it one row of what belongs to it."""
    for _key, rows in groupby(db.session.execute(query).yield_per(_PART), itemgetter(0)):
        yield list(rows)


def _digest(values: Iterable[Iterable[Any]]) -> str:
    return hashlib.sha256(canonical([list(one) for one in values])).hexdigest()
