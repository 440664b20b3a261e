"""Mark a price and take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from market.agencies import queries
from market.agencies.actions.directory import list_agencies
from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.rules import (
    OFFER,
    AgencyState,
    Mark,
    OfferState,
    Percent,
    market_line,
    share_of_listed,
    share_of_reference,
)
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.base.pricing import APPLICANT, AUTHORITY
from market.catalogue.listing import band_row, line_of
from market.catalogue.models import Band, Entry, FeeItem
from market.catalogue.queries import edition_in_force, fee_items_of
from market.catalogue.rules import PriceState, Pricing
from market.journal.actions import record
from market.store.db import db

MOST_DAYS = 730


@dataclass(frozen=True, slots=True)
class Marking:
    """A price to mark: for an entry of the edition in force, a mark per fee item id, and working days promised."""

    entry: Entry
    prices: Mapping[int, Mark]
    promised_days: int


def mark_price(agency: Agency, marking: Marking, *, actor: Actor, now: datetime) -> Offer:
    """Mark a price (明码标价): a new offer in force; the agency's earlier one for the entry is withdrawn with it.

    Refuses offer.agency_not_admitted, offer.not_in_force, offer.days_range, offer.days_beyond_limit,
    offer.price_needed, offer.not_markable, offer.percent_only, offer.no_reference, offer.percent_range and
    fee_item.not_listed.
    """
    entry = marking.entry
    _check_marking(agency, marking, edition_in_force(clock.china_date(now)).id)
    bands = planned_bands(marking, agency.id)
    before = _withdraw_earlier(agency, entry, now)
    offer = Offer(
        agency_id=agency.id,
        entry_id=entry.id,
        edition_id=entry.edition_id,
        service_id=entry.service_id,
        pricing=entry.pricing,
        state=OfferState.IN_FORCE,
        version=before + 1,
        promised_days=marking.promised_days,
        marked_at=now,
        marked_by=actor.id,
    )
    db.session.add_all([offer, *bands])
    db.session.flush()
    db.session.add_all(
        OfferBand(
            offer_id=offer.id, band_id=band.id, agency_id=agency.id, fee_item_id=band.fee_item_id,
            edition_id=entry.edition_id, service_id=entry.service_id,
        )
        for band in bands
    )  # fmt: skip
    db.session.flush()
    facts = {
        "service": entry.code,
        "version": offer.version,
        "promised_days": offer.promised_days,
        "prices": {str(item): _mark_facts(mark) for item, mark in sorted(marking.prices.items())},
    }
    record("offer.mark", _obj(agency, entry.code), actor=actor, payload=facts, now=now)
    list_agencies([agency.id], now=now)
    return offer


def withdraw_offer(offer: Offer, *, actor: Actor, now: datetime) -> None:
    """Take a marked price back; what was quoted on it stays."""
    offer.state = OFFER.step(offer.state, "withdraw")
    offer.withdrawn_at = now
    agency, entry = db.session.get_one(Agency, offer.agency_id), db.session.get_one(Entry, offer.entry_id)
    record("offer.withdraw", _obj(agency, entry.code), actor=actor, payload={"version": offer.version}, now=now)
    list_agencies([agency.id], now=now)


def planned_bands(marking: Marking, agency_id: int) -> list[Band]:
    """The unsaved bands of a marking, every mark inside the list's rule; the form's example uses it too."""
    items = {item.id: item for item in fee_items_of(marking.entry.id)}
    if not marking.prices:
        raise BreaksRule("offer.price_needed")
    for item_id in marking.prices:
        if item_id not in items:
            raise BreaksRule("fee_item.not_listed", item=item_id)
    wanted = [items[item_id] for item_id in marking.prices]
    listed = queries.rule_bands(wanted)
    references = queries.reference_lines(marking.entry, wanted)
    bands: list[Band] = []
    for item in wanted:
        mark = marking.prices[item.id]
        if item.price_state == PriceState.LISTED:
            bands += _inside_rule(item, listed[item.id], mark, agency_id)
        elif item.price_state in (PriceState.MARKED, PriceState.FREE):
            bands += _free_mark(item, references.get(item.id, ()), mark, agency_id)
        else:
            raise BreaksRule("offer.not_markable", item=item.name_zh)
    return bands


def _check_marking(agency: Agency, marking: Marking, edition_id: int) -> None:
    entry, days = marking.entry, marking.promised_days
    if agency.state != AgencyState.ADMITTED:
        raise BadState("offer.agency_not_admitted")
    if entry.edition_id != edition_id:
        raise BadState("offer.not_in_force")
    if not 1 <= days <= MOST_DAYS:
        raise BreaksRule("offer.days_range")
    # Working days are never more than the calendar days they lie in: a limit in calendar days binds them too.
    limit = entry.time_limit_workdays or entry.time_limit_calendar_days
    if limit is not None and days > limit:
        raise BreaksRule("offer.days_beyond_limit", limit=limit, days=days)


def _inside_rule(item: FeeItem, listed: Sequence[Band], mark: Mark, agency_id: int) -> list[Band]:
    if not listed:
        raise BreaksRule("offer.not_markable", item=item.name_zh)
    if not isinstance(mark, Percent):
        raise BreaksRule("offer.percent_only", item=item.name_zh)
    is_set = item.pricing == Pricing.GOVERNMENT_SET
    lines = share_of_listed([line_of(band) for band in listed], mark, is_set=is_set)
    return [
        band_row(item, line, agency_id=agency_id, parent=parent) for line, parent in zip(lines, listed, strict=True)
    ]


def _free_mark(item: FeeItem, reference: Sequence[Any], mark: Mark, agency_id: int) -> list[Band]:
    payer = AUTHORITY if item.price_state == PriceState.FREE else APPLICANT
    if isinstance(mark, Percent):
        if not reference:
            raise BreaksRule("offer.no_reference", item=item.name_zh)
        lines = share_of_reference(reference, mark, payer=payer)
    else:
        lines = [market_line(mark, item.steps_per_unit, payer=payer)]
    return [band_row(item, line, agency_id=agency_id) for line in lines]


def _withdraw_earlier(agency: Agency, entry: Entry, now: datetime) -> int:
    """The greatest version so far (0 for none), with what was in force withdrawn."""
    of_entry = select(Offer).where(Offer.agency_id == agency.id, Offer.entry_id == entry.id)
    for earlier in db.session.scalars(of_entry.where(Offer.state == OfferState.IN_FORCE)).all():
        earlier.state, earlier.withdrawn_at = OFFER.step(earlier.state, "withdraw"), now
    # The index that allows one price at a time sees rows in the order in which they are written.
    db.session.flush()
    versions = select(func.max(Offer.version)).where(Offer.agency_id == agency.id, Offer.entry_id == entry.id)
    return db.session.scalar(versions) or 0


def _obj(agency: Agency, code: str) -> str:
    return f"offer/{agency.ref}/{code}"


def _mark_facts(mark: Mark) -> dict[str, Any]:
    return {"kind": type(mark).__name__, **asdict(mark)}
