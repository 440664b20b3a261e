"""What an entry has several of, as columns of the query that reads the entry: the item page asks no more for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from market.catalogue.models import (
    Act,
    Entry,
    EntryAct,
    EntryArticle,
    EntryRegion,
    EntryRequirement,
    EntryZone,
    LegalArticle,
    LegalBasis,
    LegalBasisChange,
    Region,
    Zone,
)
from market.catalogue.queries.bases import newest_change

_CELL, _ROW = "\x1f", "\x1e"  # no text of the list holds a control character


@dataclass(frozen=True, slots=True)
class Cited:
    """An article as an entry cites it, with the days on which its law is in force."""

    basis_id: int
    title: str
    number: str
    article: str
    in_force_from: date | None
    repealed_from: date | None

    def living(self, on: date) -> bool:
        """Whether the article's law is in force on a day."""
        begun = self.in_force_from is None or self.in_force_from <= on
        return begun and (self.repealed_from is None or self.repealed_from > on)


@dataclass(frozen=True, slots=True)
class Several:
    """An entry's articles, further acts (kind, zh, en), regions and zones (code, zh, en), and requirements
    (kind, name, level, count)."""

    articles: Sequence[Cited]
    acts: Sequence[tuple[str, ...]]
    regions: Sequence[tuple[str, ...]]
    zones: Sequence[tuple[str, ...]]
    requirements: Sequence[tuple[str, ...]]

    def basis_ends(self) -> date | None:
        """The first day on which one of the cited laws is repealed."""
        return min((one.repealed_from for one in self.articles if one.repealed_from), default=None)


def several() -> list[ColumnElement[Any]]:
    """The columns of an entry's `Several`, in the order in which `read_several` takes them."""
    position = EntryArticle.position
    change = and_(LegalBasisChange.basis_id == LegalBasis.id, newest_change())
    days = (LegalBasisChange.in_force_from, LegalBasisChange.repealed_from)
    articles = (
        _gathered(position, LegalBasis.id, LegalBasis.title, LegalBasis.number, LegalArticle.number, *days)
        .select_from(EntryArticle)
        .join(LegalArticle, LegalArticle.id == EntryArticle.article_id)
        .join(LegalBasis, LegalBasis.id == LegalArticle.basis_id)
        .join(LegalBasisChange, change)
        .where(EntryArticle.entry_id == Entry.id)
    )
    acts = (
        _gathered(EntryAct.position, Act.kind, Act.name_zh, Act.name_en)
        .select_from(EntryAct)
        .join(Act, Act.id == EntryAct.act_id)
        .where(EntryAct.entry_id == Entry.id)
        .correlate(Entry)
    )
    regions = (
        _gathered(EntryRegion.id, Region.code, Region.name_zh, Region.name_en)
        .select_from(EntryRegion)
        .join(Region, Region.code == EntryRegion.region_code)
        .where(EntryRegion.entry_id == Entry.id)
    )
    zones = (
        _gathered(EntryZone.id, Zone.code, Zone.name_zh, Zone.name_en)
        .select_from(EntryZone)
        .join(Zone, Zone.id == EntryZone.zone_id)
        .where(EntryZone.entry_id == Entry.id)
    )
    asked = EntryRequirement
    requirements = _gathered(asked.position, asked.kind, asked.name, asked.level, asked.count).where(
        asked.entry_id == Entry.id
    )
    return [query.correlate(Entry).scalar_subquery() for query in (articles, acts, regions, zones, requirements)]


def read_several(columns: Sequence[str | None]) -> Several:
    """What the columns of `several` say."""
    articles, *others = (_rows(column) for column in columns)
    return Several([_cited(row) for row in articles], *others)


def _gathered(place: InstrumentedAttribute[int], *columns: Any) -> Any:
    cells = [func.coalesce(cast(column, String), "") for column in (place, *columns)]
    joined: Any = cells[0]
    for cell in cells[1:]:
        joined = joined + _CELL + cell
    return select(func.aggregate_strings(joined, _ROW))


def _rows(column: str | None) -> list[tuple[str, ...]]:
    rows = [tuple(row.split(_CELL)) for row in (column or "").split(_ROW) if row]
    return [row[1:] for row in sorted(rows, key=lambda row: int(row[0]))]


def _cited(row: tuple[str, ...]) -> Cited:
    basis, title, number, article, begins, ends = row
    days = [date.fromisoformat(day) if day else None for day in (begins, ends)]
    return Cited(int(basis), title, number, article, *days)
