"""Read voices: what a new one is about, one by its code, the desk's, and what is public."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from market.accounts.models import Membership
from market.base.errors import BreaksRule, NotFound
from market.base.people import Role
from market.catalogue.models import CleanUp, Edition, Entry
from market.catalogue.queries import edition_in_force_or_none
from market.catalogue.rules import EditionState
from market.oversight.models import Voice, VoiceAnswer, VoiceContact
from market.oversight.rules import VoiceState, fits
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Target:
    """What a voice is about: an entry, an item off the list, or free words; exactly one of them.

    `code`, `name_zh`, `name_en` show it; `clean_up_id` is the item off the list, or None.
    """

    entry_id: int | None = None
    edition_id: int | None = None
    service_id: int | None = None
    clean_up_id: int | None = None
    said: str = ""
    code: str = ""
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A voice with the words of what it is about, and its answer that counts (the newest), if there is one."""

    voice: Voice
    target: Target
    answer: VoiceAnswer | None

    def overdue(self, on: date) -> bool:
        """Whether the deadline has passed without an answer."""
        return self.voice.answered_on is None and on > self.voice.due_on

    @property
    def in_time(self) -> bool:
        """Whether it was answered by its deadline."""
        return self.voice.answered_on is not None and self.voice.answered_on <= self.voice.due_on


@dataclass(frozen=True, slots=True)
class Figures:
    """How many voices there are, how many are answered, how many of those in time, and how many are overdue."""

    received: int
    answered: int
    in_time: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the voices is wanted; empty means all. `about` is an entry's code or the name of an item off the list."""

    kind: str = ""
    outcome: str = ""
    state: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answered voice in one line, for the page of what it is about."""

    ref: str
    kind: str
    aspect: str
    question: str
    outcome: str
    answered_on: date


def entry_target(code: str, on: date) -> Target:
    """The entry of a code in the edition in force; refuses `voice.no_such_entry`."""
    # PostgreSQL takes no NUL, and no code holds one.
    edition = edition_in_force_or_none(on) if code.isprintable() else None
    query = select(Entry.id, Entry.edition_id, Entry.service_id, Entry.code, Entry.name_zh, Entry.name_en)
    row = edition and db.session.execute(query.where(Entry.edition_id == edition.id, Entry.code == code)).one_or_none()
    if not row:
        raise BreaksRule("voice.no_such_entry", service=code)
    entry, edition_id, service, number, zh, en = row
    return Target(entry_id=entry, edition_id=edition_id, service_id=service, code=number, name_zh=zh, name_en=en)


def removed_target(clean_up_id: int) -> Target:
    """An item that a published edition keeps off the list; NotFound("page.not_found")."""
    query = select(CleanUp.id, CleanUp.name_zh).join(Edition, Edition.id == CleanUp.edition_id)
    query = query.where(CleanUp.id == clean_up_id, Edition.state == EditionState.PUBLISHED)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("page.not_found")
    return Target(clean_up_id=row[0], name_zh=row[1])


def removed_named(name: str, on: date) -> int | None:
    """The item of exactly this name that the edition in force keeps off the list, if there is one."""
    edition = edition_in_force_or_none(on) if name else None
    query = select(func.min(CleanUp.id)).where(CleanUp.name_zh == name, CleanUp.service_id.is_(None))
    return db.session.scalar(query.where(CleanUp.edition_id == edition.id)) if edition else None


def list_editors() -> list[int]:
    """The organisations in which somebody is list editor now."""
    query = select(Membership.organisation_id).where(Membership.role == Role.LIST_EDITOR, Membership.until.is_(None))
    return list(db.session.scalars(query.distinct()))


def sent_before(once: str) -> bool:
    """Whether a form with this token's hash was taken already."""
    return db.session.scalar(select(Voice.id).where(Voice.once_hash == once)) is not None


def voice_lock(ref: str) -> Select[Any]:
    """Hold the voice against another editor."""
    return select(Voice.id).where(Voice.ref == ref)


def voice_of(ref: str) -> Voice:
    """The voice, for the desk; NotFound("page.not_found")."""
    found = db.session.scalar(select(Voice).where(Voice.ref == ref))
    if found is None:
        raise NotFound("page.not_found")
    return found


def row_of(ref: str) -> VoiceRow:
    """The voice with its target and newest answer, for the desk; NotFound("page.not_found"). One query."""
    row = db.session.execute(_rows().where(Voice.ref == ref)).one_or_none()
    if row is None:
        raise NotFound("page.not_found")
    return _made(*row)


def has_code(ref: str, code: str) -> bool:
    """Whether there is a voice with this reference, and the query code is its own. One query."""
    return fits(code, db.session.scalar(select(Voice.code_hash).where(Voice.ref == ref)))


def public_row(ref: str) -> VoiceRow:
    """An answered voice; NotFound("voice.not_published") for any other. One query."""
    row = db.session.execute(_rows().where(Voice.ref == ref, Voice.state == VoiceState.ANSWERED)).one_or_none()
    if row is None:
        raise NotFound("voice.not_published")
    return _made(*row)


def contact_of(voice: Voice) -> str:
    """How the sender can be reached, while it is kept; for the desk that answers."""
    return db.session.scalar(select(VoiceContact.contact).where(VoiceContact.voice_id == voice.id)) or ""


def answered_with_contact() -> list[Voice]:
    """Answered voices whose contact is still kept, oldest first."""
    query = select(Voice).join(VoiceContact, VoiceContact.voice_id == Voice.id)
    return list(db.session.scalars(query.where(Voice.state == VoiceState.ANSWERED).order_by(Voice.id)))


def answers_of(voice: Voice) -> list[VoiceAnswer]:
    """The answer and its corrections, oldest first."""
    query = select(VoiceAnswer).where(VoiceAnswer.voice_id == voice.id).order_by(VoiceAnswer.number)
    return list(db.session.scalars(query))


def count(given: Narrowed) -> int:
    """How many voices there are of what is wanted."""
    return db.session.scalar(select(func.count()).select_from(_narrowed(given).subquery())) or 0


def answered(given: Narrowed, *, limit: int, offset: int = 0) -> list[VoiceRow]:
    """Voices of what is wanted, the newest answer first. One query."""
    query = _narrowed(given).order_by(Voice.answered_on.desc(), Voice.id.desc())
    return [_made(*row) for row in db.session.execute(query.limit(limit).offset(offset))]


def waiting(*, limit: int, offset: int = 0) -> list[VoiceRow]:
    """Voices without an answer, the nearest (or longest past) deadline first. One query."""
    query = _narrowed(Narrowed(state=VoiceState.RECEIVED)).order_by(Voice.due_on, Voice.id)
    return [_made(*row) for row in db.session.execute(query.limit(limit).offset(offset))]


def overdue_voices(on: date, limit: int) -> list[VoiceRow]:
    """What nobody has answered by its deadline, the longest past first. One query."""
    query = _narrowed(Narrowed(state=VoiceState.RECEIVED)).where(Voice.due_on < on).order_by(Voice.due_on, Voice.id)
    return [_made(*row) for row in db.session.execute(query.limit(limit))]


def figures(on: date) -> Figures:
    """What the public may count. One query."""
    in_time = func.sum(case((Voice.answered_on <= Voice.due_on, 1), else_=0))
    overdue = func.sum(case((and_(Voice.answered_on.is_(None), Voice.due_on < on), 1), else_=0))
    row = db.session.execute(select(func.count(), func.count(Voice.answered_on), in_time, overdue)).one()
    return Figures(*(int(figure or 0) for figure in row))


def answered_about(service_id: int, *, limit: int = 5) -> tuple[int, list[Asked]]:
    """How many answered voices are about a service in any edition, and the newest of them. One query."""
    return _asked(Voice.service_id == service_id, limit)


def answered_about_removed(name_zh: str, act_name_zh: str, *, limit: int = 5) -> tuple[int, list[Asked]]:
    """The same for an item off the list, whichever edition's row was named. One query."""
    same = select(CleanUp.id).where(CleanUp.name_zh == name_zh, CleanUp.act_name_zh == act_name_zh)
    return _asked(Voice.clean_up_id.in_(same), limit)


def _asked(about: Any, limit: int) -> tuple[int, list[Asked]]:
    newest = _newest()
    query = (
        select(
            func.count().over(), Voice.ref, Voice.kind, Voice.aspect, newest.question, newest.outcome, Voice.answered_on
        )
        .select_from(Voice)
        .join(newest, _is_newest(newest))
        .where(about, Voice.state == VoiceState.ANSWERED)
        .order_by(Voice.answered_on.desc(), Voice.id.desc())
        .limit(limit)
    )
    rows = db.session.execute(query).all()
    return (rows[0][0] if rows else 0), [Asked(*row[1:]) for row in rows]


def _narrowed(given: Narrowed) -> Select[Any]:
    newest = _newest()
    query = _joined(newest)
    if given.kind:
        query = query.where(Voice.kind == given.kind)
    if given.outcome:
        query = query.where(newest.outcome == given.outcome)
    if given.about:
        query = query.where(or_(Entry.code == given.about, CleanUp.name_zh == given.about))
    return query.where(Voice.state == given.state) if given.state else query


def _rows() -> Select[Any]:
    return _joined(_newest())


def _newest() -> Any:
    return aliased(VoiceAnswer)


def _is_newest(newest: Any) -> Any:
    other = aliased(VoiceAnswer)
    last = select(func.max(other.number)).where(other.voice_id == Voice.id).correlate(Voice).scalar_subquery()
    return and_(newest.voice_id == Voice.id, newest.number == last)


def _joined(newest: Any) -> Select[Any]:
    return (
        select(Voice, newest, Entry.code, Entry.name_zh, Entry.name_en, CleanUp.name_zh.label("removed_zh"))
        .select_from(Voice)
        .outerjoin(newest, _is_newest(newest))
        .outerjoin(Entry, Entry.id == Voice.entry_id)
        .outerjoin(CleanUp, CleanUp.id == Voice.clean_up_id)
    )


def _made(*row: Any) -> VoiceRow:
    voice, answer, code, name_zh, name_en, removed_zh = row
    target = Target(
        entry_id=voice.entry_id, edition_id=voice.edition_id, service_id=voice.service_id,
        clean_up_id=voice.clean_up_id, said=voice.said, code=code or "", name_zh=name_zh or removed_zh or "",
        name_en=name_en or "",
    )  # fmt: skip
    return VoiceRow(voice, target, answer)
