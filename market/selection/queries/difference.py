"""How an entry has changed between the edition something was written under and the one in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from market.base.errors import BreaksRule, NotFound
from market.base.words import N_, register_labels
from market.catalogue.comparing import COLUMNS, told
from market.catalogue.listing import Ask, measure_of, price
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.queries import edition_in_force, entry_of, fee_items_of, list_bands, schedules_of
from market.catalogue.rules import EditionState, PriceState
from market.selection.models import Request, RequestLine
from market.selection.queries.editions import OffTheList, off_the_list
from market.store.db import db


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the entry that is not what it was; values may be keys of labels."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """What the list allows for a quantity, in fen, before and after; null where the list has no figure.

    `fits` is whether the new edition takes the quantity at all.
    """

    name: str
    quantity: str
    old: tuple[int, int] | None
    new: tuple[int, int] | None
    fits: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Between the edition something was written under and the one in force."""

    old_edition: int
    new_edition: int
    effective_from: date
    fields: Sequence[FieldChange]
    lines: Sequence[LineChange]
    gone: OffTheList | None = None

    @property
    def moved(self) -> list[LineChange]:
        """The lines for which the list allows something else now, or nothing any more."""
        return [line for line in self.lines if line.old != line.new or not line.fits]


register_labels(
    {
        "difference.schedule": N_("Fee schedule"),
        "schedule.same_name": N_("the same document with other figures"),
    }
)


def difference(draft: Request, on: date) -> Difference | None:
    """What has changed for a draft since it was written; None while its edition is in force."""
    edition = edition_in_force(on)
    if edition.id == draft.edition_id:
        return None
    old = db.session.get_one(Edition, draft.edition_id)
    try:
        entry = entry_of(draft.entry.code, edition)
    except NotFound:
        gone = off_the_list(draft.entry.code, on)
        return Difference(old.number, edition.number, edition.effective_from or on, (), (), gone)
    lines = line_changes(draft.lines, draft.entry, entry)
    return Difference(old.number, edition.number, edition.effective_from or on, changes(draft.entry, entry), lines)


def difference_of(code: str, number: int, on: date) -> Difference | None:
    """What has changed in the entry of a code since the edition of that number; None when nothing can have."""
    edition = edition_in_force(on)
    old = entry_then(code, number)
    if number == edition.number or old is None:
        return None
    fields = changes(old, entry_of(code, edition))
    return Difference(number, edition.number, edition.effective_from or on, fields, ())


def entry_then(code: str, number: int) -> Entry | None:
    """The entry of a code in the published edition of that number, if it had it."""
    query = select(Entry).join(Edition, Edition.id == Entry.edition_id).where(Entry.code == code)
    return db.session.scalar(query.where(Edition.number == number, Edition.state == EditionState.PUBLISHED))


def changes(old: Entry, new: Entry) -> list[FieldChange]:
    """The fields of an entry, and its schedules, that are not what they were."""
    found = []
    for column in COLUMNS:
        before, after = (getattr(entry, column) for entry in (old, new))
        if before != after:
            found.append(FieldChange(f"field.{column}", told(column, before), told(column, after)))
    schedules, now_schedules = ({one.key: one for one in schedules_of(entry.id)} for entry in (old, new))
    for key in sorted(schedules.keys() | now_schedules.keys()):
        was, now = schedules.get(key), now_schedules.get(key)
        if was is None or now is None or (was.role, was.data) != (now.role, now.data):
            same = was is not None and now is not None and was.title == now.title
            title = "schedule.same_name" if same else now.title if now else ""
            found.append(FieldChange("difference.schedule", was.title if was else "", title))
    return found


def counterparts(old: Entry, new: Entry) -> dict[int, FeeItem]:
    """By fee item of an older entry, the new one that counts the same: by name and unit, or where both stand alone."""
    before, after = fee_items_of(old.id), fee_items_of(new.id)
    if old.id == new.id:
        return {item.id: item for item in after}
    known = {(item.name_zh, item.unit): item for item in after}
    found = {item.id: known[item.name_zh, item.unit] for item in before if (item.name_zh, item.unit) in known}
    if len(before) == len(after) == 1 and before[0].unit == after[0].unit:
        found[before[0].id] = after[0]
    return found


def line_changes(lines: Sequence[RequestLine], old: Entry, new: Entry) -> list[LineChange]:
    """What the list allows for each line's quantity in the two entries."""
    same, items = counterparts(old, new), {item.id: item for item in fee_items_of(old.id)}
    bands = list_bands([*items, *(item.id for item in same.values())])
    return [_line_change(line, items[line.fee_item_id], same.get(line.fee_item_id), bands) for line in lines]


def _line_change(
    line: RequestLine, old: FeeItem, new: FeeItem | None, bands: Mapping[int, Sequence[Band]]
) -> LineChange:
    measure = measure_of(old)
    quantity = f"{measure.number(line.quantity)} {old.unit}".strip()
    before, after = _allowed(line, old, bands), _allowed(line, new, bands)
    listed = new is not None and new.price_state == PriceState.LISTED
    buyable = new is not None and new.price_state != PriceState.UNPUBLISHED
    return LineChange(old.name_zh, quantity, before, after, buyable and (after is not None or not listed))


def _allowed(line: RequestLine, item: FeeItem | None, bands: Mapping[int, Sequence[Band]]) -> tuple[int, int] | None:
    if item is None or item.price_state != PriceState.LISTED:
        return None
    try:
        listed = price(Ask(item, line.quantity, line.coefficient, line.payer), bands.get(item.id, ()))
    except BreaksRule:
        return None
    return listed.floor_fen, listed.ceiling_fen
