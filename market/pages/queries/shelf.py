"""The shelves: entries of an edition, how many there are of each kind, and what stands on their price tags.

Core rows, not entities: this is the most visited page. Money in fen, quantities in steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, and_, bindparam, case, func, select
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
    return [Cell(*row) for row in db.session.execute(_census(), {"edition": edition_id})]


def entries(edition_id: int, chosen: Mapping[str, str], *, limit: int, offset: int) -> list[ShelfRow]:
    """Entries of an edition with the chosen value of each named facet, in the list's order. One query."""
    given = {"edition": edition_id, "limit": limit, "offset": offset, **chosen}
    return [ShelfRow(*row) for row in db.session.execute(_page(tuple(chosen)), given)]


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
    return TagFacts(_list_rules(wanted), _agency_marks(wanted)) if wanted else TagFacts({}, {})


# Statements are built once: building one costs more than asking it.


@cache
def _census() -> Select[*tuple[Any, ...]]:
    facets = list(FACETS.values())
    names = (func.min(Entry.category_en), func.min(Entry.category_zh), func.min(Act.authority_en))
    query = select(*facets, *names, func.count()).join(Act, Act.id == Entry.act_id)
    query = query.where(Entry.edition_id == bindparam("edition"))
    return query.group_by(*facets).order_by(func.min(Entry.position))


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Entry.id, Entry.code, Entry.name_zh, Entry.name_en, Act.name_zh, Act.name_en, Entry.pricing,
        Entry.self_service, Entry.time_limit_workdays, Entry.mark, Entry.mark_decision,
    ).join(Act, Act.id == Entry.act_id)  # fmt: skip


@cache
def _page(facets: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    query = _rows().where(Entry.edition_id == bindparam("edition"))
    query = query.where(*(FACETS[name] == bindparam(name) for name in facets)).order_by(Entry.position)
    return query.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=Integer))


@cache
def _rules() -> Select[*tuple[Any, ...]]:
    return (
        select(
            FeeItem.entry_id, FeeItem.price_state, FeeItem.unit, FeeItem.steps_per_unit, FeeItem.base_name,
            FeeItem.document_no, Band.q0, Band.y0, Band.slope_num, Band.slope_den, Band.float_low, Band.float_high,
            Band.float_den, Band.base_known,
        )
        .outerjoin(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED))
        .where(FeeItem.entry_id.in_(bindparam("entries", expanding=True)))
        .order_by(FeeItem.position, Band.q_to)
    )  # fmt: skip


def _list_rules(entry_ids: Sequence[int]) -> dict[int, ListRule]:
    found: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in db.session.execute(_rules(), {"entries": entry_ids}):
        found[row[0]].append(row)
    return {entry: _rule(rows) for entry, rows in found.items()}


def _rule(rows: Sequence[Sequence[Any]]) -> ListRule:
    priced = [row for row in rows if row[6] is not None]
    _entry, state, unit, steps, base_name, document_no, *band = priced[0] if priced else rows[0]
    filled = band if priced else [0, 0, 0, 1, 1, 1, 1, True]
    return ListRule(state, unit, steps, base_name, document_no, len(priced), *filled)


@cache
def _marks() -> Select[*tuple[Any, ...]]:
    """Each fee item of an offer is one line: its first band and how many there are. Then the range of each kind."""
    lines = (
        select(
            Offer.entry_id, OfferBand.offer_id, OfferBand.fee_item_id,
            func.count().label("bands"), func.min(OfferBand.band_id).label("first"),
        )
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .where(Offer.entry_id.in_(bindparam("entries", expanding=True)), Offer.state == OfferState.IN_FORCE)
        .group_by(Offer.entry_id, OfferBand.offer_id, OfferBand.fee_item_id)
        .subquery()
    )  # fmt: skip
    whole = and_(lines.c.bands == 1, Band.q_from == 0, Band.float_high == Band.float_den)
    steps = FeeItem.steps_per_unit
    kind = case(
        (and_(whole, Band.slope_num == 0), "fixed"),
        # A mark per unit is a whole number of fen a unit, so that the division leaves no rest.
        (and_(whole, Band.y0 == 0, steps % Band.slope_den == 0), "unit"),
        else_="share",
    ).label("kind")
    value = case(
        (kind == "fixed", Band.y0),
        (kind == "unit", Band.slope_num * (steps // Band.slope_den)),
        else_=Band.float_high * 1000 // Band.float_den,
    )
    query = select(lines.c.entry_id, kind, FeeItem.unit, func.min(value), func.max(value), _offers(lines.c.entry_id))
    query = query.join(Band, Band.id == lines.c.first).join(FeeItem, FeeItem.id == lines.c.fee_item_id)
    return query.group_by(lines.c.entry_id, kind, FeeItem.unit)


def _offers(entry_id: Any) -> Any:
    offers = aliased(Offer)
    query = select(func.count()).where(offers.entry_id == entry_id, offers.state == OfferState.IN_FORCE)
    return query.correlate_except(offers).scalar_subquery()


def _agency_marks(entry_ids: Sequence[int]) -> dict[int, Marks]:
    by_entry: dict[int, list[Any]] = defaultdict(list)
    for entry, *rest in db.session.execute(_marks(), {"entries": entry_ids}):
        by_entry[entry].append(rest)
    return {entry: _range(rows) for entry, rows in by_entry.items()}


def _range(rows: Sequence[Sequence[Any]]) -> Marks:
    kinds = {(kind, unit if kind == "unit" else "") for kind, unit, *_rest in rows}
    offers = rows[0][-1]
    if len(kinds) > 1:
        return Marks(offers, "", 0, 0, "")
    (kind, unit), *_ = kinds
    return Marks(offers, kind, min(int(row[2]) for row in rows), max(int(row[3]) for row in rows), unit)
