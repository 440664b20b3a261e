"""docs/list-files.md is written from the columns and keys that the import knows; its examples are read and priced."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from market.base.money import format_yuan
from market.base.pricing import parse_quantity, price_at
from market.base.sheets.columns import Column
from market.base.sheets.values import plain, protected
from market.catalogue.exporting.columns_explained import ITEM_NOTES, OTHER_SHEETS
from market.catalogue.importing import columns, values
from market.catalogue.schedules import NormalSchedule, choose_item, read_schedules
from market.catalogue.schedules.reading import KEYS as SCHEDULE_KEYS
from tests.docs.written import compare_or_write, table

HEAD = """# Files of the list 清单文件

Written by `tests/docs/test_list_files.py` from the columns that the import knows; do not edit by hand. How to hand files in:
[regulator.md](users/regulator.md) and [operator.md](users/operator.md). 由测试按程序写成，请勿手改。

A list comes and goes as xlsx, CSV or JSON; which one it is is told by the content, not by the name. A workbook or a JSON document
may carry everything; a CSV carries one part. A part that is left out stays as in the edition in force,
at the desk and at the terminal. The first line holds the headings, in English (the key) or in Chinese, in any order; a heading that no
column has is named and passed over. `flask list template --out template.xlsx` writes a workbook with these columns, with
examples and drop-downs; `flask list export` writes them in this order.

文件可为 xlsx、CSV 或 JSON，按内容识别。首行为列名，中英文均可，顺序不限；不认识的列会列出并略过。

| part 部分 | sheet of a workbook 工作表 | key in JSON |
| --- | --- | --- |
| items 事项 | `事项`, or the first sheet | `items` |
| links 关联 | `关联` | `links` |
| clean-up decisions 清理规范决定 | `已清理事项` | `cleaned_up` |
| price schedules 收费标准 | `收费标准` and `收费区间` | `schedules` |

**Cells 单元格.** Full-width digits and letters, blanks around a text, thousands separators (`1,000`), and `20个工作日` are read as what
they mean. A closed column takes its code, or any of the Chinese words beside it. Merged cells count for every row they cover.
What can mean two things, is no number (`NaN`, `1e309`), is negative, or is a formula is refused by its cell: file, sheet,
address, heading, content, reason and remedy. An apostrophe before `=`, `+`, `-` or `@` is taken off again: exports put it there, so
that no cell of theirs is ever a formula.

In the column *needed*: **column** means that the heading must stand in the first line, **filled** that no cell may be empty too.
"""
SCHEDULES = """## Price schedules 收费标准

A JSON document `{"schedules": [...]}`; in a workbook one row a schedule on `收费标准` and one row a bracket on `收费区间`, with the same keys
(or their Chinese headings) as columns. Figures are decimals and are never read as floating point. A key that is not here
refuses the schedule, because its meaning would be guessed; only remarks are passed over (`note`, `remark`, `origin`, keys that
end in `_note` or `_confidence`). A refused schedule is refused whole, with its reason, and its entries become *price not
published*.
"""
BRACKETS = """### Brackets 区间

| method | mode | keys of a bracket | counts |
| --- | --- | --- | --- |
| `progressive` | `block` 差额累进 | `from`, `to`, and `rate_percent`, `rate_permille` or `unit_rate` (times `area_ratio_percent`) | each rate on the part inside its bracket |
| `progressive` | `slab` 全额累进 | the same | the whole quantity at the rate of its bracket |
| `bracket_interpolated` 直线内插 | – | points `x`, `y`; or ranges `from`, `to`, `fee_min`, `fee_max` | a straight line between the figures |
| `flat`, `per_unit` | – | `item`, `per`, `from`, `to`, and `fee`, `rate`, `max` with or without `min`, `rate_percent`, `rate_permille`, `max_rate_percent` or `max_rate_permille` | one fee item a row |

The lower limit is excluded, the upper one included; `to` is `null` where the last bracket is open. A rate that is `null` says that
another list governs there: listed, not priced. Brackets that overlap or leave a gap are refused with their place.

### Examples 示例

Each is read and priced by the test that writes this page.
"""
MEANINGS = {
    "id": "the schedule's own code, by which links name it 编号",
    "title_zh": "title 标题",
    "document_no": "number of the document 文号",
    "status": "remark, never applied 备注",
    "in_force": "`true`, `false`, or `null` where it is not verified 是否有效",
    "status_confidence": "remark, never applied 备注",
    "numbers_confidence": "remark, never applied 备注",
    "method": "`progressive`, `bracket_interpolated`, `flat` or `per_unit` 计价方法",
    "unit": "money of the fee: `元`, `万元`, `亿元`, `元/件`, `%` or `‰` 收费单位",
    "base": "what the quantity is, with its unit in parentheses: `中标金额（万元）` 计费基数",
    "brackets": "list of brackets, see below 区间",
    "below_first": "`{rate_percent}` on the whole quantity below the first figure 首档以下",
    "above_last": "`{rate_percent}` on the whole quantity above the last figure 末档以上",
    "minimum_fee": "in `unit`; applied after coefficient and float, before them where `float_range` makes it a ceiling 最低收费",
    "maximum_fee": "in `unit`; applied after coefficient and float 最高收费",
    "minimum_base": "a smaller quantity counts as this one 最小计费基数",
    "float_range": "`±20%`, `上浮不超过10%`, `最高标准` (the floor is 0): applied where one range is meant, refused where two may be 浮动幅度",
    "mode": "`block` (when left out) or `slab` 累进方式",
    "rounding": "to the fen: `half_up` (when left out), `half_even`, `down` or `up` 舍入方式",
    "coefficients": "closed sets, `[{name_zh, name_en, values: [{value, name_zh, name_en}]}]`; one value of each set is chosen 系数",
    "effective_from": "first day on which a request at this price may be published 生效日",
    "effective_until": "last such day, included 截止日",
    "worked_examples": "kept, never applied 文件中的算例",
    "notes": "shown, never applied 说明",
    "source": "where it was read, never applied 来源",
}
PLAIN: dict[str, Any] = {
    "id": "example", "title_zh": "示例", "document_no": "示例〔2026〕1号", "in_force": True, "method": "progressive", "unit": "万元",
    "base": "中标金额（万元）",
    "brackets": [{"from": 0, "to": 100, "rate_percent": 1.5}, {"from": 100, "to": None, "rate_percent": 0.8}],
}  # fmt: skip
SETS = [
    {"name_zh": "复杂程度", "values": [{"value": 1, "name_zh": "一般"}, {"value": 1.15, "name_zh": "复杂"}]},
    {"name_zh": "地区", "values": [{"value": 1, "name_zh": "平原"}, {"value": 1.2, "name_zh": "山区"}]},
]
# What is added to the plain example, the quantity, the coefficient in ten-thousandths, and what to say.
EXAMPLES: tuple[tuple[str, dict[str, Any], str, int, str], ...] = (
    ("The plain one: progressive by block", {}, "200", 10_000, "100 x 1.5 % + 100 x 0.8 %"),
    ("`mode`: by slab", {"mode": "slab"}, "200", 10_000, "200 x 0.8 %"),
    ("`rounding`: down to the fen", {"rounding": "down"}, "0.0123", 10_000, "123 yuan x 1.5 % = 1.845 yuan"),
    ("`coefficients`: closed sets", {"coefficients": SETS}, "200", 13_800, "2.3 x 1.15 x 1.2, coefficient 1.38"),
    (
        "`effective_from` and `effective_until`",
        {"effective_from": "2027-01-01", "effective_until": "2027-12-31"}, "200", 10_000,
        "the same figures, for requests published in 2027",
    ),
)  # fmt: skip
PLACES = """## Regions and zones 地区与区域评估区域

Codes in `regions` and `zones` must be registered at the site before (`flask list regions`, `flask list zones`,
[operator.md](users/operator.md)).
"""


def asked(column: Column) -> str:
    """Return what a file must do about the column."""
    return "column, filled" if column.filled else "column" if column.needed else "–"


def allowed(column: Column) -> str:
    """Return the closed values with the words that people may write for them, or the most characters."""
    if column.closed:
        return "; ".join(f"`{value}` {' '.join(words)}" for value, words in column.closed.items())
    return f"at most {column.most} characters" if column.most else ""


def rows_of(part: Iterable[Column], *, explained: bool) -> Iterator[tuple[str, ...]]:
    """Yield a row for each column, with its explanation where there is one."""
    for column in part:
        row = (f"`{column.key}`", column.heading, asked(column), allowed(column))
        yield (*row, *reversed(ITEM_NOTES[column.key])) if explained else row


def written(row: dict[str, Any]) -> str:
    """Return a row as JSON, a line for each key."""
    cells = (f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items())
    return "{\n" + ",\n".join(cells) + "\n}"


def examples() -> Iterator[str]:
    """Yield every example with what it costs, priced here."""
    for name, more, quantity, coefficient, told in EXAMPLES:
        row = {**PLAIN, **more}
        (schedule,) = read_schedules(json.dumps({"schedules": [row]}))
        assert isinstance(schedule, NormalSchedule), schedule
        item = choose_item(schedule, None)
        price = price_at(item, parse_quantity(quantity, item.steps_per_unit), coefficient=coefficient)
        amount = format_yuan(price.ceiling_fen)
        yield f"**{name}.** At {quantity} {item.unit} it costs {amount} ({told})."
        yield "\n```json\n" + written(more or row) + "\n```\n"


def test_the_page_of_the_lists_files_is_what_the_import_reads() -> None:
    assert set(MEANINGS) == set(SCHEDULE_KEYS)
    assert set(columns.PARTS) == {"items", "links", "cleaned_up"}
    head = ("key", "heading 列名", "needed 必填", "allowed 可填")
    lines = [HEAD, "## Items 事项", ""]
    lines += table((*head, "meaning", "说明"), rows_of(columns.ITEMS, explained=True))
    lines += ["", "At most one of the two time limits; days are whole numbers from 1 to 999.", ""]
    for title, part, sheet in (
        ("Links 关联", columns.LINKS, "关联"),
        ("Clean-up decisions 清理规范决定", columns.CLEAN_UPS, "已清理事项"),
    ):
        lines += [f"## {title}", "", f"{OTHER_SHEETS[sheet][1]}. {OTHER_SHEETS[sheet][0]}。", ""]
        lines += [*table(head, rows_of(part, explained=False)), ""]
    lines += [SCHEDULES, *table(("key", "meaning"), ((f"`{key}`", MEANINGS[key]) for key in SCHEDULE_KEYS)), ""]
    lines += [BRACKETS, *examples(), PLACES.rstrip()]
    compare_or_write("list-files.md", "\n".join(lines) + "\n")


def test_the_pages_words_about_cells_are_true() -> None:
    limit = next(one for one in columns.ITEMS if one.key == "time_limit_workdays")
    assert values.value(limit, "２０个工作日") == ("20", "")
    assert values.value(limit, "1000") == ("1000", "import.days")
    assert plain(protected("=1+1")) == ("=1+1", "")
    assert plain(float("nan"))[1] == "import.not_finite"
