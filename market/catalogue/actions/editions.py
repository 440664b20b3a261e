"""Change the list: import a draft, send it to review, publish it by a second person."""

from datetime import date, datetime

from sqlalchemy import delete, func, select

from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.catalogue import queries
from market.catalogue.actions.belongings import BELONGINGS
from market.catalogue.actions.bundles import carry_bundles, forget_bundles
from market.catalogue.actions.writing import Writer
from market.catalogue.comparing import fingerprint
from market.catalogue.importing import ListData
from market.catalogue.importing.prices import documents_of
from market.catalogue.models import Band, CleanUp, Edition, Entry, FeeItem, PriceSchedule
from market.catalogue.queries.bases import without_living_basis
from market.catalogue.rules import EDITION, EditionState
from market.journal.actions import record
from market.journal.queries import history
from market.store import outbox
from market.store.db import db

IN_FORCE = "edition.in_force"


def import_edition(data: ListData, title: str, *, actor: Actor, now: datetime) -> Edition:
    """Write a draft edition from checked files; the same content again answers the draft that is there.

    Refuses another draft beside one that is not published yet. Whether bad rows may be left out is the door's
    decision; here only good rows arrive.
    """
    if not data.items:
        raise BreaksRule("import.nothing")
    digest = digest_of(data)
    unpublished = queries.unpublished_edition()
    if unpublished is not None and unpublished.digest == digest:
        return unpublished
    if unpublished is not None:
        raise BadState("edition.draft_exists", number=unpublished.number)
    number = (db.session.scalar(select(func.max(Edition.number))) or 0) + 1
    edition = Edition(
        number=number, state=EditionState.DRAFT, title=title, drafted_by=actor.id, drafted_at=now, digest=digest
    )
    db.session.add(edition)
    db.session.flush()
    Writer(edition, data).write(actor=actor, now=now)
    carry_bundles(edition)
    facts = {"number": number, "entries": len(data.items), "left_out": len(data.bad)}
    record("edition.import", _obj(edition), actor=actor, payload=facts, now=now)
    return edition


def digest_of(data: ListData) -> str:
    """What a draft would be made of, as one sha256: alike for the same rows, whatever the format of their files."""
    tables = {"items": data.items, "links": data.links, "clean_ups": data.clean_ups}
    rows = {name: [dict(sorted(row.cells.items())) for row in found] for name, found in tables.items()}
    return fingerprint({**rows, "schedules": documents_of(data.raw_schedules)})


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
    forget_bundles(edition)
    for table in (Band, FeeItem, PriceSchedule, CleanUp, *BELONGINGS, Entry):
        db.session.execute(delete(table).where(table.edition_id == edition.id))
    db.session.delete(edition)


def publish(edition: Edition, effective_from: date | None, *, actor: Actor, now: datetime) -> None:
    """Publish an edition in review, in force from a day (today when None); never by the person who drafted it.

    Refuses `edition_two_persons`, `edition.date_past`, `edition.date_taken` and `edition.without_basis`.
    """
    if actor.id == edition.drafted_by:
        raise BreaksRule("edition_two_persons")
    today = clock.china_date(now)
    day = effective_from or today
    if day < today:
        raise BreaksRule("edition.date_past", day=day)
    latest = queries.latest_effective_date()
    if latest is not None and day <= latest:
        raise BreaksRule("edition.date_taken", day=day, latest=latest)
    _require_bases(edition, day)
    edition.state = EDITION.step(edition.state, "publish")
    edition.approved_by, edition.published_at, edition.effective_from = actor.id, now, day
    facts = {"number": edition.number, "effective_from": day.isoformat()}
    record("edition.publish", _obj(edition), actor=actor, payload=facts, now=now)


def _require_bases(edition: Edition, day: date) -> None:
    """Nothing enters an edition but what a law in force on its first day demands (国办发〔2015〕31号)."""
    dead = without_living_basis(edition.id, day)
    if dead:
        named = [f"{entry.code} {entry.name_zh}" for entry in dead[:5]] + (["…"] if len(dead) > 5 else [])
        raise BreaksRule("edition.without_basis", day=day, entries="; ".join(named))


def come_into_force(*, now: datetime) -> int | None:
    """Write down that the edition in force is in force, once, and let search know its list; its number, or None.

    The clock calls this: an edition published for a later day must not change what is found before that day.
    """
    edition = queries.edition_in_force_or_none(clock.china_date(now))
    if edition is None or any(row.act == IN_FORCE for row in history(_obj(edition))):
        return None
    record(IN_FORCE, _obj(edition), actor=Actor.system(), payload={"number": edition.number}, now=now)
    documents = queries.documents(edition)
    for document in documents:
        outbox.put("search", document["id"], dict(document), now=now)
    listed = {document["id"] for document in documents}
    for gone in sorted(queries.documents_ever(edition.number) - listed):
        outbox.put("search", gone, {"id": gone, "remove": True}, now=now)
    return edition.number


def _obj(edition: Edition) -> str:
    return f"edition/{edition.number}"
