"""What a row must keep besides its single cells, and what no two rows may share."""

from collections.abc import Callable, Iterator, Sequence

from market.base.sheets.cells import BadCell, Row, Table
from market.base.sheets.tables import Faults
from market.base.words import N_, register_sentences


def item_faults(row: Row) -> Faults:
    """Columns and codes of what an item's cells say against each other."""
    if row["time_limit_workdays"] and row["time_limit_calendar_days"]:
        yield "time_limit_calendar_days", "import.two_limits"
    if row["payer"] and (row["pricing"] == "fiscal") != (row["payer"] == "authority"):
        yield "payer", "import.payer"
    if row["qualification_mode"] and not row["qualifications"]:
        yield "qualification_mode", "import.mode_of_nothing"


def repeated(table: Table, rows: Sequence[Row], key: Callable[[Row], tuple[str, ...]]) -> Iterator[BadCell]:
    """Every row that says again what an earlier one said; both lines are named."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        before = first.setdefault(key(row), row.line)
        if before != row.line:
            yield table.bad_cell(row.line, "name_zh", row["name_zh"], "import.twice", first=before, second=row.line)


def shared(table: Table, rows: Sequence[Row], column: str) -> Iterator[BadCell]:
    """Both rows of every pair that claims one code, since nobody knows which is right."""
    first: dict[str, Row] = {}
    told: set[int] = set()
    for row in rows:
        if not row[column]:
            continue
        before = first.setdefault(row[column].upper(), row)
        if before is row:
            continue
        facts = {"first": before.line, "second": row.line}
        if before.line not in told:
            told.add(before.line)
            yield table.bad_cell(before.line, column, row[column], "import.code_twice", **facts)
        yield table.bad_cell(row.line, column, row[column], "import.code_twice", **facts)


register_sentences(
    {
        "import.twice": N_("Lines {first} and {second} are the same entry. Keep one."),
        "import.code_twice": N_("Lines {first} and {second} claim the same code. Correct one of them."),
        "import.two_limits": N_(
            "The time limit counts working days or calendar days, not both. Empty one of the two cells."
        ),
        "import.mode_of_nothing": N_("There is no list of qualifications to combine. Fill it in or empty this cell."),
    }
)
