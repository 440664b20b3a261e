"""End a request: with an award, or without."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.base.refs import RefKind
from market.journal.actions import record
from market.notices.actions import queue
from market.selection.actions.quotes import hold_offer, write_quote
from market.selection.actions.requests import obj, require_owner, tell_search
from market.selection.actions.telling import quoting_organisations
from market.selection.methods import METHODS, Given, Outcome, QuoteFacts, Reason, SelectionMethod
from market.selection.models import Award, Quote, Request
from market.selection.queries import Compared, compare, due_refs, request_lock, sealed_count, standing_quotes
from market.selection.queries.bound import quote_terms
from market.selection.rules import REQUEST, AwardState, Method, QuoteOrigin, RequestState, written_deadline
from market.store.db import db
from market.store.references import next_reference


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a request ends without an agency, and what is told of it."""

    reasons: tuple[Reason, ...]
    notice: str = "notice.request.failed"
    facts: Mapping[str, str | int] = field(default_factory=dict)


def choose(request: Request, given: Given, *, actor: Actor, now: datetime) -> Award | None:
    """Decide an open request by its method and write the award with its reasons; None when no quote came and it failed.

    A direct choice takes the named agency's marked price in force as its quote. A method of quotes decides after the
    deadline only (`request.deadline_not_passed`), over all quotes that stand. The second chooser of two gets
    BadState `request.not_open`. What a draw decides nobody chooses: `draw.decides`.
    """
    award = choose_one(request, given, actor=actor, now=now)
    if award is not None:
        tell_chosen(request, award, now)
    return award


def choose_one(request: Request, given: Given, *, actor: Actor, now: datetime) -> Award | None:
    """Decide a request, alone or as one lot of those that are decided in the same act; of an award nobody is told."""
    require_owner(request, actor)
    if request.state != RequestState.OPEN:
        raise BadState("request.not_open")
    method = METHODS[Method(request.method)]
    if method.draws:
        raise BreaksRule("draw.decides")
    if method.needs_deadline and request.quotes_until is not None and now < request.quotes_until:
        raise BadState("request.deadline_not_passed", until=written_deadline(request.quotes_until))
    if method.takes_quotes:
        outcome, quote_id = _among_quotes(request, method, given)
    else:
        outcome, quote_id = _among_marked_prices(request, (method, given), now)
    if outcome.winner is None or quote_id is None:
        fail(request, Ending(outcome.reasons), actor=actor, now=now)
        return None
    close_awarded(request, now)
    award = write_award(request, (outcome, quote_id), actor=actor, now=now)
    tell_search(request, now)
    return award


def close_due(now: datetime) -> list[str]:
    """Let every request fail whose deadline has come without a quote; returns their references. Safe to run twice."""
    closed = []
    for ref in due_refs(now):
        db.session.execute(request_lock(ref).with_for_update())
        query = select(Request).where(Request.ref == ref).execution_options(populate_existing=True)
        request = db.session.scalars(query).one()
        # Looked at again under the lock: a quote may have arrived in the last moment, or the owner was faster.
        if request.state == RequestState.OPEN and not sealed_count(request.id):
            fail(request, Ending((Reason("reason.no_quotes"),)), actor=Actor.system(), now=now)
            closed.append(ref)
    return closed


def _among_quotes(request: Request, method: SelectionMethod, given: Given) -> tuple[Outcome, int | None]:
    rows = {row.agency_id: row for row in standing_quotes(request.id)}
    facts = [
        QuoteFacts(row.agency_id, row.agency, row.total_fen, row.submitted_at, row.promised_days)
        for row in rows.values()
    ]
    outcome = method.decide(facts, given)
    return outcome, rows[outcome.winner.agency_id].quote_id if outcome.winner else None


def _among_marked_prices(
    request: Request, decider: tuple[SelectionMethod, Given], now: datetime
) -> tuple[Outcome, int | None]:
    method, given = decider
    rows = {row.offer.agency_id: row for row in compare(request) if row.prices is not None}
    outcome = method.decide([row.facts(now) for row in rows.values()], given)
    if outcome.winner is None:
        return outcome, None
    chosen = rows[outcome.winner.agency_id]
    return outcome, _take_marked_price(request, chosen, now)


def _take_marked_price(request: Request, chosen: Compared, now: datetime) -> int:
    if chosen.offer.organisation_id == request.organisation_id:
        raise BreaksRule("choice.own_agency")
    held = hold_offer(chosen.offer.agency_id, request, now)
    if held.offer_id != chosen.offer.offer_id or chosen.prices is None:
        raise BadState("changed.meanwhile")
    terms = (QuoteOrigin.MARKED, held.promised_days)
    return write_quote(request, (held, chosen.prices), terms, now=now).id


def close_awarded(request: Request, now: datetime) -> None:
    """The selection is over: an open request is awarded."""
    request.state = REQUEST.step(request.state, "award")
    request.closed_at = now


def write_award(request: Request, decided: tuple[Outcome, int], *, actor: Actor, now: datetime) -> Award:
    """Write the award of an outcome to its quote, with the reasons, and the journal's row with the whole order."""
    outcome, quote_id = decided
    quote = db.session.get_one(Quote, quote_id)
    earlier = db.session.scalar(select(Award.id).where(Award.request_id == request.id).limit(1))
    award = Award(
        ref=next_reference(RefKind.AWARD, now),
        request_id=request.id,
        quote_id=quote_id,
        agency_id=quote.agency_id,
        state=AwardState.ACTIVE,
        reasons=[reason.row() for reason in outcome.reasons],
        decided_at=now,
        decided_by=actor.id,
    )
    db.session.add(award)
    db.session.flush()
    payload: dict[str, Any] = {
        "award": award.ref,
        "method": request.method,
        "winner": award.agency_id,
        "quote": quote.ref,
        "reasons": award.reasons,
        "order": [[one.agency_id, one.total_fen, one.submitted_at.isoformat()] for one in outcome.order],
    }
    if not METHODS[Method(request.method)].needs_deadline:
        # A direct choice makes the quote too; every other quote is bound by the act that made it.
        payload["terms"] = quote_terms(quote_id)
    # The next rank after a refusal is an act of its own: whoever plays the log knows when it is lawful.
    act = "request.award" if earlier is None else "request.award_next"
    record(act, obj(request), actor=actor, payload=payload, now=now)
    return award


def tell_chosen(request: Request, award: Award, now: datetime) -> None:
    """Tell the selected agency, those that had quoted beside it, and the buyer."""
    rows = {row.agency_id: row for row in standing_quotes(request.id)}
    winner = rows.pop(award.agency_id)
    common = {"service": request.entry.name_zh, "ref": request.ref}
    theirs, ours = f"/desk/opportunities/{request.ref}", f"/desk/requests/{request.ref}"
    queue("notice.request.awarded", to=[winner.organisation_id], facts={**common, "link": theirs}, now=now)
    others = [row.organisation_id for row in rows.values()]
    queue("notice.request.not_awarded", to=others, facts={**common, "link": theirs}, now=now)
    facts = {**common, "agency": winner.agency, "link": ours}
    queue("notice.request.chosen", to=[request.organisation_id], facts=facts, now=now)


def fail(request: Request, ending: Ending, *, actor: Actor, now: datetime) -> None:
    """End a request without an agency; one that was awarded keeps the day on which it was."""
    awarded = request.state == RequestState.AWARDED
    request.state = REQUEST.step(request.state, "give_up" if awarded else "fail")
    if not awarded:
        request.closed_at = now
    db.session.flush()
    payload = {"reasons": [reason.row() for reason in ending.reasons]}
    act = "request.give_up" if awarded else "request.fail"
    record(act, obj(request), actor=actor, payload=payload, now=now)
    facts = {"ref": request.ref, **ending.facts, "link": f"/desk/requests/{request.ref}"}
    queue(ending.notice, to=[request.organisation_id, *quoting_organisations(request)], facts=facts, now=now)
    tell_search(request, now)
