"""Read filings: the agency's own, whole, with the desk's reasons by field; and what waits at the admission desk."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, undefer

from market.accounts.models import Organisation
from market.agencies.models import (
    Agency,
    AgencyPaper,
    Attachment,
    AuthorisedPerson,
    CommitmentText,
    Filing,
    FilingReturn,
    FilingService,
    Practitioner,
    Qualification,
)
from market.agencies.rules import OPEN, FilingState, RecordState
from market.base.errors import NotFound
from market.catalogue.models import Entry
from market.store.db import db


def open_filing(agency_id: int) -> Filing | None:
    """The filing of an agency that is not decided yet, if there is one."""
    return db.session.scalar(_with_agency().where(Filing.agency_id == agency_id, Filing.state.in_(OPEN)))


def filing_of(agency_id: int) -> Filing:
    """The filing of an agency that is not decided yet; NotFound("filing.not_found")."""
    found = open_filing(agency_id)
    if found is None:
        raise NotFound("filing.not_found")
    return found


def newest_filing(agency_id: int) -> Filing | None:
    """The filing that an agency began last, in any state."""
    query = _with_agency().where(Filing.agency_id == agency_id)
    return db.session.scalar(query.order_by(Filing.opened_at.desc(), Filing.id.desc()).limit(1))


def sent_filing(ref: str) -> Filing:
    """The newest filing of an agency that was ever sent in, as the desk sees it; NotFound("filing.not_found")."""
    query = _with_agency().join(Agency, Agency.id == Filing.agency_id)
    query = query.where(Agency.ref == ref, Filing.submitted_at.is_not(None))
    found = db.session.scalar(query.order_by(Filing.submitted_at.desc(), Filing.id.desc()).limit(1))
    if found is None:
        raise NotFound("filing.not_found")
    return found


def filings_of(agency_id: int) -> list[Filing]:
    """Every filing of an agency, the newest first."""
    query = _with_agency().where(Filing.agency_id == agency_id)
    return list(db.session.scalars(query.order_by(Filing.opened_at.desc(), Filing.id.desc())))


def _with_agency() -> Any:
    return select(Filing).options(joinedload(Filing.agency).joinedload(Agency.organisation))


@dataclass(frozen=True, slots=True)
class FilingView:
    """A filing's whole content: what would be on record once it passed.

    Rows that it brings have its id as `filing_id`, rows that it ends have it as `ended_filing_id`. `returned` names the
    reasons of its newest return by field; empty unless it lies with the agency for correction.
    """

    filing: Filing
    services: Sequence[tuple[int, str, str, str]]
    papers: Sequence[AgencyPaper]
    practitioners: Sequence[Practitioner]
    persons: Sequence[AuthorisedPerson]
    attachments: Sequence[Attachment]
    returned: Mapping[str, Sequence[str]]


def filing_view(filing: Filing, edition_id: int) -> FilingView:
    """The content of a filing, its services named as in an edition. Six queries, whatever the number of rows."""
    return FilingView(
        filing,
        services_of(filing.id, edition_id),
        _rows(AgencyPaper, filing),
        _rows(Practitioner, filing),
        _rows(AuthorisedPerson, filing),
        list(db.session.scalars(select(Attachment).where(Attachment.filing_id == filing.id).order_by(Attachment.id))),
        returned_by_field(filing),
    )


def services_of(filing_id: int, edition_id: int) -> list[tuple[int, str, str, str]]:
    """The services a filing applies for that an edition lists: (service id, code, zh, en), in the list's order."""
    query = select(Entry.service_id, Entry.code, Entry.name_zh, Entry.name_en)
    query = query.join(FilingService, FilingService.service_id == Entry.service_id)
    query = query.where(FilingService.filing_id == filing_id, Entry.edition_id == edition_id).order_by(Entry.position)
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(query)]


def services_passed(agency_id: int) -> set[int]:
    """The services (their ids) that the last passed filing of an agency applied for. One query."""
    last = (
        select(Filing.id)
        .where(Filing.agency_id == agency_id, Filing.state == FilingState.PASSED)
        .order_by(Filing.decided_at.desc(), Filing.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return set(db.session.scalars(select(FilingService.service_id).where(FilingService.filing_id == last)))


def _rows(model: Any, filing: Filing) -> list[Any]:
    if filing.state in OPEN:
        living = model.state.in_((RecordState.FILED, RecordState.ON_RECORD))
        mine = or_(model.filing_id == filing.id, model.agency_id == filing.agency_id)
        query = select(model).where(mine, living)
    else:
        query = select(model).where(or_(model.filing_id == filing.id, model.ended_filing_id == filing.id))
        query = query.where(model.state != RecordState.TAKEN_BACK)
    return list(db.session.scalars(query.order_by(model.valid_until.desc(), model.id)))


def returned_by_field(filing: Filing) -> dict[str, list[str]]:
    """The reasons of a filing's newest return, by field; nothing unless it lies with the agency for correction."""
    found: dict[str, list[str]] = defaultdict(list)
    if filing.state != FilingState.RETURNED:
        return found
    query = select(FilingReturn.field, FilingReturn.reason).where(FilingReturn.filing_id == filing.id)
    for field, reason in db.session.execute(query.where(FilingReturn.round == filing.round).order_by(FilingReturn.id)):
        found[field].append(reason)
    return found


def paper_of(agency_id: int, paper_id: int) -> AgencyPaper:
    """A paper of this agency; NotFound("paper.not_found")."""
    return _row(AgencyPaper, agency_id, (paper_id, "paper.not_found"))


def practitioner_of(agency_id: int, practitioner_id: int) -> Practitioner:
    """A practitioner of this agency; NotFound("practitioner.not_found")."""
    return _row(Practitioner, agency_id, (practitioner_id, "practitioner.not_found"))


def person_of(agency_id: int, person_id: int) -> AuthorisedPerson:
    """An authorised person of this agency; NotFound("person.not_found")."""
    return _row(AuthorisedPerson, agency_id, (person_id, "person.not_found"))


def serves_elsewhere(person: Practitioner) -> bool:
    """Whether the holder of this certificate is on record with another agency."""
    query = select(Practitioner.id).where(
        Practitioner.certificate_kind == person.certificate_kind,
        Practitioner.certificate_number == person.certificate_number,
        Practitioner.agency_id != person.agency_id,
        Practitioner.state == RecordState.ON_RECORD,
    )
    return db.session.scalar(query.limit(1)) is not None


def _row(model: Any, agency_id: int, wanted: tuple[int, str]) -> Any:
    row_id, code = wanted
    query = select(model).where(model.id == row_id, model.agency_id == agency_id)
    found = db.session.scalar(query.where(model.state != RecordState.TAKEN_BACK))
    if found is None:
        raise NotFound(code)
    return found


def attachment_of(agency_id: int, attachment_id: int) -> Attachment:
    """A file of one of the agency's filings, with its bytes; NotFound("attachment.not_found")."""
    query = select(Attachment).join(Filing, Filing.id == Attachment.filing_id)
    query = query.where(Attachment.id == attachment_id, Filing.agency_id == agency_id)
    return _file(query)


def attachment_for_desk(ref: str, attachment_id: int) -> Attachment:
    """A file of a filing that was sent in, with its bytes; NotFound("attachment.not_found")."""
    query = select(Attachment).join(Filing, Filing.id == Attachment.filing_id)
    query = query.join(Agency, Agency.id == Filing.agency_id)
    return _file(query.where(Attachment.id == attachment_id, Agency.ref == ref, Filing.submitted_at.is_not(None)))


def _file(query: Any) -> Attachment:
    found: Attachment | None = db.session.scalar(query.options(undefer(Attachment.content)))
    if found is None:
        raise NotFound("attachment.not_found")
    return found


def commitment_on(day: date) -> CommitmentText | None:
    """The commitment letter in force on a day; None on a site that was never set up."""
    query = select(CommitmentText).where(CommitmentText.first_day <= day).order_by(CommitmentText.first_day.desc())
    return db.session.scalar(query.limit(1))


def commitment_text(version: str) -> CommitmentText:
    """A version of the commitment letter that somebody accepted."""
    return db.session.get_one(CommitmentText, version)


def qualifications_on(day: date) -> list[Qualification]:
    """The register of qualifications as of a day: each name and major in its newest row, in the register's order."""
    query = select(Qualification).where(Qualification.first_day <= day).order_by(Qualification.first_day)
    newest = {(row.name, row.major): row for row in db.session.scalars(query)}
    return sorted(newest.values(), key=lambda row: row.id)


@dataclass(frozen=True, slots=True)
class Application:
    """A row of the admission desk."""

    ref: str
    name: str
    uscc: str | None
    kind: str
    purpose: str
    state: str
    submitted_at: datetime
    due_on: date
    decided_at: datetime | None
    escalated_at: datetime | None


def waiting_for_check() -> list[Application]:
    """Every filing in formal check, the most urgent first. One query."""
    return _applications(
        Filing.state == FilingState.IN_CHECK, order=(Filing.check_due_on, Filing.submitted_at), limit=500
    )


def overdue_checks(today: date) -> list[Application]:
    """Filings whose day of the formal check has passed, the oldest first; they are the supervisor's. One query."""
    late = (Filing.state == FilingState.IN_CHECK) & (Filing.check_due_on < today)
    return _applications(late, order=(Filing.check_due_on, Filing.submitted_at), limit=500)


def decided_lately(limit: int) -> list[Application]:
    """The desk's newest decisions. One query."""
    decided = Filing.state.in_((FilingState.RETURNED, FilingState.PASSED)) & Filing.decided_at.is_not(None)
    return _applications(decided, order=(Filing.decided_at.desc(),), limit=limit)


def _applications(condition: ColumnElement[bool], *, order: Sequence[Any], limit: int) -> list[Application]:
    query = (
        select(
            Agency.ref, Organisation.name, Organisation.uscc, Filing.agency_kind, Filing.kind, Filing.state,
            Filing.submitted_at, Filing.check_due_on, Filing.decided_at, Filing.escalated_at,
        )
        .join(Agency, Agency.id == Filing.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .where(condition, Filing.submitted_at.is_not(None), Filing.check_due_on.is_not(None))
        .order_by(*order, Filing.id)
        .limit(limit)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    return [Application(*row) for row in rows]


def filing_then(agency_id: int, moment: datetime) -> Filing | None:
    """The last filing of an agency that had passed at a moment: what it said of itself then. One query."""
    query = _with_agency().where(Filing.agency_id == agency_id, Filing.state == FilingState.PASSED)
    query = query.where(Filing.decided_at <= moment).order_by(Filing.decided_at.desc(), Filing.id.desc())
    return db.session.scalar(query.limit(1))
