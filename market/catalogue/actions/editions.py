"""Change the list: import a draft, send it to review, publish it by a second person."""

from datetime import date, datetime

from sqlalchemy import delete, func, select

from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.catalogue import queries
from market.catalogue.actions.writing import Writer
from market.catalogue.importing import ListData
from market.catalogue.models import Band, CleanUp, Edition, Entry, FeeItem, PriceSchedule
from market.catalogue.rules import EDITION, EditionState
from market.journal.actions import record
from market.store import outbox
from market.store.db import db


def import_edition(data: ListData, title: str, *, actor: Actor, now: datetime) -> Edition:
    """Write a draft edition from checked files; refuses a second draft beside one that is not published yet.

    Whether bad rows may be left out is the door's decision; here only good rows arrive.
    """
    if not data.items:
        raise BreaksRule("import.nothing")
    unpublished = queries.unpublished_edition()
    if unpublished is not None:
        raise BadState("edition.draft_exists", number=unpublished.number)
    number = (db.session.scalar(select(func.max(Edition.number))) or 0) + 1
    edition = Edition(number=number, state=EditionState.DRAFT, title=title, drafted_by=actor.id, drafted_at=now)
    db.session.add(edition)
    db.session.flush()
    Writer(edition, data).write()
    facts = {"number": number, "entries": len(data.items), "left_out": len(data.bad)}
    record("edition.import", _obj(edition), actor=actor, payload=facts, now=now)
    return edition


def submit(edition: Edition, *, actor: Actor, now: datetime) -> None:
    """Send a draft to review."""
    edition.state = EDITION.step(edition.state, "submit")
    record("edition.submit", _obj(edition), actor=actor, payload={"number": edition.number}, now=now)


def send_back(edition: Edition, *, actor: Actor, now: datetime) -> None:
    """Return an edition in review to its drafter."""
    edition.state = EDITION.step(edition.state, "return")
    record("edition.return", _obj(edition), actor=actor, payload={"number": edition.number}, now=now)


def discard(edition: Edition, *, actor: Actor, now: datetime) -> None:
    """Throw a draft away with all its rows; the journal keeps that it was there."""
    if edition.state != EditionState.DRAFT:
        raise BadState("edition.not_a_draft", number=edition.number)
    record("edition.discard", _obj(edition), actor=actor, payload={"number": edition.number}, now=now)
    for table in (Band, FeeItem, PriceSchedule, CleanUp, Entry):
        db.session.execute(delete(table).where(table.edition_id == edition.id))
    db.session.delete(edition)


def publish(edition: Edition, effective_from: date | None, *, actor: Actor, now: datetime) -> None:
    """Publish an edition in review, in force from a day (today when None); never by the person who drafted it.

    Refuses `edition_two_persons` and `edition.date_taken`. What search knows of the list follows by the outbox.
    """
    if actor.id == edition.drafted_by:
        raise BreaksRule("edition_two_persons")
    day = effective_from or clock.china_date(now)
    latest = queries.latest_effective_date()
    if latest is not None and day <= latest:
        raise BreaksRule("edition.date_taken", day=day, latest=latest)
    before = _codes_listed()
    edition.state = EDITION.step(edition.state, "publish")
    edition.approved_by, edition.published_at, edition.effective_from = actor.id, now, day
    facts = {"number": edition.number, "effective_from": day.isoformat()}
    record("edition.publish", _obj(edition), actor=actor, payload=facts, now=now)
    documents = queries.documents(edition)
    for document in documents:
        outbox.put("search", document["id"], dict(document), now=now)
    for gone in sorted(before - {document["id"] for document in documents}):
        outbox.put("search", gone, {"id": gone, "remove": True}, now=now)


def _codes_listed() -> set[str]:
    query = select(Entry.code).join(Edition).where(Edition.state == EditionState.PUBLISHED)
    return {f"entry/{code}" for code in db.session.scalars(query)}


def _obj(edition: Edition) -> str:
    return f"edition/{edition.number}"
