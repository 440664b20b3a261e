"""One item of the list with what its page shows. Statements and rows read, whatever the number of agencies."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, func, select, union_all

from market.agencies.models import Offer, OfferBand
from market.agencies.queries import OfferRow
from market.agencies.queries.holding import NOW, answers
from market.agencies.queries.serving import serving_of
from market.agencies.rules import EVERYWHERE
from market.base.errors import BadState, NotFound
from market.base.money import shown
from market.catalogue.models import Act, Band, CoefficientSet, Edition, Entry, FeeItem, PriceSchedule
from market.catalogue.models.price import LISTED
from market.catalogue.queries.belongings import Several, read_several, several
from market.catalogue.rules import EditionState
from market.contracts.models import Contract
from market.contracts.queries import Days
from market.contracts.rules import ContractState
from market.pages.queries.compare import offer_rows, whole_offers
from market.pages.queries.editions import EditionFacts, in_force
from market.store.db import db

LOOKED_AT = 200
"""How many marked prices are looked at for one that serves, to take an example quantity from."""


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
    return _priced(entry_id, example=False)[0]


def priced_with_example(entry_id: int) -> tuple[list[Priced], Mapping[int, Sequence[Band]]]:
    """The fee items of an entry in order, and by fee item the bands of one marked price that serves. One query.

    An example quantity must lie in those where the list has none of its own. Without one among the first `LOOKED_AT`
    prices that hold there is none.
    """
    return _priced(entry_id, example=True)


def _priced(entry_id: int, *, example: bool) -> tuple[list[Priced], Mapping[int, Sequence[Band]]]:
    bands: dict[int, list[Band]] = defaultdict(list)
    marked: dict[int, list[Band]] = defaultdict(list)
    items: dict[int, tuple[FeeItem, str]] = {}
    for item, band, values in db.session.execute(_fee_items(example=example), {"entry": entry_id}):
        items[item.id] = (item, values)
        if band is not None:
            (bands if band.agency_id == LISTED else marked)[item.id].append(band)
    return [Priced(item, bands[key], _values(text)) for key, (item, text) in items.items()], marked


def _values(text: str) -> list[int]:
    return sorted(int(value) for value in text.split(","))


def offers_shown(offer_ids: Sequence[int], service_id: int) -> dict[int, tuple[OfferRow, Days | None]]:
    """Marked prices by id with all their bands, and the days of their agencies' accepted jobs. One query."""
    rows = db.session.execute(_shown(), {"offers": offer_ids, "service": service_id}).all()
    # PostgreSQL sums bigints into numerics.
    days = {row[0]: Days(*(int(figure) for figure in row[-4:])) for row in rows if row[-4]}
    return {one: (offer, days.get(one)) for one, offer in offer_rows(row[:-4] for row in rows).items()}


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
def _fee_items(*, example: bool) -> Select[*tuple[Any, ...]]:
    entry: Any = bindparam("entry")
    own = select(FeeItem.id).where(FeeItem.entry_id == entry)
    bands: Any = select(Band.id.label("band_id"), Band.fee_item_id)
    bands = bands.where(Band.fee_item_id.in_(own), Band.agency_id == LISTED)
    if example:
        bare = own.where(~exists().where(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED)).correlate(None)
        # Where the list prices everything no marked price is looked for, and not in thousands where hardly any serves.
        held = (
            select(Offer.id).where(Offer.entry_id == entry, answers(EVERYWHERE, NOW), bare.exists()).order_by(Offer.id)
        )
        near = held.limit(LOOKED_AT).subquery()
        first = select(Offer.id).join(near, near.c.id == Offer.id).where(serving_of(entry)).order_by(Offer.id).limit(1)
        theirs = select(OfferBand.band_id, OfferBand.fee_item_id).where(OfferBand.offer_id == first.scalar_subquery())
        bands = union_all(bands, theirs)
    # By their numbers: asked of the bands themselves, the thousands that agencies mark for the same item are read too.
    known = bands.subquery()
    return (
        select(FeeItem, Band, CoefficientSet.values_text)
        .join(CoefficientSet, CoefficientSet.id == FeeItem.coefficient_set_id)
        .outerjoin(known, known.c.fee_item_id == FeeItem.id)
        .outerjoin(Band, Band.id == known.c.band_id)
        .where(FeeItem.entry_id == entry)
        .order_by(FeeItem.position, Band.q_to)
    )


@cache
def _shown() -> Select[*tuple[Any, ...]]:
    offers: Any = bindparam("offers", expanding=True)
    in_time = func.sum(case((Contract.actual_days <= Contract.promised_days, 1), else_=0))
    taken = (
        select(
            Contract.agency_id,
            func.count().label("n"),
            func.sum(Contract.promised_days).label("promised"),
            func.sum(Contract.actual_days).label("actual"),
            in_time.label("in_time"),
        )
        .where(Contract.service_id == bindparam("service"), Contract.state == ContractState.ACCEPTED)
        .where(Contract.agency_id.in_(select(Offer.agency_id).where(Offer.id.in_(offers))))
        .group_by(Contract.agency_id)
        .subquery()
    )
    query = whole_offers().add_columns(taken.c.n, taken.c.promised, taken.c.actual, taken.c.in_time)
    return query.outerjoin(taken, taken.c.agency_id == Offer.agency_id).where(Offer.id.in_(offers))
