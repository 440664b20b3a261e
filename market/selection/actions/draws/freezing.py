"""At the end of sign-up the pool is frozen: who is in it, who is not and why, and the root that binds both."""

from collections.abc import Sequence
from datetime import UTC, datetime

from market.agencies.models import Offer
from market.agencies.queries.serving import serves, why_paused
from market.base import draw as law
from market.base.people import Actor
from market.journal.queries import history
from market.journal.rules.policy import Policy
from market.notices.actions import queue
from market.selection.actions.announcing import written
from market.selection.actions.choice import Ending, fail
from market.selection.methods import Reason
from market.selection.models import Draw, DrawExclusion, DrawPostponement, Quote, Request
from market.selection.queries.draws import (
    Participant,
    confirmations,
    draw_of,
    excluded,
    freeze_number,
    participants,
    postponements_of,
)
from market.selection.rules import (
    DRAW,
    DrawState,
    Exclusion,
    Postponed,
    beacon_name,
    postponed_to,
    seconds,
    written_deadline,
)
from market.store.db import db
from market.store.settings import setting

SYSTEM = Actor.system()


def freeze(ref: str, *, now: datetime) -> Draw:
    """Freeze the pool of a draw whose sign-up has ended; safe to run twice.

    Too few, and the request fails with that ground. Later than the beacon's time (the site was down), the draw is
    postponed by whole days first, so that nobody can have known the beacon.
    """
    draw = draw_of(ref)
    if draw.state != DrawState.ANNOUNCED or now < draw.signup_until:
        return draw
    if seconds(now) >= draw.beacon_time:
        postpone(draw, Postponed.FROZEN_LATE, now=now)
    _exclude(draw, now)
    everybody = participants(draw.id)
    pool = [one for one in everybody if one.in_pool]
    root = law.pool_root([ticket for one in pool for ticket in law.tickets(one.ticket, one.nonce)])
    draw.pool_root, draw.frozen_time = root.hex(), seconds(now)
    draw.state = DRAW.step(draw.state, "freeze")
    db.session.flush()
    payload = {
        "pool_root": draw.pool_root, "count": len(pool), "beacon_time": draw.beacon_time,
        "exclusions": excluded(everybody),
    }  # fmt: skip
    written("freeze", draw, payload, actor=SYSTEM, now=now)
    if len(pool) < draw.least:
        _too_few(draw, len(pool), now)
    else:
        _tell(draw, pool, now)
    return draw


def postpone(draw: Draw, reason: Postponed, *, now: datetime) -> None:
    """Move the beacon by whole days, visibly. With a frozen pool only before the beacon of the time that is left."""
    step = DrawPostponement(
        draw_id=draw.id, reason=reason, from_time=draw.beacon_time, at_time=seconds(now),
        to_time=postponed_to(draw.beacon_time, seconds(now)),
    )  # fmt: skip
    db.session.add(step)
    db.session.flush()
    draw.beacon_time = step.to_time
    draw.beacon_name = beacon_name(law.BeaconKind(draw.beacon), step.to_time, draw.ref)
    db.session.flush()
    payload = {"reason": str(reason), "from": step.from_time, "to": step.to_time}
    written("postpone", draw, payload, actor=SYSTEM, now=now)
    request = db.session.get_one(Request, draw.request_id)
    facts = {"ref": draw.ref, "at": written_deadline(draw.beacon_at), "link": f"/draws/{draw.ref}"}
    to = {request.organisation_id, *(one.organisation_id for one in participants(draw.id) if one.in_pool)}
    queue("notice.draw.postponed", to=to, facts=facts, now=now)


def postpone_unwitnessed(ref: str, policy: Policy, *, now: datetime) -> bool:
    """Postpone a frozen draw that too few witnesses have confirmed, at most as often as the setting allows.

    After that it is drawn all the same, and its page says which protection is missing: a draw never waits for ever.
    A witness of the policy confirms it by cosigning a head of the public log with the freeze in it.
    """
    draw = draw_of(ref)
    moved = sum(one.reason == Postponed.WITNESSES for one in postponements_of(draw.id))
    most = setting("draw.most_postponements", draw.announced_at.astimezone(UTC).date())
    if draw.state != DrawState.FROZEN or draw.witnesses == 0 or moved >= most or seconds(now) >= draw.beacon_time:
        return False
    if len(confirmations(draw, freeze_number(history(f"draw/{draw.ref}")), policy)) >= draw.witnesses:
        return False
    postpone(draw, Postponed.WITNESSES, now=now)
    return True


def _exclude(draw: Draw, now: datetime) -> None:
    for one in participants(draw.id):
        if one.withdrawn_at is not None:
            continue
        offer = db.session.get_one(Offer, db.session.get_one(Quote, one.quote_id).offer_id)
        if not serves(offer, now):
            why = why_paused(offer, now)[0]
            facts = {"why": why.code, "name": why.name, "day": why.day.isoformat() if why.day else ""}
            db.session.add(
                DrawExclusion(draw_id=draw.id, sign_up_id=one.sign_up_id, reason=Exclusion.NOT_SERVING, facts=facts)
            )
    db.session.flush()


def _too_few(draw: Draw, count: int, now: datetime) -> None:
    draw.state = DRAW.step(draw.state, "fail")
    db.session.flush()
    written("fail", draw, {"count": count, "least": draw.least}, actor=SYSTEM, now=now)
    request = db.session.get_one(Request, draw.request_id)
    facts: dict[str, str | int] = {"count": count, "least": draw.least, "funding": request.funding}
    reasons = (Reason("reason.too_few", facts),)
    fail(request, Ending(reasons, "notice.draw.too_few", facts), actor=SYSTEM, now=now)


def _tell(draw: Draw, pool: Sequence[Participant], now: datetime) -> None:
    request = db.session.get_one(Request, draw.request_id)
    facts = {
        "ref": draw.ref, "count": len(pool), "at": written_deadline(draw.beacon_at), "link": f"/draws/{draw.ref}"
    }  # fmt: skip
    to = [request.organisation_id, *(one.organisation_id for one in pool)]
    queue("notice.draw.frozen", to=to, facts=facts, now=now)
