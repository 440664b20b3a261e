"""The beacon has come: the pool is ranked, rank 1 is selected, and whoever refuses is replaced by the next."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from market.agencies.queries import agency_of
from market.base import draw as law
from market.base.errors import BadState, BreaksRule, NotFound
from market.base.people import Actor
from market.notices.actions import queue
from market.selection.actions.announcing import written
from market.selection.actions.choice import Ending, close_awarded, fail, tell_chosen, write_award
from market.selection.actions.draws.freezing import SYSTEM
from market.selection.actions.requests import tell_search
from market.selection.methods import METHODS, Given, Outcome, QuoteFacts, Reason
from market.selection.models import Award, Draw, DrawRank, DrawRefusal, Request
from market.selection.queries.draws import (
    awaited,
    awards_of_draw,
    draw_of,
    draw_of_request,
    participants,
    value_of,
)
from market.selection.queries.quotes import standing_quotes
from market.selection.rules import DRAW, AwardState, DrawState, Method, Refused, RequestState, seconds
from market.store.db import db

LEAST_REASON = 10


def draw_now(ref: str, *, now: datetime) -> bool:
    """Rank a frozen pool by its beacon and select rank 1; False while the beacon is not known. Safe to run twice.

    Refuses `draw.pool_changed` when the rows are no longer those that were frozen: then nothing is drawn.
    """
    draw = draw_of(ref)
    if draw.state != DrawState.FROZEN or seconds(now) < draw.beacon_time:
        return False
    value = value_of(*awaited(draw))
    if value is None:
        return False
    pool = {one.ticket: one for one in participants(draw.id) if one.in_pool}
    tickets = [ticket for one in pool.values() for ticket in law.tickets(one.ticket, one.nonce)]
    root = law.pool_root(tickets)
    if root.hex() != draw.pool_root:
        raise BreaksRule("draw.pool_changed", ref=ref)
    seed = law.seed_of(draw.ref, root, bytes.fromhex(value.randomness))
    draw.beacon_value_id, draw.seed = value.id, seed.hex()
    db.session.flush()
    ranks = law.ranking(tickets, seed)
    db.session.add_all(
        DrawRank(draw_id=draw.id, position=one.rank, sign_up_id=pool[one.holder].sign_up_id, key=one.key)
        for one in ranks
    )
    db.session.flush()
    draw.state, draw.drawn_at = DRAW.step(draw.state, "draw"), now
    db.session.flush()
    payload = {"seed": draw.seed, "beacon": f"{value.kind}/{value.name}", "ranking": [one.holder for one in ranks]}
    written("draw", draw, payload, actor=SYSTEM, now=now)
    _select_next(draw, actor=SYSTEM, now=now)
    return True


def refuse_award(request: Request, explained: str, *, actor: Actor, now: datetime) -> None:
    """The selected agency refuses before a contract is proposed; the next rank is selected, or the request fails.

    Refuses `draw.no_award_of_yours`, `draw.refusal_unexplained`, and by the database `draw.contract_exists`.
    """
    draw = draw_of_request(request.id)
    agency = agency_of(actor)
    standing = _standing(draw) if draw is not None else None
    if draw is None or standing is None or standing.agency_id != agency.id:
        raise NotFound("draw.no_award_of_yours")
    if len(explained.strip()) < LEAST_REASON:
        raise BreaksRule("draw.refusal_unexplained")
    give_up(draw, standing, (Refused.AGENCY, explained.strip()), actor=actor, now=now)
    _select_next(draw, actor=actor, now=now)


def follow_declined(ref: str, *, now: datetime) -> bool:
    """The contract of a draw's award was declined: that is a refusal, and the next rank follows. Safe to run twice."""
    draw = draw_of(ref)
    standing = _standing(draw)
    if standing is None or draw.state != DrawState.DRAWN:
        return False
    give_up(draw, standing, (Refused.CONTRACT, ""), actor=SYSTEM, now=now)
    _select_next(draw, actor=SYSTEM, now=now)
    return True


def give_up(draw: Draw, award: Award, why: tuple[Refused, str], *, actor: Actor, now: datetime) -> None:
    """Void an award of a draw with its reason."""
    reason, explained = why
    db.session.add(
        DrawRefusal(
            draw_id=draw.id, award_id=award.id, reason=reason, explained=explained, refused_at=now, refused_by=actor.id
        )
    )
    db.session.flush()
    award.state = AwardState.VOID
    db.session.flush()
    payload = {"award": award.ref, "reason": str(reason), "explained": explained}
    written("refuse", draw, payload, actor=actor, now=now)


def end_after_draw(draw: Draw, reason: Reason, *, actor: Actor, now: datetime) -> None:
    """Let the request of a draw fail with a ground, whatever was awarded before is given up."""
    request = _request(draw)
    fail(request, Ending((reason,), "notice.draw.ended", {}), actor=actor, now=now)


def _standing(draw: Draw) -> Award | None:
    query = select(Award).where(Award.request_id == draw.request_id, Award.state == AwardState.ACTIVE)
    return db.session.scalar(query)


def _select_next(draw: Draw, *, actor: Actor, now: datetime) -> None:
    request = _request(draw)
    outcome, given_up = _decide(draw)
    if outcome.winner is None:
        end_after_draw(draw, outcome.reasons[0], actor=actor, now=now)
        return
    if request.state == RequestState.OPEN:
        close_awarded(request, now)
    quotes = {row.agency_id: row for row in standing_quotes(request.id)}
    award = write_award(request, (outcome, quotes[outcome.winner.agency_id].quote_id), actor=actor, now=now)
    if given_up:
        _tell_next(request, outcome, given_up, now)
    else:
        tell_chosen(request, award, now)
    tell_search(request, now)


def _decide(draw: Draw) -> tuple[Outcome, list[str]]:
    gone = [one.agency for one in awards_of_draw(draw)]
    ranking = tuple(one.agency_id for one in participants(draw.id) if one.position is not None)
    facts = [
        QuoteFacts(row.agency_id, row.agency, row.total_fen, row.submitted_at, row.promised_days)
        for row in standing_quotes(draw.request_id)
    ]
    given = Given(ranking=ranking, refused=len(gone))
    return METHODS[Method.RANDOM].decide(facts, given), gone


def _tell_next(request: Request, outcome: Outcome, given_up: list[str], now: datetime) -> None:
    if outcome.winner is None:
        raise BadState("changed.meanwhile")
    organisations = {row.agency_id: row.organisation_id for row in standing_quotes(request.id)}
    common = {"ref": request.ref, "service": request.entry.name_zh}
    theirs, ours = f"/desk/opportunities/{request.ref}", f"/desk/requests/{request.ref}"
    winner = organisations[outcome.winner.agency_id]
    queue("notice.request.awarded", to=[winner], facts={**common, "link": theirs}, now=now)
    queue(
        "notice.draw.refused",
        to=[request.organisation_id],
        facts={"ref": request.ref, "agency": given_up[-1], "link": ours},
        now=now,
    )
    chosen = {**common, "agency": outcome.winner.agency, "link": ours}
    queue("notice.request.chosen", to=[request.organisation_id], facts=chosen, now=now)


def _request(draw: Draw) -> Request:
    query = select(Request).where(Request.id == draw.request_id).options(joinedload(Request.entry))
    return db.session.scalars(query).one()
