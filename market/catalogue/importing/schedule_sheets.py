"""Price schedules on two sheets of a workbook: a row for each schedule, a row for each of its brackets.

The cells carry the keys of the JSON format. A text stands as it is; anything else is written as in JSON.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from market.base.errors import BreaksRule
from market.base.money import FEN_PER_UNIT
from market.base.sheets.cells import BadCell, Table
from market.base.sheets.columns import folded
from market.base.sheets.tables import fill_down, heading, nothing_beside
from market.base.sheets.values import number, plain, protected
from market.base.sheets.workbook import Workbook
from market.base.words import N_, register_sentences
from market.catalogue.importing.columns import BRACKET_SHEET, SCHEDULE_SHEET
from market.catalogue.importing.exact import exact_json
from market.catalogue.schedules.basis import read_base
from market.catalogue.schedules.cells import Place

OWNER = "schedule_id"
HEADINGS = {
    "id": "收费标准编号", OWNER: "收费标准编号", "title_zh": "标题", "document_no": "文号", "in_force": "是否有效",
    "method": "计价方法", "unit": "收费单位", "base": "计费基数", "minimum_fee": "最低收费", "maximum_fee": "最高收费",
    "float_range": "浮动幅度", "notes": "说明", "from": "下限（不含）", "to": "上限（含）", "rate_percent": "费率（%）",
    "rate_permille": "费率（‰）", "item": "收费项目", "per": "计费单位", "rate": "单价", "fee": "收费额", "fee_min": "收费下限",
    "fee_max": "收费上限", "x": "基数", "y": "对应收费",
}  # fmt: skip
_FEES = {"minimum_fee", "maximum_fee", "fee", "fee_min", "fee_max", "y", "rate", "min", "max"}
_QUANTITIES = {"from", "to", "x", "minimum_base"}
_SHARES = {"rate_percent", "rate_permille", "unit_rate", "area_ratio_percent", "max_rate_percent"}
_TEXTS = {
    "id",
    OWNER,
    "title_zh",
    "document_no",
    "method",
    "unit",
    "base",
    "notes",
    "float_range",
    "status",
    "item",
    "per",
}
_MONEY = re.compile(r"(.*?)(亿元|万元|元)")
_LITERAL = re.compile(r'(?:true|false|null|NaN|-?Infinity|[-\[{"0-9].*)', re.DOTALL)

Found = tuple[list[dict[str, Any]], list[BadCell]]


def written(key: str, value: object) -> str:
    """A value of the JSON format as the text of a cell; reading takes it back unchanged."""
    if not isinstance(value, str):
        return exact_json(value)
    bare = plain(protected(value)) == (value, "") and not value.startswith('"')
    return value if value and bare and (key in _TEXTS or not _LITERAL.fullmatch(value)) else exact_json(value)


def read_sheets(workbook: Workbook) -> Found | None:
    """The schedules of the two sheets and the bad cells; None where the workbook has no such sheet."""
    names = {folded(name): name for name in workbook.names}
    head = names.get(folded(SCHEDULE_SHEET)) or names.get("schedules")
    if head is None:
        return None
    schedules, bad = _rows(workbook, head, {})
    found = {row["id"]: row for row in schedules if row.get("id")}
    for row in schedules:
        row["brackets"] = []
    tail = names.get(folded(BRACKET_SHEET)) or names.get("brackets")
    brackets, worse = _rows(workbook, tail, found) if tail else ([], [])
    for bracket in brackets:
        found[bracket.pop(OWNER)]["brackets"].append(bracket)
    return schedules, bad + worse


def _rows(workbook: Workbook, name: str, owners: Mapping[str, dict[str, Any]]) -> Found:
    sheet = workbook.sheet(name)
    if not sheet.lines:
        return [], []
    head_line, values = sheet.lines[0]
    head = [heading(one) for one in values]
    known = {folded(word): key for key, word in HEADINGS.items() if key != ("id" if owners else OWNER)}
    keys = [known.get(folded(one), one) for one in head]
    table = Table(workbook.upload.name, name, head, keys, sheet.lines[1:])
    if len(set(keys)) != len(keys) or (OWNER if owners else "id") not in keys:
        raise BreaksRule("import.columns_missing", path=workbook.upload.shown, columns=OWNER if owners else "id")
    fill_down(table, sheet, head_line)
    nothing_beside(table)
    rows = [_row(table, line, values, owners) for line, values in table.rows if line not in table.spoiled]
    return [row for row in rows if row], table.bad


def _row(table: Table, line: int, values: list[object], owners: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    cells = dict(zip(table.keys, values, strict=True))
    row: dict[str, Any] = {}
    texts = {key: _literal(key, plain(cells.get(key))[0]) for key in ("unit", "base", OWNER)}
    owner = owners.get(texts[OWNER], texts)
    if owners and owner is texts:
        table.bad.append(table.bad_cell(line, OWNER, texts[OWNER], "import.link_no_schedule"))
        return {}
    for key, raw in cells.items():
        text, code = plain(raw)
        if not text and not code:
            continue
        # A document's remarks may be longer than a cell of the list.
        read, code = (text, code) if code not in ("", "import.cell_too_long") else _figure(key, text, owner)
        if code:
            table.bad.append(table.bad_cell(line, key, text, code))
        row[key] = read
    return row


def _figure(key: str, text: str, owner: Mapping[str, Any]) -> tuple[Any, str]:
    if key not in _FEES | _QUANTITIES | _SHARES:
        return _literal(key, text), ""
    if text == "null":
        return None, ""
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    money = _MONEY.fullmatch(typed)
    found = number(money[1] if money else typed.removesuffix("%" if key.endswith("percent") else ""))
    if found is None:
        return text, "import.figure"
    if found < 0:
        return text, "import.negative"
    if not money:
        return found, ""
    unit = _money_unit(key, owner)
    if unit is None:
        return text, "import.money_unit"
    exact = found * FEN_PER_UNIT[money[2]] / FEN_PER_UNIT[unit]
    return Decimal(format(exact, "f")), ""


def _money_unit(key: str, owner: Mapping[str, Any]) -> str | None:
    """The unit of money that the column's figures are in; None where the schedule does not say one."""
    if key in _FEES:
        unit = str(owner.get("unit") or "").partition("/")[0]
    else:
        unit = _base_unit(str(owner.get("base") or "")) if key in _QUANTITIES else ""
    return unit if unit in FEN_PER_UNIT else None


def _base_unit(base: str) -> str:
    try:
        return read_base(Place(""), base)[1]
    except BreaksRule:
        return ""


def _literal(key: str, text: str) -> Any:
    """A text, or what it says as JSON: numbers, true, false, null, lists and tables; a text's own column stays text."""
    if not _LITERAL.fullmatch(text) or (key in _TEXTS and not text.startswith('"')):
        return text
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return text


register_sentences(
    {
        "import.figure": N_("The cell is not a figure. Enter the published number, without words."),
        "import.negative": N_("The figure is below zero. Enter the published figure."),
        "import.money_unit": N_(
            "The cell writes its own unit of money, but the schedule does not say which unit the column has. "
            "State the schedule's unit, or enter the bare figure."
        ),
    }
)
