"""Public notices: every published request with what became of it, and its quotes once they are opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.base.errors import NotFound
from market.catalogue.models import Entry, FeeItem
from market.catalogue.queries import fee_items_of
from market.selection.models import Award, Request, RequestLine
from market.selection.queries.quotes import QuoteRow, opened_quotes
from market.selection.queries.requests import award_of, sealed_count, total_of
from market.selection.rules import AwardState
from market.store.db import db
from market.web.paging import SIZE, Page, page_of


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One published request in the table of notices; `happened_at` is its last public event, the total is in fen."""

    ref: str
    state: str
    method: str
    payer: str
    title: str
    code: str
    name_zh: str
    name_en: str
    buyer: str
    published_at: datetime
    quotes_until: datetime | None
    closed_at: datetime | None
    winner: str | None
    winner_ref: str | None
    total_fen: int | None

    @property
    def happened_at(self) -> datetime:
        """When its last public event was."""
        return self.closed_at or self.published_at


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What the table is narrowed to: a state, a service code, an agency's reference; empty means all."""

    state: str = ""
    code: str = ""
    agency_ref: str = ""


EVERYTHING = NoticeFilter()


def notices(wish: int, wanted: NoticeFilter = EVERYTHING, *, size: int = SIZE) -> Page[NoticeRow]:
    """A page of public notices, the newest event first. Two queries."""
    conditions = _conditions(wanted)
    count = _joined(select(func.count(Request.id))).where(*conditions)
    total = db.session.scalar(count) or 0
    return page_of(total, wish, lambda limit, offset: _rows(conditions, limit, offset), size=size)


def latest_notices(limit: int) -> list[NoticeRow]:
    """The newest public notices. One query."""
    return _rows(_conditions(EVERYTHING), limit, 0)


def won_by(agency_ref: str, limit: int) -> tuple[list[NoticeRow], int]:
    """The newest notices in which an agency was selected, and how many there are. One query."""
    rows = db.session.execute(
        _shown(_conditions(NoticeFilter(agency_ref=agency_ref)), limit, 0).add_columns(func.count().over())
    ).all()
    return [NoticeRow(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def _conditions(wanted: NoticeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Request.published_at.is_not(None)]
    if wanted.state:
        conditions.append(Request.state == wanted.state)
    if wanted.code:
        conditions.append(Entry.code == wanted.code)
    if wanted.agency_ref:
        conditions.append(Agency.ref == wanted.agency_ref)
    return conditions


_buyer = aliased(Organisation)
_winner = aliased(Organisation)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.join(Entry, Entry.id == Request.entry_id)
        .join(_buyer, _buyer.id == Request.organisation_id)
        .outerjoin(Award, (Award.request_id == Request.id) & (Award.state == AwardState.ACTIVE))
        .outerjoin(Agency, Agency.id == Award.agency_id)
        .outerjoin(_winner, _winner.id == Agency.organisation_id)
    )


def _rows(conditions: Sequence[ColumnElement[bool]], limit: int, offset: int) -> list[NoticeRow]:
    return [NoticeRow(*row) for row in db.session.execute(_shown(conditions, limit, offset))]


def _shown(conditions: Sequence[ColumnElement[bool]], limit: int, offset: int) -> Select[*tuple[Any, ...]]:
    query = _joined(
        select(
            Request.ref, Request.state, Request.method, Request.payer, Request.title, Entry.code, Entry.name_zh,
            Entry.name_en, _buyer.name, Request.published_at, Request.quotes_until, Request.closed_at,
            _winner.name, Agency.ref, total_of(Award.quote_id),
        )
    )  # fmt: skip
    newest = func.coalesce(Request.closed_at, Request.published_at).desc()
    return query.where(*conditions).order_by(newest, Request.id.desc()).limit(limit).offset(offset)


@dataclass(frozen=True, slots=True)
class NoticeDetail:
    """One public notice. `quotes` is empty while they are sealed; `sealed` says how many stand."""

    request: Request
    lines: Sequence[tuple[RequestLine, FeeItem]]
    sealed: int
    quotes: Sequence[QuoteRow]
    award: Award | None

    @property
    def winner(self) -> QuoteRow | None:
        """The selected quote."""
        found = (quote for quote in self.quotes if self.award and quote.quote_id == self.award.quote_id)
        return next(found, None)


def notice_of(ref: str, now: datetime) -> NoticeDetail:
    """A published request as anybody may read it at `now`; a draft is NotFound("request.not_found").

    `request` comes with entry, act, edition, organisation and lines. At most seven queries.
    """
    query = select(Request).where(Request.ref == ref, Request.published_at.is_not(None))
    query = query.options(
        joinedload(Request.entry).options(joinedload(Entry.act), joinedload(Entry.edition)),
        joinedload(Request.organisation),
        joinedload(Request.region),
        selectinload(Request.lines),
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("request.not_found")
    items = {item.id: item for item in fee_items_of(found.entry_id)}
    lines = [(line, items[line.fee_item_id]) for line in found.lines]
    quotes = opened_quotes(found, now)
    return NoticeDetail(found, lines, len(quotes) or sealed_count(found.id), quotes, award_of(found.id))


def documents() -> list[dict[str, str]]:
    """Every public notice as a search document, for a rebuilt index."""
    rows = db.session.execute(_searchable().where(Request.published_at.is_not(None)).order_by(Request.id))
    return [_document(*row) for row in rows]


def notice_document(request_id: int) -> dict[str, str]:
    """One request's notice as a search document, as it is now."""
    return _document(*db.session.execute(_searchable().where(Request.id == request_id)).one())


def _searchable() -> Select[*tuple[Any, ...]]:
    columns = (Request.ref, Request.title, Entry.code, Entry.name_zh, Entry.name_en, _buyer.name, _winner.name)
    return _joined(select(*columns))


def _document(ref: str, title: str, *words: str | None) -> dict[str, str]:
    return {"id": f"notice/{ref}", "kind": "notice", "title": title, "body": " ".join(filter(None, (ref, *words)))}
