"""The files of the list: items, clean-up decisions, links and schedules, checked against each other."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from market.base.words import N_, register_sentences
from market.catalogue.importing.cells import BadCell, Row, read_rows, read_text
from market.catalogue.rules import ActKind, Confidence, Handling, Pricing, ScheduleRole, SelfService
from market.catalogue.schedules import NormalSchedule, RefusedSchedule, read_schedules

ITEM_COLUMNS = (
    *("code", "name_zh", "name_en", "category_zh", "category_en", "act_type", "act_name_zh", "act_name_en"),
    *("authority_zh", "authority_en", "legal_basis_zh", "service_output_zh", "agency_qualification_zh", "pricing"),
    *("price_basis_zh", "price_rule", "unit_zh", "time_limit_workdays", "self_service_allowed", "merged_group_zh"),
    "confidence",
)
_NEEDED = ("name_zh", "name_en", "category_zh", "category_en", "act_name_zh", "authority_zh")
_CLOSED: Mapping[str, Collection[str]] = {
    "act_type": set(ActKind),
    "pricing": set(Pricing),
    "self_service_allowed": set(SelfService),
    "confidence": set(Confidence),
}
_Check = Callable[[Row], list[tuple[str, str]]]
_DAYS = re.compile(r"[1-9][0-9]{0,2}")
_CODE = re.compile(r"[A-Za-z0-9-]{0,40}")
_PARENTHESES = re.compile(r"（[^（）]*）")


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Where the files are; all but `items` may be absent."""

    items: Path
    schedules: Path | None = None
    links: Path | None = None
    cleaned_up: Path | None = None


@dataclass(slots=True)
class ListData:
    """What the files say: good rows, bad cells, schedules by id, and which schedule is tied to which name."""

    items: list[Row] = field(default_factory=list)
    clean_ups: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    schedules: dict[str, NormalSchedule | RefusedSchedule] = field(default_factory=dict)
    raw_schedules: str = ""
    bad: list[BadCell] = field(default_factory=list)

    def links_of(self, name: str) -> list[Row]:
        """The links of an item."""
        return [link for link in self.links if link["name_zh"] == name]

    def decision_on(self, name: str) -> Row | None:
        """The clean-up decision that marks a listed item, if any: same name, apart from remarks in parentheses."""
        found = [row for row in self.clean_ups if marks(row, name)]
        return min(found, key=lambda row: row["name_zh"] != name, default=None)


def marks(decision: Row, name: str) -> bool:
    """Whether a decision (other than an abolition) speaks of the listed item `name`."""
    same = _PARENTHESES.sub("", decision["name_zh"]) == _PARENTHESES.sub("", name)
    return decision["handling_type"] != Handling.ABOLISHED and same


def read_list(files: ListFiles) -> ListData:
    """Read every file and check every cell; bad cells are listed, a file that cannot be read at all is refused."""
    data = ListData()
    data.items = _checked(data, files.items, ITEM_COLUMNS, _bad_item)
    if files.cleaned_up:
        columns = ("name_zh", "act_name_zh", "decision_document", "handling_type", "handling", "confidence")
        data.clean_ups = _checked(data, files.cleaned_up, columns, _bad_clean_up)
    if files.schedules:
        data.raw_schedules = read_text(files.schedules)
        data.schedules = {schedule.id: schedule for schedule in read_schedules(data.raw_schedules)}
    if files.links:
        rows = _checked(data, files.links, ("name_zh", "schedule_id", "role"), _bad_link)
        data.links = _joined(data, files.links.name, rows)
    return data


def _checked(data: ListData, path: Path, columns: Sequence[str], check: _Check) -> list[Row]:
    rows, bad = read_rows(path, columns)
    good: list[Row] = []
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        wrong = [BadCell(path.name, row.line, column, row[column][:40], code) for column, code in check(row)]
        key = (row["name_zh"], row.cells.get("act_name_zh", row.cells.get("schedule_id", "")))
        if not wrong and key in seen:
            wrong = [BadCell(path.name, row.line, "name_zh", row["name_zh"], "import.twice")]
        seen.add(key)
        bad += wrong
        if not wrong:
            good.append(row)
    data.bad += bad
    return good


def _bad_item(row: Row) -> list[tuple[str, str]]:
    wrong = [(column, "import.needed") for column in _NEEDED if not row[column]]
    wrong += [(column, f"import.{column}") for column, allowed in _CLOSED.items() if row[column] not in allowed]
    if row["time_limit_workdays"] and not _DAYS.fullmatch(row["time_limit_workdays"]):
        wrong.append(("time_limit_workdays", "import.days"))
    if not _CODE.fullmatch(row["code"]):
        wrong.append(("code", "import.code"))
    return wrong + [(column, "import.name_too_long") for column in _NEEDED if len(row[column]) > 200]


def _bad_clean_up(row: Row) -> list[tuple[str, str]]:
    wrong = [(column, "import.needed") for column in ("name_zh", "decision_document") if not row[column]]
    if row["handling_type"] not in set(Handling):
        wrong.append(("handling_type", "import.handling_type"))
    return wrong + ([("confidence", "import.confidence")] if row["confidence"] not in set(Confidence) else [])


def _bad_link(row: Row) -> list[tuple[str, str]]:
    return [] if row["role"] in set(ScheduleRole) else [("role", "import.role")]


def _joined(data: ListData, file: str, links: Sequence[Row]) -> list[Row]:
    """The links whose two ends exist; a government price cannot hang on an item that the market prices."""
    pricing = {row["name_zh"]: row["pricing"] for row in data.items}
    good = []
    for link in links:
        fault = None
        if link["name_zh"] not in pricing:
            fault = "name_zh", "import.link_no_item"
        elif link["schedule_id"] not in data.schedules:
            fault = "schedule_id", "import.link_no_schedule"
        elif link["role"] == ScheduleRole.IN_FORCE and not pricing[link["name_zh"]].startswith("government"):
            fault = "role", "import.link_not_government"
        if fault:
            data.bad.append(BadCell(file, link.line, fault[0], link[fault[0]], fault[1]))
        else:
            good.append(link)
    return good


register_sentences(
    {
        "import.needed": N_("The cell is empty, but it is needed. Fill it in."),
        "import.twice": N_("The same row stands twice in the file. Keep one."),
        "import.act_type": N_("The kind of act is not one of licence, penalty, enforcement. Use one of these."),
        "import.pricing": N_(
            "The price management mode is not one of government_set, government_guided, market_regulated, fiscal. Use one of these."
        ),
        "import.self_service_allowed": N_("Whether the applicant may do it itself must be yes, no or unknown."),
        "import.confidence": N_("The confidence must be sourced or general_knowledge."),
        "import.days": N_("The time limit must be a whole number of working days from 1 to 999, or empty."),
        "import.code": N_(
            "A published code has only letters, digits and hyphens, at most 40. Correct it or leave it empty."
        ),
        "import.name_too_long": N_("A name has at most 200 characters. Shorten it."),
        "import.handling_type": N_("The handling must be abolished, authority_commissioned or self_prepare_allowed."),
        "import.role": N_("The role of a schedule must be in_force or reference."),
        "import.link_no_item": N_("No item of that name is in the list's file. Check the name."),
        "import.link_no_schedule": N_("No schedule of that id is in the schedules' file. Check the id."),
        "import.link_not_government": N_(
            "A schedule in force can only bind an item whose price the government sets or guides. Make it a reference."
        ),
        "import.bad_rows": N_(
            "{count} cells are bad and nothing was imported. Correct them, or import the rest with --skip-bad."
        ),
        "import.nothing": N_("The file has no row that can be imported."),
    }
)
