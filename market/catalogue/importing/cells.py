"""One CSV file: its rows with line numbers, and its bad cells with the reason."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from market.base.errors import BreaksRule
from market.base.words import N_, SENTENCES, register_sentences

LONGEST = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be imported: where it is, what it holds, and why not."""

    file: str
    line: int
    column: str
    value: str
    code: str

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """Why the cell is bad and what to do."""
        return translate(SENTENCES[self.code])


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file with the line it begins on."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_text(path: Path) -> str:
    """The file's text as UTF-8 (with or without a mark) or GB 18030; refuses `import.file_unreadable`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BreaksRule("import.file_unreadable", path=path.name, why=error.strerror or "unreadable") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BreaksRule("import.file_unreadable", path=path.name, why="neither UTF-8 nor GB 18030")


def read_rows(path: Path, columns: Iterable[str]) -> tuple[list[Row], list[BadCell]]:
    """Rows whose cells can be used at all, and the bad cells; refuses a file without the needed columns."""
    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if name not in head]
        if missing or len(set(head)) != len(head):
            raise BreaksRule("import.columns_missing", path=path.name, columns=", ".join(missing or head))
        return _rows(path.name, head, _numbered(reader))
    except csv.Error as error:
        raise BreaksRule("import.not_csv", path=path.name, line=reader.line_num, why=str(error)) from error


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    begin = reader.line_num + 1
    for values in reader:
        yield begin, values
        begin = reader.line_num + 1


def _rows(file: str, head: list[str], lines: Iterable[tuple[int, list[str]]]) -> tuple[list[Row], list[BadCell]]:
    rows: list[Row] = []
    bad: list[BadCell] = []
    for line, values in lines:
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(head):
            bad.append(BadCell(file, line, "", f"{len(values)} / {len(head)}", "import.cell_count"))
            continue
        cells = {name: value.strip() for name, value in zip(head, values, strict=True)}
        wrong = [BadCell(file, line, name, value[:40], _fault(value)) for name, value in cells.items() if _fault(value)]
        bad += wrong
        if not wrong:
            rows.append(Row(line, cells))
    return rows, bad


def _fault(value: str) -> str:
    if _CONTROL.search(value):
        return "import.control_character"
    return "import.cell_too_long" if len(value) > LONGEST else ""


register_sentences(
    {
        "import.file_unreadable": N_(
            "The file {path} cannot be read ({why}). Check its name, your right to read it, and its encoding."
        ),
        "import.columns_missing": N_(
            "The file {path} lacks columns or names one twice: {columns}. Use the template's first line."
        ),
        "import.not_csv": N_("The file {path} is not a CSV file at line {line} ({why}). Save it as CSV again."),
        "import.cell_count": N_(
            "The row has more or fewer cells than the first line. Quote cells that contain commas."
        ),
        "import.control_character": N_("The cell holds an invisible control character. Type its text again."),
        "import.cell_too_long": N_("The cell is longer than 4000 characters. Shorten it."),
    }
)
