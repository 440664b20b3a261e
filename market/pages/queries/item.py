"""One item of the list with everything its page compares. Five queries, whatever the number of agencies."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select

from market.accounts.models import Organisation
from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.queries import OfferRow
from market.agencies.queries.serving import serving
from market.agencies.queries.standing import latest_standing
from market.base.errors import BadState, NotFound
from market.base.money import shown
from market.catalogue.models import Act, Band, CoefficientSet, Edition, Entry, FeeItem, PriceSchedule
from market.catalogue.models.price import LISTED
from market.catalogue.queries.belongings import Several, read_several, several
from market.catalogue.rules import EditionState
from market.contracts.models import Contract
from market.contracts.queries import Days
from market.contracts.rules import ContractState
from market.pages.queries.editions import EditionFacts, in_force
from market.store.db import db


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An entry of the edition in force with its act, what it has several of, and the schedules tied to it."""

    edition: EditionFacts
    entry: Entry
    act: Act
    several: Several
    schedules: Sequence[PriceSchedule]


@dataclass(frozen=True, slots=True)
class Priced:
    """A fee item with the list's own bands and the lawful coefficients (1/10000), in order."""

    item: FeeItem
    bands: Sequence[Band]
    coefficients: Sequence[int]


def item_facts(code: str, on: date) -> ItemFacts:
    """The entry of a code in the edition in force on a day, in one query; NotFound("service.not_listed")."""
    rows = db.session.execute(_item(), {"code": code, "on": on}).all()
    if not rows:
        if in_force(on) is None:
            raise BadState("edition.none_in_force")
        raise NotFound("service.not_listed", service=shown(code))
    entry, act, one, _schedule, *columns = rows[0]
    edition = EditionFacts(one.id, one.number, one.title, one.effective_from or on, one.published_at or one.drafted_at)
    return ItemFacts(edition, entry, act, read_several(columns), [row[3] for row in rows if row[3] is not None])


def priced_items(entry_id: int) -> list[Priced]:
    """The fee items of an entry in order. One query."""
    bands: dict[int, list[Band]] = defaultdict(list)
    items: dict[int, tuple[FeeItem, str]] = {}
    for item, band, values in db.session.execute(_fee_items(), {"entry": entry_id}):
        items[item.id] = (item, values)
        if band is not None:
            bands[item.id].append(band)
    return [Priced(item, bands[key], _values(text)) for key, (item, text) in items.items()]


def _values(text: str) -> list[int]:
    return sorted(int(value) for value in text.split(","))


def offers(entry_id: int) -> list[OfferRow]:
    """Every marked price in force for an entry with the agency's latest grade and the bands. One query."""
    facts: dict[int, list[Any]] = {}
    bands: dict[int, dict[int, list[Band]]] = defaultdict(lambda: defaultdict(list))
    for *row, band in db.session.execute(_offers(), {"entry": entry_id}):
        facts[row[0]] = row
        bands[row[0]][band.fee_item_id].append(band)
    whole = [[*row, bands[offer]] for offer, row in facts.items()]
    return [OfferRow(*values) for values in whole]


def days_by_agency(service_id: int) -> Mapping[int, Days]:
    """Promised and actual working days of a service's accepted contracts, by agency. One query."""
    rows = db.session.execute(_days(), {"service": service_id})
    # PostgreSQL sums bigints into numerics.
    return {agency: Days(*(int(figure) for figure in figures)) for agency, *figures in rows}


# Statements are built once: building one costs more than asking it.


@cache
def _item() -> Select[*tuple[Any, ...]]:
    newest = (
        select(Edition.id)
        .where(Edition.state == EditionState.PUBLISHED, Edition.effective_from <= bindparam("on"))
        .order_by(Edition.effective_from.desc(), Edition.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Entry, Act, Edition, PriceSchedule, *several())
        .join(Act, Act.id == Entry.act_id)
        .join(Edition, Edition.id == Entry.edition_id)
        .outerjoin(PriceSchedule, PriceSchedule.entry_id == Entry.id)
        .where(Entry.edition_id == newest, Entry.code == bindparam("code"))
        .order_by(PriceSchedule.id)
    )


@cache
def _fee_items() -> Select[*tuple[Any, ...]]:
    return (
        select(FeeItem, Band, CoefficientSet.values_text)
        .join(CoefficientSet, CoefficientSet.id == FeeItem.coefficient_set_id)
        .outerjoin(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED))
        .where(FeeItem.entry_id == bindparam("entry"))
        .order_by(FeeItem.position, Band.q_to)
    )


@cache
def _offers() -> Select[*tuple[Any, ...]]:
    latest = latest_standing()
    return (
        select(
            Offer.id, Offer.version, Offer.promised_days, Offer.marked_at, Agency.id, Agency.ref, Organisation.name,
            Organisation.id, latest.grade, Offer.region_code, Offer.capacity, Band,
        )
        .join(Agency, Agency.id == Offer.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .join(Band, Band.id == OfferBand.band_id)
        .outerjoin(latest, latest.agency_id == Agency.id)
        .where(Offer.entry_id == bindparam("entry"), serving())
        .order_by(Offer.id, Band.fee_item_id, Band.q_to)
    )  # fmt: skip


@cache
def _days() -> Select[*tuple[Any, ...]]:
    in_time = func.sum(case((Contract.actual_days <= Contract.promised_days, 1), else_=0))
    return (
        select(Contract.agency_id, func.count(), func.sum(Contract.promised_days), func.sum(Contract.actual_days), in_time)
        .where(Contract.service_id == bindparam("service"), Contract.state == ContractState.ACCEPTED)
        .group_by(Contract.agency_id)
    )  # fmt: skip
