"""docs/agency-sheets.md is written from the columns that the import knows."""

from collections.abc import Iterator

from market.agencies.importing.columns import NOTES, PARTS, SHEETS
from market.base.sheets.columns import Column
from tests.docs.written import compare_or_write, table

HEAD = """# Workbooks of agencies 机构工作簿

Written by `tests/docs/test_agency_sheets.py` from the columns that the import knows; do not edit by hand. How to hand a workbook in:
[agency.md](users/agency.md) for papers and prices of one's own, [regulator.md](users/regulator.md) and [operator.md](users/operator.md)
for bringing agencies in. 由测试按程序写成，请勿手改。

An xlsx workbook with up to three sheets, called by their Chinese or English names. The first line holds the headings, in English (the
key) or in Chinese, in any order; a heading that no column has is passed over. One bad cell and nothing is written. Rows of one price
(a schedule of one's own, several fee items) share service, region and first day; what holds for the price as a whole is written once.
"""
TITLES = {"agencies": "Agencies 机构", "papers": "Papers 资质", "offers": "Marked prices 标价"}


def rows_of(part: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each column."""
    for column in PARTS[part]:
        asked = "column, filled" if column.filled else "column" if column.needed else "–"
        zh, en = NOTES[part][column.key]
        yield f"`{column.key}`", column.heading, asked, allowed(column), en, zh


def allowed(column: Column) -> str:
    """Return the closed values with the words that people may write for them, or the most characters."""
    if column.closed:
        return "; ".join(f"`{value}` {' '.join(words)}" for value, words in column.closed.items())
    return f"at most {column.most} characters" if column.most else ""


def test_the_page_of_the_agencies_workbooks_is_what_the_import_reads() -> None:
    assert all(set(NOTES[part]) == {one.key for one in columns} for part, columns in PARTS.items())
    head = ("key", "heading 列名", "needed 必填", "allowed 可填", "meaning", "说明")
    lines = [HEAD]
    for part in PARTS:
        lines += [f"## {TITLES[part]}", "", f"Sheet `{SHEETS[part]}` or `{part}`.", "", *table(head, rows_of(part)), ""]
    compare_or_write("agency-sheets.md", "\n".join(lines).rstrip() + "\n")
