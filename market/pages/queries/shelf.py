"""The shelves: entries of an edition, how many there are of each kind, and what stands on their price tags.

Core rows, not entities: this is the most visited page. Money in fen, quantities in steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select, and_, bindparam, event, func, select

from market.agencies.models import Offer, OfferBand
from market.agencies.queries.serving import serving
from market.agencies.rules import WHOLE
from market.catalogue.models import Act, Band, Entry, FeeItem
from market.catalogue.models.price import LISTED
from market.catalogue.queries.bases import basis_ends
from market.pages.queries.editions import EditionFacts
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
    """An entry as a price tag shows it, with its value of each facet."""

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
    category: str
    kind: str
    authority: str
    calendar_days: int | None
    basis_ends: date | None
    """The first day on which a law that the entry cites is repealed."""

    @property
    def self(self) -> str:
        """The facet of its name."""
        return self.self_service


@dataclass(frozen=True, slots=True)
class ListRule:
    """The first fee item of an entry with the first band the list itself has; and how many fee items and bands."""

    items: int
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
class Shelf:
    """A published edition as it is shown: its entries in order, its census, and the list's own prices by entry id."""

    rows: Sequence[ShelfRow]
    cells: Sequence[Cell]
    rules: Mapping[int, ListRule]

    def with_all(self, chosen: Mapping[str, str]) -> list[ShelfRow]:
        """The entries with the chosen value of each named facet."""
        return [row for row in self.rows if all(getattr(row, name) == value for name, value in chosen.items())]

    def of_codes(self, codes: Iterable[str]) -> list[ShelfRow]:
        """The entries of these codes in their order; what is not listed is left out."""
        by_code = {row.code: row for row in self.rows}
        return [by_code[code] for code in codes if code in by_code]


_kept: dict[EditionFacts, Shelf] = {}
_MOST_KEPT = 4


@event.listens_for(Engine, "engine_disposed")
def _forget(_engine: Engine) -> None:
    """Another database may follow."""
    _kept.clear()


def shelf_of(edition: EditionFacts) -> Shelf:
    """The shelf of a published edition. Three queries the first time, then none: a published edition never changes."""
    found = _kept.get(edition)
    if found is None:
        found = _read(edition.id)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[edition] = found
    return found


def _read(edition_id: int) -> Shelf:
    given = {"edition": edition_id}
    rows = [ShelfRow(*row) for row in db.session.execute(_rows(), given)]
    cells = [Cell(*row) for row in db.session.execute(_census(), given)]
    by_entry: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in db.session.execute(_rules(), given):
        by_entry[row[0]].append(row)
    return Shelf(rows, cells, {entry: _rule(found) for entry, found in by_entry.items()})


def most_marked(edition_id: int, limit: int) -> list[str]:
    """The codes of the entries that most agencies have marked a price for, the most first. One query."""
    query = select(Entry.code).join(Offer, and_(Offer.entry_id == Entry.id, serving()))
    query = query.where(Entry.edition_id == edition_id).group_by(Entry.code, Entry.position)
    return list(db.session.scalars(query.order_by(func.count().desc(), Entry.position).limit(limit)))


def marks_of(rows: Iterable[ShelfRow], rules: Mapping[int, ListRule]) -> dict[int, Marks]:
    """The marked prices of entries, by entry id. One query."""
    wanted = [row.id for row in rows]
    by_entry: dict[int, list[Any]] = defaultdict(list)
    for entry, *rest in db.session.execute(_marks(), {"entries": wanted}) if wanted else ():
        by_entry[entry].append(rest)
    return {entry: _fold(found, rules[entry]) for entry, found in by_entry.items()}


# Statements are built once: building one costs more than asking it.


@cache
def _census() -> Select[*tuple[Any, ...]]:
    facets = list(FACETS.values())
    names = (func.min(Entry.category_en), func.min(Entry.category_zh), func.min(Act.authority_en))
    query = select(*facets, *names, func.count()).join(Act, Act.id == Entry.act_id)
    query = query.where(Entry.edition_id == bindparam("edition"))
    return query.group_by(*facets).order_by(func.min(Entry.position))


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    query = select(
        Entry.id, Entry.code, Entry.name_zh, Entry.name_en, Act.name_zh, Act.name_en, Entry.pricing,
        Entry.self_service, Entry.time_limit_workdays, Entry.mark, Entry.mark_decision, Entry.category, Act.kind,
        Act.authority_zh, Entry.time_limit_calendar_days, basis_ends(),
    ).join(Act, Act.id == Entry.act_id)  # fmt: skip
    return query.where(Entry.edition_id == bindparam("edition")).order_by(Entry.position)


@cache
def _rules() -> Select[*tuple[Any, ...]]:
    return (
        select(
            FeeItem.entry_id, FeeItem.id, FeeItem.price_state, FeeItem.unit, FeeItem.steps_per_unit, FeeItem.base_name,
            FeeItem.document_no, Band.q0, Band.y0, Band.slope_num, Band.slope_den, Band.float_low, Band.float_high,
            Band.float_den, Band.base_known,
        )
        .outerjoin(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED))
        .where(FeeItem.edition_id == bindparam("edition"))
        .order_by(FeeItem.position, Band.q_to)
    )  # fmt: skip


def _rule(rows: Sequence[Sequence[Any]]) -> ListRule:
    priced = [row for row in rows if row[7] is not None]
    _entry, _item, state, unit, steps, base_name, document_no, *band = priced[0] if priced else rows[0]
    filled = band if priced else [0, 0, 0, 1, 1, 1, 1, True]
    items = len({row[1] for row in rows})
    return ListRule(items, state, unit, steps, base_name, document_no, len(priced), *filled)


@cache
def _marks() -> Select[*tuple[Any, ...]]:
    # The first band of each offer, and whether it is the only one. Both ends are found by the index; grouping all bands
    # would read every one of them.
    ends = [
        select(end(OfferBand.band_id))
        .where(OfferBand.offer_id == Offer.id, OfferBand.agency_id == Offer.agency_id)
        .correlate(Offer)
        .scalar_subquery()
        for end in (func.min, func.max)
    ]
    columns = (Band.q_from, Band.y0, Band.slope_num, Band.slope_den, Band.float_high, Band.float_den)
    query = select(Offer.entry_id, Band.id == ends[1], *columns).join(Band, Band.id == ends[0])
    return query.where(Offer.entry_id.in_(bindparam("entries", expanding=True)), serving())


def _fold(rows: Sequence[Sequence[Any]], rule: ListRule) -> Marks:
    """The range of an entry's marked prices, where they are all of one kind and for one fee item."""
    if rule.items > 1:
        return Marks(len(rows), "", 0, 0, "")
    kinds, values = set(), []
    for row in rows:
        kind, value = mark_in_figures(row, rule.steps_per_unit)
        kinds.add(kind)
        values.append(value)
    if len(kinds) > 1:
        return Marks(len(rows), "", 0, 0, "")
    return Marks(len(rows), kinds.pop(), min(values), max(values), rule.unit)


def mark_in_figures(row: Sequence[int], steps: int) -> tuple[str, int]:
    """A mark as one figure: kind (fixed or unit in fen, share in thousandths) and figure; ("", 0) where it has none.

    `row` is whether the band is the offer's only one, its q_from, y0, slope_num, slope_den, float_high, float_den.
    """
    only, q_from, y0, slope_num, slope_den, float_high, float_den = row
    if only and q_from == 0 and float_high == float_den:
        if not slope_num:
            return "fixed", y0
        if not y0 and steps % slope_den == 0:
            # A mark per unit is a whole number of fen a unit, so that the division leaves no rest.
            return "unit", slope_num * (steps // slope_den)
        if steps % slope_den == 0:
            # An amount whatever the quantity and one for each unit: no single figure tells both.
            return "", 0
    return "share", float_high * WHOLE // float_den
