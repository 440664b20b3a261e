"""Read merged requests with their lots, and what each agency would cost for all of them together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from market.agencies.queries import OfferRow, offers_by_entry
from market.base.errors import NotFound
from market.base.people import Actor
from market.catalogue.models import Entry, FeeItem
from market.catalogue.queries import fee_items_by_entry
from market.selection.models import MergedRequest, Request, RequestLot
from market.selection.queries.offers import Compared, ranked
from market.selection.queries.requests import RequestRow, request_rows, stands_for_all
from market.selection.rules import RequestState, merged_state
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged request with its lots in order, each a request with entry, act, edition, buyer and lines."""

    head: MergedRequest
    lots: Sequence[Request]

    @property
    def state(self) -> RequestState:
        """What became of it, by its lots."""
        return merged_state(lot.state for lot in self.lots)

    @property
    def open_lots(self) -> Sequence[Request]:
        """The lots that wait for their selection."""
        return [lot for lot in self.lots if lot.state == RequestState.OPEN]

    @property
    def choosable(self) -> Sequence[Request]:
        """The lots that one agency can be chosen for together: those not yet decided."""
        return [lot for lot in self.lots if lot.state in (RequestState.DRAFT, RequestState.OPEN)]


def merged_lock(ref: str) -> Select[int]:
    """The rows to lock while anything about a merged request changes: every lot's request, always in one order.

    Not the rows that bind them: these may be written anew meanwhile, and whoever waited for them would hold nothing.
    """
    lots = (
        select(RequestLot.request_id)
        .join(MergedRequest, MergedRequest.id == RequestLot.merged_request_id)
        .where(MergedRequest.ref == ref)
    )
    return select(Request.id).where(Request.id.in_(lots)).order_by(Request.id)


def merged_of(actor: Actor, ref: str) -> Merged:
    """The actor's own merged request; anybody else's is NotFound("merged.not_found"). Three queries."""
    head = db.session.scalar(
        select(MergedRequest).where(MergedRequest.ref == ref, MergedRequest.organisation_id == actor.organisation)
    )
    if head is None:
        raise NotFound("merged.not_found")
    query = (
        select(Request)
        .join(RequestLot, RequestLot.request_id == Request.id)
        .where(RequestLot.merged_request_id == head.id)
        .order_by(RequestLot.position)
        .options(
            joinedload(Request.entry).options(joinedload(Entry.act), joinedload(Entry.edition)),
            joinedload(Request.organisation),
            joinedload(Request.region),
            selectinload(Request.lines),
        )
    )
    return Merged(head, list(db.session.scalars(query)))


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot as anybody may name it."""

    ref: str
    state: str
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Sisters:
    """The merged request that a request is a lot of: all lots in order, and the place of this one from 1."""

    ref: str
    title: str
    group_name: str
    place: int
    lots: Sequence[Lot]


def sisters_of(request_ref: str) -> Sisters | None:
    """What a request is a lot of, or None. One query."""
    mine, asked = aliased(RequestLot), aliased(Request)
    query = (
        select(
            MergedRequest.ref, MergedRequest.title, MergedRequest.group_name,
            Request.ref, Request.state, Entry.code, Entry.name_zh, Entry.name_en,
        )
        .join(mine, mine.merged_request_id == MergedRequest.id)
        .join(asked, asked.id == mine.request_id)
        .join(RequestLot, RequestLot.merged_request_id == MergedRequest.id)
        .join(Request, Request.id == RequestLot.request_id)
        .join(Entry, Entry.id == Request.entry_id)
        .where(asked.ref == request_ref)
        .order_by(RequestLot.position)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    if not rows:
        return None
    lots = [Lot(*row[3:]) for row in rows]
    place = next(number for number, lot in enumerate(lots, 1) if lot.ref == request_ref)
    ref, title, group = rows[0][:3]
    return Sisters(ref, title, group, place, lots)


@dataclass(frozen=True, slots=True)
class Together:
    """One agency that marks a price for every lot: `by_lot` by request id."""

    offer: OfferRow
    by_lot: Mapping[int, Compared]

    @property
    def total_fen(self) -> int:
        """The sum of all lots."""
        return sum(one.total_fen for one in self.by_lot.values())

    @property
    def promised_days(self) -> int:
        """The longest of the days promised: the lots run beside each other."""
        return max(one.offer.promised_days for one in self.by_lot.values())


def compare_together(lots: Sequence[Request], items: Mapping[int, Sequence[FeeItem]]) -> list[Together]:
    """The agencies with a marked price for every line of every lot, the lowest total first. Three queries."""
    # The lots of a merged request have one region.
    offers = offers_by_entry((lot.entry_id for lot in lots), lots[0].region_code)
    found: dict[int, dict[int, Compared]] = defaultdict(dict)
    for lot in lots:
        for row in ranked(lot, offers.get(lot.entry_id, ()), items.get(lot.entry_id, ())):
            if row.prices is not None:
                found[row.offer.agency_id][lot.id] = row
    rows = [Together(next(iter(one.values())).offer, one) for one in found.values() if len(one) == len(lots)]
    return sorted(rows, key=lambda row: (row.total_fen, row.promised_days, row.offer.agency_id))


def items_of_lots(lots: Iterable[Request]) -> dict[int, list[FeeItem]]:
    """The fee items of every lot by entry, in order. One query."""
    return fee_items_by_entry(lot.entry_id for lot in lots)


@dataclass(frozen=True, slots=True)
class MyRequest:
    """One row of a buyer's table: a request alone, or a merged request (`merged_ref`) with its lots."""

    rows: Sequence[RequestRow]
    merged_ref: str = ""
    title: str = ""

    @property
    def state(self) -> RequestState:
        """What became of it, by its lots."""
        return merged_state(row.state for row in self.rows)

    @property
    def total_fen(self) -> int | None:
        """What the awards of all rows come to, once there is one."""
        sums = [row.total_fen for row in self.rows if row.total_fen is not None]
        return sum(sums) if sums else None


def lot_rows(lots: Iterable[Request]) -> dict[str, RequestRow]:
    """Each lot as a row of the buyer's table, by reference. One query."""
    wanted = [lot.id for lot in lots]
    return {row.ref: row for row in request_rows(Request.id.in_(wanted), limit=len(wanted))}


def my_requests(organisation: int | None, *, limit: int, offset: int = 0) -> list[MyRequest]:
    """An organisation's requests, the newest first; a merged request stands where its last lot does. Three queries."""
    heads = request_rows(Request.organisation_id == organisation, stands_for_all(), limit=limit, offset=offset)
    bound = _bound([row.ref for row in heads])
    lots = [ref for one in bound.values() for ref in one.lots]
    rows = {row.ref: row for row in request_rows(Request.ref.in_(lots), limit=len(lots))} if lots else {}
    return [
        MyRequest([rows[ref] for ref in one.lots], one.ref, one.title)
        if (one := bound.get(row.ref)) is not None
        else MyRequest([row])
        for row in heads
    ]


@dataclass(frozen=True, slots=True)
class _Bound:
    ref: str
    title: str
    lots: list[str]


def _bound(refs: Sequence[str]) -> dict[str, _Bound]:
    """By the reference of a lot, its merged request with the references of all lots in order."""
    mine, asked = aliased(RequestLot), aliased(Request)
    query = (
        select(asked.ref, MergedRequest.ref, MergedRequest.title, Request.ref)
        .join(mine, mine.request_id == asked.id)
        .join(MergedRequest, MergedRequest.id == mine.merged_request_id)
        .join(RequestLot, RequestLot.merged_request_id == MergedRequest.id)
        .join(Request, Request.id == RequestLot.request_id)
        .where(asked.ref.in_(refs))
        .order_by(RequestLot.position)
    )
    found: dict[str, _Bound] = {}
    for head, ref, title, lot in db.session.execute(query):
        found.setdefault(head, _Bound(ref, title, [])).lots.append(lot)
    return found
