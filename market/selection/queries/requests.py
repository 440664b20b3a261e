"""A buyer's requests, and what stands on the shelf before there is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, and_, cast, exists, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from market.accounts.models import Organisation
from market.agencies.models import Agency, Offer
from market.agencies.queries.serving import serving_where
from market.base.errors import BreaksRule, NotFound
from market.base.people import Actor
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.queries import coefficients_of, edition_in_force, fee_items_of, list_bands
from market.catalogue.rules import Payer, PriceState
from market.selection.models import Award, Quote, QuoteLine, Request, RequestLot
from market.selection.queries.editions import listed_entry
from market.selection.rules import AwardState, Method, QuoteState, RequestState, payer_for
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a buyer can request of one entry: its priced fee items, the list's bands and the lawful coefficients."""

    edition: Edition
    entry: Entry
    payer: Payer
    items: Sequence[FeeItem]
    bands: Mapping[int, Sequence[Band]]
    coefficients: Mapping[int, Sequence[int]]


def shelf(code: str, actor: Actor, on: date) -> Shelf:
    """What the actor can request of a service on a day, by the edition in force.

    Refuses `service.not_listed`, what is off the list as Gone (`service.off_the_list`, `service.abolished`),
    `price.free_to_applicant`, `price.only_for_applicant`, and `price.not_published` when no fee item of the entry has a
    price.
    """
    edition = edition_in_force(on)
    entry = listed_entry(code, on)
    payer = payer_for(actor.role, entry.payer, entry.name_zh)
    every = fee_items_of(entry.id)
    items = [item for item in every if item.price_state != PriceState.UNPUBLISHED]
    if not items:
        raise BreaksRule("price.not_published", item=every[0].name_zh if every else entry.name_zh)
    bands = list_bands(item.id for item in items) if payer == Payer.APPLICANT else {}
    return Shelf(edition, entry, payer, items, bands, coefficients_of(item.coefficient_set_id for item in items))


def request_lock(ref: str) -> Select[int]:
    """The row to lock while anything about a request changes: two choosers, or a quote and the deadline, meet here."""
    return select(Request.id).where(Request.ref == ref)


def request_of(actor: Actor, ref: str) -> Request:
    """The actor's own request with its entry, act and lines; anybody else's is NotFound("request.not_found")."""
    return _one(select(Request).where(Request.ref == ref, Request.organisation_id == actor.organisation))


def request_open_to(agency_id: int, ref: str) -> Request:
    """A published request as this agency may see it: it marks a price for the entry there, or it has quoted.

    Anybody else's, and a draft, is NotFound("request.not_found").
    """
    offers = exists().where(marked_by(agency_id))
    quotes = exists().where(Quote.request_id == Request.id, Quote.agency_id == agency_id)
    return _one(select(Request).where(Request.ref == ref, Request.published_at.is_not(None), offers | quotes))


def marked_by(agency_id: int) -> ColumnElement[bool]:
    """The condition on `Offer` that it makes an agency serve now for the entry of a request, where its work is done."""
    mine = and_(Offer.entry_id == Request.entry_id, Offer.agency_id == agency_id)
    return and_(mine, serving_where(Request.region_code))


def published_request(request_id: int) -> Request:
    """A published request with its entry, act, buyer and lines; NotFound("request.not_found") for a draft."""
    return _one(select(Request).where(Request.id == request_id, Request.published_at.is_not(None)))


def _one(query: Select[Request]) -> Request:
    loaded = query.options(
        joinedload(Request.entry).options(joinedload(Entry.act), joinedload(Entry.edition)),
        joinedload(Request.organisation),
        joinedload(Request.region),
        selectinload(Request.lines),
    )
    found = db.session.scalar(loaded)
    if found is None:
        raise NotFound("request.not_found")
    return found


def award_of(request_id: int) -> Award | None:
    """The award in force of a request."""
    return db.session.scalar(select(Award).where(Award.request_id == request_id, Award.state == AwardState.ACTIVE))


def sealed_count(request_id: int) -> int:
    """How many quotes stand; the only thing anybody may know of them before the deadline."""
    return db.session.scalar(select(_standing_count(request_id))) or 0


def due_refs(now: datetime) -> list[str]:
    """Open requests for quotes whose deadline has come without a standing one, oldest first. A draw ends by itself."""
    query = (
        select(Request.ref)
        .where(Request.state == RequestState.OPEN, Request.quotes_until <= now, Request.method != Method.RANDOM)
        .where(~exists().where(Quote.request_id == Request.id, Quote.state == QuoteState.STANDING))
        .order_by(Request.quotes_until, Request.id)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in its owner's table. `quotes` counts standing ones; winner and total (fen) are of the award."""

    ref: str
    title: str
    state: str
    method: str
    code: str
    name_zh: str
    name_en: str
    created_at: datetime
    published_at: datetime | None
    quotes_until: datetime | None
    closed_at: datetime | None
    quotes: int
    winner: str | None
    total_fen: int | None


def request_rows(*conditions: ColumnElement[bool], limit: int, offset: int = 0) -> list[RequestRow]:
    """Requests as rows of their owner's table, the newest first. One query."""
    query: Select[*tuple[Any, ...]] = (
        select(
            Request.ref, Request.title, Request.state, Request.method, Entry.code, Entry.name_zh, Entry.name_en,
            Request.created_at, Request.published_at, Request.quotes_until, Request.closed_at,
            _standing_count(Request.id), Organisation.name, total_of(Award.quote_id),
        )
        .join(Entry, Entry.id == Request.entry_id)
        .outerjoin(Award, (Award.request_id == Request.id) & (Award.state == AwardState.ACTIVE))
        .outerjoin(Agency, Agency.id == Award.agency_id)
        .outerjoin(Organisation, Organisation.id == Agency.organisation_id)
        .where(*conditions)
        .order_by(Request.id.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [RequestRow(*row) for row in db.session.execute(query)]


def requests_count(organisation: int | None) -> int:
    """How many requests an organisation has; a merged request is one."""
    query = select(func.count()).select_from(Request).where(Request.organisation_id == organisation, stands_for_all())
    return db.session.scalar(query) or 0


def stands_for_all() -> ColumnElement[bool]:
    """Whether a request is alone, or the last lot of its merged request, which stands for all lots in a table."""
    mine, later = aliased(RequestLot), aliased(RequestLot)
    return ~exists().where(
        mine.request_id == Request.id,
        later.merged_request_id == mine.merged_request_id,
        later.request_id > mine.request_id,
    )


def total_of(quote_id: Any) -> ScalarSelect[Any]:
    """The sum of a quote's lines in fen, for use as a column."""
    # PostgreSQL's sum of bigint is numeric.
    total = cast(func.sum(QuoteLine.amount_fen), BigInteger)
    return select(total).where(QuoteLine.quote_id == quote_id).correlate_except(QuoteLine).scalar_subquery()


def _standing_count(request_id: Any) -> ScalarSelect[Any]:
    query = select(func.count(Quote.id)).where(Quote.request_id == request_id, Quote.state == QuoteState.STANDING)
    return query.correlate_except(Quote).scalar_subquery()
