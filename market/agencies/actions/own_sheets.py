"""An agency's own sheet, papers and marked prices: what it would change, and the writing of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from market.agencies import queries
from market.agencies.actions.filings import begin_change
from market.agencies.actions.marking import mark_prices
from market.agencies.actions.own_prices import PriceChange, PricePlan, plan_prices
from market.agencies.actions.planning import mark_facts
from market.agencies.actions.records import NewPaper, add_papers, check_paper, grades_on, same_days
from market.agencies.importing import Part, Sheets
from market.agencies.models import Agency, Filing
from market.agencies.rules import CORRECTABLE, AgencyState, Mark, mark_sentence
from market.base import clock
from market.base.errors import BreaksRule
from market.base.people import Actor
from market.base.sheets.cells import BadCell, Row
from market.base.words import N_, register_sentences
from market.catalogue.models import FeeItem
from market.catalogue.rules import PriceState

MOST_TOLD = 1000
"""Changes that a preview tells one by one; the counts are always of all."""
_COLUMNS = {"paper.unknown_qualification": "qualification", "paper.unknown_grade": "grade", "paper.overlaps": "number"}
_SAID = ("name", "number", "issuer", "valid_from", "valid_until", "qualification", "major", "grade")


@dataclass(slots=True)
class OwnPlan:
    """What an agency's own sheet would change; nothing may be written while `bad` is not empty."""

    prices: PricePlan
    papers: list[NewPaper] = field(default_factory=list)
    papers_known: int = 0
    bad: list[BadCell] = field(default_factory=list)
    state: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many prices are new, changed, dearer and as they were; how many papers are new and known."""
        changes = self.prices.changes
        return {
            "prices_new": sum(one.stands is None for one in changes),
            "prices_changed": sum(one.stands is not None for one in changes),
            "prices_dearer": sum(one.dearer for one in changes),
            "prices_same": self.prices.unchanged,
            "papers_new": len(self.papers),
            "papers_same": self.papers_known,
        }

    @property
    def digest(self) -> str:
        """What would be written and what stands: another digest is another preview."""
        marks = [
            (one.marking.entry.id, one.marking.terms.region, str(one.marking.terms.effective_from or ""),
             one.marking.promised_days, one.marking.terms.capacity or 0, one.dearer,
             sorted((item, str(mark_facts(mark))) for item, mark in one.marking.prices.items()))
            for one in self.prices.changes
        ]  # fmt: skip
        papers = [[str(getattr(paper, name)) for name in _SAID] for paper in self.papers]
        whole = [marks, papers, sorted(map(str, self.prices.versions.items())), self.counts, self.state]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()

    def told(self) -> list[dict[str, Any]]:
        """The first changes as plain values, for the preview."""
        return [_told(one) for one in self.prices.changes[:MOST_TOLD]]


def plan_own(agency: Agency, sheets: Sheets, *, now: datetime) -> OwnPlan:
    """Check an agency's own sheet. A row that names another agency is bad whether or not that agency exists."""
    plan = OwnPlan(PricePlan(), bad=list(sheets.bad))
    plan.bad += [part.bad(row, "agency_code", "sheets.own_details") for part, row in sheets.rows("agencies")]
    for name in ("papers", "offers"):
        strange = [(part, row) for part, row in sheets.rows(name) if row["agency_code"] != agency.organisation.uscc]
        plan.bad += [part.bad(row, "agency_code", "sheets.not_yours") for part, row in strange]
        if strange:
            strange[0][0].rows = [
                row for _part, row in sheets.rows(name) if row["agency_code"] == agency.organisation.uscc
            ]
    _plan_papers(agency, sheets, plan, clock.china_date(now))
    plan.prices = plan_prices(agency, sheets, now=now)
    plan.bad += plan.prices.bad
    return plan


def write_own(agency: Agency, plan: OwnPlan, *, actor: Actor, now: datetime) -> None:
    """Bring the papers into the open application, or into a change that is begun for them, and mark the prices."""
    if plan.papers:
        filing = queries.open_filing(agency.id) or begin_change(agency, actor=actor, now=now)
        add_papers(filing, plan.papers, actor=actor, now=now)
    if plan.prices.changes:
        mark_prices(agency, [one.marking for one in plan.prices.changes], actor=actor, now=now)


def new_paper(row: Row) -> NewPaper:
    """The paper that a row says."""
    return NewPaper(
        row["paper_name"], row["number"], row["issuer"], date.fromisoformat(row["valid_from"]),
        date.fromisoformat(row["valid_until"]), row["qualification"], row["major"], row["grade"],
    )  # fmt: skip


def bad_paper(part: Part, row: Row, register: Mapping[tuple[str, str], Sequence[str]], today: date) -> list[BadCell]:
    """The cell for which a paper breaks a rule by itself, if one does."""
    try:
        check_paper(new_paper(row), register, today)
    except BreaksRule as refusal:
        facts = {name: str(value) for name, value in refusal.facts.items()}
        return [part.bad(row, _COLUMNS.get(refusal.code, "valid_until"), refusal.code, **facts)]
    return []


def overlapping(part: Part, rows: Sequence[Row]) -> list[BadCell]:
    """The rows of one agency that share number and day with an earlier row; both lines are named."""
    earlier: dict[tuple[str, str], list[Row]] = {}
    bad = []
    for row in rows:
        before = earlier.setdefault((row["agency_code"], row["number"]), [])
        same = next((one for one in before if same_days(new_paper(row), new_paper(one))), None)
        if same is not None:
            bad.append(part.bad(row, "number", "sheets.papers_overlap", first=same.line, second=row.line))
        before.append(row)
    return bad


def _plan_papers(agency: Agency, sheets: Sheets, plan: OwnPlan, today: date) -> None:
    rows = list(sheets.rows("papers"))
    if not rows:
        return
    living, register = queries.living_papers(agency.id), grades_on(today)
    known = {tuple(getattr(paper, name) for name in _SAID) for paper in living}
    fresh = []
    for part, row in rows:
        paper = new_paper(row)
        if tuple(getattr(paper, name) for name in _SAID) in known:
            plan.papers_known += 1
            continue
        wrong = bad_paper(part, row, register, today)
        if not wrong and any(same_days(paper, other) for other in living):
            wrong = [part.bad(row, "number", "paper.overlaps")]
        plan.bad += wrong
        plan.papers.append(paper)
        fresh.append(row)
    part = rows[0][0]
    plan.bad += overlapping(part, fresh)
    if fresh:
        filing = queries.open_filing(agency.id)
        plan.state = filing.state if filing else agency.state
        code = _closed(agency, filing)
        if code:
            plan.bad.append(part.bad(fresh[0], "number", code))


def _closed(agency: Agency, filing: Filing | None) -> str:
    """Why no paper can be brought now; empty where one can."""
    if filing is not None:
        return "" if filing.state in CORRECTABLE else "filing.being_checked"
    return "" if agency.state in (AgencyState.ADMITTED, AgencyState.SUSPENDED) else "sheets.no_application"


def _told(change: PriceChange) -> dict[str, Any]:
    marking, stands = change.marking, change.stands
    begins = marking.terms.effective_from
    return {
        "code": marking.entry.code,
        "name_zh": marking.entry.name_zh,
        "name_en": marking.entry.name_en,
        "region_zh": change.region.name_zh if change.region else "",
        "region_en": change.region.name_en if change.region else "",
        "begins": begins.isoformat() if begins else "",
        "days": [stands.promised_days if stands else None, marking.promised_days],
        "capacity": [stands.capacity if stands else None, marking.terms.capacity],
        "was": [_mark_told(item, mark) for item, mark in change.was],
        "now": [_mark_told(item, mark) for item, mark in change.marks],
        "dearer": change.dearer,
        "drops": change.drops,
    }


def _mark_told(item: FeeItem, mark: Mark) -> dict[str, Any]:
    code, facts = mark_sentence(mark, item.unit, listed=item.price_state == PriceState.LISTED)
    return {"name_zh": item.name_zh, "name_en": item.name_en, "code": code, "facts": facts}


register_sentences(
    {
        "sheets.own_details": N_(
            "What is said of the agency itself changes by an application. Take this sheet out and use your registration's pages."
        ),
        "sheets.not_yours": N_("This is not your agency's code. A sheet of yours speaks of your agency only."),
        "sheets.papers_overlap": N_("Lines {first} and {second} are papers of one number for the same days. Keep one."),
        "sheets.no_application": N_(
            "You have no open application that papers could go into. Begin one at your desk first."
        ),
    }
)
