"""Mark prices: one from the form, or some thousands from a sheet, by the same law and in a fixed number of rounds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from market.agencies import queries
from market.agencies.actions.directory import list_agencies
from market.agencies.actions.planning import Marking, mark_facts, planned_bands
from market.agencies.models import Agency, Offer, OfferBand, OfferPause
from market.agencies.rules import EVERYWHERE, MOST_DAYS, MOST_JOBS, OFFER, AgencyState, DaysSource, OfferState
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.catalogue.models import Band
from market.journal.actions import record_each
from market.store.db import db

_YEAR = timedelta(days=366)
Place = tuple[int, str]
"""An entry and a region: at one moment, one price."""


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
    [offer] = mark_prices(agency, [marking], actor=actor, now=now)
    return offer


def mark_prices(agency: Agency, markings: Sequence[Marking], *, actor: Actor, now: datetime) -> list[Offer]:
    """Mark several prices as `mark_price` marks one; of one place, in the order given. Refuses what it refuses.

    The number of statements does not grow with the number of prices, but for rounds of one place.
    """
    entries = {one.entry.id: one.entry for one in markings}
    ground = queries.ground_of(entries.values(), clock.china_date(now))
    standing = queries.standing_offers_of(agency.id, entries)
    versions = Counter(queries.newest_versions(agency.id, entries))
    made: list[Offer] = []
    for together in _rounds(markings):
        planned = []
        for marking in together:
            check_terms(agency, marking, ground=ground, now=now)
            planned.append(planned_bands(marking, agency.id, ground=ground))
        gave = _give_way([(one, standing[place_of_marking(one)]) for one in together], now)
        offers = []
        for marking in together:
            versions[marking.entry.id] += 1
            offers.append(_offer(agency, marking, versions[marking.entry.id], (actor, now)))
        db.session.add_all([*offers, *(band for bands in planned for band in bands)])
        db.session.flush()
        tie(list(zip(offers, planned, strict=True)))
        for marking, offer in zip(together, offers, strict=True):
            standing[place_of_marking(marking)].append(offer)
        facts = [
            (offer_obj(agency, one.entry.code), _facts(one, offer) | before)
            for one, offer, before in zip(together, offers, gave, strict=True)
        ]
        record_each("offer.mark", facts, actor=actor, now=now)
        made += offers
    list_agencies([agency.id], now=now)
    return made


def place_of_marking(marking: Marking) -> Place:
    """Where a price is to hold."""
    return marking.entry.id, marking.terms.region


def check_terms(agency: Agency, marking: Marking, *, ground: queries.Ground, now: datetime) -> None:
    """Refuse a marking for what it says beside its prices, and an agency that may not mark any."""
    entry, days, limit = marking.entry, marking.promised_days, ground.limits[marking.entry.id]
    if agency.state != AgencyState.ADMITTED:
        raise BadState("offer.agency_not_admitted")
    if entry.edition_id != ground.edition_id:
        raise BadState("offer.not_in_force")
    if not 1 <= days <= MOST_DAYS:
        raise BreaksRule("offer.days_range")
    if days > limit.days:
        own = limit.source == DaysSource.OPERATOR
        raise BreaksRule("offer.days_beyond_default" if own else "offer.days_beyond_limit", limit=limit.days, days=days)
    terms = marking.terms
    if terms.capacity is not None and not 1 <= terms.capacity <= MOST_JOBS:
        raise BreaksRule("offer.capacity_range")
    if terms.effective_from is not None and terms.effective_from < now:
        raise BreaksRule("offer.begins_in_the_past")
    if terms.effective_from is not None and terms.effective_from > now + _YEAR:
        raise BreaksRule("offer.begins_too_late")
    if terms.region != EVERYWHERE and terms.region not in ground.regions[entry.id]:
        known = terms.region in ground.known_regions
        raise BreaksRule("offer.region_outside" if known else "offer.region_unknown")


def withdraw_rows(offers: Sequence[Offer], now: datetime) -> None:
    """Take prices back; their pauses end with them."""
    states = [OFFER.step(offer.state, "withdraw") for offer in offers]
    if paused := [offer for offer in offers if offer.state == OfferState.PAUSED]:
        close_pauses(paused, now)
    for offer, state in zip(offers, states, strict=True):
        offer.state, offer.withdrawn_at = state, now
    db.session.flush()


def close_pauses(offers: Sequence[Offer], now: datetime) -> None:
    """End the pauses of prices."""
    mine = OfferPause.offer_id.in_([offer.id for offer in offers])
    db.session.execute(update(OfferPause).where(mine, OfferPause.resumed_at.is_(None)).values(resumed_at=now))


def tie(made: Iterable[tuple[Offer, Sequence[Band]]]) -> None:
    """Tie prices to their bands."""
    db.session.add_all(
        OfferBand(
            offer_id=offer.id, band_id=band.id, agency_id=offer.agency_id, fee_item_id=band.fee_item_id,
            edition_id=offer.edition_id, service_id=offer.service_id,
        )
        for offer, bands in made
        for band in bands
    )  # fmt: skip
    db.session.flush()


def offer_obj(agency: Agency, code: str) -> str:
    """The name of an agency's price for a service in the journal."""
    return f"offer/{agency.ref}/{code}"


def _rounds(markings: Sequence[Marking]) -> list[list[Marking]]:
    """The markings in rounds of one for each place: a later one of a place makes the earlier one give way."""
    rounds: dict[int, list[Marking]] = defaultdict(list)
    seen = Counter[Place]()
    for marking in markings:
        rounds[seen[place_of_marking(marking)]].append(marking)
        seen[place_of_marking(marking)] += 1
    return list(rounds.values())


def _give_way(wanted: Sequence[tuple[Marking, Sequence[Offer]]], now: datetime) -> list[dict[str, list[int]]]:
    """Make room from where each begins; refuses offer.changed_meanwhile when the person had seen another version.

    For each, which prices gave way, as the journal keeps it: those withdrawn, and those that end where it begins.
    """
    gone, told = [], []
    for marking, standing in wanted:
        terms, begins = marking.terms, marking.terms.effective_from or now
        standing = [offer for offer in standing if offer.state != OfferState.WITHDRAWN]
        newest = max((one.version for one in standing), default=0)
        if terms.seen is not None and terms.seen != newest:
            raise BadState("offer.changed_meanwhile")
        withdrawn, ended = [], []
        for earlier in standing:
            if earlier.ends_at is not None and earlier.ends_at <= begins:
                continue
            if begins > now and earlier.effective_from < begins:
                earlier.ends_at = begins
                ended.append(earlier.id)
            else:
                gone.append(earlier)
                withdrawn.append(earlier.id)
        told.append({name: ids for name, ids in (("withdrawn", withdrawn), ("ended", ended)) if ids})
    # The index that allows one price at a time sees rows in the order in which they are written.
    if gone:
        withdraw_rows(gone, now)
    db.session.flush()
    return told


def _offer(agency: Agency, marking: Marking, version: int, by: tuple[Actor, datetime]) -> Offer:
    entry, terms, (actor, now) = marking.entry, marking.terms, by
    return Offer(
        agency_id=agency.id,
        entry_id=entry.id,
        edition_id=entry.edition_id,
        service_id=entry.service_id,
        pricing=entry.pricing,
        state=OfferState.IN_FORCE,
        version=version,
        promised_days=marking.promised_days,
        capacity=terms.capacity,
        region_code=terms.region,
        marked_at=now,
        marked_by=actor.id,
        effective_from=terms.effective_from or now,
    )


def _facts(marking: Marking, offer: Offer) -> dict[str, object]:
    return {
        "offer": offer.id,
        "service": marking.entry.code,
        "version": offer.version,
        "region": offer.region_code,
        "effective_from": offer.effective_from.isoformat(),
        "promised_days": offer.promised_days,
        "capacity": offer.capacity,
        "prices": {str(item): mark_facts(mark) for item, mark in sorted(marking.prices.items())},
    }
