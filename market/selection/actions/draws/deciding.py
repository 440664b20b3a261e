"""What persons add to a draw: secrets, results of the lottery, and decisions that need two of them."""

import secrets
from datetime import datetime

from sqlalchemy import select

from market.base import draw as law
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.journal.actions import record
from market.selection.actions.announcing import written
from market.selection.actions.draws.drawing import end_after_draw, give_up
from market.selection.methods import Reason
from market.selection.models import Award, BeaconValue, Draw, DrawDecision, DrawSecret, LotteryEntry, Request
from market.selection.queries.draws import decision_of, secrets_of, value_of
from market.selection.rules import (
    DAY,
    DRAW,
    AwardState,
    Decision,
    DrawState,
    Refused,
    RequestState,
    check_ground,
    seconds,
)
from market.store.db import db


def propose(draw: Draw, asked: tuple[Decision, str, str], *, actor: Actor, now: datetime) -> DrawDecision:
    """The first of two persons proposes a decision with its ground and explanation.

    Refuses `draw.ground_unknown`, `draw.ground_unexplained`, `draw.proposed_already`, and for the fallback
    `draw.not_waiting` and `draw.fallback_too_early` before a day has passed since the beacon's time.
    """
    decision, ground, explained = asked
    text = check_ground(decision, ground, explained)
    if decision_of(draw.id, decision) is not None:
        raise BadState("draw.proposed_already")
    if decision == Decision.FALLBACK:
        _require_waiting(draw, now)
    elif not DRAW.allows(draw.state, "void"):
        raise BadState("draw.not_waiting")
    row = DrawDecision(
        draw_id=draw.id, decision=decision, ground=ground, explained=text[:300], asked_at=now, asked_by=actor.id
    )
    db.session.add(row)
    db.session.flush()
    payload = {"decision": str(decision), "ground": ground, "explained": row.explained}
    written("ask", draw, payload, actor=actor, now=now)
    return row


def confirm(draw: Draw, decision: Decision, *, actor: Actor, now: datetime) -> None:
    """The second person confirms; a void draw's award is given up and its request fails.

    Refuses `draw.nothing_proposed`, `draw.two_persons` to whoever proposed it, and the fallback with `draw.not_waiting`
    when the beacon came after it was proposed.
    """
    row = decision_of(draw.id, decision)
    if row is None or row.confirmed_by is not None:
        raise BadState("draw.nothing_proposed")
    if row.asked_by == actor.id:
        raise BreaksRule("draw.two_persons")
    if decision == Decision.FALLBACK:
        _require_waiting(draw, now)  # the beacon may have come meanwhile
    row.confirmed_by, row.confirmed_at = actor.id, now
    db.session.flush()
    written("confirm", draw, {"decision": str(decision), "ground": row.ground}, actor=actor, now=now)
    if decision == Decision.VOID:
        _void(draw, row, actor=actor, now=now)


def commit_secret(draw: Draw, secret: str, *, actor: Actor, now: datetime) -> str:
    """Commit to a secret before the freeze; empty, one is made. Returns it: only the committer holds it until then.

    Refuses `draw.takes_no_secret` where the beacon is not made of secrets (nor can it become so: a draw falls back to
    the lottery), `draw.committed_already`, `draw.sign_up_over` and `beacon.secret_malformed`.
    """
    if draw.beacon != law.BeaconKind.COMMIT:
        raise BreaksRule("draw.takes_no_secret")
    own = secret.strip().lower() or secrets.token_hex(32)
    rows = secrets_of(draw.id)
    if any(row.account_id == actor.id for row in rows):
        raise BadState("draw.committed_already")
    if draw.state != DrawState.ANNOUNCED or now >= draw.signup_until:
        raise BadState("draw.sign_up_over")
    by = f"{actor.role}#{len(rows) + 1}"
    row = DrawSecret(
        draw_id=draw.id, account_id=actor.id, number=len(rows) + 1, by=by, committed_at=now,
        commitment=law.commitment(draw.ref, by, own),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    payload = {"committer": by, "number": row.number, "commitment": row.commitment}
    written("commit", draw, payload, actor=actor, now=now)
    return own


def reveal_secret(draw: Draw, secret: str, *, actor: Actor, now: datetime) -> None:
    """Reveal the secret after the freeze; with the last one the beacon is known.

    Refuses `draw.not_committed`, `beacon.wrong_secret` and `draw.not_waiting`.
    """
    row = next((one for one in secrets_of(draw.id) if one.account_id == actor.id and one.secret is None), None)
    if row is None:
        raise BadState("draw.not_committed")
    if draw.state != DrawState.FROZEN:
        raise BadState("draw.not_waiting")
    own = secret.strip().lower()
    if law.commitment(draw.ref, row.by, own) != row.commitment:
        raise BreaksRule("beacon.wrong_secret", name=row.by)
    row.secret, row.revealed_at = own, now
    db.session.flush()
    written("reveal", draw, {"committer": row.by, "secret": own}, actor=actor, now=now)
    rows = secrets_of(draw.id)
    if all(one.secret for one in rows):
        told = law.Reveals(
            draw.ref, {one.by: one.commitment for one in rows}, {one.by: one.secret or "" for one in rows}
        )
        _known(law.BeaconKind.COMMIT, draw.ref, ("", told.randomness()), now=now)


def enter_lottery(result: law.Lottery, *, actor: Actor, now: datetime) -> bool:
    """One person enters a published result; True when a second one had entered the same and it counts from here on.

    Until two agree, whoever entered another one corrects it so; that is an act of its own. Refuses
    `beacon.lottery_malformed`, `beacon.lottery_day`, `lottery.not_drawn_yet`, `lottery.entered_already` where it is
    the same again, and `lottery.counts_already`.
    """
    randomness = result.randomness()
    if result.drawn_at() > now:
        raise BreaksRule("lottery.not_drawn_yet")
    day = result.drawn_on.isoformat()
    source = f"{result.issue} {','.join(f'{ball:02d}' for ball in sorted(result.red))} {result.blue:02d}"
    entered = db.session.scalars(select(LotteryEntry).where(LotteryEntry.drawn_on == day)).all()
    known = value_of(law.BeaconKind.LOTTERY, day) is not None
    mine = next((one for one in entered if one.entered_by == actor.id), None)
    act = "lottery.enter" if mine is None else "lottery.correct"
    if mine is None:
        db.session.add(LotteryEntry(drawn_on=day, source=source, entered_at=now, entered_by=actor.id))
    elif mine.source == source:
        raise BadState("lottery.entered_already")
    elif known:
        raise BadState("lottery.counts_already")
    else:
        mine.source, mine.entered_at = source, now
    db.session.flush()
    record(act, f"lottery/{day}", actor=actor, payload={"source": source}, now=now)
    agreed = any(one.source == source for one in entered if one is not mine)
    if agreed and not known:
        _known(law.BeaconKind.LOTTERY, day, (source, randomness), now=now)
    return agreed


def keep_round(beacon: law.Drand, *, now: datetime) -> BeaconValue:
    """Keep a round of drand that was verified (`bls.verified`) by the job that fetched it."""
    name = str(beacon.round)
    found = value_of(law.BeaconKind.DRAND, name)
    return found or _known(law.BeaconKind.DRAND, name, (beacon.signature, beacon.randomness()), now=now)


def _known(kind: law.BeaconKind, name: str, told: tuple[str, bytes], *, now: datetime) -> BeaconValue:
    source, randomness = told
    value = BeaconValue(kind=kind, name=name, source=source, randomness=randomness.hex(), known_at=now)
    db.session.add(value)
    db.session.flush()
    payload = {"source": source, "randomness": value.randomness}
    record("beacon.known", f"beacon/{kind}/{name}", actor=Actor.system(), payload=payload, now=now)
    return value


def _require_waiting(draw: Draw, now: datetime) -> None:
    if draw.state != DrawState.FROZEN or draw.beacon == law.BeaconKind.LOTTERY:
        raise BadState("draw.not_waiting")
    if value_of(draw.beacon, draw.beacon_name) is not None:
        raise BadState("draw.not_waiting")
    if seconds(now) < draw.beacon_time + DAY:
        raise BadState("draw.fallback_too_early")


def _void(draw: Draw, row: DrawDecision, *, actor: Actor, now: datetime) -> None:
    draw.state = DRAW.step(draw.state, "void")
    db.session.flush()
    written("void", draw, {"ground": row.ground}, actor=actor, now=now)
    standing = db.session.scalar(
        select(Award).where(Award.request_id == draw.request_id, Award.state == AwardState.ACTIVE)
    )
    if standing is not None:
        give_up(draw, standing, (Refused.VOIDED, row.explained), actor=actor, now=now)
    if db.session.get_one(Request, draw.request_id).state != RequestState.FAILED:
        end_after_draw(draw, Reason("reason.draw_void", {"ground": row.ground}), actor=actor, now=now)
