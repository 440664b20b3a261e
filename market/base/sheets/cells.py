"""What reading a file yields: rows with line numbers, and bad cells with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from market.base.money import shown
from market.base.words import N_, SENTENCES, register_sentences

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be imported: where it is, what it holds, and why not.

    `column` is the key, `heading` the heading as it stands in the file, `address` such as F12 in a workbook.
    """

    file: str
    line: int
    column: str
    value: str
    code: str
    heading: str = ""
    address: str = ""
    sheet: str = ""
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """Why the cell is bad and what to do."""
        return translate(SENTENCES[self.code]).format(**self.facts)

    @property
    def place(self) -> str:
        """Sheet and address in a workbook; empty elsewhere."""
        return "!".join(part for part in (self.sheet, self.address) if part)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file with the line it begins on; a column that the file lacks is empty."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


class Formula(str):
    """A formula in a workbook's cell."""

    __slots__ = ()


class Exact(str):
    """A text of a JSON document: no spreadsheet needs an apostrophe before it."""

    __slots__ = ()


class SheetError(str):
    """An error such as #REF! in a workbook's cell."""

    __slots__ = ()


class Percentage(float):
    """A figure in a cell that shows it as a percentage: 0.95 that reads 95 %."""

    __slots__ = ()


@dataclass(slots=True)
class Table:
    """A file's table before its cells are read: headings as written, and the rows under them."""

    file: str
    sheet: str
    head: list[str]
    keys: list[str]  # the column of each heading; empty where the heading is not known
    rows: list[tuple[int, list[object]]]
    bad: list[BadCell] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)  # lines that a refused merge covers

    def bad_cell(self, line: int, column: str, value: object, code: str, /, **facts: object) -> BadCell:
        """A bad cell of this table."""
        at = self.keys.index(column) if column in self.keys else -1
        address = f"{letters(at)}{line}" if self.sheet and at >= 0 else ""
        heading = self.head[at] if at >= 0 else ""
        return BadCell(self.file, line, column, shown(value), code, heading, address, self.sheet, facts)

    @property
    def unknown(self) -> list[str]:
        """Headings that no column has."""
        return [name for name, key in zip(self.head, self.keys, strict=True) if name and not key]


def letters(index: int) -> str:
    """The letters of a workbook's column, counted from 0: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


register_sentences(
    {
        "import.cell_count": N_(
            "The row has more or fewer cells than the first line. Quote cells that contain commas."
        ),
        "import.control_character": N_("The cell holds an invisible control character. Type its text again."),
        "import.cell_too_long": N_("The cell is longer than 4000 characters. Shorten it."),
        "import.formula": N_("The cell holds a formula, and its result may differ elsewhere. Paste it as a value."),
        "import.sheet_error": N_("The cell holds an error of the workbook. Enter the value."),
        "import.not_finite": N_("The cell holds no finite number. Enter the published figure."),
        "import.merged": N_(
            "The cells {range} are merged, so it is not clear which rows and columns the value belongs to. "
            "Unmerge them and fill each cell."
        ),
        "import.no_heading": N_("The cell stands in a column without a heading. Name the column or empty the cell."),
        "import.date_in_cell": N_(
            "The workbook turned the cell into a date. Format the cell as text and type its value again."
        ),
    }
)
