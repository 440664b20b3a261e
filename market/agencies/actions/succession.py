"""Take marked prices over into the edition that came into force, by rule and never by anybody's hand."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, insert, literal, null, select
from sqlalchemy.orm import aliased

from market.agencies.actions.directory import list_agencies
from market.agencies.models import CarryOver, Offer, OfferBand
from market.agencies.queries.succession import Settled, same_item, to_settle
from market.agencies.rules import LAPSED, OfferState, Succession
from market.base.people import Actor
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.models.price import LINE, LISTED
from market.journal.actions import record
from market.notices.actions import queue
from market.store.db import db

_COPIED = ("pricing", "agency_id", "payer", "float_low", "float_high", "float_den", "base_known", *LINE)
_OF_PARENT = ("parent_agency_id", "parent_float_low", "parent_float_high", "parent_float_den")


def carry_over(edition: Edition, *, now: datetime) -> list[Settled]:
    """Settle every offer of the editions before `edition`, which must be the one in force; what became of which.

    An offer goes on, with the same figures and days, as a new offer of the new entry where the service is still
    listed under the same price law and the promised days fit; its old row stays as it is, for what was asked under
    the old edition. An offer that cannot go on lapses, and its agency is told once, with every service named.
    Safe to run twice: each offer is settled once for ever.
    """
    settled = to_settle(edition)
    if not settled:
        return []
    _write_down(settled, edition, now)
    _copy_offers(edition, now)
    _copy_bands(edition)
    _tie_bands(edition)
    for one in settled:
        if one.outcome == Succession.CARRIED:
            facts = {"edition": edition.number, "from": one.offer_id, "marked_by": one.marked_by}
            obj = f"offer/{one.agency_ref}/{one.code}"
            record("offer.carry_over", obj, actor=Actor.system(), payload=facts, now=now)
    _tell(settled, edition, now)
    list_agencies((one.agency_id for one in settled), now=now)
    return settled


def _write_down(settled: Sequence[Settled], edition: Edition, now: datetime) -> None:
    rows = [
        {
            "offer_id": one.offer_id, "agency_id": one.agency_id, "from_edition_id": one.from_edition_id,
            "service_id": one.service_id, "edition_id": edition.id, "outcome": one.outcome, "settled_at": now,
        }
        for one in settled
    ]  # fmt: skip
    db.session.execute(insert(CarryOver), rows)


def _copy_offers(edition: Edition, now: datetime) -> None:
    """Version 1 of each carried offer in the new entry, where there is none yet."""
    before, there = aliased(Offer), aliased(Offer)
    source = (
        select(
            before.agency_id, Entry.id, Entry.edition_id, Entry.service_id, Entry.pricing,
            literal(OfferState.IN_FORCE.value), literal(1), before.promised_days,
            literal(now, Offer.marked_at.type), before.marked_by, null(),
        )
        .select_from(CarryOver)
        .join(before, before.id == CarryOver.offer_id)
        .join(Entry, and_(Entry.edition_id == CarryOver.edition_id, Entry.service_id == CarryOver.service_id))
        .where(CarryOver.edition_id == edition.id, CarryOver.outcome == Succession.CARRIED)
        .where(~exists().where(there.agency_id == before.agency_id, there.entry_id == Entry.id))
        .order_by(before.id)
    )  # fmt: skip
    columns = (
        *("agency_id", "entry_id", "edition_id", "service_id", "pricing", "state", "version", "promised_days"),
        *("marked_at", "marked_by", "withdrawn_at"),
    )
    db.session.execute(insert(Offer).from_select(columns, source))


def _copy_bands(edition: Edition) -> None:
    """The bands of each successor that has none yet: the same line and mark on the new edition's fee item."""
    after, tie, band, parent = aliased(Offer), aliased(OfferBand), aliased(Band), aliased(Band)
    old, new = aliased(FeeItem), aliased(FeeItem)
    twin = and_(
        band.parent_id.is_not(None),
        parent.fee_item_id == new.id,
        parent.agency_id == LISTED,
        parent.payer == band.payer,
        parent.float_low == band.parent_float_low,
        parent.float_high == band.parent_float_high,
        parent.float_den == band.parent_float_den,
        *(getattr(parent, name) == getattr(band, name) for name in LINE),
    )
    same = [getattr(band, name) for name in (*_COPIED, *_OF_PARENT)]
    source = (
        select(new.edition_id, new.service_id, new.id, parent.id, *same)
        .select_from(CarryOver)
        .join(after, _successor(after, edition))
        .join(tie, tie.offer_id == CarryOver.offer_id)
        .join(band, band.id == tie.band_id)
        .join(old, old.id == band.fee_item_id)
        .join(new, and_(new.entry_id == after.entry_id, same_item(old, new)))
        .outerjoin(parent, twin)
        .where(~exists().where(OfferBand.offer_id == after.id))
        .order_by(band.id)
    )
    columns = ("edition_id", "service_id", "fee_item_id", "parent_id", *_COPIED, *_OF_PARENT)
    db.session.execute(insert(Band).from_select(columns, source))


def _tie_bands(edition: Edition) -> None:
    """Every band of a successor belongs to it; its agency has no other on the new edition's fee items yet."""
    after = aliased(Offer)
    source = (
        select(after.id, Band.id, Band.agency_id, Band.fee_item_id, Band.edition_id, Band.service_id)
        .select_from(CarryOver)
        .join(after, _successor(after, edition))
        .join(FeeItem, FeeItem.entry_id == after.entry_id)
        .join(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == after.agency_id))
        .where(~exists().where(OfferBand.offer_id == after.id))
        .order_by(Band.id)
    )
    columns = ("offer_id", "band_id", "agency_id", "fee_item_id", "edition_id", "service_id")
    db.session.execute(insert(OfferBand).from_select(columns, source))


def _successor(after: type[Offer], edition: Edition) -> Any:
    return and_(
        CarryOver.edition_id == edition.id,
        CarryOver.outcome == Succession.CARRIED,
        after.agency_id == CarryOver.agency_id,
        after.edition_id == edition.id,
        after.service_id == CarryOver.service_id,
        after.version == 1,
    )


def _tell(settled: Iterable[Settled], edition: Edition, now: datetime) -> None:
    """One message for each agency whose prices lapsed, its services by reason."""
    by_agency: dict[int, list[Settled]] = defaultdict(list)
    for one in settled:
        if one.outcome in LAPSED:
            by_agency[one.organisation_id].append(one)
    for organisation, lapsed in by_agency.items():
        again = [one.code for one in lapsed if one.outcome != Succession.REMOVED]
        link = f"/desk/offers/{again[0]}" if len(again) == 1 == len(lapsed) else "/desk/offers"
        facts: dict[str, Any] = {"edition": edition.number, "link": link}
        for reason in LAPSED:
            named = [f"{one.code} {one.name_zh}" for one in lapsed if one.outcome == reason]
            facts |= {f"{reason}_head": f"succession_head.{reason}" if named else "", str(reason): named}
        queue("notice.offer.lapsed", to=[organisation], facts=facts, now=now)
