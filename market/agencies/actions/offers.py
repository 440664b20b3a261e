"""Mark a price, pause it, and take it back."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from market.agencies import queries
from market.agencies.actions.directory import list_agencies
from market.agencies.actions.planning import Marking, Terms, mark_facts, planned_bands
from market.agencies.models import Agency, Offer, OfferBand, OfferPause
from market.agencies.rules import (
    EVERYWHERE,
    MOST_DAYS,
    MOST_JOBS,
    OFFER,
    AgencyState,
    DaysSource,
    OfferState,
    PauseReason,
)
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.catalogue.models import Band, Entry, Region
from market.catalogue.queries import edition_in_force
from market.journal.actions import record
from market.store.db import db

_YEAR = timedelta(days=366)


def mark_price(agency: Agency, marking: Marking, *, actor: Actor, now: datetime) -> Offer:
    """Mark a price (明码标价): a new offer; the agency's earlier one for the entry and region gives way to it.

    At once, the earlier one is withdrawn with it; from a later moment on, it ends there. What was announced for a later
    moment than the new one is withdrawn. Quotes and contracts made on earlier prices stay as they are.

    Refuses offer.agency_not_admitted, offer.not_in_force, offer.days_range, offer.days_beyond_limit,
    offer.days_beyond_default, offer.capacity_range, offer.begins_in_the_past, offer.begins_too_late,
    offer.region_unknown, offer.region_outside, offer.changed_meanwhile, offer.price_needed, offer.not_markable,
    offer.percent_only, offer.no_reference, offer.percent_range, offer.amount_outside, fee_item.not_listed, and what an
    own schedule's rows may break.
    """
    entry, terms = marking.entry, marking.terms
    begins = now if terms.effective_from is None else terms.effective_from
    _check_marking(agency, marking, now)
    bands = planned_bands(marking, agency.id)
    _give_way(agency, marking, begins, now)
    offer = Offer(
        agency_id=agency.id,
        entry_id=entry.id,
        edition_id=entry.edition_id,
        service_id=entry.service_id,
        pricing=entry.pricing,
        state=OfferState.IN_FORCE,
        version=queries.newest_version(agency.id, entry.id) + 1,
        promised_days=marking.promised_days,
        capacity=terms.capacity,
        region_code=terms.region,
        marked_at=now,
        marked_by=actor.id,
        effective_from=begins,
    )
    db.session.add_all([offer, *bands])
    db.session.flush()
    _tie(offer, bands)
    facts = {
        "service": entry.code,
        "version": offer.version,
        "region": offer.region_code,
        "effective_from": begins.isoformat(),
        "promised_days": offer.promised_days,
        "capacity": offer.capacity,
        "prices": {str(item): mark_facts(mark) for item, mark in sorted(marking.prices.items())},
    }
    record("offer.mark", _obj(agency, entry.code), actor=actor, payload=facts, now=now)
    list_agencies([agency.id], now=now)
    return offer


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
    marked = 0
    for proposal, marks in found:
        if marks is None:
            continue
        terms = Terms(region=proposal.region_code, capacity=proposal.capacity)
        mark_price(agency, Marking(proposal.entry, marks, proposal.days, terms), actor=actor, now=now)
        marked += 1
    if not marked:
        raise BadState("offer.nothing_to_remark")
    return marked


def withdraw_offer(offer: Offer, *, actor: Actor, now: datetime) -> None:
    """Take a marked price back; what was quoted on it stays.

    Where it was announced and has not begun, the price before it goes on instead, as a new version from that day.
    """
    _withdraw(offer, now)
    agency, entry = db.session.get_one(Agency, offer.agency_id), db.session.get_one(Entry, offer.entry_id)
    record("offer.withdraw", _obj(agency, entry.code), actor=actor, payload={"version": offer.version}, now=now)
    before = queries.ends_at(offer, offer.effective_from) if offer.effective_from > now else None
    if before is not None:
        again = _go_on(before, now, actor)
        facts = {"version": again.version, "as": before.version, "effective_from": again.effective_from.isoformat()}
        record("offer.go_on", _obj(agency, entry.code), actor=actor, payload=facts, now=now)
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
    _close_pause(offer, now)
    offer.state = state
    _record_of(offer, "offer.resume", {}, (actor, now))


def _check_marking(agency: Agency, marking: Marking, now: datetime) -> None:
    entry, days = marking.entry, marking.promised_days
    if agency.state != AgencyState.ADMITTED:
        raise BadState("offer.agency_not_admitted")
    if entry.edition_id != edition_in_force(clock.china_date(now)).id:
        raise BadState("offer.not_in_force")
    if not 1 <= days <= MOST_DAYS:
        raise BreaksRule("offer.days_range")
    limit = queries.days_limit(entry, clock.china_date(now))
    if days > limit.days:
        own = limit.source == DaysSource.OPERATOR
        raise BreaksRule("offer.days_beyond_default" if own else "offer.days_beyond_limit", limit=limit.days, days=days)
    _check_terms(marking, now)


def _check_terms(marking: Marking, now: datetime) -> None:
    terms = marking.terms
    if terms.capacity is not None and not 1 <= terms.capacity <= MOST_JOBS:
        raise BreaksRule("offer.capacity_range")
    if terms.effective_from is not None and terms.effective_from < now:
        raise BreaksRule("offer.begins_in_the_past")
    if terms.effective_from is not None and terms.effective_from > now + _YEAR:
        raise BreaksRule("offer.begins_too_late")
    if terms.region != EVERYWHERE and terms.region not in {one.code for one in queries.regions_for(marking.entry.id)}:
        known = db.session.get(Region, terms.region) is not None
        raise BreaksRule("offer.region_outside" if known else "offer.region_unknown")


def _give_way(agency: Agency, marking: Marking, begins: datetime, now: datetime) -> None:
    """Make room from `begins` on; refuses offer.changed_meanwhile when the person had seen another version."""
    terms = marking.terms
    standing = queries.standing_offers(agency.id, marking.entry.id, terms.region)
    newest = max((one.version for one in standing), default=0)
    if terms.seen is not None and terms.seen != newest:
        raise BadState("offer.changed_meanwhile")
    for earlier in standing:
        if earlier.ends_at is not None and earlier.ends_at <= begins:
            continue
        if begins > now and earlier.effective_from < begins:
            earlier.ends_at = begins
        else:
            _withdraw(earlier, now)
    # The index that allows one price at a time sees rows in the order in which they are written.
    db.session.flush()


def _withdraw(offer: Offer, now: datetime) -> None:
    state = OFFER.step(offer.state, "withdraw")
    if offer.state == OfferState.PAUSED:
        _close_pause(offer, now)
    offer.state, offer.withdrawn_at = state, now
    db.session.flush()


def _close_pause(offer: Offer, now: datetime) -> None:
    still_open = update(OfferPause).where(OfferPause.offer_id == offer.id, OfferPause.resumed_at.is_(None))
    db.session.execute(still_open.values(resumed_at=now))


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
    _tie(again, bands)
    return again


def _tie(offer: Offer, bands: Sequence[Band]) -> None:
    db.session.add_all(
        OfferBand(
            offer_id=offer.id, band_id=band.id, agency_id=offer.agency_id, fee_item_id=band.fee_item_id,
            edition_id=offer.edition_id, service_id=offer.service_id,
        )
        for band in bands
    )  # fmt: skip
    db.session.flush()


def _record_of(offer: Offer, act: str, facts: dict[str, Any], by: tuple[Actor, datetime]) -> None:
    agency, entry = db.session.get_one(Agency, offer.agency_id), db.session.get_one(Entry, offer.entry_id)
    record(act, _obj(agency, entry.code), actor=by[0], payload={"version": offer.version, **facts}, now=by[1])


def _obj(agency: Agency, code: str) -> str:
    return f"offer/{agency.ref}/{code}"
