"""The transcript of a draw: everything an outsider needs to repeat it, and nothing about a person."""

import hashlib
from typing import Any

from market.base.draw import BeaconKind, canonical
from market.base.draw.beacons import CHAIN
from market.journal.queries import history
from market.journal.rules.policy import NOBODY, Policy
from market.selection.models import BeaconValue, Draw, DrawDecision
from market.selection.queries.draws import (
    Participant,
    awards_of_draw,
    confirmations,
    decision_of,
    freeze_number,
    participants,
    postponements_of,
    secrets_of,
    value_drawn_by,
)
from market.selection.rules import Decision, DrawState, seconds


def transcript(draw: Draw, policy: Policy = NOBODY) -> dict[str, Any]:
    """What `/draws/<ref>.json` says. Before the freeze it says what was announced, and neither pool nor receipts.

    Of the witnesses it names those of the policy whose cosignature holds.
    `digest` is SHA-256 over the canonical JSON of all the rest: a file that was damaged on its way is noticed.
    """
    told: dict[str, Any] = {
        "draw_id": draw.ref,
        "state": draw.state,
        "algorithm": draw.algorithm,
        "algorithm_sha256": draw.algorithm_sha256,
        "announced_at": seconds(draw.announced_at),
        "signup_until": seconds(draw.signup_until),
        "beacon_kind": draw.beacon,
        "announced_beacon_time": draw.announced_time,
        "beacon_time": draw.beacon_time,
        "round": int(draw.beacon_name) if draw.beacon == BeaconKind.DRAND else None,
        "postponements": [
            {"from": one.from_time, "to": one.to_time, "reason": one.reason, "at": one.at_time}
            for one in postponements_of(draw.id)
        ],
        "least": draw.least,
        "witnesses_required": draw.witnesses,
        "witnesses": [],
    }
    if draw.state not in (DrawState.ANNOUNCED, DrawState.CANCELLED):
        told |= _frozen(draw, policy)
    return told | {"digest": hashlib.sha256(canonical(told)).hexdigest()}


def _frozen(draw: Draw, policy: Policy) -> dict[str, Any]:
    everybody, acts = participants(draw.id), history(f"draw/{draw.ref}")
    number = freeze_number(acts)
    value = value_drawn_by(draw)
    order = sorted((one for one in everybody if one.position), key=lambda one: one.position or 0)
    return {
        "frozen_at": draw.frozen_time,
        "freeze_log_index": number,
        "witnesses": [{"witness": name, "at": seconds(moment)} for name, moment in confirmations(draw, number, policy)],
        "pool": [
            {"nonce": one.nonce, "ticket": one.ticket}
            for one in sorted(everybody, key=lambda one: one.ticket)
            if one.in_pool
        ],
        "pool_root": draw.pool_root,
        "receipts": [_receipt(one) for one in everybody if one.withdrawn_at is None],
        "journal": [row.leaf for row in acts if row.act == "draw.sign_up"],
        "withdrawn": [_receipt(one) for one in everybody if one.withdrawn_at is not None],
        "exclusions": [
            {"ticket": one.ticket, "nonce": one.nonce, "reason": one.excluded, **(one.facts or {})}
            for one in everybody
            if one.excluded
        ],
        "fallback": _decided(decision_of(draw.id, Decision.FALLBACK)),
        "void": _decided(decision_of(draw.id, Decision.VOID)),
        "beacon": _beacon(draw, value) if value is not None else None,
        "seed": draw.seed,
        "ranking": [one.ticket for one in order],
        "outcomes": [
            {"award": one.ref, "ticket": one.ticket, "state": one.state, "reason": one.reason or ""}
            for one in awards_of_draw(draw)
        ],
    }


def _receipt(one: Participant) -> dict[str, Any]:
    return {
        "ticket": one.ticket,
        "nonce": one.nonce,
        "received_at": seconds(one.received_at),
        "leaf": one.receipt,
    }


def _decided(found: DrawDecision | None) -> dict[str, Any] | None:
    if found is None or found.confirmed_at is None:
        return None
    return {"ground": found.ground, "explained": found.explained, "at": seconds(found.confirmed_at)}


def _beacon(draw: Draw, value: BeaconValue) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": value.kind, "randomness": value.randomness}
    if value.kind == BeaconKind.DRAND:
        return {**told, "chain": CHAIN, "round": int(value.name), "signature": value.source}
    if value.kind == BeaconKind.LOTTERY:
        issue, red, blue = value.source.split()
        balls = [int(ball) for ball in red.split(",")]
        return {**told, "issue": issue, "red": balls, "blue": int(blue), "drawn_on": value.name}
    rows = secrets_of(draw.id)
    reveals = [{"by": row.by, "commitment": row.commitment, "secret": row.secret} for row in rows]
    return {**told, "reveals": sorted(reveals, key=lambda one: str(one["by"]))}
