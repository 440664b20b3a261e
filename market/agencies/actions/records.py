"""What a filing brings and ends: papers, practitioners, authorised persons, attachments."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import func, select

from market.agencies import queries
from market.agencies.actions.filings import obj, require_correctable
from market.agencies.models import AgencyPaper, Attachment, AuthorisedPerson, Filing, Practitioner
from market.agencies.rules import PAPER, RecordState, Slot, media_type
from market.agencies.rules.papers import MOST_ATTACHMENTS, check_ending, digest, plain_kind, plain_number
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.journal.actions import record, record_each
from market.store.db import db

Recorded = AgencyPaper | Practitioner | AuthorisedPerson
Row = TypeVar("Row", AgencyPaper, Practitioner, AuthorisedPerson)


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A qualification paper, valid on both days; qualification, major and grade as in the register, "" for none."""

    name: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date
    qualification: str = ""
    major: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class NewPractitioner:
    """Somebody with a certificate, valid on both days."""

    name: str
    certificate_kind: str
    certificate_number: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who may act before the desk, on the days from one to the other."""

    name: str
    phone: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file as it came."""

    slot: Slot
    name: str
    content: bytes


def add_paper(filing: Filing, paper: NewPaper, *, actor: Actor, now: datetime) -> AgencyPaper:
    """Bring a paper. Refuses paper.interval, paper.expired, paper.overlaps, paper.unknown_qualification and _grade."""
    [row] = add_papers(filing, [paper], actor=actor, now=now)
    return row


def add_papers(filing: Filing, papers: Sequence[NewPaper], *, actor: Actor, now: datetime) -> list[AgencyPaper]:
    """Bring several papers; refuses what `add_paper` refuses. The statements do not grow with their number."""
    require_correctable(filing)
    today = clock.china_date(now)
    register = grades_on(today)
    taken: list[NewPaper | AgencyPaper] = list(queries.living_papers(filing.agency_id))
    for paper in papers:
        check_paper(paper, register, today)
        if any(same_days(paper, other) for other in taken):
            raise BreaksRule("paper.overlaps")
        taken.append(paper)
    rows = [AgencyPaper(**_brought(filing), **asdict(paper)) for paper in papers]
    db.session.add_all(rows)
    db.session.flush()
    told = [(obj(filing.agency), _paper_facts(row)) for row in rows]
    record_each("filing.add_paper", told, actor=actor, now=now)
    return rows


def grades_on(day: date) -> dict[tuple[str, str], Sequence[str]]:
    """The register of qualifications of a day: the grades of each name and major. One query."""
    return {(one.name, one.major): one.grades for one in queries.qualifications_on(day)}


def check_paper(paper: NewPaper, register: Mapping[tuple[str, str], Sequence[str]], today: date) -> None:
    """Refuse a paper for what it says itself: paper.interval, _expired, _unknown_qualification, _unknown_grade."""
    if paper.valid_until < paper.valid_from:
        raise BreaksRule("paper.interval")
    if paper.valid_until < today:
        raise BreaksRule("paper.expired", day=paper.valid_until)
    if not paper.qualification:
        if paper.major or paper.grade:
            raise BreaksRule("paper.unknown_qualification", name=paper.major or paper.grade)
        return
    grades = register.get((paper.qualification, paper.major))
    if grades is None:
        raise BreaksRule("paper.unknown_qualification", name=f"{paper.qualification} {paper.major}".strip())
    if paper.grade and paper.grade not in grades:
        raise BreaksRule("paper.unknown_grade", name=paper.qualification, grade=paper.grade)


def same_days(paper: NewPaper, other: NewPaper | AgencyPaper) -> bool:
    """Whether two papers of one number hold on one and the same day: nobody could say which of them counts."""
    shares = other.valid_from <= paper.valid_until and paper.valid_from <= other.valid_until
    return paper.number.upper() == other.number.upper() and shares


def add_practitioner(filing: Filing, person: NewPractitioner, *, actor: Actor, now: datetime) -> Practitioner:
    """Bring a practitioner. Refuses practitioner.interval, _expired, _elsewhere and _twice."""
    require_correctable(filing)
    number, certificate = plain_number(person.certificate_number), plain_kind(person.certificate_kind)
    person = replace(person, certificate_number=number, certificate_kind=certificate)
    if person.valid_until < person.valid_from:
        raise BreaksRule("practitioner.interval")
    if person.valid_until < clock.china_date(now):
        raise BreaksRule("practitioner.expired", day=person.valid_until)
    same = select(Practitioner).where(
        Practitioner.certificate_kind == person.certificate_kind,
        Practitioner.certificate_number == person.certificate_number,
        Practitioner.ended_filing_id.is_(None),
    )
    for known in db.session.scalars(same.where(Practitioner.state.in_((RecordState.FILED, RecordState.ON_RECORD)))):
        if known.agency_id == filing.agency_id:
            raise BreaksRule("practitioner.twice", number=person.certificate_number)
        # What another agency has only filed must not keep anybody out.
        if known.state == RecordState.ON_RECORD:
            raise BreaksRule("practitioner.elsewhere", number=person.certificate_number)
    row = Practitioner(**_brought(filing), **asdict(person))
    facts = {"certificate": person.certificate_kind, "valid_until": person.valid_until.isoformat()}
    return _keep(row, "filing.add_practitioner", (filing, facts, actor), now)


def add_person(filing: Filing, person: NewPerson, *, actor: Actor, now: datetime) -> AuthorisedPerson:
    """Bring an authorised person. Refuses person.interval and person.expired."""
    require_correctable(filing)
    if person.valid_until < person.valid_from:
        raise BreaksRule("person.interval")
    if person.valid_until < clock.china_date(now):
        raise BreaksRule("person.expired", day=person.valid_until)
    row = AuthorisedPerson(**_brought(filing), **asdict(person))
    facts = {"valid_until": person.valid_until.isoformat()}
    return _keep(row, "filing.add_person", (filing, facts, actor), now)


def remove(filing: Filing, row: Recorded, *, actor: Actor, now: datetime) -> None:
    """Take back what the filing brought, or let it end what is on record; refuses filing.being_checked."""
    require_correctable(filing)
    if row.state == RecordState.FILED and row.filing_id == filing.id:
        row.state = PAPER.step(row.state, "take_back")
        act = "filing.take_back_row"
    elif row.state == RecordState.ON_RECORD and row.ended_filing_id is None:
        row.ended_filing_id = filing.id
        act = "filing.end_row"
    else:
        raise BadState("paper.not_on_record")
    db.session.flush()
    record(act, obj(filing.agency), actor=actor, payload={"what": row.__tablename__, "row": row.id}, now=now)


def keep(filing: Filing, row: Recorded, *, actor: Actor, now: datetime) -> None:
    """What the filing was to end stays on record after all; refuses filing.being_checked."""
    require_correctable(filing)
    if row.ended_filing_id != filing.id:
        raise BadState("paper.not_on_record")
    # The database refuses it (paper.overlaps) when a paper for the same days has been added meanwhile.
    row.ended_filing_id = None
    db.session.flush()
    record(
        "filing.keep_row", obj(filing.agency), actor=actor, payload={"what": row.__tablename__, "row": row.id}, now=now
    )


def attach(filing: Filing, given: NewAttachment, *, actor: Actor, now: datetime) -> Attachment:
    """Attach a file. What it is, is decided by its content; refuses attachment.* ."""
    require_correctable(filing)
    kind, sha256 = media_type(given.content), digest(given.content)
    name = _plain_name(given.name)
    check_ending(name, kind)
    here = select(func.count()).select_from(Attachment).where(Attachment.filing_id == filing.id)
    if (db.session.scalar(here) or 0) >= MOST_ATTACHMENTS:
        raise BreaksRule("attachment.too_many", most=MOST_ATTACHMENTS)
    if db.session.scalar(here.where(Attachment.slot == given.slot, Attachment.sha256 == sha256)):
        raise BreaksRule("attachment.twice")
    row = Attachment(
        filing_id=filing.id, slot=given.slot, name=name, media_type=kind, sha256=sha256,
        size=len(given.content), added_at=now, content=given.content,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    facts = {"slot": str(given.slot), "sha256": sha256, "size": row.size}
    record("filing.attach", obj(filing.agency), actor=actor, payload=facts, now=now)
    return row


def detach(filing: Filing, row: Attachment, *, actor: Actor, now: datetime) -> None:
    """Take a file back while the filing is the agency's own."""
    require_correctable(filing)
    if row.filing_id != filing.id:
        raise BadState("filing.being_checked")
    facts = {"slot": row.slot, "sha256": row.sha256}
    record("filing.detach", obj(filing.agency), actor=actor, payload=facts, now=now)
    db.session.delete(row)
    db.session.flush()


def _keep(row: Row, act: str, told: tuple[Filing, dict[str, Any], Actor], now: datetime) -> Row:
    filing, facts, actor = told
    db.session.add(row)
    db.session.flush()
    record(act, obj(filing.agency), actor=actor, payload=facts, now=now)
    return row


def _brought(filing: Filing) -> dict[str, Any]:
    return {"agency_id": filing.agency_id, "filing_id": filing.id, "state": RecordState.FILED}


def _plain_name(name: str) -> str:
    """The last part of a file's name without signs that a header or a folder could take for something else."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '"<>|:*?;')
    return kept.strip(". ")[-100:] or "file"


def _paper_facts(paper: AgencyPaper) -> dict[str, Any]:
    return {"name": paper.name, "number": paper.number, "valid_until": paper.valid_until.isoformat()}
