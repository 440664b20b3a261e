"""Take marked prices over into the edition that came into force, by rule and never by anybody's hand."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import aliased

from market.agencies.actions.directory import list_agencies
from market.agencies.models import Agency, CarryOn, CarryOver, Offer, OfferBand, OfferPause
from market.agencies.queries import succession as queries
from market.agencies.queries.succession import LapsedNow, same_item
from market.agencies.rules import LAPSED, OfferState, Succession
from market.base.people import Actor
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.models.price import LINE, LISTED
from market.journal.actions import record
from market.notices.actions import queue_each
from market.store.db import db
from market.store.planner import over_every_row

_COPIED = ("pricing", "agency_id", "payer", "float_low", "float_high", "float_den", "base_known", *LINE)
_OF_PARENT = ("parent_agency_id", "parent_float_low", "parent_float_high", "parent_float_den")
# So many agencies are served in one transaction: some seconds' work.
PART = 500


class Part(NamedTuple):
    """Agencies whose prices are written again in the edition together, and those of their offers that go on."""

    edition_id: int
    agencies: list[int]
    offers: list[int]


def carry_over(edition: Edition, *, now: datetime) -> Mapping[str, int]:
    """Settle every offer of the editions before `edition`, which must be the one in force; how many, by outcome.

    An offer goes on where the service is still listed under the same price law and the promised days fit; its old row
    stays as it is, for what was asked under the old edition. An offer that cannot go on lapses, and its agency is told
    once, with every service named. One statement over all offers, and one journal row that binds every outcome by its
    digest. Safe to run twice: each offer is settled once for ever. What goes on is written again by `carry_on`.
    """
    if not queries.anything_to_settle(edition, now):
        return {}
    columns = ("offer_id", "agency_id", "from_edition_id", "service_id", "edition_id", "outcome", "settled_at")
    outcomes = queries.settlement(edition, now).add_columns(literal(now, CarryOver.settled_at.type))
    with over_every_row():
        db.session.execute(insert(CarryOver).from_select(columns, outcomes))
    counts = _write_down(edition, now)
    _tell(queries.lapsed_at(edition, now), edition, now)
    waiting = select(CarryOver.edition_id, CarryOver.agency_id).where(
        CarryOver.edition_id == edition.id, CarryOver.settled_at == now
    )
    known = exists().where(CarryOn.edition_id == edition.id, CarryOn.agency_id == CarryOver.agency_id)
    db.session.execute(
        insert(CarryOn).from_select(("edition_id", "agency_id"), waiting.where(~known.correlate(CarryOver)).distinct())
    )
    return counts


def carry_on(*, now: datetime) -> int:
    """Write the offers of some agencies again that are to go on, with the same figures, days, place and pause.

    Each becomes an offer of the new entry from the moment on at which that was settled. How many agencies were served:
    0 when none waits. A part at a time, so that nobody else waits for long; whoever marked, or withdrew, meanwhile is
    left alone, and an agency that is suspended is served when it is back.
    """
    waiting = queries.to_carry_on(PART)
    if waiting is None:
        return 0
    part = Part(*waiting, queries.going_on(*waiting))
    _copy_offers(part)
    _copy_bands(part)
    _tie_bands(part)
    paused = _copy_pauses(part, now)
    _write_down_part(part, paused, now)
    list_agencies(part.agencies, now=now)
    done = CarryOn.edition_id == part.edition_id, CarryOn.agency_id.in_(part.agencies)
    db.session.execute(delete(CarryOn).where(*done), execution_options={"synchronize_session": False})
    return len(part.agencies)


def _write_down(edition: Edition, now: datetime) -> Mapping[str, int]:
    """One journal row for them all: how many by outcome, and the digest of the lines `<offer>:<outcome>`."""
    digest, counts = hashlib.sha256(), Counter[str]()
    for offer, outcome in queries.settled_at(edition, now):
        digest.update(f"{offer}:{outcome}\n".encode())
        counts[outcome] += 1
    facts = {"edition": edition.number, "outcomes": dict(sorted(counts.items())), "sha256": digest.hexdigest()}
    record("offer.carry_over", f"offers/edition/{edition.number}", actor=Actor.system(), payload=facts, now=now)
    return counts


def _write_down_part(part: Part, paused: list[int], now: datetime) -> None:
    """One journal row for a part, on a name of its own, since parts may be served side by side.

    Which offers go on is said when they are settled; whether one goes on paused is known only now.
    """
    edition = db.session.get_one(Edition, part.edition_id)
    ref = db.session.get_one(Agency, part.agencies[0]).ref
    obj = f"offers/edition/{edition.number}/{ref}"
    facts = {"agencies": len(part.agencies), "paused": paused}
    record("offer.carry_on", obj, actor=Actor.system(), payload=facts, now=now)


def _copy_offers(part: Part) -> None:
    """Each carried offer again in the new entry, its versions after those that the agency has there already."""
    before, there = aliased(Offer), aliased(Offer)
    moment = select(CarryOver.settled_at).where(CarryOver.offer_id == before.id).scalar_subquery()
    number = func.row_number().over(partition_by=(before.agency_id, Entry.id), order_by=before.id)
    known = select(func.max(there.version)).where(there.agency_id == before.agency_id, there.entry_id == Entry.id)
    source = (
        select(
            before.agency_id, Entry.id, Entry.edition_id, Entry.service_id, Entry.pricing,
            literal(OfferState.IN_FORCE.value), number + func.coalesce(known.scalar_subquery(), 0),
            before.promised_days, before.capacity, before.region_code, moment, before.marked_by,
            case((before.effective_from > moment, before.effective_from), else_=moment), before.ends_at, before.id,
        )
        .select_from(before)
        .join(Entry, and_(Entry.edition_id == part.edition_id, Entry.service_id == before.service_id))
        .where(before.id.in_(part.offers), before.state != OfferState.WITHDRAWN)
        .where(or_(before.ends_at.is_(None), before.ends_at > moment))
        .where(~_marked_there(before))
        .order_by(before.id)
    )  # fmt: skip
    columns = (
        *("agency_id", "entry_id", "edition_id", "service_id", "pricing", "state", "version", "promised_days"),
        *("capacity", "region_code", "marked_at", "marked_by", "effective_from", "ends_at", "carried_from"),
    )
    db.session.execute(insert(Offer).from_select(columns, source))


def _copy_pauses(part: Part, now: datetime) -> list[int]:
    """What was paused goes on paused, for the same reason; the offers that do."""
    after, pause = aliased(Offer), aliased(OfferPause)
    source = (
        select(after.id, pause.reason, literal(now, OfferPause.paused_at.type))
        .join(pause, and_(pause.offer_id == after.carried_from, pause.resumed_at.is_(None)))
        .where(after.carried_from.in_(part.offers))
        .where(after.state == OfferState.IN_FORCE, ~exists().where(OfferPause.offer_id == after.id))
    )
    db.session.execute(insert(OfferPause).from_select(("offer_id", "reason", "paused_at"), source))
    open_now = select(OfferPause.offer_id).where(OfferPause.paused_at == now, OfferPause.resumed_at.is_(None))
    mine = Offer.id.in_(open_now), Offer.edition_id == part.edition_id, Offer.agency_id.in_(part.agencies)
    paused = list(db.session.scalars(select(Offer.id).where(*mine, Offer.state == OfferState.IN_FORCE)))
    db.session.execute(
        update(Offer).where(*mine).values(state=OfferState.PAUSED), execution_options={"synchronize_session": False}
    )
    return sorted(paused)


def _copy_bands(part: Part) -> None:
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
        .select_from(after)
        .join(tie, tie.offer_id == after.carried_from)
        .join(band, band.id == tie.band_id)
        .join(old, old.id == band.fee_item_id)
        .join(new, and_(new.entry_id == after.entry_id, same_item(old, new)))
        .outerjoin(parent, twin)
        .where(after.carried_from.in_(part.offers), ~exists().where(OfferBand.offer_id == after.id))
        .order_by(band.id)
    )
    columns = ("edition_id", "service_id", "fee_item_id", "parent_id", *_COPIED, *_OF_PARENT)
    db.session.execute(insert(Band).from_select(columns, source))


def _tie_bands(part: Part) -> None:
    """Every successor gets bands that say what its predecessor's say; like figures of one agency may share a row."""
    after, tie, band, fresh = aliased(Offer), aliased(OfferBand), aliased(Band), aliased(Band)
    old, new = aliased(FeeItem), aliased(FeeItem)
    alike = [getattr(fresh, name) == getattr(band, name) for name in _COPIED]
    newest = func.min(fresh.id)
    source = (
        select(after.id, newest, after.agency_id, new.id, new.edition_id, new.service_id)
        .select_from(after)
        .join(tie, tie.offer_id == after.carried_from)
        .join(band, band.id == tie.band_id)
        .join(old, old.id == band.fee_item_id)
        .join(new, and_(new.entry_id == after.entry_id, same_item(old, new)))
        .join(fresh, and_(fresh.fee_item_id == new.id, *alike))
        .where(after.carried_from.in_(part.offers), ~exists().where(OfferBand.offer_id == after.id))
        .group_by(after.id, after.agency_id, new.id, new.edition_id, new.service_id, tie.id)
        .order_by(after.id, newest)
    )
    columns = ("offer_id", "band_id", "agency_id", "fee_item_id", "edition_id", "service_id")
    db.session.execute(insert(OfferBand).from_select(columns, source))


def _marked_there(before: type[Offer]) -> ColumnElement[bool]:
    """Whether the agency has a price there already: its own, if only one that it withdrew, or the successor itself."""
    own = aliased(Offer)
    return (
        exists()
        .where(own.agency_id == before.agency_id, own.entry_id == Entry.id, own.region_code == before.region_code)
        .correlate(before, Entry)
    )


def _tell(lapsed_now: Iterable[LapsedNow], edition: Edition, now: datetime) -> None:
    """One message for each agency whose prices lapsed, its services by reason."""
    by_agency: dict[int, list[LapsedNow]] = defaultdict(list)
    for one in lapsed_now:
        by_agency[one.organisation_id].append(one)
    messages: dict[int, dict[str, Any]] = {}
    for organisation, lapsed in by_agency.items():
        again = [one.code for one in lapsed if one.outcome != Succession.REMOVED]
        link = f"/desk/offers/{again[0]}" if len(again) == 1 == len(lapsed) else "/desk/offers"
        facts: dict[str, Any] = {"edition": edition.number, "link": link}
        for reason in LAPSED:
            named = [f"{one.code} {one.name_zh}" for one in lapsed if one.outcome == reason]
            facts |= {f"{reason}_head": f"succession_head.{reason}" if named else "", str(reason): named}
        messages[organisation] = facts
    queue_each("notice.offer.lapsed", messages, now=now)
