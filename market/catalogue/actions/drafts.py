"""Change single entries of a draft edition: through the same rows, checks and writer as an import."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from market.base.errors import BadState
from market.base.people import Actor
from market.base.sheets.cells import Row
from market.base.words import N_, register_sentences
from market.catalogue.actions.writing import Writer
from market.catalogue.exporting import ListExport
from market.catalogue.importing import ListData
from market.catalogue.importing.exact import exact_json
from market.catalogue.importing.files import marks
from market.catalogue.models import CleanUp, Edition, Entry
from market.catalogue.rules import EditionState
from market.catalogue.schedules import read_schedules
from market.store.db import db

register_sentences(
    {
        "edition.not_editable": N_(
            "Edition {number} is in review, so nothing in it can be changed. Ask the approver to return it to you."
        ),
        "edition.changed_meanwhile": N_(
            "Somebody else changed this draft while you were typing. What you typed is kept: compare it with the draft, "
            "then save again."
        ),
    }
)


def require_draft(edition: Edition) -> None:
    """Refuse an edition that is published (`edition.published_stays`) or in review (`edition.not_editable`)."""
    if edition.state == EditionState.PUBLISHED:
        raise BadState("edition.published_stays")
    if edition.state != EditionState.DRAFT:
        raise BadState("edition.not_editable", number=edition.number)


def require_unchanged(edition: Edition, row_version: int) -> None:
    """Refuse what was typed for an older state of the draft (`edition.changed_meanwhile`), and mark it as changed."""
    if edition.row_version != row_version:
        raise BadState("edition.changed_meanwhile")
    touch(edition)


def touch(edition: Edition) -> None:
    """Mark a draft as changed, so that who typed for its older state is told."""
    flag_modified(edition, "title")


def as_files(export: ListExport) -> ListData:
    """A draft as the files of the list would say it, for the writer."""
    raw = exact_json({"schedules": export.schedules})
    return ListData(
        clean_ups=[Row(0, cells) for cells in export.cleaned_up],
        links=[Row(0, cells) for cells in export.links],
        schedules={schedule.id: schedule for schedule in read_schedules(raw)},
        raw_schedules=raw,
    )


def rewrite(
    edition: Edition,
    data: ListData,
    rows: Sequence[tuple[Entry | None, Mapping[str, str]]],
    *,
    actor: Actor,
    now: datetime,
) -> list[Entry]:
    """Write rows in the place of entries (None: behind the last one); a clean-up decision stays tied to its name."""
    writer = Writer(edition, data)
    written = [writer.put(Row(0, cells), in_place_of=entry, actor=actor, now=now) for entry, cells in rows]
    tie(edition, written)
    return written


def tie(edition: Edition, entries: Sequence[Entry]) -> None:
    """Tie the clean-up decisions that speak of an entry's name to it again."""
    loose = db.session.scalars(select(CleanUp).where(CleanUp.edition_id == edition.id, CleanUp.service_id.is_(None)))
    for decision in loose:
        said = Row(0, {"name_zh": decision.name_zh, "handling_type": decision.handling})
        decision.service_id = next((one.service_id for one in entries if marks(said, one.name_zh)), None)
    db.session.flush()
