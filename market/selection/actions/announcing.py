"""What is fixed when a request that a draw decides is published, and how it ends before the freeze."""

from datetime import datetime, timedelta
from typing import Any

from market.base import draw as law
from market.base.clock import china_date
from market.base.errors import BadState
from market.base.people import Actor
from market.journal.actions import record
from market.selection.models import Draw, Request
from market.selection.queries.draws import draw_of_request
from market.selection.rules import DRAW, DrawState, beacon_name, seconds
from market.store.db import db
from market.store.settings import setting


def announce(request: Request, until: datetime, *, actor: Actor, now: datetime) -> Draw:
    """Fix the draw of a request that is being published.

    Deadline, beacon, its time and name, least number, algorithm: nothing of it can be chosen later.
    """
    today = china_date(now)
    kind = law.BeaconKind(setting("draw.beacon", today))
    moment = seconds(until + timedelta(minutes=setting("draw.beacon_minutes", today)))
    draw = Draw(
        ref=request.ref,
        request_id=request.id,
        state=DrawState.ANNOUNCED,
        algorithm=law.ALGORITHM,
        algorithm_sha256=law.TEXT_SHA256,
        beacon=kind,
        beacon_name=beacon_name(kind, moment, request.ref),
        announced_time=moment,
        beacon_time=moment,
        signup_until=until,
        least=setting("draw.least", today)[request.funding],
        witnesses=setting("draw.witnesses", today),
        announced_at=now,
    )
    db.session.add(draw)
    db.session.flush()
    payload = {
        "algorithm": law.ALGORITHM, "algorithm_sha256": law.TEXT_SHA256, "beacon": str(kind),
        "beacon_name": draw.beacon_name, "beacon_time": moment, "least": draw.least, "signup_until": seconds(until), "witnesses": draw.witnesses,
    }  # fmt: skip
    written("announce", draw, payload, actor=actor, now=now)
    return draw


def cancel_announced(request: Request, *, actor: Actor, now: datetime) -> None:
    """End the draw of a request that is about to be cancelled; from the end of sign-up on `draw.frozen_already`."""
    draw = draw_of_request(request.id)
    if draw is not None:
        if draw.state != DrawState.ANNOUNCED or now >= draw.signup_until:
            raise BadState("draw.frozen_already")
        draw.state = DRAW.step(draw.state, "cancel")
        db.session.flush()
        written("cancel", draw, {}, actor=actor, now=now)


def written(act: str, draw: Draw, payload: dict[str, Any], *, actor: Actor, now: datetime) -> str:
    """Write the journal's row of an act on a draw; its leaf hash."""
    return record(f"draw.{act}", f"draw/{draw.ref}", actor=actor, payload=payload, now=now)
