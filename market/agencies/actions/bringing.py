"""Agencies brought in by the desk or the operator from a sheet: each is handed in to the formal check, and waits there.

Whoever hands the sheet in holds the letters that the agencies signed on paper; nobody passes what he handed in himself
(`filing.self_checked`). Nothing is published, and no price is marked, before the check has passed.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, update

from market.accounts.actions import NewOrganisation, NewUser, register_each
from market.accounts.models import Organisation, User
from market.accounts.queries import organisations_with_role
from market.agencies import queries
from market.agencies.actions.filings import Profile, columns_of, obj
from market.agencies.actions.own_sheets import bad_paper, new_paper, overlapping
from market.agencies.actions.records import NewPaper, grades_on
from market.agencies.importing import Part, Sheets
from market.agencies.models import Agency, AgencyPaper, CommitmentText, Filing, FilingService
from market.agencies.rules import AgencyKind, AgencyState, FilingKind, FilingState, RecordState
from market.base import clock
from market.base.errors import BadState
from market.base.people import Actor, OrganisationKind, Role
from market.base.refs import RefKind
from market.base.sheets.cells import BadCell, Row
from market.base.words import N_, register_sentences
from market.catalogue.models import Entry
from market.catalogue.queries import edition_in_force_or_none
from market.journal.actions import record_each
from market.notices.actions import queue
from market.store.calendar import calendar
from market.store.db import db
from market.store.references import next_references
from market.store.settings import setting

AT_ONCE = 1000
"""Agencies that are written together; and ten times as many codes are asked for in one question."""


@dataclass(frozen=True, slots=True)
class NewAgency:
    """An agency to bring in, with the day on which it signed the commitment letter."""

    organisation: NewOrganisation
    person: NewUser
    profile: Profile
    services: Sequence[str]
    signed_on: date
    papers: Sequence[NewPaper]


@dataclass(slots=True)
class EntryPlan:
    """The agencies that a sheet brings in; nothing may be written while `bad` is not empty."""

    agencies: list[NewAgency] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many agencies, papers and services applied for."""
        return {
            "agencies": len(self.agencies),
            "papers_new": sum(len(one.papers) for one in self.agencies),
            "services": sum(len(one.services) for one in self.agencies),
        }

    @property
    def digest(self) -> str:
        """What would be written: another digest is another preview."""
        found = hashlib.sha256()
        for one in self.agencies:
            found.update(json.dumps(asdict(one), default=str, ensure_ascii=False, sort_keys=True).encode())
        return found.hexdigest()

    def told(self) -> list[dict[str, Any]]:
        """The first agencies as plain values, for the preview."""
        return [
            {
                "name": one.organisation.name, "uscc": one.organisation.uscc, "kind": str(one.profile.kind),
                "services": len(one.services), "papers": len(one.papers), "signed_on": one.signed_on.isoformat(),
            }
            for one in self.agencies[:AT_ONCE]
        ]  # fmt: skip


def plan_entry(sheets: Sheets, *, now: datetime) -> EntryPlan:
    """Check a sheet of new agencies. The number of queries grows by one for every ten thousand rows."""
    plan, today = EntryPlan(bad=list(sheets.bad)), clock.china_date(now)
    plan.bad += [part.bad(row, "agency_code", "sheets.prices_are_own") for part, row in sheets.rows("offers")]
    papers = _papers(sheets, plan.bad, today)
    rows = list(sheets.rows("agencies"))
    if not rows:
        return plan
    part, own = rows[0][0], [row for _part, row in rows]
    plan.bad += _twice(part, own, "agency_code") + _twice(part, own, "account_email")
    codes = _known(select(Organisation.uscc), Organisation.uscc, [row["agency_code"] for row in own])
    emails = _known(select(User.email), User.email, [row["account_email"] for row in own])
    edition, letter = edition_in_force_or_none(today), queries.commitment_on(today)
    listed = set(db.session.scalars(select(Entry.code).where(Entry.edition_id == (edition.id if edition else 0))))
    for row in own:
        if row["agency_code"] in codes:
            plan.bad.append(part.bad(row, "agency_code", "sheets.agency_known"))
        if row["account_email"] in emails:
            plan.bad.append(part.bad(row, "account_email", "account.email_taken"))
        for code in _services(row):
            if code not in listed:
                plan.bad.append(part.bad(row, "services", "filing.unknown_service", code=code))
        plan.bad += _bad_letter(part, row, letter, today)
        plan.agencies.append(_new_agency(row, papers.get(row["agency_code"], ())))
    return plan


def bring_in(plan: EntryPlan, *, actor: Actor, now: datetime) -> int:
    """Register every agency of a plan and hand its application in; how many. It waits for the desk like any other.

    Each becomes an organisation with an account that nobody can sign in to before a password is set
    (`flask people password`). The desk is told once. The statements grow by a fixed number for every thousand.
    """
    today = clock.china_date(now)
    letter = queries.commitment_on(today)
    if letter is None:
        raise BadState("filing.no_letter")
    due = calendar().after(today, setting("admission.check_workdays", today)).day
    edition = edition_in_force_or_none(today)
    query = select(Entry.code, Entry.service_id).where(Entry.edition_id == (edition.id if edition else 0))
    services = {row.code: row.service_id for row in db.session.execute(query)}
    for together in _batches(plan.agencies):
        _hand_in(together, _Desk(actor, now, letter.version, due, services))
    if plan.agencies:
        facts = {"count": len(plan.agencies), "day": due.isoformat(), "link": "/desk/admission"}
        queue("notice.filing.brought", to=organisations_with_role(Role.ADMISSION_DESK), facts=facts, now=now)
    return len(plan.agencies)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who hands in, when, under which letter, until when the check is due, and the services by their codes."""

    actor: Actor
    now: datetime
    letter: str
    due: date
    services: Mapping[str, int]


def _hand_in(given: Sequence[NewAgency], desk: _Desk) -> None:
    actor, now = desk.actor, desk.now
    members = register_each([(one.organisation, one.person) for one in given], actor=actor, now=now)
    refs = next_references(RefKind.AGENCY, len(given), now)
    blank = {"legal_representative": "", "phone": "", "address": "", "introduction": ""}
    agencies = [
        Agency(
            ref=ref, organisation_id=member.organisation_id, state=AgencyState.ENTERING, kind=one.profile.kind, **blank
        )
        for ref, member, one in zip(refs, members, given, strict=True)
    ]
    db.session.add_all(agencies)
    db.session.flush()
    filings = [
        Filing(
            agency_id=agency.id, kind=FilingKind.ENTRY, state=FilingState.DRAFT, opened_at=now, round=1,
            commitment_version=desk.letter, commitment_accepted_at=now, commitment_accepted_by=actor.id,
            submitted_at=now, check_due_on=desk.due, **columns_of(one.profile),
        )
        for agency, one in zip(agencies, given, strict=True)
    ]  # fmt: skip
    db.session.add_all(filings)
    db.session.flush()
    brought = list(zip(agencies, filings, given, strict=True))
    db.session.add_all(
        FilingService(filing_id=filing.id, service_id=desk.services[code])
        for _agency, filing, one in brought
        for code in one.services
    )
    db.session.add_all(
        AgencyPaper(agency_id=agency.id, filing_id=filing.id, state=RecordState.FILED, **asdict(paper))
        for agency, filing, one in brought
        for paper in one.papers
    )
    db.session.flush()
    # What an application brings is written while it is a draft; then all of them are handed in.
    sent = Filing.id.in_([filing.id for filing in filings])
    values = {"state": FilingState.IN_CHECK, "row_version": Filing.row_version + 1}
    db.session.execute(update(Filing).where(sent).values(values), execution_options={"synchronize_session": False})
    told = [(obj(agency), _facts(one, desk)) for agency, _filing, one in brought]
    record_each("filing.bring_in", told, actor=actor, now=now)
    db.session.expunge_all()


def _facts(given: NewAgency, desk: _Desk) -> dict[str, Any]:
    """All that was handed in for an agency, as the journal keeps it."""
    return {
        "name": given.organisation.name,
        "uscc": given.organisation.uscc,
        "profile": {name: str(value) for name, value in asdict(given.profile).items()},
        "services": list(given.services),
        "papers": [{name: str(value) for name, value in asdict(paper).items()} for paper in given.papers],
        "letter": desk.letter,
        "signed_on": given.signed_on.isoformat(),
        "check_due_on": desk.due.isoformat(),
    }


def _papers(sheets: Sheets, bad: list[BadCell], today: date) -> dict[str, list[NewPaper]]:
    """The papers by the code of their agency, which must stand in the same file."""
    rows = list(sheets.rows("papers"))
    found: dict[str, list[NewPaper]] = defaultdict(list)
    if not rows:
        return found
    part, register = rows[0][0], grades_on(today)
    here = {row["agency_code"] for _part, row in sheets.rows("agencies")}
    # Where a row of the agencies is bad itself, its papers are not.
    agencies = sheets.parts.get("agencies")
    whole = agencies is None or all(cell.sheet != agencies.table.sheet for cell in sheets.bad)
    for _part, row in rows:
        if row["agency_code"] not in here and whole:
            bad.append(part.bad(row, "agency_code", "sheets.agency_not_here"))
        bad += bad_paper(part, row, register, today)
        found[row["agency_code"]].append(new_paper(row))
    bad += overlapping(part, [row for _part, row in rows])
    return found


def _bad_letter(part: Part, row: Row, letter: CommitmentText | None, today: date) -> list[BadCell]:
    signed = date.fromisoformat(row["letter_signed_on"])
    if signed > today:
        return [part.bad(row, "letter_signed_on", "sheets.letter_later")]
    if letter is not None and signed < letter.first_day:
        facts = {"version": letter.version, "day": letter.first_day.isoformat()}
        return [part.bad(row, "letter_signed_on", "sheets.letter_older", **facts)]
    return []


def _new_agency(row: Row, papers: Sequence[NewPaper]) -> NewAgency:
    profile = Profile(
        AgencyKind(row["kind"]), row["legal_representative"], row["phone"], row["address"], row["introduction"],
        row["contact_name"], row["contact_email"], row["name"],
    )  # fmt: skip
    organisation = NewOrganisation(OrganisationKind.AGENCY, row["name"], row["agency_code"], row["region"])
    person = NewUser(row["account_email"], row["contact_name"] or row["legal_representative"])
    signed = date.fromisoformat(row["letter_signed_on"])
    return NewAgency(organisation, person, profile, _services(row), signed, papers)


def _services(row: Row) -> list[str]:
    return [code for code in row["services"].split("；") if code]


def _twice(part: Part, rows: Sequence[Row], column: str) -> list[BadCell]:
    first: dict[str, int] = {}
    bad = []
    for row in rows:
        before = first.setdefault(row[column], row.line)
        if before != row.line:
            bad.append(part.bad(row, column, "sheets.row_twice", first=before, second=row.line))
    return bad


def _known(query: Select[Any], column: Any, values: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(values), 10 * AT_ONCE):
        found.update(db.session.scalars(query.where(column.in_(values[start : start + 10 * AT_ONCE]))))
    return found


def _batches(given: Sequence[NewAgency]) -> Iterator[Sequence[NewAgency]]:
    for start in range(0, len(given), AT_ONCE):
        yield given[start : start + AT_ONCE]


register_sentences(
    {
        "sheets.prices_are_own": N_(
            "Prices are marked by the agency itself once it is admitted. Take this sheet out; the agency hands it in at its own desk."
        ),
        "sheets.agency_known": N_(
            "An organisation with this code is registered already. What it changes it files itself."
        ),
        "sheets.agency_not_here": N_(
            "No agency of this code is on the sheet of agencies. One that is registered already brings its papers itself."
        ),
        "sheets.row_twice": N_("Lines {first} and {second} say the same here. Keep one, or correct it."),
        "sheets.letter_later": N_(
            "The letter cannot be signed after today. Write the day on which the agency signed it."
        ),
        "sheets.letter_older": N_(
            "The commitment letter in force is version {version} of {day}; this one was signed before. Have the agency sign it."
        ),
        "notice.filing.brought": N_(
            "{count} applications were handed in from a sheet; the formal checks are due by {day}."
        ),
        "filing.self_checked": N_(
            "Two persons: whoever handed an application in, or accepted its letter, cannot decide on it."
        ),
    }
)
