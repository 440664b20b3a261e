"""A sheet of rows under headings: where the headings are, which column each one names, what stands beside them."""

from collections.abc import Callable, Iterator, Sequence

from market.base.errors import BreaksRule
from market.base.sheets.cells import BadCell, Row, Table
from market.base.sheets.columns import Column, folded
from market.base.sheets.uploads import LIMITS, Limits, Upload
from market.base.sheets.values import Read, plain
from market.base.sheets.workbook import Sheet
from market.base.words import N_, register_sentences

_HEADS = 10  # a title and remarks may stand above the headings
_CHUNK = 100
Told = Callable[[int, int], None]
"""Told how many rows of how many have been checked."""
Faults = Iterator[tuple[str, str]]
"""Columns and codes of what a row's cells say against each other."""


def keys_of(head: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The column of each heading, in either language; empty where it is not known."""
    known = {folded(word): one.key for one in columns for word in (one.key, one.heading)}
    return [known.get(folded(name), "") for name in head]


def head_at(lines: Sequence[tuple[int, Sequence[object]]], columns: Sequence[Column]) -> int:
    """Which of the first lines holds the headings: the one with most of them."""

    def known(index: int) -> int:
        return sum(1 for key in keys_of([heading(one) for one in lines[index][1]], columns) if key)

    return max(range(min(_HEADS, len(lines))), key=known, default=0)


def heading(raw: object) -> str:
    """A cell of the first line as the heading it is."""
    return raw.strip().removeprefix("'") if isinstance(raw, str) else "" if raw is None else str(raw)


def table_of(upload: Upload, sheet: Sheet, columns: Sequence[Column], *, limits: Limits = LIMITS) -> Table:
    """The sheet's rows under its headings. Refuses `import.columns_missing` and `import.too_many_rows`."""
    at = head_at(sheet.lines, columns)
    line, values = sheet.lines[at] if sheet.lines else (0, [])
    head = [heading(one) for one in values]
    while head and not head[-1].strip():
        head.pop()
    rows = sheet.lines[at + 1 :]
    if len(rows) > limits.rows:
        raise BreaksRule("import.too_many_rows", path=upload.shown, rows=limits.rows, columns=len(head))
    table = checked(Table(upload.name, sheet.name, head, keys_of(head, columns), rows), columns)
    fill_down(table, sheet, line)
    if sheet.name:
        nothing_beside(table)
    return table


def checked(table: Table, columns: Sequence[Column]) -> Table:
    """The table itself; refuses `import.columns_missing` where a needed column is absent or one stands twice."""
    known = [key for key in table.keys if key]
    missing = [one.key for one in columns if one.needed and one.key not in known]
    twice = sorted({key for key in known if known.count(key) > 1})
    if missing or twice:
        raise BreaksRule("import.columns_missing", path=table.file, columns=", ".join(missing or twice))
    return table


def nothing_beside(table: Table) -> None:
    """Every row as long as the headings; a value that stands beside them is refused."""
    width = len(table.head)
    for index, (line, values) in enumerate(table.rows):
        if any(one not in (None, "") for one in values[width:]):
            table.bad.append(table.bad_cell(line, "", next(one for one in values[width:] if one), "import.no_heading"))
            table.spoiled.add(line)
        table.rows[index] = line, [*values[:width], *[None] * (width - len(values))]


def fill_down(table: Table, sheet: Sheet, head_line: int) -> None:
    """A value merged down one column belongs to every row; any other merged range is a bad cell."""
    rows = dict(table.rows)
    for name, (left, top, right, bottom) in sheet.merged:
        if bottom <= head_line or not any(table.keys[left - 1 : right]):
            continue
        covered = [line for line in rows if top <= line <= bottom]
        if left == right and top > head_line:
            above = next((rows[line][left - 1] for line in covered if len(rows[line]) >= left and line == top), None)
            for line in covered:
                rows[line].extend([None] * (left - len(rows[line])))
                rows[line][left - 1] = above
        else:
            key = next(key for key in table.keys[left - 1 : right] if key)
            bad = table.bad_cell(max(top, head_line), key, name, "import.merged", range=name)
            table.bad.append(bad)
            table.spoiled.update(covered)


def nobody(done: int, total: int) -> None:
    """Nobody waits for the progress."""


def no_faults(_row: Row) -> Faults:
    """Nothing: the cells of this table say nothing against each other."""
    yield from ()


def rows_of(
    table: Table,
    columns: Sequence[Column],
    read: Callable[[Column, object], Read],
    *,
    faults: Callable[[Row], Faults] = no_faults,
    told: Told = nobody,
) -> tuple[list[Row], list[BadCell]]:
    """Every row with its cells read, the bad ones included, and the bad cells.

    `read` gives a value and the code of what is wrong with it, or raises what the cell breaks.
    """
    at = {key: index for index, key in enumerate(table.keys) if key}
    rows: list[Row] = []
    bad: list[BadCell] = []
    for count, (line, values) in enumerate(table.rows):
        if count % _CHUNK == 0:
            told(count, len(table.rows))
        cells = {}
        wrong = []
        for column in columns:
            raw = values[at[column.key]] if column.key in at else None
            try:
                cells[column.key], code = read(column, raw)
                facts = column.facts if code else {}
            except BreaksRule as refusal:
                cells[column.key], code, facts = plain(raw)[0], refusal.code, refusal.facts
            if code:
                wrong.append(table.bad_cell(line, column.key, cells[column.key], code, **facts))
        row = Row(line, cells)
        if not wrong:
            wrong = [table.bad_cell(line, column, row[column], code) for column, code in faults(row)]
        bad += wrong
        rows.append(row)
    told(len(table.rows), len(table.rows))
    return rows, bad


register_sentences(
    {
        "import.columns_missing": N_(
            "The file {path} lacks columns or names one twice: {columns}. Use the template's first line."
        ),
        "import.too_many_rows": N_(
            "The file {path} has more than {rows} rows or {columns} columns with content. Remove what does not belong in it."
        ),
    }
)
