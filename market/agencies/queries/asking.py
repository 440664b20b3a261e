"""What the services of the list ask of an agency, and what of it an application does not have yet."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from market.agencies.models import AgencyPaper, Practitioner
from market.agencies.queries.filings import FilingView
from market.agencies.rules import covers
from market.catalogue.models import Entry, EntryRequirement
from market.catalogue.rules import RequirementKind, RequirementMode
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that a service asks for: a qualification at a level, or so many practitioners."""

    kind: str
    name: str
    level: str
    count: int


@dataclass(frozen=True, slots=True)
class ListedService:
    """A service that can be applied for; `said` is the list's own text on who may serve."""

    code: str
    zh: str
    en: str
    category: str
    category_zh: str
    category_en: str
    said: str
    mode: str
    asks: tuple[Ask, ...]


def listed_services(edition_id: int, codes: Collection[str] | None = None) -> list[ListedService]:
    """Every service that an edition lists, or those with some codes, with what each asks for. Two queries."""
    entries = select(
        Entry.id, Entry.code, Entry.name_zh, Entry.name_en, Entry.category, Entry.category_zh, Entry.category_en,
        Entry.qualification, Entry.requirement_mode,
    ).where(Entry.edition_id == edition_id)  # fmt: skip
    asked = select(EntryRequirement).where(EntryRequirement.edition_id == edition_id)
    if codes is not None:
        entries = entries.where(Entry.code.in_(codes))
    asks: dict[int, list[Ask]] = defaultdict(list)
    for row in db.session.scalars(asked.order_by(EntryRequirement.position)):
        asks[row.entry_id].append(Ask(row.kind, row.name, row.level, row.count))
    rows = db.session.execute(entries.order_by(Entry.position)).all()
    return [ListedService(*row[1:9], tuple(asks.get(row[0], ()))) for row in rows]


def lacking(services: Sequence[ListedService], view: FilingView, today: date) -> list[tuple[ListedService, list[Ask]]]:
    """The services for which an application, were it passed, would not have what they ask for, with what is lacking."""
    papers = [one for one in view.papers if _counts(one, view, today)]
    people = [one for one in view.practitioners if _counts(one, view, today)]
    found = []
    for service in services:
        missing = [ask for ask in service.asks if not _met(ask, papers, people)]
        one_is_enough = service.mode == RequirementMode.ANY and len(missing) < len(service.asks)
        if missing and not one_is_enough:
            found.append((service, missing))
    return found


def _counts(row: AgencyPaper | Practitioner, view: FilingView, today: date) -> bool:
    return row.ended_filing_id != view.filing.id and row.valid_until >= today


def _met(ask: Ask, papers: Sequence[AgencyPaper], people: Sequence[Practitioner]) -> bool:
    if ask.kind == RequirementKind.QUALIFICATION:
        return any(covers((paper.qualification, paper.major, paper.grade), (ask.name, ask.level)) for paper in papers)
    return sum(person.certificate_kind == ask.name for person in people) >= ask.count
