"""docs/lifecycles.md is printed from the Lifecycle tables, all of them."""

import importlib
import pkgutil
from collections.abc import Iterator

import market
from market.base.lifecycle import Lifecycle
from market.base.words import LABELS
from market.words import merge
from tests.docs.written import compare_or_write, table

OBJECTS = {
    "edition": ("Edition of the list 清单版本", "market/catalogue/rules/editions.py"),
    "agency": ("Agency 中介服务机构", "market/agencies/rules/entry.py"),
    "filing": ("Application of an agency 申报", "market/agencies/rules/entry.py"),
    "paper": ("Paper, practitioner, authorised person on record 证书与人员备案", "market/agencies/rules/papers.py"),
    "sheet_upload": ("Workbook of an agency or of the desk 机构工作簿", "market/agencies/rules/uploads.py"),
    "offer": ("Marked price 明码标价", "market/agencies/rules/marks.py"),
    "request": ("Request 采购需求", "market/selection/rules/requests.py"),
    "quote": ("Quote 报价", "market/selection/rules/requests.py"),
    "award": ("Award 中选", "market/selection/rules/requests.py"),
    "draw": ("Draw 随机抽取", "market/selection/rules/draws.py"),
    "contract": ("Contract 合同", "market/contracts/rules.py"),
    "fee_note": ("Fee note 收费通知单", "market/fees/rules.py"),
    "list_import": ("Import of a list 清单导入", "market/catalogue/rules/imports.py"),
    "voice": ("Voice 意见", "market/oversight/rules/voice.py"),
    "round": ("Year's evaluation 年度测评", "market/evaluation/rules.py"),
}
HEAD = """# Lifecycles 状态与流转

Printed by `tests/docs/test_lifecycles.py` from the tables in code; do not edit by hand. Every move that is not drawn is
refused (409) by every door, and by triggers of the database that are made from the same tables. Beneath each diagram
stands what a state is called on the pages. `tests/agencies/test_lives.py` makes every move of agency, application, paper and
price, and tries every other one.

*Expired* (已到期) is no state of a paper: it follows from its days, and so does whether a service rests for want of it.

*Superseded* (已被新版本替代) is no state of an edition: it follows from the next edition's effective date.

由测试按代码中的表印出，请勿手改。下面没有画出的一步，任何入口都拒绝（409），由同一张表生成的数据库触发器也拒绝。
"""


def lifecycles() -> Iterator[tuple[str, Lifecycle]]:
    """Yield every Lifecycle of the product with the module that holds it."""
    for package in pkgutil.iter_modules(market.__path__, "market."):
        if not package.ispkg:
            continue
        for module in pkgutil.iter_modules(importlib.import_module(package.name).__path__, package.name + "."):
            if module.name.endswith(".rules"):
                found = vars(importlib.import_module(module.name)).values()
                yield from ((module.name, one) for one in found if isinstance(one, Lifecycle))


def test_the_page_shows_every_lifecycle_of_the_product() -> None:
    assert {one.name for _, one in lifecycles()} == set(OBJECTS)


def test_the_page_of_lifecycles_is_what_the_tables_say() -> None:
    found = {one.name: one for _, one in lifecycles()}
    chinese = merge().catalog
    lines = [HEAD]
    for name, (title, place) in OBJECTS.items():
        lines += [f"## {title}", "", f"Table: `{place}`.", "", "```mermaid", found[name].diagram(), "```", ""]
        labels = {state: LABELS[f"{name}.{state}"] for state in found[name].states}
        rows = [(f"`{state}`", label, chinese[label].string) for state, label in labels.items()]
        lines += [*table(("State", "On the pages", "页面上的说法"), rows), ""]
    compare_or_write("lifecycles.md", "\n".join(lines).rstrip() + "\n")
