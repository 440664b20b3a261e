"""The template: examples to write over, drop-downs for closed columns, and a page that explains every column."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from market.catalogue.exporting.columns_explained import ITEM_NOTES, OTHER_SHEETS
from market.catalogue.exporting.workbooks import ListPages
from market.catalogue.importing.columns import CLEAN_UPS, ITEMS, LINKS, SHEETS

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_COMMON = {
    "act_type": "licence", "self_service_allowed": "no", "confidence": "general_knowledge", "setup_level": "prefecture",
    "authority_zh": "示例审批部门", "authority_en": "Example authority", "category_zh": "示例类别", "category_en": "Example",
}  # fmt: skip
_ITEMS: tuple[dict[str, str], ...] = (
    {
        **_COMMON, "name_zh": "示例：项目报告编制", "name_en": "Example: project report", "act_name_zh": "示例许可甲",
        "act_name_en": "Example licence A", "legal_basis_zh": "《示例条例》（国务院令第1号）第三条",
        "service_output_zh": "项目报告", "time_limit_workdays": "15", "pricing": "market_regulated", "unit_zh": "项",
        "self_service_allowed": "yes",
    },
    {
        **_COMMON, "name_zh": "示例：设备检验", "name_en": "Example: equipment inspection", "act_name_zh": "示例许可乙",
        "act_name_en": "Example licence B", "legal_basis_zh": "《示例办法》（示例〔2026〕1号）第五条",
        "service_output_zh": "检验报告", "time_limit_calendar_days": "30", "pricing": "government_guided",
        "price_basis_zh": "示例〔2026〕2号", "price_rule": "差额定率累进，上下浮动20%", "unit_zh": "万元", "payer": "applicant",
        "qualification_mode": "any", "qualifications": "检验机构资质/甲级；检验机构资质/乙级", "practitioners": "检验师/2",
    },
    {
        **_COMMON, "name_zh": "示例：安全评价", "name_en": "Example: safety review", "act_name_zh": "示例许可丙",
        "act_name_en": "Example licence C", "legal_basis_zh": "《示例法》第十条", "service_output_zh": "评价报告",
        "pricing": "fiscal", "unit_zh": "项", "payer": "authority", "commissioned_by": "authority",
    },
)  # fmt: skip
_SCHEDULES: tuple[dict[str, Any], ...] = (
    {
        "id": "example-1", "title_zh": "示例检验收费标准", "document_no": "示例〔2026〕2号", "in_force": True,
        "method": "progressive", "unit": "万元", "base": "投资额（万元）", "float_range": "±20%",
        "brackets": [
            {"from": 0, "to": 100, "rate_percent": Decimal("1.5")},
            {"from": 100, "to": None, "rate_percent": Decimal("0.8")},
        ],
    },
)  # fmt: skip
_LINKS = [{"name_zh": "示例：设备检验", "schedule_id": "example-1", "role": "in_force"}]
_CLEAN_UPS = [
    {
        "name_zh": "示例：已取消的评估", "act_name_zh": "示例许可丁", "decision_document": "示例〔2026〕3号",
        "handling_type": "abolished", "handling": "不再要求申请人提供", "confidence": "general_knowledge",
    }
]  # fmt: skip


def template() -> bytes:
    """A workbook to fill in. As it stands it imports without a bad cell."""
    pages = ListPages("清单模板", _FIRST)
    parts = (("items", ITEMS, list(_ITEMS)), ("links", LINKS, _LINKS), ("cleaned_up", CLEAN_UPS, _CLEAN_UPS))
    for name, columns, rows in parts:
        sheet = pages.table(SHEETS[name], columns, rows)
        pages.drop_downs(sheet, columns)
    pages.schedules(_SCHEDULES)
    lines: list[list[object]] = [[SHEETS["items"], one.heading, one.key, *ITEM_NOTES[one.key]] for one in ITEMS]
    lines += [[name, None, None, *notes] for name, notes in OTHER_SHEETS.items()]
    pages.explained(lines)
    return pages.content()
