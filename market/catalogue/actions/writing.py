"""Write the rows of a draft edition, inside `import_edition`'s transaction, with few statements for many entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from market.base.errors import BreaksRule
from market.base.people import Actor
from market.base.sheets.cells import Row
from market.catalogue.actions.bases import enter_cited
from market.catalogue.actions.belongings import BELONGINGS, Belongings, Places, further_acts, requirements
from market.catalogue.actions.pricing import PlannedPrices, Prices
from market.catalogue.citations import citations
from market.catalogue.comparing import entry_fingerprint, price_fingerprint
from market.catalogue.importing.files import ListData, marks
from market.catalogue.models import Act, Band, CleanUp, Edition, Entry, FeeItem, PriceSchedule, Service
from market.catalogue.queries.bases import told_article
from market.catalogue.rules import Confidence, Handling, Payer, Pricing, RequirementMode, SetupLevel
from market.store.db import db


class Writer:
    """Writes entries of one edition from checked rows; `data` holds what their prices and decisions come from."""

    def __init__(self, edition: Edition, data: ListData) -> None:
        self.edition, self.data = edition, data
        self._services = {(one.name_zh, one.act_name_zh): one for one in db.session.scalars(select(Service))}
        self._names = {one.code: one for one in self._services.values()}
        self._acts = {(one.name_zh, one.authority_zh): one for one in db.session.scalars(select(Act))}
        self._last_code = db.session.scalar(select(func.count()).select_from(Service)) or 0
        self._places, self._prices = Places(), Prices(data)

    def write(self, *, actor: Actor, now: datetime) -> None:
        """Every entry with its prices, then the clean-up decisions."""
        rows = dict(enumerate(self.data.items, 1))
        entries = self._entries(rows, actor, now)
        listed = {entry.name_zh: entry.service_id for entry in entries}
        db.session.add_all(self._clean_up(decision, listed) for decision in self.data.clean_ups)
        db.session.flush()

    def put(self, row: Row, *, in_place_of: Entry | None, actor: Actor, now: datetime) -> Entry:
        """One entry of the draft, written anew in the place of another, or behind the last one."""
        last = select(func.max(Entry.position)).where(Entry.edition_id == self.edition.id)
        position = in_place_of.position if in_place_of else (db.session.scalar(last) or 0) + 1
        if in_place_of:
            take_out(in_place_of)
        return self._entries({position: row}, actor, now)[0]

    def _entries(self, rows: Mapping[int, Row], actor: Actor, now: datetime) -> list[Entry]:
        reason = f"cited by edition {self.edition.number}"
        articles = enter_cited((row["legal_basis_zh"] for row in rows.values()), reason=reason, actor=actor, now=now)
        self._enter_services(list(rows.values()))
        self._enter_acts(list(rows.values()))
        made: dict[Entry, tuple[Belongings, PlannedPrices]] = {}
        for position, row in rows.items():
            entry = self._entry(position, row)
            belongings = self._belongings(row, articles)
            prices = self._prices.plan(row, Pricing(entry.pricing))
            entry.price_fingerprint = price_fingerprint(entry, prices.rules())
            entry.fingerprint = entry_fingerprint(entry, belongings.lists(), prices.said())
            made[entry] = belongings, prices
        db.session.add_all(made)
        db.session.flush()
        db.session.add_all(one for entry, (belongings, _) in made.items() for one in belongings.rows(entry))
        self._prices.write({entry: prices for entry, (_, prices) in made.items()})
        return list(made)

    def _entry(self, position: int, row: Row) -> Entry:
        decision = self.data.decision_on(row["name_zh"])
        mark = decision["handling_type"] if decision else None
        # What a decision made the authority commission can never be charged to the applicant, whatever the list said.
        commissioned = mark == Handling.AUTHORITY_COMMISSIONED
        pricing = Pricing.FISCAL if commissioned else Pricing(row["pricing"])
        payer = Payer.AUTHORITY if pricing == Pricing.FISCAL else Payer.APPLICANT
        service = self._services[row["name_zh"], row["act_name_zh"]]
        return Entry(
            edition_id=self.edition.id, service_id=service.id, act_id=self._act(row).id, code=service.code,
            position=position, name_zh=row["name_zh"], name_en=row["name_en"],
            category=row["category_en"].lower().replace(" ", "_"), category_zh=row["category_zh"],
            category_en=row["category_en"], pricing=pricing, payer=payer,
            self_service="yes" if mark == Handling.SELF_PREPARE_ALLOWED else row["self_service_allowed"],
            time_limit_workdays=_days(row["time_limit_workdays"]),
            time_limit_calendar_days=_days(row["time_limit_calendar_days"]),
            merged_group=row["merged_group_zh"], legal_basis=row["legal_basis_zh"], output=row["service_output_zh"],
            qualification=row["agency_qualification_zh"], price_basis=row["price_basis_zh"],
            price_rule=row["price_rule"], unit=row["unit_zh"], confidence=row["confidence"] or Confidence.GENERAL_KNOWLEDGE, mark=mark,
            mark_decision=decision["decision_document"] if decision else "",
            mark_handling=decision["handling"] if decision else "",
            standard_code=row["standard_code"], setup_level=row["setup_level"] or SetupLevel.PREFECTURE,
            industry_authority_zh=row["industry_authority_zh"], industry_authority_en=row["industry_authority_en"],
            service_content=row["service_content_zh"], commissioned_by=row["commissioned_by"] or payer,
            requirement_mode=row["qualification_mode"] or RequirementMode.ALL, filing=row["filing"],
            commitment_only=row["commitment_only"] == "yes", remarks=row["remarks"], source=row["source"],
        )  # fmt: skip

    def _belongings(self, row: Row, articles: Mapping[str, Sequence[int]]) -> Belongings:
        basis = row["legal_basis_zh"]
        return Belongings(
            acts=[self._act(row), *(self._further(row, kind, name) for kind, name in further_acts(row))],
            articles=articles[basis],
            article_names=[told_article(one.key, one.number, one.article) for one in citations(basis)],
            regions=self._places.regions(row),
            zones=self._places.zones(row),
            requirements=requirements(row),
        )

    def _enter_services(self, rows: Sequence[Row]) -> None:
        new = []
        for row in rows:
            key = row["name_zh"], row["act_name_zh"]
            given = row["local_code"].upper()
            if given and self._code_of(key) not in (given, ""):
                raise BreaksRule(
                    "service.code_taken", code=given, service=getattr(self._names.get(given), "name_zh", "—")
                )
            if key not in self._services:
                if given in self._names:
                    raise BreaksRule("service.code_taken", code=given, service=self._names[given].name_zh)
                self._last_code += 1
                code = f"ZJ-{self._last_code:04d}"
                service = Service(code=code, official_code=row["code"] or None, name_zh=key[0], act_name_zh=key[1])
                self._services[key] = self._names[code] = service
                new.append(service)
            elif row["code"] and self._services[key].official_code != row["code"]:
                self._services[key].official_code = row["code"]
        db.session.add_all(new)
        db.session.flush()

    def _code_of(self, key: tuple[str, str]) -> str:
        return self._services[key].code if key in self._services else ""

    def _enter_acts(self, rows: Sequence[Row]) -> None:
        for row in rows:
            english = row["act_name_en"], row["authority_en"]
            self._enter_act((row["act_type"], row["act_name_zh"], row["authority_zh"]), english)
            for kind, name in further_acts(row):
                self._enter_act((kind, name, row["authority_zh"]), (name, row["authority_en"]))
        db.session.flush()

    def _enter_act(self, act: tuple[str, str, str], english: tuple[str, str]) -> None:
        kind, name, authority = act
        if (name, authority) not in self._acts:
            made = Act(kind=kind, name_zh=name, name_en=english[0], authority_zh=authority, authority_en=english[1])
            db.session.add(made)
            self._acts[name, authority] = made

    def _act(self, row: Row) -> Act:
        return self._acts[row["act_name_zh"], row["authority_zh"]]

    def _further(self, row: Row, _kind: str, name: str) -> Act:
        return self._acts[name, row["authority_zh"]]

    def _clean_up(self, decision: Row, listed: Mapping[str, int]) -> CleanUp:
        return CleanUp(
            edition_id=self.edition.id,
            service_id=next((listed[name] for name in listed if marks(decision, name)), None),
            name_zh=decision["name_zh"],
            act_name_zh=decision["act_name_zh"],
            decision=decision["decision_document"],
            handling=decision["handling_type"],
            handling_text=decision["handling"],
            confidence=decision["confidence"] or Confidence.GENERAL_KNOWLEDGE,
        )


def take_out(entry: Entry) -> None:
    """Take an entry with everything that belongs to it out of a draft; clean-up decisions only lose their tie to it."""
    for decision in db.session.scalars(
        select(CleanUp).where(CleanUp.edition_id == entry.edition_id, CleanUp.service_id == entry.service_id)
    ):
        decision.service_id = None
    db.session.flush()
    fee_items = select(FeeItem.id).where(FeeItem.entry_id == entry.id)
    db.session.execute(delete(Band).where(Band.fee_item_id.in_(fee_items)))
    for table in (FeeItem, PriceSchedule, *BELONGINGS):
        db.session.execute(delete(table).where(table.entry_id == entry.id))
    db.session.delete(entry)
    db.session.flush()


def _days(cell: str) -> int | None:
    return int(cell) if cell else None
