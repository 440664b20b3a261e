"""Lists handed in at the desk: take the files in, check them, and make a draft of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from market.base.errors import Refusal
from market.base.money import shown
from market.base.people import Actor
from market.catalogue import queries
from market.catalogue.actions.editions import discard, import_edition
from market.catalogue.importing import ListData, Upload
from market.catalogue.models import ListImport, ListImportFile
from market.catalogue.rules import LIST_IMPORT, EditionState, ImportState
from market.journal.actions import record
from market.store.db import db

MOST_SHOWN = 1000
"""Bad cells that an import keeps; a file with more has one fault in a column, and the first of them say so."""
_LOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in: files by role, the draft's title, and whether a present draft is thrown away for it."""

    files: Mapping[str, Upload]
    title: str
    replaces: bool


def take_in(handed: Handed, *, actor: Actor, now: datetime) -> ListImport:
    """Keep the files as they came, waiting to be checked."""
    files = handed.files
    found = ListImport(
        state=ImportState.WAITING, title=handed.title or files["items"].shown, replaces=handed.replaces,
        uploaded_by=actor.id,
        uploaded_at=now, checked_at=None, done=0, total=0, bad=[], reason="", facts={}, edition_number=None,
        files=[
            ListImportFile(role=role, name=shown(one.name), sha256=one.digest, content=one.content)
            for role, one in files.items()
        ],
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    digests = {role: one.digest for role, one in files.items()}
    record("list_import.upload", _obj(found), actor=actor, payload={"files": digests}, now=now)
    return found


def begin_check(found: ListImport, *, now: datetime) -> None:
    """Take a waiting import up; refuses one that somebody else has taken up."""
    found.state = LIST_IMPORT.step(found.state, "check")
    found.checked_at = now
    db.session.flush()


def take_up(*, now: datetime) -> ListImport | None:
    """The oldest waiting import, taken up; None when nobody waits. One whose checker died waits again."""
    stale = ListImport.checked_at < now - _LOST
    db.session.execute(
        update(ListImport)
        .where(ListImport.state == ImportState.CHECKING, stale)
        .values(state=LIST_IMPORT.step(ImportState.CHECKING, "again"))
    )
    waiting = select(ListImport).where(ListImport.state == ImportState.WAITING).order_by(ListImport.id).limit(1)
    found = db.session.scalar(waiting.with_for_update(skip_locked=True))
    if found is not None:
        begin_check(found, now=now)
    return found


def tell_progress(import_id: int, done: int, total: int) -> None:
    """Write down how many rows of how many have been checked."""
    checking = (ListImport.id == import_id, ListImport.state == ImportState.CHECKING)
    db.session.execute(update(ListImport).where(*checking).values(done=done, total=total))


def conclude(found: ListImport, data: ListData, *, actor: Actor, now: datetime) -> None:
    """Write down the bad cells, or make the draft. Raises what `import_edition` refuses; then call `fail`."""
    found.done = found.total = len(data.items)
    if data.bad:
        found.state = LIST_IMPORT.step(found.state, "refuse")
        found.bad = [{**asdict(cell), "facts": dict(cell.facts)} for cell in data.bad[:MOST_SHOWN]]
        record("list_import.refuse", _obj(found), actor=actor, payload={"bad": len(data.bad)}, now=now)
        return
    before = queries.unpublished_edition()
    if found.replaces and before is not None and before.state == EditionState.DRAFT:
        discard(before, actor=actor, now=now)
    found.edition_number = import_edition(data, found.title, actor=actor, now=now).number
    found.state = LIST_IMPORT.step(found.state, "draft")
    record("list_import.draft", _obj(found), actor=actor, payload={"edition": found.edition_number}, now=now)


def fail(found: ListImport, refusal: Refusal, *, actor: Actor, now: datetime) -> None:
    """Write down why nothing was imported."""
    found.state = LIST_IMPORT.step(found.state, "fail")
    found.reason, found.facts = refusal.code, {key: str(value) for key, value in refusal.facts.items()}
    record("list_import.fail", _obj(found), actor=actor, payload={"code": refusal.code}, now=now)


def _obj(found: ListImport) -> str:
    return f"list_import/{found.id}"
