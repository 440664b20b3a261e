"""What the desk asks beside the domains' own questions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from market.selection.models import MergedRequest, Quote, Request, RequestLot
from market.selection.rules import QuoteState, RequestState
from market.store.db import db

MOST = 200


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A request that is drafted or open; `quotes` counts standing ones, `merged_ref` is None where it is no lot."""

    ref: str
    title: str
    state: str
    method: str
    quotes_until: datetime | None
    quotes: int
    merged_ref: str | None
    merged_title: str | None


def unfinished_requests(organisation: int | None) -> list[Unfinished]:
    """An organisation's drafted and open requests, the earliest deadline first. One query."""
    quotes = select(func.count(Quote.id)).where(Quote.request_id == Request.id, Quote.state == QuoteState.STANDING)
    query = (
        select(
            Request.ref, Request.title, Request.state, Request.method, Request.quotes_until,
            quotes.correlate_except(Quote).scalar_subquery(), MergedRequest.ref, MergedRequest.title,
        )
        .outerjoin(RequestLot, RequestLot.request_id == Request.id)
        .outerjoin(MergedRequest, MergedRequest.id == RequestLot.merged_request_id)
        .where(Request.organisation_id == organisation, Request.state.in_((RequestState.DRAFT, RequestState.OPEN)))
        .order_by(Request.quotes_until.is_(None), Request.quotes_until, Request.id)
        .limit(MOST)
    )  # fmt: skip
    return [Unfinished(*row) for row in db.session.execute(query)]
