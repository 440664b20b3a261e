"""Write the prices of a draft's entries: fee items, the list's own bands, and the schedules as printed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import select

from market.base.sheets.cells import Row
from market.catalogue.importing.files import ListData
from market.catalogue.importing.prices import PlannedItem, documents_of, plan
from market.catalogue.listing import band_row
from market.catalogue.models import Coefficient, CoefficientSet, Entry, FeeItem, PriceSchedule
from market.catalogue.models.price import LISTED
from market.catalogue.rules import Pricing
from market.catalogue.schedules import RefusedSchedule
from market.store.db import db


@dataclass(frozen=True, slots=True)
class PlannedPrices:
    """The fee items of one entry, and its schedules as (role, id, document)."""

    items: Sequence[PlannedItem]
    schedules: Sequence[tuple[str, str, str]]

    def rules(self) -> list[list[str]]:
        """What the price rules say, in plain values: alike exactly when every price is alike."""
        return [[repr(getattr(item, one.name)) for one in fields(item)] for item in self.items]

    def said(self) -> dict[str, object]:
        """The price rules with the schedules behind them, also those that are only for reference."""
        return {"rules": self.rules(), "schedules": [list(one) for one in self.schedules]}


class Prices:
    """Plans and writes the prices of many entries with few statements."""

    def __init__(self, data: ListData) -> None:
        self._data = data
        self._documents = documents_of(data.raw_schedules)
        self._sets = {one.values_text: one.id for one in db.session.scalars(select(CoefficientSet))}
        self._links: dict[str, list[Row]] = {}
        for link in data.links:
            self._links.setdefault(link["name_zh"], []).append(link)

    def plan(self, row: Row, pricing: Pricing) -> PlannedPrices:
        """What the price rules of a row will be."""
        links = self._links.get(row["name_zh"], ())
        schedules = [(link["role"], link["schedule_id"]) for link in links]
        documents = [(role, key, self._documents.get(key, "{}")) for role, key in schedules]
        return PlannedPrices(plan(row, self._data, pricing), documents)

    def write(self, planned: Mapping[Entry, PlannedPrices]) -> None:
        """Write the prices of saved entries."""
        self._enter_sets(item.coefficients for one in planned.values() for item in one.items)
        made: list[tuple[FeeItem, PlannedItem]] = []
        for entry, prices in planned.items():
            made += [
                (self._fee_item(entry, place, prices.items), prices.items[place]) for place in range(len(prices.items))
            ]
            db.session.add_all(self._schedule(entry, *one) for one in prices.schedules)
        db.session.add_all(fee_item for fee_item, _ in made)
        db.session.flush()
        db.session.add_all(band_row(fee_item, band, agency_id=LISTED) for fee_item, item in made for band in item.bands)
        db.session.flush()

    def _fee_item(self, entry: Entry, place: int, items: Sequence[PlannedItem]) -> FeeItem:
        item = items[place]
        return FeeItem(
            entry_id=entry.id, edition_id=entry.edition_id, service_id=entry.service_id, pricing=entry.pricing,
            price_state=item.state, position=place + 1, name_zh=item.name,
            name_en=entry.name_en if len(items) == 1 else item.name_en or item.name, base_name=item.base_name,
            unit=item.measure.unit, steps_per_unit=item.measure.steps_per_unit, method=item.method,
            document_no=item.document_no, schedule_key=item.schedule_key, schedule_item=item.schedule_item,
            reason=item.reason, coefficient_set_id=self._sets[_text(item.coefficients)],
            effective_from=item.effective_from, effective_until=item.effective_until,
        )  # fmt: skip

    def _enter_sets(self, closed: Iterable[tuple[int, ...]]) -> None:
        for coefficients in dict.fromkeys(closed):
            values = _text(coefficients)
            if values not in self._sets:
                made = CoefficientSet(values_text=values)
                db.session.add(made)
                db.session.flush()
                db.session.add_all(Coefficient(set_id=made.id, value=value) for value in coefficients)
                self._sets[values] = made.id

    def _schedule(self, entry: Entry, role: str, key: str, document: str) -> PriceSchedule:
        schedule = self._data.schedules[key]
        refused = schedule if isinstance(schedule, RefusedSchedule) else None
        return PriceSchedule(
            edition_id=entry.edition_id,
            entry_id=entry.id,
            role=role,
            key=key,
            title="" if isinstance(schedule, RefusedSchedule) else schedule.title_zh,
            document_no="" if isinstance(schedule, RefusedSchedule) else schedule.document_no,
            refused_code=refused.code if refused else "",
            refused_text=refused.sentence[:300] if refused else "",
            data=document,
        )


def _text(coefficients: tuple[int, ...]) -> str:
    return ",".join(str(value) for value in sorted(coefficients))
