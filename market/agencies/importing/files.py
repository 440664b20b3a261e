"""One workbook with up to three sheets: agencies, papers, marked prices. A bad cell is named by its address."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from market.agencies.importing.columns import PARTS, SHEETS
from market.agencies.importing.values import value
from market.base.errors import BreaksRule
from market.base.sheets.cells import BadCell, Row, Table
from market.base.sheets.columns import PROBLEM_SHEET, PROBLEMS, folded
from market.base.sheets.tables import Told, nobody, rows_of, table_of
from market.base.sheets.uploads import LIMITS, MEGABYTE, Format, Limits, Upload, format_of
from market.base.sheets.workbook import Workbook
from market.base.sheets.writing import EXPLAINED
from market.base.words import N_, register_sentences

OPERATORS_LIMITS = Limits(size=80 * MEGABYTE, unpacked=1024 * MEGABYTE, rows=100_001)
"""What the command line takes: a hundred thousand agencies and the line of headings."""
_KNOWN = {folded(word): part for part, name in SHEETS.items() for word in (part, name)}
_PASSED_OVER = {folded(PROBLEM_SHEET), folded(EXPLAINED)}


@dataclass(slots=True)
class Part:
    """A sheet that was read: every row whose cells can be read."""

    table: Table
    rows: list[Row]

    def bad(self, row: Row, column: str, code: str, /, **facts: object) -> BadCell:
        """A cell of a row that breaks a rule."""
        return self.table.bad_cell(row.line, column, row[column], code, **facts)


@dataclass(slots=True)
class Sheets:
    """What a file says, with the bad cells that are bad whatever the register holds."""

    file: str
    parts: dict[str, Part] = field(default_factory=dict)
    bad: list[BadCell] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)  # headings that no column has

    def rows(self, part: str) -> Iterator[tuple[Part, Row]]:
        """The readable rows of a part, each with its part."""
        if part in self.parts:
            yield from ((self.parts[part], row) for row in self.parts[part].rows)


def read_sheets(upload: Upload, limits: Limits = LIMITS, *, told: Told = nobody) -> Sheets:
    """Read the sheets of a workbook. Refuses a file that is none, whatever its name says (`sheets.not_xlsx`), one with
    another ending (`sheets.other_ending`), and what `Workbook` and `table_of` refuse. `told` hears of the rows read."""
    if format_of(upload, limits) != Format.XLSX:
        raise BreaksRule("sheets.not_xlsx", path=upload.shown)
    if not upload.name.lower().endswith(".xlsx"):
        raise BreaksRule("sheets.other_ending", path=upload.shown)
    book = Workbook(upload, limits)
    found = Sheets(upload.name)
    for name in book.names:
        part = _KNOWN.get(folded(name))
        if part is None:
            if folded(name) not in _PASSED_OVER:
                words = "、".join(SHEETS.values())
                facts = {"words": words}
                found.bad.append(BadCell(upload.name, 1, "", name, "sheets.unknown_sheet", "", "A1", name, facts))
            continue
        if part in found.parts:
            raise BreaksRule("sheets.twice", path=upload.shown, name=SHEETS[part])
        columns = PARTS[part]
        table = table_of(upload, book.sheet(name), columns, limits=limits)
        rows, bad = rows_of(table, columns, value, told=told)
        # A row that a refused merge covers is bad once, by the merge.
        bad = [cell for cell in bad if cell.line not in table.spoiled]
        found.bad += [*table.bad, *bad]
        found.passed_over += [one for one in table.unknown if folded(one) != PROBLEMS]
        wrong = {cell.line for cell in bad} | table.spoiled
        table.rows.clear()
        found.parts[part] = Part(table, [row for row in rows if row.line not in wrong])
    if not found.bad and not any(part.rows for part in found.parts.values()):
        raise BreaksRule("sheets.nothing", path=upload.shown, words="、".join(SHEETS.values()))
    return found


register_sentences(
    {
        "sheets.not_xlsx": N_(
            "The file {path} is no xlsx workbook, whatever its name says. Fill in the template and save it as xlsx."
        ),
        "sheets.other_ending": N_(
            "The file {path} is an xlsx workbook, and its name says something else. Save it as xlsx."
        ),
        "sheets.unknown_sheet": N_(
            "The file has a sheet of another name. Sheets are called {words}; rename or delete it."
        ),
        "sheets.twice": N_("The file {path} has the sheet {name} twice. Keep one of them."),
        "sheets.nothing": N_("The file {path} has no row to read. Fill in a sheet called {words}."),
    }
)
