"""Send a sealed quote, or take it back, before the deadline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from market.agencies.models import Agency, Offer
from market.agencies.queries import OfferRow, agency_of, answers, offer_in_force
from market.agencies.queries.serving import require_serving
from market.agencies.rules import AgencyState
from market.base.errors import BadState, BreaksRule, TooLate
from market.base.people import Actor
from market.base.refs import RefKind
from market.catalogue.listing import Ask, ListedPrice, price
from market.catalogue.models import FeeItem
from market.catalogue.queries import fee_items_of
from market.journal.actions import record
from market.notices.actions import queue
from market.selection.methods import METHODS
from market.selection.models import Quote, QuoteLine, Request
from market.selection.queries import standing_quote
from market.selection.queries.bound import quote_terms
from market.selection.rules import Method, QuoteOrigin, QuoteState, RequestState, written_deadline
from market.store.db import db
from market.store.references import next_reference


@dataclass(frozen=True, slots=True)
class Quoted:
    """What an agency sends: fen by request line, and working days promised."""

    amounts: Mapping[int, int]
    promised_days: int


def submit_quote(request: Request, quoted: Quoted, *, actor: Actor, now: datetime) -> Quote:
    """Send the agency's quote on an open request, sealed until the deadline.

    Every line is at most the agency's own marked price (`price.outside_rule`), the days at most those it marked. After
    the deadline, which is half-open and judged by the database's clock under the lock, TooLate
    `request.deadline_passed`. A standing quote must be withdrawn before another is sent (`quote.exists`).
    """
    agency = agency_of(actor)
    _require_quotable(request, agency, now)
    offer = hold_offer(agency.id, request, now)
    if standing_quote(request.id, agency.id) is not None:
        raise BadState("quote.exists")
    if quoted.promised_days > offer.promised_days:
        raise BreaksRule("quote.days_beyond_promise", promised=offer.promised_days)
    if quoted.promised_days < 1:
        raise BreaksRule("quote.days_range", promised=offer.promised_days)
    prices = _prices(request, offer, quoted.amounts)
    quote = write_quote(request, (offer, prices), (QuoteOrigin.SUBMITTED, quoted.promised_days), now=now)
    record("quote.submit", f"quote/{quote.ref}", actor=_unnamed(actor), payload=quote_terms(quote.id), now=now)
    facts = {"ref": request.ref, "link": f"/desk/requests/{request.ref}"}
    queue("notice.quote.received", to=[request.organisation_id], facts=facts, now=now)
    return quote


def withdraw_quote(request: Request, *, actor: Actor, now: datetime) -> None:
    """Take the agency's standing quote back before the deadline; refuses `quote.none_standing`."""
    agency = agency_of(actor)
    _require_quotable(request, agency, now)
    quote = standing_quote(request.id, agency.id)
    if quote is None:
        raise BadState("quote.none_standing")
    quote.state, quote.withdrawn_at = QuoteState.WITHDRAWN, now
    db.session.flush()
    record("quote.withdraw", f"quote/{quote.ref}", actor=_unnamed(actor), payload={}, now=now)


def hold_offer(agency_id: int, request: Request, now: datetime) -> OfferRow:
    """The agency's price that serves in the request's region, which cannot be withdrawn before this transaction ends.

    Refuses `quote.no_offer`, and with its reason what does not serve at `now` (`serves.*`, `agency.suspended`).
    """
    entry_id, region = request.entry_id, request.region_code
    query = select(Offer).where(Offer.agency_id == agency_id, Offer.entry_id == entry_id, answers(region, now))
    offer = db.session.scalar(query.with_for_update(read=True))
    if offer is None:
        raise BreaksRule("quote.no_offer")
    require_serving(offer, now)
    return offer_in_force(agency_id, entry_id, region)


def write_quote(
    request: Request,
    priced: tuple[OfferRow, Mapping[int, ListedPrice]],
    terms: tuple[QuoteOrigin, int],
    *,
    now: datetime,
) -> Quote:
    """Write a quote of an offer with its listed prices by request line; `terms` are origin and promised days."""
    offer, prices = priced
    origin, days = terms
    quote = Quote(
        ref=next_reference(RefKind.QUOTE, now),
        request_id=request.id,
        agency_id=offer.agency_id,
        offer_id=offer.offer_id,
        edition_id=request.edition_id,
        service_id=request.service_id,
        payer=request.payer,
        origin=origin,
        state=QuoteState.STANDING,
        promised_days=days,
        submitted_at=now,
    )
    db.session.add(quote)
    db.session.flush()
    db.session.add_all(
        QuoteLine(
            **listed.columns(), quote_id=quote.id, request_id=request.id, request_line_id=line_id,
            offer_id=offer.offer_id,
        )
        for line_id, listed in prices.items()
    )  # fmt: skip
    db.session.flush()
    return quote


def _unnamed(actor: Actor) -> Actor:
    # Neither request, agency nor amounts are named: the log is read by people who must not learn of a sealed quote.
    # What binds them is in the private part, which no page shows.
    return Actor(actor.id, actor.role, None)


def _require_quotable(request: Request, agency: Agency, now: datetime) -> None:
    if request.published_at is not None and request.quotes_until is not None and now >= request.quotes_until:
        raise TooLate("request.deadline_passed", until=written_deadline(request.quotes_until), now=now)
    if request.state != RequestState.OPEN:
        raise BadState("request.not_open")
    if not METHODS[Method(request.method)].takes_quotes:
        raise BreaksRule("quote.not_asked")
    if agency.organisation_id == request.organisation_id:
        raise BreaksRule("quote.own_request")
    if agency.state != AgencyState.ADMITTED:
        raise BadState("quote.agency_not_admitted")


def _prices(request: Request, offer: OfferRow, amounts: Mapping[int, int]) -> dict[int, ListedPrice]:
    items = {item.id: item for item in fee_items_of(request.entry_id)}
    if amounts.keys() - {line.id for line in request.lines}:
        raise BreaksRule("quote.line_unknown")
    prices = {}
    for line in request.lines:
        item: FeeItem = items[line.fee_item_id]
        amount = amounts.get(line.id)
        if amount is None:
            raise BreaksRule("quote.line_missing", item=item.name_zh)
        if amount <= 0:
            raise BreaksRule("quote.amount_needed", item=item.name_zh)
        ask = Ask(item, line.quantity, line.coefficient, request.payer)
        prices[line.id] = price(ask, offer.bands.get(item.id, ()), amount_fen=amount)
    return prices
