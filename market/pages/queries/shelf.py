"""The shelves: entries of an edition, how many there are of each kind, and what stands on their price tags.

Core rows, not entities: this is the most visited page. Money in fen, quantities in steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import aliased

from market.agencies.models import Offer, OfferBand
from market.agencies.rules import OfferState
from market.catalogue.models import Act, Band, Entry, FeeItem
from market.catalogue.models.price import LISTED
from market.store.db import db

FACETS: Mapping[str, Any] = {
    "category": Entry.category,
    "kind": Act.kind,
    "authority": Act.authority_zh,
    "pricing": Entry.pricing,
    "self": Entry.self_service,
}


class Cell(NamedTuple):
    """How many entries share one value of every facet, with the names of category and authority in both languages."""

    category: str
    kind: str
    authority: str
    pricing: str
    self: str
    category_en: str
    category_zh: str
    authority_en: str
    entries: int


class ShelfRow(NamedTuple):
    """An entry as a price tag shows it."""

    id: int
    code: str
    name_zh: str
    name_en: str
    act_zh: str
    act_en: str
    pricing: str
    self_service: str
    days: int | None
    mark: str | None
    mark_decision: str


@dataclass(frozen=True, slots=True)
class ListRule:
    """The first band of the list's own price of an entry, and how many bands and fee items the price has in all."""

    state: str
    unit: str
    steps_per_unit: int
    base_name: str
    document_no: str
    bands: int
    q0: int
    y0: int
    slope_num: int
    slope_den: int
    float_low: int
    float_high: int
    float_den: int
    base_known: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked prices of an entry: how many offers, and the range of the kind that all of them share.

    kind "fixed": fen in all. "unit": fen a unit. "share": thousandths of the reference standard. "": several kinds.
    """

    offers: int
    kind: str
    low: int
    high: int
    unit: str


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What the tags of a page of entries need beside the entries, by entry id."""

    rules: Mapping[int, ListRule]
    marks: Mapping[int, Marks]


def census(edition_id: int) -> list[Cell]:
    """Every combination of facets that the edition has, with its number of entries. One query."""
    facets = (Entry.category, Act.kind, Act.authority_zh, Entry.pricing, Entry.self_service)
    names = (func.min(Entry.category_en), func.min(Entry.category_zh), func.min(Act.authority_en))
    query = select(*facets, *names, func.count()).join(Act, Act.id == Entry.act_id)
    query = query.where(Entry.edition_id == edition_id).group_by(*facets).order_by(func.min(Entry.position))
    return [Cell(*row) for row in db.session.execute(query)]


def entries(edition_id: int, chosen: Mapping[str, str], *, limit: int, offset: int) -> list[ShelfRow]:
    """Entries of an edition with the chosen value of each named facet, in the list's order. One query."""
    wanted: list[ColumnElement[bool]] = [FACETS[name] == value for name, value in chosen.items()]
    query = _rows().where(Entry.edition_id == edition_id, *wanted)
    return [ShelfRow(*row) for row in db.session.execute(query.order_by(Entry.position).limit(limit).offset(offset))]


def entries_by_code(edition_id: int, codes: Sequence[str]) -> dict[str, ShelfRow]:
    """Entries of an edition by their codes. One query."""
    query = _rows().where(Entry.edition_id == edition_id, Entry.code.in_(codes))
    return {row.code: ShelfRow(*row) for row in db.session.execute(query)} if codes else {}


def most_marked(edition_id: int, limit: int) -> list[str]:
    """The codes of the entries that most agencies have marked a price for, the most first. One query."""
    query = select(Entry.code).join(Offer, and_(Offer.entry_id == Entry.id, Offer.state == OfferState.IN_FORCE))
    query = query.where(Entry.edition_id == edition_id).group_by(Entry.code, Entry.position)
    return list(db.session.scalars(query.order_by(func.count().desc(), Entry.position).limit(limit)))


def tag_facts(entry_ids: Iterable[int]) -> TagFacts:
    """The prices of the list and of the agencies for entries. Two queries."""
    wanted = list(entry_ids)
    return TagFacts(_rules(wanted), _marks(wanted)) if wanted else TagFacts({}, {})


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Entry.id, Entry.code, Entry.name_zh, Entry.name_en, Act.name_zh, Act.name_en, Entry.pricing,
        Entry.self_service, Entry.time_limit_workdays, Entry.mark, Entry.mark_decision,
    ).join(Act, Act.id == Entry.act_id)  # fmt: skip


def _rules(entry_ids: Sequence[int]) -> dict[int, ListRule]:
    query = (
        select(
            FeeItem.entry_id, FeeItem.price_state, FeeItem.unit, FeeItem.steps_per_unit, FeeItem.base_name,
            FeeItem.document_no, Band.q0, Band.y0, Band.slope_num, Band.slope_den, Band.float_low, Band.float_high,
            Band.float_den, Band.base_known,
        )
        .outerjoin(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED))
        .where(FeeItem.entry_id.in_(entry_ids))
        .order_by(FeeItem.position, Band.q_to)
    )  # fmt: skip
    found: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row[0]].append(row)
    return {entry: _rule(rows) for entry, rows in found.items()}


def _rule(rows: Sequence[Sequence[Any]]) -> ListRule:
    _entry, state, unit, steps, base_name, document_no, *band = next(
        (row for row in rows if row[6] is not None), rows[0]
    )
    bands = sum(row[6] is not None for row in rows)
    filled = [0, 0, 0, 1, 1, 1, 1, True] if band[0] is None else band
    return ListRule(state, unit, steps, base_name, document_no, bands, *filled)


def _marks(entry_ids: Sequence[int]) -> dict[int, Marks]:
    """Fold each offer's bands to one line and tell its kind; then the range of each kind by entry, all in SQL."""
    folded = (
        select(
            Offer.entry_id, OfferBand.offer_id, FeeItem.unit,
            func.count().label("bands"), func.max(Band.y0).label("y0"), func.min(Band.q_from).label("q_from"),
            func.max(Band.slope_num).label("slope_num"), func.max(Band.slope_den).label("slope_den"),
            func.min(FeeItem.steps_per_unit).label("steps"),
            func.max(Band.float_high).label("high"), func.max(Band.float_den).label("den"),
        )
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .join(Band, Band.id == OfferBand.band_id)
        .join(FeeItem, FeeItem.id == OfferBand.fee_item_id)
        .where(Offer.entry_id.in_(entry_ids), Offer.state == OfferState.IN_FORCE)
        .group_by(Offer.entry_id, OfferBand.offer_id, OfferBand.fee_item_id, FeeItem.unit)
        .subquery()
    )  # fmt: skip
    row = folded.c
    whole = and_(row.bands == 1, row.q_from == 0, row.high == row.den)
    kind = case(
        (and_(whole, row.slope_num == 0), "fixed"),
        # A mark per unit is a whole number of fen a unit, so that the division leaves no rest.
        (and_(whole, row.y0 == 0, row.steps % row.slope_den == 0), "unit"),
        else_="share",
    ).label("kind")
    value = case(
        (kind == "fixed", row.y0),
        (kind == "unit", row.slope_num * (row.steps // row.slope_den)),
        else_=row.high * 1000 // row.den,
    )
    query = select(row.entry_id, kind, row.unit, func.min(value), func.max(value), _offer_count(row.entry_id))
    query = query.group_by(row.entry_id, kind, row.unit)
    by_entry: dict[int, list[Any]] = defaultdict(list)
    for entry, *rest in db.session.execute(query):
        by_entry[entry].append(rest)
    return {entry: _range(rows) for entry, rows in by_entry.items()}


def _offer_count(entry_id: Any) -> Any:
    offers = aliased(Offer)
    query = select(func.count()).where(offers.entry_id == entry_id, offers.state == OfferState.IN_FORCE)
    return query.correlate_except(offers).scalar_subquery()


def _range(rows: Sequence[Sequence[Any]]) -> Marks:
    kinds = {(kind, unit if kind == "unit" else "") for kind, unit, *_rest in rows}
    offers = rows[0][-1]
    if len(kinds) > 1:
        return Marks(offers, "", 0, 0, "")
    (kind, unit), *_ = kinds
    return Marks(offers, kind, min(int(row[2]) for row in rows), max(int(row[3]) for row in rows), unit)
