"""What an agency had on record at a moment, which services it had marked, and which of them rested and why.

One statement: papers, certificates counted by kind (nobody is named), and marked prices with what they ask for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Integer, String, cast, func, literal, null, or_, select, union_all

from market.agencies.models import AgencyPaper, Offer, Practitioner
from market.agencies.queries.serving import Paused
from market.agencies.rules import covers
from market.catalogue.models import Entry, EntryRequirement
from market.catalogue.rules import RequirementKind, RequirementMode
from market.store.db import db


class PaperThen(NamedTuple):
    """A paper on record with its first and last day."""

    name: str
    number: str
    issuer: str
    qualification: str
    major: str
    grade: str
    valid_from: date
    valid_until: date


@dataclass(slots=True)
class ServiceThen:
    """A service with a marked price, what it asks for as (kind, name, level, count), and why it rested."""

    code: str
    name_zh: str
    name_en: str
    any_one: bool
    asked: list[tuple[str, str, str, int]] = field(default_factory=list)
    paused: Sequence[Paused] = ()


@dataclass(frozen=True, slots=True)
class RecordThen:
    """Papers, the ones that end last first; valid certificates by kind; services with a marked price, by code."""

    papers: Sequence[PaperThen]
    practitioners: Mapping[str, int]
    services: Sequence[ServiceThen]

    @property
    def rests(self) -> Sequence[ServiceThen]:
        """The services that rested for want of a paper or of practitioners."""
        return [one for one in self.services if one.paused]


def record_then(agency_id: int, moment: datetime, *, day: date, edition_id: int) -> RecordThen:
    """The record at a moment of a day in China, with the services of an edition marked by then. One query."""
    papers: list[PaperThen] = []
    counts: dict[str, int] = {}
    services: dict[str, ServiceThen] = {}
    query = union_all(
        _papers(agency_id, moment), _counts(agency_id, moment, day), _marked(agency_id, moment, edition_id)
    )
    for kind, *texts, first, last, number in db.session.execute(query):
        if kind == "paper":
            papers.append(PaperThen._make((*texts, first, last)))
        elif kind == "count":
            counts[texts[0]] = int(number)
        else:
            code, zh, en, asked, name, level = texts
            any_one = kind == f"service:{RequirementMode.ANY}"
            service = services.setdefault(code, ServiceThen(code, zh, en, any_one))
            if asked:
                service.asked.append((asked, name, level, int(number or 0)))
    papers.sort(key=lambda one: (one.valid_until, one.number), reverse=True)
    for service in services.values():
        service.paused = why_rests(service, papers, (counts, day))
    ordered = [services[code] for code in sorted(services)]
    return RecordThen(papers, dict(sorted(counts.items())), ordered)


def why_rests(service: ServiceThen, papers: Sequence[PaperThen], valid: tuple[Mapping[str, int], date]) -> list[Paused]:
    """Why a service rests for want of papers or practitioners, by rows at hand; the law of `serving`.

    `valid` is how many certificates of each kind are valid on a day, and that day.
    """
    counts, day = valid
    found, held_one = [], False
    for kind, name, level, _number in service.asked:
        if kind == RequirementKind.QUALIFICATION:
            fits = [one for one in papers if covers((one.qualification, one.major, one.grade), (name, level))]
            if any(one.valid_from <= day <= one.valid_until for one in fits):
                held_one = True
                continue
            ended = [one.valid_until for one in fits if one.valid_until < day]
            said = f"{name} {level}".strip()
            found.append(Paused("paper_expired", said, max(ended)) if ended else Paused("paper_missing", said))
    if service.any_one and held_one:
        found = []
    short = [
        Paused("practitioners_missing", name)
        for kind, name, _level, number in service.asked
        if kind == RequirementKind.PRACTITIONER and counts.get(name, 0) < number
    ]
    return found + short


def _papers(agency_id: int, moment: datetime) -> Any:
    one = AgencyPaper
    texts = (one.name, one.number, one.issuer, one.qualification, one.major, one.grade)
    columns = (literal("paper"), *texts, one.valid_from, one.valid_until, cast(null(), Integer))
    return select(*columns).where(one.agency_id == agency_id, _there(one, moment))


def _counts(agency_id: int, moment: datetime, day: date) -> Any:
    one = Practitioner
    none = [cast(literal(""), String) for _ in range(5)]
    days = (cast(null(), Date), cast(null(), Date))
    return (
        select(literal("count"), one.certificate_kind, *none, *days, func.count())
        .where(one.agency_id == agency_id, _there(one, moment), one.valid_from <= day, one.valid_until >= day)
        .group_by(one.certificate_kind)
    )


def _marked(agency_id: int, moment: datetime, edition_id: int) -> Any:
    asked = EntryRequirement
    texts = (Entry.code, Entry.name_zh, Entry.name_en, asked.kind, asked.name, asked.level)
    days = (cast(null(), Date), cast(null(), Date))
    return (
        select(literal("service:") + Entry.requirement_mode, *texts, *days, asked.count)
        .join(Offer, Offer.entry_id == Entry.id)
        .outerjoin(asked, asked.entry_id == Entry.id)
        .where(Offer.agency_id == agency_id, Entry.edition_id == edition_id, Offer.effective_from <= moment)
        .where(or_(Offer.ends_at.is_(None), Offer.ends_at > moment))
        .where(or_(Offer.withdrawn_at.is_(None), Offer.withdrawn_at > moment))
        .distinct()
    )


def _there(model: Any, moment: datetime) -> ColumnElement[bool]:
    return (model.recorded_at <= moment) & or_(model.ended_at.is_(None), model.ended_at > moment)
