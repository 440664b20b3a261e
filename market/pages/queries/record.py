"""What the market has recorded of a service: its jobs, how agencies were selected for it, and its ratings.

Rows of every edition, because a service keeps its code. Four queries, however many rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add

from sqlalchemy import and_, func, select

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.contracts.models import Contract
from market.contracts.rules import ContractState
from market.ratings.models import Rating
from market.ratings.queries import levels_of
from market.ratings.rules import NO_RATINGS, Factor, Summary, Sums, summary
from market.selection.models import Quote, Request
from market.selection.rules import QuoteState, RequestState
from market.store.db import db

_DECIDED = (RequestState.AWARDED, RequestState.FAILED)


@dataclass(frozen=True, slots=True)
class Jobs:
    """So many accepted jobs promised and took these working days."""

    promised: int
    actual: int
    count: int


@dataclass(frozen=True, slots=True)
class Decided:
    """So many decided requests of one method got this number of quotes."""

    method: str
    quotes: int
    count: int
    awarded: int


@dataclass(frozen=True, slots=True)
class RatedJob:
    """A rating with the agency it is of."""

    ref: str
    levels: dict[str, int]
    comment: str
    rated_at: datetime
    buyer: str
    agency: str
    agency_ref: str


def jobs_of(service_id: int) -> list[Jobs]:
    """The accepted jobs by promised and actual days. One query."""
    query = select(Contract.promised_days, Contract.actual_days, func.count()).where(
        Contract.service_id == service_id, Contract.state == ContractState.ACCEPTED
    )
    days = (Contract.promised_days, Contract.actual_days)
    rows = db.session.execute(query.group_by(*days).order_by(*days))
    return [Jobs(promised, actual or 0, count) for promised, actual, count in rows]


def decided_of(service_id: int) -> list[Decided]:
    """The decided requests by method and number of standing quotes; before a decision quotes are sealed. One query."""
    quotes = (
        select(Request.id, Request.method, Request.state, func.count(Quote.id).label("quotes"))
        .outerjoin(Quote, and_(Quote.request_id == Request.id, Quote.state == QuoteState.STANDING))
        .where(Request.service_id == service_id, Request.state.in_(_DECIDED))
        .group_by(Request.id, Request.method, Request.state)
        .subquery()
    )
    columns = quotes.c
    query = select(columns.method, columns.quotes, columns.state, func.count()).group_by(
        columns.method, columns.quotes, columns.state
    )
    found: dict[tuple[str, int], list[int]] = {}
    for method, number, state, count in db.session.execute(query.order_by(columns.method, columns.quotes)):
        both = found.setdefault((method, number), [0, 0])
        both[0] += count
        both[1] += count if state == RequestState.AWARDED else 0
    return [Decided(*key, *counts) for key, counts in found.items()]


def summary_of(service_id: int) -> Summary:
    """The summary of the ratings of a service's jobs, whichever agency did them. One query."""
    levels = [getattr(Rating, factor) for factor in Factor]
    together = reduce(add, levels)
    figures = [func.count(), func.sum(together * together), *(func.sum(level) for level in levels)]
    query = select(*figures).join(Contract, Contract.id == Rating.contract_id)
    n, squares, *sums = db.session.execute(query.where(Contract.service_id == service_id)).one()
    if not n:
        return NO_RATINGS
    by_factor = {factor.value: int(level) for factor, level in zip(Factor, sums, strict=True)}
    return summary(Sums(n, by_factor, int(squares)))


def latest_ratings(service_id: int, limit: int) -> Sequence[RatedJob]:
    """The latest ratings of a service's jobs, the newest first. One query."""
    agency = select(Agency.id, Agency.ref, Organisation.name).join(
        Organisation, Organisation.id == Agency.organisation_id
    )
    of = agency.subquery()
    query = (
        select(Rating, Organisation.name, of.c.name, of.c.ref)
        .join(Contract, Contract.id == Rating.contract_id)
        .join(Organisation, Organisation.id == Rating.organisation_id)
        .join(of, of.c.id == Rating.agency_id)
        .where(Contract.service_id == service_id)
        .order_by(Rating.rated_at.desc(), Rating.id.desc())
        .limit(limit)
    )
    return [
        RatedJob(rating.ref, levels_of(rating), rating.comment, rating.rated_at, *names)
        for rating, *names in db.session.execute(query)
    ]
