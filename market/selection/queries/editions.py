"""What a change of edition means for requests: what is no longer listed, and how a draft's entry has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from market.base.errors import BreaksRule, Gone, NotFound
from market.base.words import N_, register_labels
from market.catalogue.listing import Ask, measure_of, price
from market.catalogue.models import Band, CleanUp, Edition, Entry, FeeItem
from market.catalogue.queries import edition_in_force, entry_of, fee_items_of, list_bands, schedules_of
from market.catalogue.rules import EditionState, Handling, PriceState
from market.journal.models import JournalRow
from market.selection.models import Request, RequestLine
from market.selection.rules import CANCELLED_BY_RULE, RequestState
from market.store.db import db


@dataclass(frozen=True, slots=True)
class OffTheList:
    """A service that was listed and is no more, or an item that a clean-up decision took off.

    `last_edition` and `since` are null where no edition of this list ever had it; the decision is empty where none
    is on record.
    """

    code: str
    name_zh: str
    name_en: str
    act_zh: str
    act_en: str
    legal_basis: str
    last_edition: int | None
    since: date | None
    decision: str = ""
    handling: str = ""
    handling_text: str = ""
    clean_up_id: int | None = None

    @property
    def report(self) -> dict[str, Any]:
        """What the form that reports a demand for it is to know."""
        if self.clean_up_id is not None:
            return {"kind": "demanded_outside", "removed": str(self.clean_up_id)}
        return {"kind": "demanded_outside", "service": self.code, "said": self.name_zh}

    @property
    def refusal(self) -> Gone:
        """What whoever asks for it is told: `service.abolished` with its decision, or `service.off_the_list`."""
        if self.decision:
            return Gone("service.abolished", service=self.name_zh, decision=self.decision)
        return Gone("service.off_the_list", service=self.name_zh, edition=self.last_edition, day=self.since)


def off_the_list(code: str, on: date) -> OffTheList | None:
    """What a code was that an earlier edition listed and the one in force on a day does not; None for any other."""
    edition = edition_in_force(on)
    query = (
        select(Entry)
        .join(Edition, Edition.id == Entry.edition_id)
        .where(Entry.code == code, Edition.state == EditionState.PUBLISHED, Edition.effective_from <= on)
        .order_by(Edition.effective_from.desc())
        .limit(1)
        .options(joinedload(Entry.act), joinedload(Entry.edition))
    )
    last = db.session.scalar(query)
    if last is None or last.edition_id == edition.id:
        return None
    since = select(func.min(Edition.effective_from)).where(
        Edition.state == EditionState.PUBLISHED, Edition.effective_from > last.edition.effective_from
    )
    decided = _decision_on(last.name_zh, edition)
    return OffTheList(
        code=last.code, name_zh=last.name_zh, name_en=last.name_en, act_zh=last.act.name_zh, act_en=last.act.name_en,
        legal_basis=last.legal_basis, last_edition=last.edition.number, since=db.session.scalar(since),
        **(_said(decided) if decided else {}),
    )  # fmt: skip


def taken_off(name: str, on: date) -> OffTheList | None:
    """An item of that name which a clean-up decision abolished, by the edition in force on a day."""
    decided = _decision_on(name, edition_in_force(on))
    if decided is None or decided.handling != Handling.ABOLISHED:
        return None
    return OffTheList(
        code="", name_zh=decided.name_zh, name_en="", act_zh=decided.act_name_zh, act_en="", legal_basis="",
        last_edition=None, since=None, **_said(decided),
    )  # fmt: skip


def _decision_on(name: str, edition: Edition) -> CleanUp | None:
    query = select(CleanUp).where(CleanUp.edition_id == edition.id, CleanUp.name_zh == name)
    return db.session.scalar(query.order_by(CleanUp.handling != Handling.ABOLISHED, CleanUp.id).limit(1))


def _said(decided: CleanUp) -> dict[str, Any]:
    return {
        "decision": decided.decision,
        "handling": decided.handling,
        "handling_text": decided.handling_text,
        "clean_up_id": decided.id,
    }


def listed_entry(code: str, on: date) -> Entry:
    """The entry of a code in the edition in force on a day.

    Refuses what is off the list as Gone, naming the decision where there is one (`service.abolished`,
    `service.off_the_list`), and what never was on it as `service.not_listed`.
    """
    try:
        return entry_of(code, edition_in_force(on))
    except NotFound:
        gone = off_the_list(code, on) or taken_off(code, on)
        if gone is None:
            raise
        raise gone.refusal from None


def published_editions_lock() -> Select[Any]:
    """The rows to lock while an edition comes into force: of two that bring it, the second finds it done."""
    return select(Edition.id).where(Edition.state == EditionState.PUBLISHED).order_by(Edition.id)


def unlisted_refs(edition: Edition) -> list[str]:
    """Open requests of other editions whose service this edition has not, oldest first. One query."""
    listed = exists().where(Entry.edition_id == edition.id, Entry.service_id == Request.service_id)
    query = select(Request.ref).where(Request.state == RequestState.OPEN, Request.edition_id != edition.id, ~listed)
    return list(db.session.scalars(query.order_by(Request.id)))


def rule_ground(log: Sequence[JournalRow]) -> tuple[str, dict[str, Any]] | None:
    """Code and facts of the sentence why the clock cancelled a request, from its rows in the journal."""
    last = next((row for row in reversed(log) if row.act == CANCELLED_BY_RULE), None)
    if last is None:
        return None
    return ("request.unlisted_by_decision" if last.payload["decision"] else "request.unlisted"), last.payload


# --- how an entry has changed


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


_FIELDS = (
    ("difference.name", "name_zh"),
    ("difference.pricing", "pricing"),
    ("difference.payer", "payer"),
    ("difference.price_rule", "price_rule"),
    ("difference.price_basis", "price_basis"),
    ("difference.unit", "unit"),
    ("difference.days", "time_limit_workdays"),
    ("difference.self_service", "self_service"),
    ("difference.output", "output"),
    ("difference.qualification", "qualification"),
    ("difference.legal_basis", "legal_basis"),
)
_LABELLED = frozenset({"pricing", "payer", "self_service"})
register_labels(
    {
        "difference.name": N_("Name"),
        "difference.pricing": N_("Price management"),
        "difference.payer": N_("Who pays"),
        "difference.price_rule": N_("Price rule"),
        "difference.price_basis": N_("Price basis"),
        "difference.unit": N_("Unit"),
        "difference.days": N_("Time limit in working days"),
        "difference.self_service": N_("May I do it myself?"),
        "difference.output": N_("What is delivered"),
        "difference.qualification": N_("Qualification of the agency"),
        "difference.legal_basis": N_("Legal basis"),
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
    for label, column in _FIELDS:
        before, after = (getattr(entry, column) for entry in (old, new))
        if before != after:
            found.append(FieldChange(label, _told(column, before), _told(column, after)))
    before, after = ({one.key: one for one in schedules_of(entry.id)} for entry in (old, new))
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or (was.role, was.data) != (now.role, now.data):
            same = was is not None and now is not None and was.title == now.title
            told = "schedule.same_name" if same else now.title if now else ""
            found.append(FieldChange("difference.schedule", was.title if was else "", told))
    return found


def _told(column: str, value: object) -> str:
    if value is None:
        return ""
    return f"{column}.{value}" if column in _LABELLED else str(value)


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
