"""The files of the list: items, clean-up decisions, links and schedules, checked against each other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from market.base.errors import BreaksRule
from market.base.sheets.cells import BadCell, Row, Table
from market.base.sheets.columns import PROBLEMS, folded
from market.base.sheets.tables import Told, no_faults, nobody, rows_of
from market.base.sheets.uploads import Upload, decoded
from market.base.words import N_, register_sentences
from market.catalogue.importing.checks import item_faults, repeated, shared
from market.catalogue.importing.columns import ITEM_COLUMNS, PARTS, SCHEDULE_SHEET, SHEETS
from market.catalogue.importing.exact import exact_json
from market.catalogue.importing.schedule_sheets import read_sheets
from market.catalogue.importing.tables import Book
from market.catalogue.importing.values import value
from market.catalogue.rules import Handling, ScheduleRole
from market.catalogue.schedules import NormalSchedule, RefusedSchedule, read_schedules

__all__ = ["ITEM_COLUMNS", "ListData", "ListFiles", "marks", "read_list"]

_PARENTHESES = re.compile(r"（[^（）]*）")
_CODE_NAMES = ("code", "local_code")


@dataclass(frozen=True, slots=True)
class ListFiles:
    """The files as handed in; all but `items` may be absent, and `items` may carry the other parts itself."""

    items: Upload
    schedules: Upload | None = None
    links: Upload | None = None
    cleaned_up: Upload | None = None

    def __iter__(self) -> Iterator[Upload]:
        yield from (one for one in (self.items, self.schedules, self.links, self.cleaned_up) if one)


@dataclass(slots=True)
class ListData:
    """What the files say: good rows, bad cells, schedules by id, and which schedule is tied to which name."""

    items: list[Row] = field(default_factory=list)
    clean_ups: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    schedules: dict[str, NormalSchedule | RefusedSchedule] = field(default_factory=dict)
    raw_schedules: str = ""
    bad: list[BadCell] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)  # headings that no column has
    names: set[str] = field(default_factory=set)  # of every item of the file, the bad ones included

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


def parts_in(upload: Upload) -> set[str]:
    """Which parts of a list a file carries beside the items. Refuses a file that cannot be read at all."""
    book = Book(upload)
    if book.document is not None:
        return {name for name in ("schedules", "links", "cleaned_up") if name in book.document}
    if book.workbook is None:
        return set()
    names = {folded(name) for name in book.workbook.names}
    sheets = {**SHEETS, "schedules": SCHEDULE_SHEET}
    return {part for part, sheet in sheets.items() if part != "items" and names & {folded(part), folded(sheet)}}


def read_list(files: ListFiles, *, told: Told = nobody) -> ListData:
    """Read every file and check every cell; bad cells are listed, a file that cannot be read at all is refused.

    `told` hears how many rows of how many have been checked.
    """
    books: dict[Upload, Book] = {one: Book(one) for one in dict.fromkeys(files)}
    data = ListData()
    data.items = _part(data, books[files.items].sole("items"), "items", told)
    _schedules(data, books[files.schedules or files.items], sole=files.schedules)
    for name, upload in (("cleaned_up", files.cleaned_up), ("links", files.links)):
        table = books[upload].sole(name) if upload else books[files.items].part(name)
        if table is None:
            continue
        rows = _part(data, table, name, nobody)
        if name == "links":
            data.links = _joined(data, table, rows)
        else:
            data.clean_ups = rows
    return data


def _schedules(data: ListData, book: Book, *, sole: Upload | None) -> None:
    """The schedules of the file handed in for them, or those that the items' file carries."""
    if book.document is not None and ("schedules" in book.document or sole):
        data.raw_schedules = decoded(book.upload)[0]
    elif book.workbook is not None:
        found = read_sheets(book.workbook)
        if found is not None:
            data.raw_schedules = exact_json({"schedules": found[0]})
            data.bad += found[1]
        elif sole:
            raise BreaksRule("import.columns_missing", path=book.upload.shown, columns="schedules")
    elif sole:
        data.raw_schedules = decoded(book.upload)[0]
    if data.raw_schedules:
        data.schedules = {schedule.id: schedule for schedule in read_schedules(data.raw_schedules)}


def _part(data: ListData, table: Table, name: str, told: Told) -> list[Row]:
    """The good rows of a part; every bad cell goes to `data.bad`."""
    faults = item_faults if name == "items" else no_faults
    rows, bad = rows_of(table, PARTS[name], value, faults=faults, told=told)
    if name == "items":
        data.names |= {row["name_zh"] for row in rows}
    if name == "items":
        for column in _CODE_NAMES:
            bad += shared(table, rows, column)
    second = {"items": "act_name_zh", "cleaned_up": "act_name_zh", "links": "schedule_id"}[name]
    wrong = {cell.line for cell in bad}
    bad += repeated(table, [row for row in rows if row.line not in wrong], lambda row: (row["name_zh"], row[second]))
    data.bad += sorted([*table.bad, *bad], key=lambda cell: cell.line)
    data.passed_over += [one for one in table.unknown if folded(one) != PROBLEMS]
    wrong = {cell.line for cell in bad} | table.spoiled
    return [row for row in rows if row.line not in wrong]


def _joined(data: ListData, table: Table, links: list[Row]) -> list[Row]:
    """The links whose two ends exist; a government price cannot hang on an item that the market prices.

    A link to an item that is left out because of a bad cell goes with it: that is no fault of the link.
    """
    pricing = {row["name_zh"]: row["pricing"] for row in data.items}
    good = []
    for link in links:
        fault = None
        if link["name_zh"] in data.names - pricing.keys():
            continue
        if link["name_zh"] not in pricing:
            fault = "name_zh", "import.link_no_item"
        elif link["schedule_id"] not in data.schedules:
            fault = "schedule_id", "import.link_no_schedule"
        elif link["role"] == ScheduleRole.IN_FORCE and not pricing[link["name_zh"]].startswith("government"):
            fault = "role", "import.link_not_government"
        if fault:
            data.bad.append(table.bad_cell(link.line, fault[0], link[fault[0]], fault[1]))
        else:
            good.append(link)
    return good


register_sentences(
    {
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
