"""Read marked prices, and the rules of the list that they stand under."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from market.accounts.models import Organisation
from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.queries.standing import latest_standing
from market.agencies.rules import OfferState
from market.base.errors import NotFound
from market.base.pricing import COEFFICIENT_UNIT
from market.base.pricing import Band as Line
from market.catalogue.listing import item_of
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.queries import list_bands, schedules_of
from market.catalogue.rules import PriceState
from market.store.db import db


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An agency's marked price for one entry: `bands` by fee item, in order of quantity."""

    offer_id: int
    version: int
    promised_days: int
    marked_at: datetime
    agency_id: int
    agency_ref: str
    agency_name: str
    organisation_id: int
    grade: str | None
    bands: Mapping[int, Sequence[Band]]


def offers_for(entry_id: int) -> list[OfferRow]:
    """Every marked price in force for an entry, with the agency's latest grade. Two queries, whatever the number."""
    return _offer_rows(Offer.entry_id == entry_id)


def offers_by_entry(entry_ids: Iterable[int]) -> dict[int, list[OfferRow]]:
    """Every marked price in force for several entries, by entry. Three queries, whatever the number."""
    wanted = Offer.entry_id.in_(list(entry_ids))
    entries = {row[0]: row[1] for row in db.session.execute(select(Offer.id, Offer.entry_id).where(wanted))}
    found: dict[int, list[OfferRow]] = defaultdict(list)
    for row in _offer_rows(wanted):
        found[entries[row.offer_id]].append(row)
    return found


def offer_in_force(agency_id: int, entry_id: int) -> OfferRow:
    """This agency's marked price in force for an entry; NotFound("offer.not_found"). Two queries."""
    found = _offer_rows(Offer.entry_id == entry_id, Offer.agency_id == agency_id)
    if not found:
        raise NotFound("offer.not_found")
    return found[0]


def _offer_rows(*conditions: ColumnElement[bool]) -> list[OfferRow]:
    latest = latest_standing()
    query = (
        select(
            Offer.id, Offer.version, Offer.promised_days, Offer.marked_at, Agency.id, Agency.ref, Organisation.name,
            Organisation.id, latest.grade,
        )
        .join(Agency, Agency.id == Offer.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .outerjoin(latest, latest.agency_id == Agency.id)
        .where(*conditions, Offer.state == OfferState.IN_FORCE)
        .order_by(Offer.marked_at, Offer.id)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    bands = offer_bands([row[0] for row in rows])
    whole: list[list[Any]] = [[*row, bands.get(row[0], {})] for row in rows]
    return [OfferRow(*values) for values in whole]


def offer_bands(offer_ids: Sequence[int]) -> dict[int, dict[int, list[Band]]]:
    """The bands of offers, by offer and fee item, in order of quantity. One query."""
    found: dict[int, dict[int, list[Band]]] = {}
    if not offer_ids:
        return found
    query = select(OfferBand.offer_id, Band).join(Band, Band.id == OfferBand.band_id)
    query = query.where(OfferBand.offer_id.in_(offer_ids)).order_by(Band.fee_item_id, Band.q_to)
    for offer_id, band in db.session.execute(query):
        found.setdefault(offer_id, {}).setdefault(band.fee_item_id, []).append(band)
    return found


def offer_of(agency_id: int, offer_id: int) -> Offer:
    """A marked price of this agency in any state; NotFound("offer.not_found")."""
    found = db.session.scalar(select(Offer).where(Offer.id == offer_id, Offer.agency_id == agency_id))
    if found is None:
        raise NotFound("offer.not_found")
    return found


@dataclass(frozen=True, slots=True)
class MarkedEntry:
    """One of an agency's marked prices with the entry it is for, the fee items it prices and its bands by fee item."""

    offer_id: int
    version: int
    state: str
    promised_days: int
    marked_at: datetime
    withdrawn_at: datetime | None
    edition_number: int
    entry_id: int
    code: str
    name_zh: str
    name_en: str
    pricing: str
    time_limit_workdays: int | None
    fee_items: Sequence[FeeItem]
    bands: Mapping[int, Sequence[Band]]


def offers_of(agency_id: int, *, state: OfferState = OfferState.IN_FORCE) -> list[MarkedEntry]:
    """An agency's marked prices in the list's order. Two queries, whatever the number."""
    query = (
        select(
            Offer.id, Offer.version, Offer.state, Offer.promised_days, Offer.marked_at, Offer.withdrawn_at,
            Edition.number, Entry.id, Entry.code, Entry.name_zh, Entry.name_en, Entry.pricing, Entry.time_limit_workdays,
        )
        .join(Entry, Entry.id == Offer.entry_id)
        .join(Edition, Edition.id == Offer.edition_id)
        .where(Offer.agency_id == agency_id, Offer.state == state)
        .order_by(Edition.number.desc(), Entry.position, Offer.version.desc())
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    bands: dict[int, dict[int, list[Band]]] = defaultdict(dict)
    items: dict[int, dict[int, FeeItem]] = defaultdict(dict)
    priced = (
        select(OfferBand.offer_id, Band, FeeItem)
        .join(Band, Band.id == OfferBand.band_id)
        .join(FeeItem, FeeItem.id == Band.fee_item_id)
        .where(OfferBand.offer_id.in_([row[0] for row in rows]))
        .order_by(FeeItem.position, Band.q_to)
    )
    for offer_id, band, item in db.session.execute(priced) if rows else ():
        bands[offer_id].setdefault(item.id, []).append(band)
        items[offer_id][item.id] = item
    whole: list[list[Any]] = [[*row, list(items[row[0]].values()), bands[row[0]]] for row in rows]
    return [MarkedEntry(*values) for values in whole]


def markable_entries(edition_id: int) -> list[Entry]:
    """The entries of an edition for which some price can be marked, in the list's order. One query."""
    published = select(FeeItem.entry_id).where(
        FeeItem.edition_id == edition_id, FeeItem.price_state != PriceState.UNPUBLISHED
    )
    return list(db.session.scalars(select(Entry).where(Entry.id.in_(published)).order_by(Entry.position)))


def rule_bands(fee_items: Sequence[FeeItem]) -> dict[int, Sequence[Band]]:
    """The list's own bands of fee items."""
    listed = list_bands(item.id for item in fee_items)
    return {item.id: listed.get(item.id, []) for item in fee_items}


def reference_lines(entry: Entry, fee_items: Sequence[FeeItem]) -> dict[int, Sequence[Line]]:
    """By fee item, the lines of the reference schedule tied to it: an agency may mark a share of a freed standard."""
    if not any(item.schedule_key for item in fee_items):
        return {}
    schedules = schedules_of(entry.id)
    found = {item.id: item_of(item, schedules).bands for item in fee_items}
    # A mark is made at coefficient 1; a schedule without it cannot be marked a share of.
    return {
        item_id: bands
        for item_id, bands in found.items()
        if bands and all(COEFFICIENT_UNIT in band.coefficients for band in bands)
    }
