"""Change single entries of a draft edition: write one, add one, take one out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update

from market.base.errors import BreaksRule
from market.base.people import Actor
from market.catalogue import queries
from market.catalogue.actions.drafts import as_files, require_draft, require_unchanged, rewrite, tie
from market.catalogue.actions.prices import BINDING
from market.catalogue.actions.writing import take_out
from market.catalogue.exporting import ListExport
from market.catalogue.models import Edition, Entry
from market.catalogue.queries.export import export_of
from market.catalogue.rules import ScheduleRole
from market.journal.actions import record
from market.store.db import db


@dataclass(frozen=True, slots=True)
class GivenEntry:
    """A row of the list as an import reads it, in the place of the entry `code` (empty: a new one)."""

    code: str
    cells: Mapping[str, str]
    row_version: int


def set_entry(edition: Edition, given: GivenEntry, *, actor: Actor, now: datetime) -> Entry:
    """Write the row; its schedules stay tied to it, also under a new name.

    Refuses what an import refuses of two rows (`import.twice`, `import.code_twice`), a market price over a schedule in
    force (`import.link_not_government`), what the writer refuses, and an edition that is no draft or was changed
    meanwhile.
    """
    require_draft(edition)
    require_unchanged(edition, given.row_version)
    entry = queries.entry_of(given.code, edition) if given.code else None
    export = export_of(edition)
    before = next((cells for cells in export.items if given.code and cells["local_code"] == given.code), {})
    _alone(export, given)
    cells = dict(given.cells) | {"position": "", "local_code": given.code if _same_service(before, given) else ""}
    export = replace(export, links=_links(export, before.get("name_zh", ""), cells["name_zh"]))
    _priced_by_government(export, cells)
    [written] = rewrite(edition, as_files(export), [(entry, cells)], actor=actor, now=now)
    changed = sorted(key for key, text in given.cells.items() if before.get(key, "") != text)
    facts = {"number": edition.number, "code": written.code, "was": given.code, "changed": changed}
    act = "edition.set_entry" if given.code else "edition.add_entry"
    record(act, f"edition/{edition.number}", actor=actor, payload=facts, now=now)
    return written


def remove_entry(edition: Edition, given: GivenEntry, *, actor: Actor, now: datetime) -> None:
    """Take the entry out of the draft; those behind it move up. Refuses an edition that is no draft or was changed."""
    require_draft(edition)
    require_unchanged(edition, given.row_version)
    entry = queries.entry_of(given.code, edition)
    facts = {"number": edition.number, "code": entry.code, "name": entry.name_zh}
    behind = update(Entry).where(Entry.edition_id == edition.id, Entry.position > entry.position)
    take_out(entry)
    db.session.execute(behind.values(position=Entry.position - 1))
    tie(edition, queries.entries_of(edition))
    record("edition.remove_entry", f"edition/{edition.number}", actor=actor, payload=facts, now=now)


def _alone(export: ListExport, given: GivenEntry) -> None:
    """No two entries are the same service, and no two claim one published code."""
    cells = given.cells
    for other in export.items:
        if other["local_code"] == given.code:
            continue
        facts = {"first": other["position"], "second": "—"}
        if (other["name_zh"], other["act_name_zh"]) == (cells["name_zh"], cells["act_name_zh"]):
            raise BreaksRule("import.twice", **facts)
        if cells["code"] and other["code"].upper() == cells["code"].upper():
            raise BreaksRule("import.code_twice", **facts)


def _same_service(before: Mapping[str, str], given: GivenEntry) -> bool:
    return all(before.get(key) == given.cells[key] for key in ("name_zh", "act_name_zh"))


def _links(export: ListExport, before: str, name: str) -> list[dict[str, str]]:
    """The links of the draft, those of the old name also under the new one."""
    known = {link["schedule_id"] for link in export.links if link["name_zh"] == name}
    moved = [
        {**link, "name_zh": name}
        for link in export.links
        if link["name_zh"] == before and link["schedule_id"] not in known
    ]
    return [*export.links, *(moved if before != name else [])]


def _priced_by_government(export: ListExport, cells: Mapping[str, str]) -> None:
    bound = any(link["name_zh"] == cells["name_zh"] and link["role"] == ScheduleRole.IN_FORCE for link in export.links)
    if bound and cells["pricing"] not in BINDING:
        raise BreaksRule("import.link_not_government")
