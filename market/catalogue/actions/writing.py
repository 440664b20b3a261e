"""Write the rows of a draft edition, inside `import_edition`'s transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from market.catalogue.importing.cells import Row
from market.catalogue.importing.files import ListData, marks
from market.catalogue.importing.prices import PlannedItem, documents_of, plan
from market.catalogue.listing import band_row
from market.catalogue.models import (
    Act,
    CleanUp,
    Coefficient,
    CoefficientSet,
    Edition,
    Entry,
    FeeItem,
    PriceSchedule,
    Service,
)  # fmt: skip
from market.catalogue.models.price import LISTED
from market.catalogue.rules import Handling, Payer, Pricing
from market.catalogue.schedules import RefusedSchedule
from market.store.db import db


@dataclass
class Writer:
    """Writes one edition from checked files."""

    edition: Edition
    data: ListData

    def __post_init__(self) -> None:
        self.services = {(one.name_zh, one.act_name_zh): one for one in db.session.scalars(select(Service))}
        self.acts = {(one.name_zh, one.authority_zh): one for one in db.session.scalars(select(Act))}
        self.sets = {one.values_text: one.id for one in db.session.scalars(select(CoefficientSet))}
        self.last_code = db.session.scalar(select(func.count()).select_from(Service)) or 0
        self.documents = documents_of(self.data.raw_schedules)

    def write(self) -> None:
        """Entries with their prices, then the clean-up decisions."""
        entries = [self._entry(position, row) for position, row in enumerate(self.data.items, 1)]
        db.session.flush()
        for row, entry in zip(self.data.items, entries, strict=True):
            self._prices(row, entry)
            self._schedules(row, entry)
        for decision in self.data.clean_ups:
            self._clean_up(decision, entries)
        db.session.flush()

    def _entry(self, position: int, row: Row) -> Entry:
        decision = self.data.decision_on(row["name_zh"])
        mark = decision["handling_type"] if decision else None
        # What a decision made the authority commission can never be charged to the applicant, whatever the list said.
        commissioned = mark == Handling.AUTHORITY_COMMISSIONED
        pricing = Pricing.FISCAL if commissioned else Pricing(row["pricing"])
        service = self._service(row)
        entry = Entry(
            edition_id=self.edition.id, service_id=service.id, act_id=self._act(row).id, code=service.code,
            position=position, name_zh=row["name_zh"], name_en=row["name_en"],
            category=row["category_en"].lower().replace(" ", "_"), category_zh=row["category_zh"],
            category_en=row["category_en"], pricing=pricing,
            payer=Payer.AUTHORITY if pricing == Pricing.FISCAL else Payer.APPLICANT,
            self_service="yes" if mark == Handling.SELF_PREPARE_ALLOWED else row["self_service_allowed"],
            time_limit_workdays=int(row["time_limit_workdays"]) if row["time_limit_workdays"] else None,
            merged_group=row["merged_group_zh"], legal_basis=row["legal_basis_zh"], output=row["service_output_zh"],
            qualification=row["agency_qualification_zh"], price_basis=row["price_basis_zh"],
            price_rule=row["price_rule"], unit=row["unit_zh"], confidence=row["confidence"], mark=mark,
            mark_decision=decision["decision_document"] if decision else "",
            mark_handling=decision["handling"] if decision else "",
        )  # fmt: skip
        db.session.add(entry)
        return entry

    def _service(self, row: Row) -> Service:
        key = row["name_zh"], row["act_name_zh"]
        if key not in self.services:
            self.last_code += 1
            service = Service(
                code=f"ZJ-{self.last_code:04d}", official_code=row["code"] or None, name_zh=key[0], act_name_zh=key[1]
            )
            db.session.add(service)
            db.session.flush()
            self.services[key] = service
        return self.services[key]

    def _act(self, row: Row) -> Act:
        key = row["act_name_zh"], row["authority_zh"]
        if key not in self.acts:
            act = Act(
                kind=row["act_type"], name_zh=key[0], name_en=row["act_name_en"], authority_zh=key[1],
                authority_en=row["authority_en"],
            )  # fmt: skip
            db.session.add(act)
            db.session.flush()
            self.acts[key] = act
        return self.acts[key]

    def _prices(self, row: Row, entry: Entry) -> None:
        planned = plan(row, self.data, Pricing(entry.pricing))
        for position, item in enumerate(planned, 1):
            fee_item = self._fee_item(
                entry, position, item, name_en=entry.name_en if len(planned) == 1 else item.name_en or item.name
            )
            db.session.add(fee_item)
            db.session.flush()
            db.session.add_all(band_row(fee_item, band, agency_id=LISTED) for band in item.bands)

    def _fee_item(self, entry: Entry, position: int, item: PlannedItem, *, name_en: str) -> FeeItem:
        return FeeItem(
            entry_id=entry.id, edition_id=entry.edition_id, service_id=entry.service_id, pricing=entry.pricing,
            price_state=item.state, position=position, name_zh=item.name, name_en=name_en, base_name=item.base_name,
            unit=item.measure.unit, steps_per_unit=item.measure.steps_per_unit, method=item.method,
            document_no=item.document_no, schedule_key=item.schedule_key, schedule_item=item.schedule_item, reason=item.reason,
            coefficient_set_id=self._set(item.coefficients),
        )  # fmt: skip

    def _set(self, coefficients: tuple[int, ...]) -> int:
        values = ",".join(str(value) for value in sorted(coefficients))
        if values not in self.sets:
            closed = CoefficientSet(values_text=values)
            db.session.add(closed)
            db.session.flush()
            db.session.add_all(Coefficient(set_id=closed.id, value=value) for value in coefficients)
            self.sets[values] = closed.id
        return self.sets[values]

    def _schedules(self, row: Row, entry: Entry) -> None:
        for link in self.data.links_of(row["name_zh"]):
            schedule = self.data.schedules[link["schedule_id"]]
            refused = schedule if isinstance(schedule, RefusedSchedule) else None
            db.session.add(
                PriceSchedule(
                    edition_id=entry.edition_id,
                    entry_id=entry.id,
                    role=link["role"],
                    key=schedule.id,
                    title="" if isinstance(schedule, RefusedSchedule) else schedule.title_zh,
                    document_no="" if isinstance(schedule, RefusedSchedule) else schedule.document_no,
                    refused_code=refused.code if refused else "",
                    refused_text=refused.sentence[:300] if refused else "",
                    data=self.documents.get(schedule.id, "{}"),
                )
            )

    def _clean_up(self, decision: Row, entries: list[Entry]) -> None:
        marked: Mapping[str, int] = {entry.name_zh: entry.service_id for entry in entries}
        service = next((marked[name] for name in marked if marks(decision, name)), None)
        db.session.add(
            CleanUp(
                edition_id=self.edition.id,
                service_id=service,
                name_zh=decision["name_zh"],
                act_name_zh=decision["act_name_zh"],
                decision=decision["decision_document"],
                handling=decision["handling_type"],
                handling_text=decision["handling"],
                confidence=decision["confidence"],
            )
        )
