"""The marked prices of an agency's own sheet: what they would change, each cell inside the law of the form."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from market.agencies import queries
from market.agencies.actions.marking import Place, check_terms
from market.agencies.actions.planning import Marking, Terms, planned_bands
from market.agencies.importing import Part, Sheets
from market.agencies.importing.marks import column_of, read_mark
from market.agencies.models import Agency, Offer
from market.agencies.rules import EVERYWHERE, AgencyState, Mark, mark_of
from market.agencies.rules.raising import dearer
from market.base import clock
from market.base.errors import Refusal
from market.base.pricing import Band as Line
from market.base.sheets.cells import BadCell, Row
from market.base.sheets.columns import folded
from market.base.words import N_, register_sentences
from market.catalogue.listing import line_of
from market.catalogue.models import Band, Entry, FeeItem, Region
from market.catalogue.queries import edition_in_force
from market.store.db import db

_EVERYWHERE = {folded(word) for word in ("", "全市", "全域", "全部地区", "whole area")}
_TERMS = {
    "offer.days": "promised_days",
    "offer.capacity_range": "capacity",
    "offer.begins": "effective_from",
    "offer.region": "region",
}


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price that a sheet marks, beside the one it takes the place of (None: there is none).

    `drops`: how many prices announced for later, and not in the sheet, give way to it.
    """

    marking: Marking
    marks: Sequence[tuple[FeeItem, Mark]]
    was: Sequence[tuple[FeeItem, Mark]]
    stands: Offer | None
    dearer: bool
    region: Region | None
    drops: int = 0


@dataclass(slots=True)
class PricePlan:
    """What the prices of a sheet would change, in the order in which they are marked; nothing while cells are bad."""

    changes: list[PriceChange] = field(default_factory=list)
    unchanged: int = 0
    bad: list[BadCell] = field(default_factory=list)
    versions: dict[Place, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    """The rows of one price: an entry, a region, a day from which it holds (None: at once)."""

    part: Part
    entry: Entry
    region: str
    begins: datetime | None
    rows: list[Row] = field(default_factory=list)
    items: dict[int, list[Row]] = field(default_factory=dict)


def plan_prices(agency: Agency, sheets: Sheets, *, now: datetime) -> PricePlan:
    """Check the prices of a sheet against the list and against what stands. A fixed number of queries."""
    rows = list(sheets.rows("offers"))
    plan = PricePlan()
    if not rows:
        return plan
    if agency.state != AgencyState.ADMITTED:
        plan.bad = [part.bad(row, "agency_code", "offer.agency_not_admitted") for part, row in rows]
        return plan
    desk = _Desk(agency, now, {row["service"] for _part, row in rows})
    groups = desk.groups(rows, plan.bad)
    places: dict[Place, list[PriceChange]] = defaultdict(list)
    for group in groups:
        change = desk.change(group, plan.bad)
        if change is not None:
            places[group.entry.id, group.region].append(change)
    for place, changes in places.items():
        plan.versions[place] = max((one.version for one in desk.standing.get(place, ())), default=0)
        _settle(plan, changes, desk.standing.get(place, ()), now)
    return plan


def _settle(plan: PricePlan, changes: list[PriceChange], standing: Sequence[Offer], now: datetime) -> None:
    """What of one place is marked: from the first change on everything, because a price makes later ones give way."""
    changes.sort(key=lambda one: one.marking.terms.effective_from or now)
    first = next((at for at, one in enumerate(changes) if not _same(one)), len(changes))
    plan.unchanged += first
    named = {one.stands.id for one in changes if one.stands is not None}
    for at, one in enumerate(changes[first:]):
        begins = one.marking.terms.effective_from or now
        later = [offer for offer in standing if offer.effective_from > begins and offer.id not in named]
        plan.changes.append(replace(one, drops=0 if at else len(later)))


def _same(change: PriceChange) -> bool:
    stands, marking = change.stands, change.marking
    if stands is None or (stands.promised_days, stands.capacity) != (marking.promised_days, marking.terms.capacity):
        return False
    return {item.id: mark for item, mark in change.was} == {item.id: mark for item, mark in change.marks}


class _Desk:
    """What the rows are checked against, read at once."""

    def __init__(self, agency: Agency, now: datetime, codes: set[str]) -> None:
        self.agency, self.now, self.today = agency, now, clock.china_date(now)
        edition = edition_in_force(self.today)
        query = select(Entry).where(Entry.edition_id == edition.id, Entry.code.in_(codes))
        self.entries = {entry.code: entry for entry in db.session.scalars(query)}
        by_id = {entry.id: entry for entry in self.entries.values()}
        self.ground = queries.ground_of(by_id.values(), self.today)
        # What has ended plays no part any more.
        self.standing: dict[Place, list[Offer]] = {
            place: [offer for offer in offers if offer.ends_at is None or offer.ends_at > now]
            for place, offers in queries.standing_offers_of(agency.id, by_id).items()
        }
        self.bands = queries.offer_bands([one.id for offers in self.standing.values() for one in offers])
        regions = self.ground.known_regions.values()
        self.regions = {folded(word): one.code for one in regions for word in (one.code, one.name_zh, one.name_en)}
        self.names = {
            entry_id: {folded(word): item for item in items for word in (item.name_zh, item.name_en)}
            for entry_id, items in self.ground.items.items()
        }

    def groups(self, rows: Iterable[tuple[Part, Row]], bad: list[BadCell]) -> list[_Group]:
        """The rows by price, those that belong to none named as bad."""
        found: dict[tuple[int, str, datetime | None], _Group] = {}
        for part, row in rows:
            wrong, entry, region, begins = self._place(part, row)
            item = self._item(part, row, entry, wrong) if entry else None
            bad += wrong
            if wrong or entry is None or item is None:
                continue
            group = found.setdefault((entry.id, region, begins), _Group(part, entry, region, begins))
            group.rows.append(row)
            group.items.setdefault(item.id, []).append(row)
        return list(found.values())

    def change(self, group: _Group, bad: list[BadCell]) -> PriceChange | None:
        """The price that a group marks; None where one of its cells is bad."""
        begun = len(bad)
        items = {item.id: item for item in self.ground.items[group.entry.id]}
        stands = self._stands(group)
        prices: dict[int, Mark] = {}
        lines: dict[int, list[Line]] = {}
        for item_id, rows in group.items.items():
            mark, wrong = read_mark(group.part, rows, items[item_id].steps_per_unit)
            bad += wrong
            if mark is not None:
                prices[item_id] = mark
                lines[item_id] = self._lines(group, items[item_id], mark, bad)
        days, capacity = (self._said_once(group, one, bad) for one in ("promised_days", "capacity"))
        terms = Terms(group.region, group.begins, int(capacity) if capacity else None)
        marking = Marking(group.entry, prices, int(days or 0), terms)
        head = group.rows[0]
        if not days:
            bad.append(group.part.bad(head, "promised_days", "import.needed"))
        else:
            self._check_terms(group, marking, bad)
        self._check_end(group, stands, bad)
        if len(bad) > begun:
            return None
        marks = [(items[key], mark_of(own, items[key].steps_per_unit)) for key, own in lines.items()]
        before = self.bands.get(stands.id, {}) if stands else {}
        was = [(items[key], mark_of(_lines(own), items[key].steps_per_unit)) for key, own in before.items()]
        raised = any(dearer(_lines(before[key]), own) for key, own in lines.items() if key in before)
        return PriceChange(marking, marks, was, stands, raised, self.ground.known_regions.get(group.region))

    def _place(self, part: Part, row: Row) -> tuple[list[BadCell], Entry | None, str, datetime | None]:
        wrong = []
        entry = self.entries.get(row["service"])
        if entry is None:
            wrong.append(part.bad(row, "service", "filing.unknown_service", code=row["service"]))
        elif row["service_name"] and folded(row["service_name"]) not in map(folded, (entry.name_zh, entry.name_en)):
            wrong.append(part.bad(row, "service_name", "sheets.service_name", name=entry.name_zh))
        region = EVERYWHERE if folded(row["region"]) in _EVERYWHERE else self.regions.get(folded(row["region"]))
        if region is None:
            wrong.append(part.bad(row, "region", "offer.region_unknown"))
        begins = None
        if row["effective_from"]:
            begins = self._begins(date.fromisoformat(row["effective_from"]), entry, region or EVERYWHERE)
        if begins is not None and begins < self.now:
            wrong.append(part.bad(row, "effective_from", "offer.begins_in_the_past"))
        return wrong, entry, region or EVERYWHERE, begins

    def _begins(self, day: date, entry: Entry | None, region: str) -> datetime | None:
        """The first moment of the day; None for today, and for the day on which the price that holds now began."""
        holds = self._holding((entry.id, region)) if entry else None
        if day == self.today or (holds is not None and clock.china_date(holds.effective_from) == day):
            return None
        return clock.end_of_day(day - timedelta(days=1))

    def _holding(self, place: Place) -> Offer | None:
        return next((one for one in self.standing.get(place, ()) if one.effective_from <= self.now), None)

    def _stands(self, group: _Group) -> Offer | None:
        place = (group.entry.id, group.region)
        if group.begins is None:
            return self._holding(place)
        return next((one for one in self.standing.get(place, ()) if one.effective_from == group.begins), None)

    def _item(self, part: Part, row: Row, entry: Entry, wrong: list[BadCell]) -> FeeItem | None:
        items = self.ground.items.get(entry.id, ())
        item = self.names[entry.id].get(folded(row["fee_item"])) if row["fee_item"] else None
        if not row["fee_item"] and len(items) == 1:
            item = items[0]
        if item is None:
            wrong.append(part.bad(row, "fee_item", "sheets.fee_item", words="、".join(one.name_zh for one in items)))
        return item

    def _lines(self, group: _Group, item: FeeItem, mark: Mark, bad: list[BadCell]) -> list[Line]:
        rows = group.items[item.id]
        try:
            alone = Marking(group.entry, {item.id: mark}, 1)
            return _lines(planned_bands(alone, self.agency.id, ground=self.ground))
        except Refusal as refusal:
            at = refusal.facts.get("row")
            row = rows[at - 1] if isinstance(at, int) and at <= len(rows) else rows[0]
            bad.append(group.part.bad(row, column_of(refusal.code, row["way"]), refusal.code, **refusal.facts))
            return []

    def _said_once(self, group: _Group, column: str, bad: list[BadCell]) -> str:
        """What the rows of one price say of it as a whole: once, or alike."""
        said = next((row for row in group.rows if row[column]), None)
        if said is None:
            return ""
        bad += [
            group.part.bad(row, column, "sheets.differs", first=said.line)
            for row in group.rows
            if row[column] and row[column] != said[column]
        ]
        return said[column]

    def _check_terms(self, group: _Group, marking: Marking, bad: list[BadCell]) -> None:
        try:
            check_terms(self.agency, marking, ground=self.ground, now=self.now)
        except Refusal as refusal:
            column = next((name for code, name in _TERMS.items() if refusal.code.startswith(code)), "service")
            row = next((one for one in group.rows if one[column]), group.rows[0])
            bad.append(group.part.bad(row, column, refusal.code, **refusal.facts))

    def _check_end(self, group: _Group, stands: Offer | None, bad: list[BadCell]) -> None:
        ends = clock.china_date(stands.ends_at).isoformat() if stands is not None and stands.ends_at else ""
        bad += [
            group.part.bad(row, "ends_at", "sheets.end_not_marked")
            for row in group.rows
            if row["ends_at"] not in ("", ends)
        ]


def _lines(bands: Sequence[Band]) -> list[Line]:
    return [line_of(band) for band in bands]


register_sentences(
    {
        "sheets.service_name": N_("The service of this code is called “{name}”. Correct the code, or empty this cell."),
        "sheets.fee_item": N_("The service has these fee items: {words}. Write one of them."),
        "sheets.end_not_marked": N_(
            "A marked price ends when the next one begins, or when you withdraw it. Empty this cell."
        ),
    }
)
