"""What the list says of some entries, read at once: prices are marked against it, one or some thousands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from market.agencies.queries.offers import DaysLimit, limit_of, places_of, reference_lines_by, rule_bands
from market.base.pricing import Band as Line
from market.catalogue.models import Band, Entry, EntryRegion, FeeItem, PriceSchedule, Region
from market.catalogue.queries import edition_in_force, fee_items_by_entry
from market.store.db import db
from market.store.settings import setting


@dataclass(frozen=True, slots=True)
class Ground:
    """The edition in force, and of each entry its fee items, its limit of days and the regions a price may be for.

    By fee item the list's own bands, and the lines of the reference schedule that it may be marked a share of.
    """

    edition_id: int
    items: Mapping[int, Sequence[FeeItem]]
    listed: Mapping[int, Sequence[Band]]
    references: Mapping[int, Sequence[Line]]
    limits: Mapping[int, DaysLimit]
    regions: Mapping[int, frozenset[str]]
    known_regions: Mapping[str, Region]


def ground_of(entries: Iterable[Entry], on: date) -> Ground:
    """The ground of entries as of a day. A fixed number of queries, whatever the number of entries."""
    by_id = {entry.id: entry for entry in entries}
    items = fee_items_by_entry(by_id)
    every = [item for own in items.values() for item in own]
    schedules: dict[int, list[PriceSchedule]] = defaultdict(list)
    tied = {item.entry_id for item in every if item.schedule_key}
    query = select(PriceSchedule).where(PriceSchedule.entry_id.in_(tied)).order_by(PriceSchedule.id)
    for schedule in db.session.scalars(query) if tied else ():
        schedules[schedule.entry_id].append(schedule)
    references: dict[int, Sequence[Line]] = {}
    for entry_id in tied:
        references |= reference_lines_by(items[entry_id], schedules[entry_id])
    limited: dict[int, set[str]] = defaultdict(set)
    bound = select(EntryRegion.entry_id, EntryRegion.region_code).where(EntryRegion.entry_id.in_(list(by_id)))
    for entry_id, code in db.session.execute(bound):
        limited[entry_id].add(code)
    known = {one.code: one for one in db.session.scalars(select(Region).order_by(Region.code))}
    longest = int(setting("offer.longest_workdays", on))
    return Ground(
        edition_id=edition_in_force(on).id,
        items=items,
        listed=rule_bands(every),
        references=references,
        limits={entry.id: limit_of(entry, longest) for entry in by_id.values()},
        regions={key: frozenset(one.code for one in places_of(known.values(), limited[key])) for key in by_id},
        known_regions=known,
    )
