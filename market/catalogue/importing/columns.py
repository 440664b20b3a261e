"""The columns of the list's files: keys, official Chinese headings in official order, and how a cell is read."""

from enum import StrEnum

from market.base.sheets.columns import Column


class Kind(StrEnum):
    """How a cell of a column is read."""

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    WHOLE = "whole"
    WORKDAYS = "workdays"
    CALENDAR_DAYS = "calendar_days"
    CLOSED = "closed"
    REGIONS = "regions"
    ZONES = "zones"
    ACTS = "acts"
    QUALIFICATIONS = "qualifications"
    PRACTITIONERS = "practitioners"


ACT_KINDS = {
    "licence": ("许可", "行政许可"),
    "penalty": ("处罚", "行政处罚"),
    "enforcement": ("强制", "行政强制"),
    "inspection": ("检查", "行政检查"),
    "payment": ("给付", "行政给付"),
    "collection": ("征收", "行政征收"),
    "adjudication": ("裁决", "行政裁决"),
    "confirmation": ("确认", "行政确认"),
    "reward": ("奖励", "行政奖励"),
    "other": ("其他", "其他类", "其他行政权力"),
}
_PRICING = {
    "government_set": ("政府定价",),
    "government_guided": ("政府指导价",),
    "market_regulated": ("市场调节价", "市场调节"),
    "fiscal": ("财政承担", "财政付费", "政府付费"),
}
_WHO = {"applicant": ("申请人",), "authority": ("审批部门",)}
_YES_NO = {"yes": ("是",), "no": ("否",)}
_CONFIDENCE = {
    "sourced": ("有来源", "有出处"),
    "general_knowledge": ("一般知识", "一般知识，待核"),
}
_LEVELS = {
    "national": ("国家级", "国家"),
    "provincial": ("省级", "省"),
    "prefecture": ("市级", "设区的市级", "市"),
    "county": ("县级", "县"),
}

ITEMS = (
    Column("position", "序号", Kind.WHOLE),
    Column("local_code", "事项编码", Kind.CODE),
    Column("code", "公布编码", Kind.CODE, needed=True),
    Column("standard_code", "对应标准事项编码", Kind.CODE),
    Column("name_zh", "中介服务事项名称", Kind.NAME, needed=True, filled=True),
    Column("name_en", "英文名称", Kind.NAME, needed=True, filled=True),
    Column("category_zh", "类别", Kind.NAME, needed=True, filled=True),
    Column("category_en", "类别（英文）", Kind.NAME, needed=True, filled=True, most=60),
    Column("act_type", "行政行为类别", Kind.CLOSED, needed=True, filled=True, closed=ACT_KINDS),
    Column("act_name_zh", "涉及的审批事项", Kind.NAME, needed=True, filled=True),
    Column("act_name_en", "审批事项（英文）", Kind.NAME, needed=True),
    Column("more_acts", "其他涉及事项", Kind.ACTS),
    Column("authority_zh", "审批部门", Kind.NAME, needed=True, filled=True),
    Column("authority_en", "审批部门（英文）", Kind.NAME, needed=True),
    Column("industry_authority_zh", "行业主管部门", Kind.NAME),
    Column("industry_authority_en", "行业主管部门（英文）", Kind.NAME),
    Column("setup_level", "设立层级", Kind.CLOSED, closed=_LEVELS),
    Column("regions", "适用地区", Kind.REGIONS),
    Column("legal_basis_zh", "设定依据", needed=True),
    Column("service_content_zh", "服务内容"),
    Column("service_output_zh", "服务成果", needed=True),
    Column("time_limit_workdays", "服务时限（工作日）", Kind.WORKDAYS, needed=True),
    Column("time_limit_calendar_days", "服务时限（自然日）", Kind.CALENDAR_DAYS),
    Column("pricing", "价格管理方式", Kind.CLOSED, needed=True, filled=True, closed=_PRICING),
    Column("price_basis_zh", "收费依据", needed=True),
    Column("price_rule", "收费标准", needed=True),
    Column("unit_zh", "计费单位", needed=True, most=60),
    Column("payer", "付费方", Kind.CLOSED, closed=_WHO),
    Column(
        "self_service_allowed", "可否自行编制", Kind.CLOSED, needed=True, filled=True,
        closed={"yes": ("是", "可以"), "no": ("否", "不可以"), "unknown": ("不明", "未知")},
    ),
    Column("commissioned_by", "委托方", Kind.CLOSED, closed=_WHO),
    Column("agency_qualification_zh", "资质要求", needed=True),
    Column("qualification_mode", "资质组合", Kind.CLOSED, closed={"any": ("任一",), "all": ("全部",)}),
    Column("qualifications", "资质清单", Kind.QUALIFICATIONS),
    Column("practitioners", "执业人员要求", Kind.PRACTITIONERS),
    Column("filing", "备案要求", most=300),
    Column("commitment_only", "仅需承诺", Kind.CLOSED, closed=_YES_NO),
    Column("merged_group_zh", "多评合一", Kind.NAME, needed=True),
    Column("zones", "区域评估覆盖区域", Kind.ZONES),
    Column("remarks", "备注"),
    Column("confidence", "可信度", Kind.CLOSED, closed=_CONFIDENCE),
    Column("source", "来源"),
)  # fmt: skip
LINKS = (
    Column("name_zh", "中介服务事项名称", Kind.NAME, needed=True, filled=True),
    Column("schedule_id", "收费标准编号", needed=True, filled=True, most=64),
    Column(
        "role", "效力", Kind.CLOSED, needed=True, filled=True,
        closed={"in_force": ("现行有效", "有效"), "reference": ("仅供参考", "参考")},
    ),
)  # fmt: skip
CLEAN_UPS = (
    Column("name_zh", "中介服务事项名称", Kind.NAME, needed=True, filled=True),
    Column("act_name_zh", "涉及的审批事项", Kind.NAME, needed=True),
    Column("decision_document", "清理决定文件", Kind.NAME, needed=True, filled=True),
    Column(
        "handling_type", "处理方式", Kind.CLOSED, needed=True, filled=True,
        closed={
            "abolished": ("已取消", "取消"),
            "authority_commissioned": ("审批部门委托", "由审批部门委托并付费"),
            "self_prepare_allowed": ("可自行编制", "不得强制委托或指定机构"),
        },
    ),
    Column("handling", "处理说明", needed=True),
    Column("confidence", "可信度", Kind.CLOSED, closed=_CONFIDENCE),
    Column("source", "来源"),
)  # fmt: skip
ITEM_COLUMNS = tuple(one.key for one in ITEMS if one.needed)
# Parts of a list by their name in JSON, with the name of their sheet in a workbook.
SHEETS = {"items": "事项", "links": "关联", "cleaned_up": "已清理事项"}
SCHEDULE_SHEET, BRACKET_SHEET = "收费标准", "收费区间"
PARTS = {"items": ITEMS, "links": LINKS, "cleaned_up": CLEAN_UPS}
