"""Marked prices that stand: mark lapsed ones again, pause, resume, and take back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from market.agencies import queries
from market.agencies.actions.directory import list_agencies
from market.agencies.actions.marking import close_pauses, mark_prices, offer_obj, tie, withdraw_rows
from market.agencies.actions.planning import Marking, Terms
from market.agencies.models import Agency, Offer, OfferPause
from market.agencies.rules import OFFER, OfferState, PauseReason
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.catalogue.models import Entry
from market.catalogue.queries import edition_in_force
from market.journal.actions import record
from market.store.db import db


def remark(agency: Agency, offer_ids: Collection[int] | None, *, actor: Actor, now: datetime) -> int:
    """Mark the nearest lawful price again for lapsed offers (None: for all that can be); how many were marked.

    Refuses offer.nothing_to_remark, and what `mark_price` refuses.
    """
    today = clock.china_date(now)
    found = [
        (one, one.marks)
        for one in queries.proposals(agency.id, edition_in_force(today).id, today)
        if offer_ids is None or one.lapsed.offer_id in offer_ids
    ]
    markings = [
        Marking(one.entry, marks, one.days, Terms(region=one.region_code, capacity=one.capacity))
        for one, marks in found
        if marks is not None
    ]
    if not markings:
        raise BadState("offer.nothing_to_remark")
    return len(mark_prices(agency, markings, actor=actor, now=now))


def withdraw_offer(offer: Offer, *, actor: Actor, now: datetime) -> None:
    """Take a marked price back; what was quoted on it stays.

    Where it was announced and has not begun, the price before it goes on instead, as a new version from that day.
    """
    withdraw_rows([offer], now)
    agency, entry = db.session.get_one(Agency, offer.agency_id), db.session.get_one(Entry, offer.entry_id)
    told = {"offer": offer.id, "version": offer.version}
    record("offer.withdraw", offer_obj(agency, entry.code), actor=actor, payload=told, now=now)
    before = queries.ends_at(offer, offer.effective_from) if offer.effective_from > now else None
    if before is not None:
        again = _go_on(before, now, actor)
        facts = {
            "offer": again.id, "version": again.version, "as": before.version,
            "effective_from": again.effective_from.isoformat(),
        }  # fmt: skip
        record("offer.go_on", offer_obj(agency, entry.code), actor=actor, payload=facts, now=now)
    list_agencies([agency.id], now=now)


def pause_offer(offer: Offer, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take no further orders at a price until it is resumed, for a reason of the closed list (offer.reason_needed)."""
    if reason not in set(PauseReason):
        raise BreaksRule("offer.reason_needed")
    state = OFFER.step(offer.state, "pause")
    db.session.add(OfferPause(offer_id=offer.id, reason=reason, paused_at=now))
    db.session.flush()
    offer.state = state
    _record_of(offer, "offer.pause", {"reason": reason}, (actor, now))


def resume_offer(offer: Offer, *, actor: Actor, now: datetime) -> None:
    """Take orders at a paused price again, at the same figures."""
    state = OFFER.step(offer.state, "resume")
    close_pauses([offer], now)
    offer.state = state
    _record_of(offer, "offer.resume", {}, (actor, now))


def _go_on(before: Offer, now: datetime, actor: Actor) -> Offer:
    """The same figures, days and place as `before`, from the moment at which it ends."""
    same = ("agency_id", "entry_id", "edition_id", "service_id", "pricing", "promised_days", "capacity", "region_code")
    again = Offer(
        **{name: getattr(before, name) for name in same},
        state=OfferState.IN_FORCE,
        version=queries.newest_version(before.agency_id, before.entry_id) + 1,
        marked_at=now,
        marked_by=actor.id,
        effective_from=before.ends_at,
    )
    db.session.add(again)
    db.session.flush()
    bands = [band for bands in queries.offer_bands([before.id])[before.id].values() for band in bands]
    tie([(again, bands)])
    return again


def _record_of(offer: Offer, act: str, facts: dict[str, Any], by: tuple[Actor, datetime]) -> None:
    agency, entry = db.session.get_one(Agency, offer.agency_id), db.session.get_one(Entry, offer.entry_id)
    told = {"offer": offer.id, "version": offer.version, **facts}
    record(act, offer_obj(agency, entry.code), actor=by[0], payload=told, now=by[1])
