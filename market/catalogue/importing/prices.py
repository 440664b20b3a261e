"""From an item of the file and its schedules to fee items: which price binds, and which is only shown."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from market.base.pricing import Band, Measure, PricedItem
from market.base.sheets.cells import Row
from market.catalogue.importing.exact import exact_json
from market.catalogue.importing.files import ListData
from market.catalogue.rules import PriceState, Pricing, ScheduleRole
from market.catalogue.schedules import KEYS, NormalSchedule, RefusedSchedule

_PER = re.compile(r"(?:万?元|成交价%)/?(.*)")
# Columns of a published table that have names of the trade in the two languages.
NAMES = {
    "external": ("外部检验", "External inspection"),
    "internal": ("内部检验", "Internal inspection"),
    "hydrostatic": ("水压试验", "Hydrostatic test"),
    "furnace_wall": ("炉墙检验", "Furnace wall inspection"),
}
_FREE = Band(float_low=0, float_high=1, max_fen=0)


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """A fee item to be written: `state` says where its price comes from, `bands` are the list's own."""

    name: str
    base_name: str
    measure: Measure
    state: PriceState
    method: str = "per_unit"
    document_no: str = ""
    schedule_key: str | None = None
    schedule_item: str = ""
    name_en: str = ""
    reason: str = ""
    bands: tuple[Band, ...] = ()
    # The first and the last day on which the price may be asked for; a reference does not bind, so it has none.
    effective_from: date | None = None
    effective_until: date | None = None

    @property
    def coefficients(self) -> tuple[int, ...]:
        """The closed set that the item's bands share."""
        return self.bands[0].coefficients if self.bands else (10_000,)


def plan(row: Row, data: ListData, pricing: Pricing) -> list[PlannedItem]:
    """The fee items of an item: at least one; a single one bears the item's own name."""
    planned = _plan(row, data, pricing)
    return planned if len(planned) > 1 else [replace(planned[0], name=row["name_zh"])]


def _plan(row: Row, data: ListData, pricing: Pricing) -> list[PlannedItem]:
    schedules = [(link["role"], data.schedules[link["schedule_id"]]) for link in data.links_of(row["name_zh"])]
    if pricing == Pricing.FISCAL:
        return [PlannedItem(row["name_zh"], "", unit_of(row), PriceState.FREE, bands=(_FREE,))]
    if pricing == Pricing.MARKET_REGULATED:
        known = [one for _, one in schedules if isinstance(one, NormalSchedule)]
        return _marked(known) or [PlannedItem(row["name_zh"], "", unit_of(row), PriceState.MARKED)]
    binding = [one for role, one in schedules if role == ScheduleRole.IN_FORCE]
    return _listed(binding) or [_unpublished(row, binding)]


def unit_of(row: Row) -> Measure:
    """The unit in which a price without schedule is counted: `万元/项` counts 项."""
    found = _PER.fullmatch(row["unit_zh"])
    return Measure.of((found[1] if found else row["unit_zh"]) or "项")


def _marked(references: list[NormalSchedule]) -> list[PlannedItem]:
    """A market price counts what the reference counts, so that marks can be compared with it."""
    return [
        _from_schedule(schedule, item, PriceState.MARKED) for schedule in references for item in schedule.items.values()
    ]


def _listed(binding: list[NormalSchedule | RefusedSchedule]) -> list[PlannedItem]:
    return [
        _from_schedule(schedule, item, PriceState.LISTED)
        for schedule in binding
        if isinstance(schedule, NormalSchedule)
        for item in schedule.items.values()
        if item.bands
    ]


def _from_schedule(schedule: NormalSchedule, item: PricedItem, state: PriceState) -> PlannedItem:
    name, name_en = NAMES.get(item.name, (item.name, "")) if len(schedule.items) > 1 else (schedule.title_zh, "")
    return PlannedItem(
        name, item.base_name, item.measure, state, item.method, schedule.document_no, schedule.id, item.name, name_en,
        bands=item.bands if state == PriceState.LISTED else (),
        effective_from=item.effective_from if state == PriceState.LISTED else None,
        effective_until=item.effective_until if state == PriceState.LISTED else None,
    )  # fmt: skip


def _unpublished(row: Row, binding: list[NormalSchedule | RefusedSchedule]) -> PlannedItem:
    refused = next((one for one in binding if isinstance(one, RefusedSchedule)), None)
    reason = refused.code if refused else "price.no_figure"
    return PlannedItem(row["name_zh"], "", unit_of(row), PriceState.UNPUBLISHED, reason=reason)


def documents_of(raw: str) -> dict[str, str]:
    """Every schedule of the file as JSON text by id, decimals as printed, without the addresses it was read from.

    Cells stand in the order of the format, so that the same document is the same text whichever file it came in.
    """
    if not raw:
        return {}
    parsed = json.loads(raw, parse_float=Decimal)
    return {
        schedule["id"]: exact_json(
            {key: _ordered(value) for key, value in sorted(schedule.items(), key=_place) if key != "source"}
        )
        for schedule in parsed["schedules"]
        if isinstance(schedule, Mapping) and isinstance(schedule.get("id"), str)
    }


def _place(cell: tuple[str, object]) -> tuple[int, str]:
    return (KEYS.index(cell[0]) if cell[0] in KEYS else len(KEYS)), cell[0]


def _ordered(value: object) -> object:
    """The same value with the cells of every table in it in alphabetical order."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(one) for one in value] if isinstance(value, list) else value
