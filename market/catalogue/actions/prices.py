"""Change a price schedule of a draft edition, and with it the prices of every entry that it is tied to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from market.base.errors import BreaksRule
from market.base.people import Actor
from market.catalogue import queries
from market.catalogue.actions.drafts import as_files, require_draft, require_unchanged, rewrite
from market.catalogue.exporting import ListExport
from market.catalogue.models import Edition, Entry
from market.catalogue.queries.export import export_of
from market.catalogue.rules import Pricing, ScheduleRole
from market.catalogue.schedules import RefusedSchedule
from market.journal.actions import record

BINDING = (Pricing.GOVERNMENT_SET, Pricing.GOVERNMENT_GUIDED)


@dataclass(frozen=True, slots=True)
class GivenSchedule:
    """A schedule for an entry: the document in the JSON format, whether it binds, and the draft it was typed for."""

    code: str
    document: Mapping[str, Any]
    role: ScheduleRole
    row_version: int

    @property
    def key(self) -> str:
        """The schedule's id in the edition."""
        return str(self.document["id"])


def set_schedule(edition: Edition, given: GivenSchedule, *, actor: Actor, now: datetime) -> None:
    """Tie the schedule to the entry in the place of the one of the same id, and make the fee items anew.

    One schedule is one document: every entry tied to it gets it. Refuses what the schedule's reader refuses,
    `import.link_not_government` (a price in force on an entry that the government does not price), and an edition that
    is no draft (`edition.published_stays`, `edition.not_editable`) or was changed meanwhile.
    """
    require_draft(edition)
    require_unchanged(edition, given.row_version)
    entry = queries.entry_of(given.code, edition)
    if given.role == ScheduleRole.IN_FORCE and entry.pricing not in BINDING:
        raise BreaksRule("import.link_not_government")
    export = with_schedule(export_of(edition), entry, given)
    data = as_files(export)
    read = data.schedules[given.key]
    if isinstance(read, RefusedSchedule):
        raise BreaksRule(read.code, **read.refusal.facts)
    _write(edition, export, given.key, actor=actor, now=now)
    facts = {"number": edition.number, "code": entry.code, "schedule": given.key, "role": given.role}
    record("edition.set_price", f"edition/{edition.number}", actor=actor, payload=facts, now=now)


def drop_schedule(edition: Edition, given: GivenSchedule, *, actor: Actor, now: datetime) -> None:
    """Untie the schedule from the entry (only the document's id counts). Refuses what `set_schedule` refuses."""
    require_draft(edition)
    require_unchanged(edition, given.row_version)
    entry = queries.entry_of(given.code, edition)
    export = export_of(edition)
    tied = {"name_zh": entry.name_zh, "schedule_id": given.key}
    links = [link for link in export.links if not tied.items() <= link.items()]
    _rewrite_named(edition, replace(export, links=links), {entry.name_zh}, actor=actor, now=now)
    facts = {"number": edition.number, "code": entry.code, "schedule": given.key}
    record("edition.drop_price", f"edition/{edition.number}", actor=actor, payload=facts, now=now)


def with_schedule(export: ListExport, entry: Entry, given: GivenSchedule) -> ListExport:
    """The draft with the document in its place, or behind the others, and the entry's name tied to it."""
    link = {"name_zh": entry.name_zh, "schedule_id": given.key, "role": given.role.value}
    documents = {str(one["id"]): one for one in export.schedules} | {given.key: dict(given.document)}
    links = {(one["name_zh"], one["schedule_id"]): one for one in export.links} | {(entry.name_zh, given.key): link}
    return replace(export, schedules=list(documents.values()), links=list(links.values()))


def _write(edition: Edition, export: ListExport, key: str, *, actor: Actor, now: datetime) -> None:
    names = {link["name_zh"] for link in export.links if link["schedule_id"] == key}
    _rewrite_named(edition, export, names, actor=actor, now=now)


def _rewrite_named(edition: Edition, export: ListExport, names: set[str], *, actor: Actor, now: datetime) -> None:
    rows = {cells["local_code"]: cells for cells in export.items if cells["name_zh"] in names}
    entries = [(one, rows[one.code]) for one in queries.entries_of(edition) if one.code in rows]
    rewrite(edition, as_files(export), entries, actor=actor, now=now)
