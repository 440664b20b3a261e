"""An agency signs up for a draw at its marked price, or takes it back, before the deadline."""

import re
import secrets
from datetime import datetime

from market.accounts.queries import organisation_of
from market.agencies.models import Agency
from market.agencies.queries import agency_of
from market.agencies.rules import AgencyState
from market.base import draw as law
from market.base.errors import BadState, BreaksRule, TooLate
from market.base.people import Actor
from market.catalogue.queries import fee_items_of
from market.selection.actions.announcing import written
from market.selection.actions.quotes import hold_offer, write_quote
from market.selection.models import Draw, Quote, Request, SignUp
from market.selection.queries import compared, draw_of_request
from market.selection.queries.bound import quote_terms
from market.selection.queries.draws import sign_up_of
from market.selection.rules import DrawState, QuoteOrigin, QuoteState, RequestState, written_deadline
from market.store.db import db

_NONCE = re.compile(r"[0-9a-f]{32}")


def sign_up(request: Request, nonce: str, *, actor: Actor, now: datetime) -> SignUp:
    """Take part in the request's draw at the agency's marked price, which is bound from here on.

    `nonce` is the agency's own number of 32 hexadecimal digits; empty, one is made. Refuses `draw.closed` after the
    deadline, `draw.signed_up_already`, `draw.no_price`, `draw.nonce_malformed`, and what refuses a quote.
    """
    agency = agency_of(actor)
    draw = _open_draw(request, agency, now)
    if sign_up_of(draw.id, agency.id) is not None:
        raise BadState("draw.signed_up_already")
    mine = organisation_of(agency.organisation_id).uscc or ""
    own = nonce.strip().lower() or secrets.token_hex(law.NONCE_BYTES)
    if not _NONCE.fullmatch(own):
        raise BreaksRule("draw.nonce_malformed", ticket=mine)
    held = hold_offer(agency.id, request, now)
    priced = compared(request, held, {item.id: item for item in fee_items_of(request.entry_id)})
    if priced.prices is None:
        raise BreaksRule("draw.no_price")
    quote = write_quote(request, (held, priced.prices), (QuoteOrigin.MARKED, held.promised_days), now=now)
    payload = {
        "ticket": mine, "nonce": own, "agency": agency.id, "quote": quote.ref, "terms": quote_terms(quote.id),
    }  # fmt: skip
    # Who it was is told with the pool; the log is read by people who must not learn of it before.
    receipt = written("sign_up", draw, payload, actor=Actor(actor.id, actor.role, None), now=now)
    row = SignUp(
        draw_id=draw.id, request_id=request.id, agency_id=agency.id, quote_id=quote.id, ticket=mine, nonce=own,
        receipt=receipt, received_at=now,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def leave(request: Request, *, actor: Actor, now: datetime) -> None:
    """Take the sign-up back before the deadline; refuses `draw.not_signed_up` and `draw.closed`."""
    agency = agency_of(actor)
    draw = _open_draw(request, agency, now)
    row = sign_up_of(draw.id, agency.id)
    if row is None:
        raise BadState("draw.not_signed_up")
    row.withdrawn_at = now
    quote = db.session.get_one(Quote, row.quote_id)
    quote.state, quote.withdrawn_at = QuoteState.WITHDRAWN, now
    db.session.flush()
    written("withdraw", draw, {"receipt": row.receipt}, actor=Actor(actor.id, actor.role, None), now=now)


def _open_draw(request: Request, agency: Agency, now: datetime) -> Draw:
    draw = draw_of_request(request.id)
    if draw is None:
        raise BreaksRule("draw.not_a_draw")
    if draw.state != DrawState.CANCELLED and now >= draw.signup_until:
        raise TooLate("draw.closed", until=written_deadline(draw.signup_until), now=now)
    if request.state != RequestState.OPEN:
        raise BadState("request.not_open")
    if agency.organisation_id == request.organisation_id:
        raise BreaksRule("quote.own_request")
    if agency.state != AgencyState.ADMITTED:
        raise BadState("quote.agency_not_admitted")
    return draw
