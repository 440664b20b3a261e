"""Read marked prices, and the rules of the list that they stand under."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from market.accounts.models import Organisation
from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.queries.holding import answers
from market.agencies.queries.serving import serving
from market.agencies.queries.standing import latest_standing
from market.agencies.rules import EVERYWHERE, DaysSource, OfferState
from market.base import clock
from market.base.errors import NotFound
from market.base.pricing import COEFFICIENT_UNIT
from market.base.pricing import Band as Line
from market.catalogue.listing import item_of
from market.catalogue.models import Band, Entry, EntryRegion, FeeItem, PriceSchedule, Region
from market.catalogue.queries import list_bands, schedules_of
from market.catalogue.rules import PriceState
from market.store.db import db
from market.store.settings import setting


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
    region_code: str
    capacity: int | None
    bands: Mapping[int, Sequence[Band]]


def offers_for(entry_id: int, region: str = EVERYWHERE) -> list[OfferRow]:
    """Every marked price that answers now for an entry in a region, one an agency, with the agency's latest grade.

    Two queries, whatever the number.
    """
    return _offer_rows(Offer.entry_id == entry_id, serving(region=region))


def offers_by_entry(entry_ids: Iterable[int], region: str = EVERYWHERE) -> dict[int, list[OfferRow]]:
    """Every marked price that answers now in a region for several entries, by entry. Three queries."""
    wanted = Offer.entry_id.in_(list(entry_ids))
    entries = {row[0]: row[1] for row in db.session.execute(select(Offer.id, Offer.entry_id).where(wanted))}
    found: dict[int, list[OfferRow]] = defaultdict(list)
    for row in _offer_rows(wanted, serving(region=region)):
        found[entries[row.offer_id]].append(row)
    return found


def offer_in_force(agency_id: int, entry_id: int, region: str = EVERYWHERE) -> OfferRow:
    """This agency's marked price that answers now for an entry; NotFound("offer.not_found"). Two queries."""
    found = _offer_rows(Offer.entry_id == entry_id, Offer.agency_id == agency_id, answers(region, clock.now()))
    if not found:
        raise NotFound("offer.not_found")
    return found[0]


def _offer_rows(*conditions: ColumnElement[bool]) -> list[OfferRow]:
    latest = latest_standing()
    query = (
        select(
            Offer.id, Offer.version, Offer.promised_days, Offer.marked_at, Agency.id, Agency.ref, Organisation.name,
            Organisation.id, latest.grade, Offer.region_code, Offer.capacity,
        )
        .join(Agency, Agency.id == Offer.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .outerjoin(latest, latest.agency_id == Agency.id)
        .where(*conditions)
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


def standing_offers(agency_id: int, entry_id: int, region: str) -> list[Offer]:
    """The agency's prices for an entry and region that nobody withdrew, the ended ones included. One query."""
    query = select(Offer).where(Offer.agency_id == agency_id, Offer.entry_id == entry_id, Offer.region_code == region)
    return list(db.session.scalars(query.where(Offer.state != OfferState.WITHDRAWN).order_by(Offer.version)))


def standing_offers_of(agency_id: int, entry_ids: Collection[int]) -> dict[tuple[int, str], list[Offer]]:
    """The agency's prices for entries that nobody withdrew, by entry and region, the older version first. One query."""
    query = select(Offer).where(Offer.agency_id == agency_id, Offer.entry_id.in_(entry_ids))
    found: dict[tuple[int, str], list[Offer]] = defaultdict(list)
    for offer in db.session.scalars(query.where(Offer.state != OfferState.WITHDRAWN).order_by(Offer.version)):
        found[offer.entry_id, offer.region_code].append(offer)
    return found


def newest_versions(agency_id: int, entry_ids: Collection[int]) -> dict[int, int]:
    """The greatest version of the agency's prices for each entry that it ever priced, in any region. One query."""
    query = select(Offer.entry_id, func.max(Offer.version)).where(Offer.agency_id == agency_id)
    found = db.session.execute(query.where(Offer.entry_id.in_(entry_ids)).group_by(Offer.entry_id))
    return {row[0]: row[1] for row in found}


def newest_version(agency_id: int, entry_id: int) -> int:
    """The greatest version of the agency's prices for an entry, in any region; 0 when there is none. One query."""
    query = select(func.max(Offer.version)).where(Offer.agency_id == agency_id, Offer.entry_id == entry_id)
    return db.session.scalar(query) or 0


def ends_at(offer: Offer, moment: datetime) -> Offer | None:
    """The price of the same agency, entry and region that ends where `offer` was to begin. One query."""
    query = select(Offer).where(
        Offer.agency_id == offer.agency_id, Offer.entry_id == offer.entry_id, Offer.region_code == offer.region_code
    )
    return db.session.scalar(query.where(Offer.state != OfferState.WITHDRAWN, Offer.ends_at == moment))


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
    return reference_lines_by(fee_items, schedules_of(entry.id))


def reference_lines_by(fee_items: Sequence[FeeItem], schedules: Sequence[PriceSchedule]) -> dict[int, Sequence[Line]]:
    """By fee item, the lines that schedules tied to its entry give it as a reference."""
    found = {item.id: item_of(item, schedules).bands for item in fee_items}
    # A mark is made at coefficient 1; a schedule without it cannot be marked a share of.
    return {
        item_id: bands
        for item_id, bands in found.items()
        if bands and all(COEFFICIENT_UNIT in band.coefficients for band in bands)
    }


@dataclass(frozen=True, slots=True)
class DaysLimit:
    """The greatest number of working days that may be promised, and whose rule it is."""

    days: int
    source: DaysSource


def days_limit(entry: Entry, on: date) -> DaysLimit:
    """The limit of an entry: the list's, or where the list has none this site's own default of that day."""
    return limit_of(entry, int(setting("offer.longest_workdays", on)))


def limit_of(entry: Entry, longest: int) -> DaysLimit:
    """The limit of an entry: the list's, or where the list has none `longest`, this site's own default."""
    if entry.time_limit_workdays:
        return DaysLimit(entry.time_limit_workdays, DaysSource.LIST_WORKDAYS)
    # Working days are never more than the calendar days they lie in: a limit in calendar days binds them too.
    if entry.time_limit_calendar_days:
        return DaysLimit(entry.time_limit_calendar_days, DaysSource.LIST_CALENDAR_DAYS)
    return DaysLimit(longest, DaysSource.OPERATOR)


def regions_for(entry_id: int) -> list[Region]:
    """The regions that a price for the entry may be limited to: the entry's own and what lies in them, or all."""
    return regions_for_all([entry_id])


def regions_for_all(entry_ids: Iterable[int]) -> list[Region]:
    """The regions that prices for each of these entries may be limited to. Two queries."""
    known = list(db.session.scalars(select(Region).order_by(Region.code)))
    limited: dict[int, set[str]] = defaultdict(set)
    query = select(EntryRegion.entry_id, EntryRegion.region_code).where(EntryRegion.entry_id.in_(list(entry_ids)))
    for entry_id, code in db.session.execute(query):
        limited[entry_id].add(code)
    inside = [{one.code for one in places_of(known, named)} for named in limited.values()]
    return [one for one in known if all(one.code in named for named in inside)]


def places_of(known: Collection[Region], limited: Collection[str]) -> list[Region]:
    """Of the known regions those in `limited` and what lies in them; all where nothing limits."""
    parents = {one.code: one.parent_code for one in known}

    def inside(code: str | None) -> bool:
        return code is not None and (code in limited or inside(parents.get(code)))

    return [one for one in known if not limited or inside(one.code)]
