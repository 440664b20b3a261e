"""What one edition of the list has that another has not. A fixed number of queries, whatever the editions hold."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, bindparam, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from market.catalogue.beside import Beside
from market.catalogue.citations import WHOLE
from market.catalogue.comparing import COLUMNS, LISTS
from market.catalogue.models import (
    Act,
    Band,
    CleanUp,
    Edition,
    Entry,
    EntryAct,
    EntryArticle,
    EntryRegion,
    EntryRequirement,
    EntryZone,
    FeeItem,
    LegalArticle,
    LegalBasis,
    Region,
    Zone,
)
from market.catalogue.models.price import LISTED
from market.catalogue.queries.bases import told_article
from market.catalogue.queries.beside import beside_of, counting
from market.store.db import db
from market.store.types import LARGEST_KEY

ADDED, REMOVED, REPRICED, CHANGED = "added", "removed", "repriced", "changed"
KINDS = (ADDED, REMOVED, REPRICED, CHANGED)
BESIDE = "beside"
"""What differs beside the entries: bundles, marks of acts, questions, and when a service is needed."""
COUNTED = (*KINDS, BESIDE)


@dataclass(frozen=True, slots=True)
class Moved:
    """A service that differs between two editions; `before` or `after` (an entry's id) is None where it is missing.

    `decision` is the clean-up decision that took a removed service off, if one is known.
    """

    kind: str
    code: str
    name_zh: str
    name_en: str
    before: int | None
    after: int | None
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two editions: what moved, how many entries each has, and what differs beside them."""

    moved: Sequence[Moved]
    before: int
    after: int
    beside: Sequence[Beside] = ()

    def of_kind(self, kind: str) -> list[Moved]:
        """What moved in one way."""
        return [one for one in self.moved if one.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        """How many services moved in each way, and how many things differ beside them."""
        return {**{kind: len(self.of_kind(kind)) for kind in KINDS}, BESIDE: len(self.beside)}

    @property
    def unchanged(self) -> int:
        """How many entries both have and neither changed."""
        return self.before - sum(one.before is not None for one in self.moved)

    @property
    def cut_milli(self) -> int | None:
        """The cut rate (压减率): removed entries in thousandths of the earlier edition's; None where it was empty."""
        return len(self.of_kind(REMOVED)) * 1000 // self.before if self.before else None


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """A fee item of an entry with the list's own bands, for telling its rule."""

    item: FeeItem
    bands: Sequence[Band]


@dataclass(frozen=True, slots=True)
class Said:
    """Everything an entry says: its columns, its lists as texts, and its prices."""

    entry: Entry
    act: Act
    lists: Mapping[str, Sequence[str]]
    prices: Sequence[PriceFacts] = field(default=())

    def value(self, name: str) -> Any:
        """A compared field's value."""
        return "\n".join(self.lists.get(name, ())) if name in LISTS else getattr(self.entry, name)


def two_editions(before: int, after: int) -> dict[int, tuple[Edition, int]]:
    """Two editions by number, each with how many entries it has; one that is not there is left out. One query."""
    entries = select(func.count()).where(Entry.edition_id == Edition.id).scalar_subquery()
    asked = [number for number in (before, after) if abs(number) <= LARGEST_KEY]
    query = select(Edition, entries).where(Edition.number.in_(asked))
    return {edition.number: (edition, count) for edition, count in db.session.execute(query)}


def difference(before: tuple[Edition, int], after: tuple[Edition, int]) -> Difference:
    """What `after` changes against `before` (each with its number of entries), in the list's order. Three queries."""
    old, new = before[0].id, after[0].id
    moved = [*_one_sided(old, new), *_both(old, new)]
    return Difference(moved, before[1], after[1], beside_of(old, new))


def counts_of_steps(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], dict[str, int]]:
    """What each step from one edition (its id) to another changed: how many of each of `COUNTED`. One query."""
    if not pairs:
        return {}
    parts = []
    for place, (old, new) in enumerate(pairs):
        mine, other = aliased(Entry), aliased(Entry)
        for kind, here, there in ((ADDED, new, old), (REMOVED, old, new)):
            missing = ~select(other.id).where(other.service_id == mine.service_id, other.edition_id == there).exists()
            parts.append(select(literal(place), literal(kind), func.count()).where(mine.edition_id == here, missing))
        for kind, repriced in ((REPRICED, _repriced(mine, other)), (CHANGED, not_(_repriced(mine, other)))):
            both = and_(other.service_id == mine.service_id, other.edition_id == old)
            changed = select(literal(place), literal(kind), func.count()).join_from(mine, other, both)
            parts.append(changed.where(mine.edition_id == new, other.fingerprint != mine.fingerprint, repriced))
    parts.append(counting(pairs, BESIDE))
    found = {pair: dict.fromkeys(COUNTED, 0) for pair in pairs}
    for place, kind, count in db.session.execute(union_all(*parts)):
        found[pairs[place]][kind] = count
    return found


def _repriced(mine: Any, other: Any) -> Any:
    return or_(other.price_fingerprint != mine.price_fingerprint, other.pricing != mine.pricing)


def said_by(entry_ids: Collection[int]) -> dict[int, Said]:
    """Everything that entries say, by id. Three queries."""
    if not entry_ids:
        return {}
    lists = _lists(entry_ids)
    prices = _prices(entry_ids)
    query = select(Entry, Act).join(Act, Act.id == Entry.act_id).where(Entry.id.in_(entry_ids))
    return {
        entry.id: Said(entry, act, lists[entry.id], prices.get(entry.id, ()))
        for entry, act in db.session.execute(query)
    }


def differing(before: Said, after: Said) -> list[str]:
    """The names of the fields in which two sayings differ, in the order of the list.

    `price` stands for the price rules, `schedules` for the published schedules behind them where nothing else differs.
    """
    names = [name for name in (*COLUMNS, *LISTS) if before.value(name) != after.value(name)]
    if before.entry.price_fingerprint != after.entry.price_fingerprint:
        return [*names, "price"]
    return names or ["schedules"]


def editions_of(service_id: int) -> list[tuple[Edition, Entry]]:
    """A service through the published editions, the oldest first. One query."""
    query = (
        select(Edition, Entry)
        .join(Entry, Entry.edition_id == Edition.id)
        .where(Entry.service_id == service_id, Edition.state == "published")
        .order_by(Edition.effective_from, Edition.number)
    )
    return [(edition, entry) for edition, entry in db.session.execute(query)]


def _one_sided(before: int, after: int) -> list[Moved]:
    """What only one of two editions has: what came, then what went."""
    found: dict[tuple[str, str], Moved] = {}
    rows: list[Any] = [tuple(row) for row in db.session.execute(_missing(), {"before": before, "after": after})]
    for kind, _place, code, zh, en, entry, decision in sorted(rows, key=lambda row: row[:2]):
        ends = (entry, None) if kind == REMOVED else (None, entry)
        found[kind, code] = Moved(kind, code, zh, en, ends[0], ends[1], decision or "")
    return list(found.values())


def _both(before: int, after: int) -> list[Moved]:
    rows = db.session.execute(_different(), {"before": before, "after": after})
    return [Moved(REPRICED if row[0] else CHANGED, row[1], row[2], row[3], row[4], row[5]) for row in rows]


# Statements are built once: building one costs more than asking it.


@cache
def _missing() -> CompoundSelect[*tuple[Any, ...]]:
    """What one edition has and the other has not; what went with the decision that the later one gives for it."""
    old: Any = bindparam("before")
    new: Any = bindparam("after")
    came, went = _only(new, old, literal(ADDED)), _only(old, new, literal(REMOVED))
    decided = and_(CleanUp.name_zh == Entry.name_zh, CleanUp.edition_id == new, CleanUp.service_id.is_(None))
    return union_all(
        came.add_columns(literal("")),
        went.add_columns(CleanUp.decision).outerjoin(CleanUp, decided),
    )


def _only(mine: Any, theirs: Any, kind: Any) -> Select[*tuple[Any, ...]]:
    other = aliased(Entry)
    columns = (kind, Entry.position, Entry.code, Entry.name_zh, Entry.name_en, Entry.id)
    both = and_(other.service_id == Entry.service_id, other.edition_id == theirs)
    return select(*columns).outerjoin(other, both).where(Entry.edition_id == mine, other.id.is_(None))


@cache
def _different() -> Select[*tuple[Any, ...]]:
    """What both editions have and say otherwise."""
    old = aliased(Entry)
    return (
        select(_repriced(Entry, old), Entry.code, Entry.name_zh, Entry.name_en, old.id, Entry.id)
        .join(old, and_(old.service_id == Entry.service_id, old.edition_id == bindparam("before")))
        .where(Entry.edition_id == bindparam("after"), old.fingerprint != Entry.fingerprint)
        .order_by(Entry.position)
    )


def _lists(entry_ids: Collection[int]) -> dict[int, dict[str, list[str]]]:
    """The lists of entries as texts, in one query over the five tables."""
    nothing = literal("")
    parts = (
        select(EntryAct.entry_id, literal("acts"), EntryAct.position, Act.kind, Act.name_zh, nothing)
        .join(Act, Act.id == EntryAct.act_id)
        .where(EntryAct.entry_id.in_(entry_ids)),
        select(
            EntryArticle.entry_id, literal("articles"), EntryArticle.position, LegalBasis.key, LegalBasis.number,
            LegalArticle.number,
        )
        .join(LegalArticle, LegalArticle.id == EntryArticle.article_id)
        .join(LegalBasis, LegalBasis.id == LegalArticle.basis_id)
        .where(EntryArticle.entry_id.in_(entry_ids)),
        select(EntryRegion.entry_id, literal("regions"), literal(0), Region.code, Region.name_zh, nothing)
        .join(Region, Region.code == EntryRegion.region_code)
        .where(EntryRegion.entry_id.in_(entry_ids)),
        select(EntryZone.entry_id, literal("zones"), literal(0), Zone.code, Zone.name_zh, nothing)
        .join(Zone, Zone.id == EntryZone.zone_id)
        .where(EntryZone.entry_id.in_(entry_ids)),
        select(
            EntryRequirement.entry_id, literal("requirements"), EntryRequirement.position, EntryRequirement.name,
            EntryRequirement.level, EntryRequirement.kind,
        ).where(EntryRequirement.entry_id.in_(entry_ids)),
    )  # fmt: skip
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: {name: [] for name in LISTS})
    rows: list[Any] = [tuple(row) for row in db.session.execute(union_all(*parts))]
    for entry, name, _position, first, second, third in sorted(rows, key=lambda row: (row[0], row[1], row[2], row[3])):
        found[entry][name].append(_told(name, first, second, third))
    return found


def _told(name: str, first: str, second: str, third: str) -> str:
    if name == "articles":
        return told_article(first, second, third or WHOLE)
    if name in ("regions", "zones"):
        return f"{second} ({first})"
    return " / ".join(part for part in ((second,) if name == "acts" else (first, second)) if part)


def _prices(entry_ids: Collection[int]) -> dict[int, list[PriceFacts]]:
    query = (
        select(FeeItem, Band)
        .outerjoin(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED))
        .where(FeeItem.entry_id.in_(entry_ids))
        .order_by(FeeItem.entry_id, FeeItem.position, Band.q_to)
    )
    bands: dict[int, tuple[FeeItem, list[Band]]] = {}
    for item, band in db.session.execute(query):
        mine = bands.setdefault(item.id, (item, []))
        if band is not None:
            mine[1].append(band)
    found: dict[int, list[PriceFacts]] = defaultdict(list)
    for item, listed in bands.values():
        found[item.entry_id].append(PriceFacts(item, listed))
    return found
