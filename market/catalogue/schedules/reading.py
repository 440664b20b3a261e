"""A file of published schedules, read whole: each becomes a normal schedule or is refused with the reason."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from market.base.errors import BreaksRule
from market.base.money import shown
from market.base.pricing import PricedItem
from market.base.words import N_, register_labels, register_sentences
from market.catalogue.schedules.brackets import bracket_rows
from market.catalogue.schedules.cells import Place, known_keys, text
from market.catalogue.schedules.head import read_head
from market.catalogue.schedules.interpolated import read_interpolated
from market.catalogue.schedules.named import read_named
from market.catalogue.schedules.progressive import read_progressive

_METHODS = {
    "progressive": read_progressive,
    "bracket_interpolated": read_interpolated,
    "flat": read_named,
    "per_unit": read_named,
}
KEYS = (
    *("id", "title_zh", "document_no", "status", "in_force", "status_confidence", "numbers_confidence"),
    *(
        "method",
        "unit",
        "base",
        "brackets",
        "below_first",
        "above_last",
        "minimum_fee",
        "maximum_fee",
        "minimum_base",
        "float_range",
    ),
    *("mode", "rounding", "coefficients", "effective_from", "effective_until"),
    *("worked_examples", "notes", "source"),
)
"""The cells of a schedule, in the order of the published format."""
IN_FORCE, REFERENCE, UNKNOWN = "in_force", "reference", "unknown"

register_labels(
    {
        "schedule_status.in_force": N_("In force"),
        "schedule_status.reference": N_("Reference only, not binding"),
        "schedule_status.unknown": N_("Not verified whether in force"),
        "schedule_method.progressive": N_("Progressive by bracket"),
        "schedule_method.progressive_slab": N_("Slab: the whole quantity at its bracket's rate"),
        "schedule_method.bracket_interpolated": N_("Straight line between published figures"),
        "schedule_method.flat": N_("Fixed amount or single rate"),
        "schedule_method.per_unit": N_("Price for each unit"),
    }
)
register_sentences(
    {
        "schedules.malformed": N_("The file of price schedules cannot be read: {why}. Correct the file and try again."),
        "schedules.unknown": N_("There is no schedule {given} in the file. Schedules there: {known}."),
        "schedule.id_twice": N_("Schedule {schedule} is in the file more than once. Keep one."),
        "schedule.method_unknown": N_(
            "Schedule {schedule}, cell {cell}: “{given}” is not a known way of computing. "
            "Use progressive, bracket_interpolated, flat or per_unit."
        ),
        "schedule.status_unknown": N_(
            "Schedule {schedule}, cell {cell}: “{given}” does not say whether it is in force. Use true, false or null."
        ),
        "price.item_needed": N_("This schedule has several items. Name one of: {items}."),
        "price.item_unknown": N_("This schedule has no item “{given}”. Name one of: {items}."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalSchedule:
    """A published schedule understood completely. `remarks` are texts of the document that are shown and never applied.

    `status` is in_force, reference (freed or superseded) or unknown (not verified).
    """

    id: str
    title_zh: str
    document_no: str
    status: str
    method: str
    fee_unit: str
    items: dict[str, PricedItem]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedSchedule:
    """A schedule that could not be understood without guessing, and why."""

    id: str
    refusal: BreaksRule

    @property
    def code(self) -> str:
        """The code of the refusal."""
        return self.refusal.code

    @property
    def sentence(self) -> str:
        """The refusal in English, naming schedule, bracket and cell."""
        return self.refusal.sentence()


def read_schedules(json_text: str) -> list[NormalSchedule | RefusedSchedule]:
    """Every schedule of the file in its order. Figures are read as decimals, never as floating point.

    Refuses the whole file with `schedules.malformed` where it is not a JSON object with a list `schedules`.
    """
    parsed = _parse(json_text)
    given = parsed.get("schedules") if isinstance(parsed, dict) else None
    if not isinstance(given, list):
        raise BreaksRule("schedules.malformed", why="no list named schedules")
    ids = [_id(row, count) for count, row in enumerate(given, 1)]
    times = Counter(ids)
    return [_read(Place(name), row, times[name]) for name, row in zip(ids, given, strict=True)]


def find_schedule(schedules: list[NormalSchedule | RefusedSchedule], schedule_id: str) -> NormalSchedule:
    """The schedule of that id. Refuses `schedules.unknown`, or what the schedule itself was refused for."""
    for schedule in schedules:
        if schedule.id == schedule_id:
            if isinstance(schedule, RefusedSchedule):
                raise BreaksRule(schedule.code, **schedule.refusal.facts)
            return schedule
    raise BreaksRule("schedules.unknown", given=shown(schedule_id), known=", ".join(one.id for one in schedules))


def choose_item(schedule: NormalSchedule, name: str | None) -> PricedItem:
    """The named fee item, or the only one. Refuses `price.item_needed` and `price.item_unknown`, naming the items."""
    if name is None and len(schedule.items) == 1:
        return next(iter(schedule.items.values()))
    known = ", ".join(schedule.items)
    if name is None:
        raise BreaksRule("price.item_needed", items=known)
    if name.strip() not in schedule.items:
        raise BreaksRule("price.item_unknown", given=shown(name), items=known)
    return schedule.items[name.strip()]


def _parse(json_text: str) -> object:
    try:
        return json.loads(
            json_text,
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=Decimal,
            object_pairs_hook=_no_repeated_key,
        )
    except RecursionError:
        raise BreaksRule("schedules.malformed", why="nested too deeply") from None
    except (ValueError, InvalidOperation) as error:
        raise BreaksRule("schedules.malformed", why=" ".join(str(error).split())[:200]) from None


def _no_repeated_key(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a cell is there twice in one table")
    return table


def _id(row: object, count: int) -> str:
    given = row.get("id") if isinstance(row, Mapping) else None
    return shown(given) if isinstance(given, str) and given.strip() else f"#{count}"


def _read(place: Place, given: object, times: int) -> NormalSchedule | RefusedSchedule:
    try:
        if times > 1:
            raise place.at("id").refusal("schedule.id_twice")
        if not isinstance(given, dict):
            raise place.refusal("schedule.not_a_table", given)
        return _normal(place, given)
    except BreaksRule as refusal:
        return RefusedSchedule(place.schedule, refusal)


def _normal(place: Place, row: dict[str, object]) -> NormalSchedule:
    known_keys(place, row, KEYS)
    for cell in ("id", *(("title_zh",) if "title_zh" in row else ()), "method"):
        if not text(place.at(cell), row):
            raise place.at(cell).refusal("schedule.cell_missing")
    method = text(place.at("method"), row)
    if method not in _METHODS:
        raise place.at("method").refusal("schedule.method_unknown", method)
    bracket_rows(place, row)
    status = _status(place.at("in_force"), row)
    document_no = text(place.at("document_no"), row)
    head = read_head(place, row)
    unapplied = head.unapplied if status == IN_FORCE else ""
    first, last = head.effective
    items = {
        name: replace(item, factors=head.factors, unapplied=unapplied, effective_from=first, effective_until=last)
        for name, item in _METHODS[method](head, row).items()
    }
    return NormalSchedule(
        id=place.schedule,
        title_zh=head.title,
        document_no=document_no,
        status=status,
        method=method,
        fee_unit=head.fee_unit,
        items=items,
        remarks=head.remarks,
    )


def _status(place: Place, row: Mapping[str, object]) -> str:
    given = row.get("in_force")
    if given is None:
        return UNKNOWN
    if not isinstance(given, bool):
        raise place.refusal("schedule.status_unknown", given)
    return IN_FORCE if given else REFERENCE
