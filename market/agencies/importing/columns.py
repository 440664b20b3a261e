"""The columns of an agency's sheets: keys, headings in their order, how a cell is read, and what the template says."""

from collections.abc import Mapping
from enum import StrEnum

from market.agencies.rules import AgencyKind, Counting
from market.base.sheets.columns import CLOSED, DAY, NAME, PERCENT, TEXT, Column


class Kind(StrEnum):
    """How a cell of a column is read, beside the kinds that every sheet has."""

    USCC = "uscc"
    CODE = "code"
    SERVICES = "services"
    WHOLE = "whole"
    DAYS = "days"
    MONEY = "money"
    QUANTITY = "quantity"
    PHONE = "phone"
    EMAIL = "email"
    HALF_WIDTH = "half_width"


class Way(StrEnum):
    """How a fee item is priced: the marks of `rules.marks` as a row says them."""

    FIXED = "fixed"
    PER_UNIT = "per_unit"
    PERCENT = "percent"
    BY_BAND = "by_band"
    SCHEDULE = "schedule"


_KINDS: Mapping[str, tuple[str, ...]] = {
    AgencyKind.COMPANY: ("企业", "公司"),
    AgencyKind.BRANCH: ("分支机构", "分公司"),
    AgencyKind.INSTITUTION: ("事业单位",),
    AgencyKind.SOCIAL_ORGANISATION: ("社会组织", "社会团体", "民办非企业单位"),
    AgencyKind.SOLE_TRADER: ("个体工商户",),
}
_WAYS: Mapping[str, tuple[str, ...]] = {
    Way.FIXED: ("固定总价", "固定价"),
    Way.PER_UNIT: ("按单位计价", "单价"),
    Way.PERCENT: ("按标准比例", "折扣", "比例"),
    Way.BY_BAND: ("逐档比例", "分档比例"),
    Way.SCHEDULE: ("自定分段", "自定区间"),
}
_COUNTING: Mapping[str, tuple[str, ...]] = {
    Counting.WHOLE: ("按全部数量", "全额"),
    Counting.PART: ("按段内数量", "超额累进"),
}
_CLOSED_REFUSAL = "sheets.closed"
_CODE = Column("agency_code", "统一社会信用代码", Kind.USCC, needed=True, filled=True)

AGENCIES = (
    _CODE,
    Column("name", "机构名称", NAME, needed=True, filled=True),
    Column("kind", "机构类型", CLOSED, needed=True, filled=True, closed=_KINDS, refused=_CLOSED_REFUSAL),
    Column("region", "所在地区", TEXT, needed=True, most=120),
    Column("legal_representative", "法定代表人", TEXT, needed=True, filled=True, most=60),
    Column("address", "地址", NAME, needed=True, filled=True),
    Column("phone", "联系电话", Kind.PHONE, needed=True, filled=True, most=40),
    Column("contact_name", "联系人", TEXT, most=60),
    Column("contact_email", "联系邮箱", Kind.EMAIL, most=120),
    Column("account_email", "登录邮箱", Kind.EMAIL, needed=True, filled=True, most=120),
    Column("introduction", "简介", TEXT, most=2000),
    Column("services", "申请服务事项", Kind.SERVICES, needed=True),
    Column("letter_signed_on", "承诺书签署日期", DAY, needed=True, filled=True),
)
PAPERS = (
    _CODE,
    Column("qualification", "资质名称", NAME, needed=True),
    Column("major", "专业", NAME),
    Column("grade", "等级", TEXT, most=60),
    Column("paper_name", "证书名称", NAME, needed=True, filled=True),
    Column("issuer", "发证机关", NAME, needed=True, filled=True),
    Column("number", "证书编号", Kind.HALF_WIDTH, needed=True, filled=True, most=100),
    Column("valid_from", "有效期自", DAY, needed=True, filled=True),
    Column("valid_until", "有效期至", DAY, needed=True, filled=True),
)
OFFERS = (
    _CODE,
    Column("service", "事项编码", Kind.CODE, needed=True, filled=True),
    Column("service_name", "中介服务事项名称"),
    Column("fee_item", "收费项目", TEXT),
    Column("way", "计价方式", CLOSED, needed=True, filled=True, closed=_WAYS, refused=_CLOSED_REFUSAL),
    Column("counting", "分段计算", CLOSED, closed=_COUNTING, refused=_CLOSED_REFUSAL),
    Column("up_to", "数量上限", Kind.QUANTITY),
    Column("base", "基本金额（元）", Kind.MONEY),
    Column("unit", "单位金额（元）", Kind.MONEY),
    Column("percent", "比例（%）", PERCENT),
    Column("promised_days", "承诺工作日", Kind.DAYS, needed=True),
    Column("region", "适用地区", TEXT),
    Column("effective_from", "生效日", DAY),
    Column("ends_at", "截止日", DAY),
    Column("capacity", "同时承接数", Kind.WHOLE),
)
PARTS = {"agencies": AGENCIES, "papers": PAPERS, "offers": OFFERS}
SHEETS = {"agencies": "机构", "papers": "资质", "offers": "标价"}
"""The parts of a file, with the names of their sheets."""

NOTES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "agencies": {
        "agency_code": ("必填，18位，两处校验码都要对", "Needed, 18 characters with both check characters right"),
        "name": ("必填，与营业执照一致", "Needed, as on the licence"),
        "kind": ("必填，从下拉项中选", "Needed, chosen from the list"),
        "region": ("所在的市县，如 吉首市", "City or county, such as 吉首市"),
        "legal_representative": ("必填", "Needed"),
        "address": ("必填，不超过200字", "Needed, at most 200 characters"),
        "phone": ("必填，公开的联系电话", "Needed, the telephone for clients"),
        "contact_name": ("可空", "May be empty"),
        "contact_email": ("可空", "May be empty"),
        "account_email": ("必填，机构登录用；一个邮箱一个账号", "Needed, the agency signs in with it; one account for each address"),
        "introduction": ("可空，不超过2000字", "May be empty, at most 2000 characters"),
        "services": ("现行清单的事项编码，多个用；分开；可空", "Codes of the list in force, separated by ；; may be empty"),
        "letter_signed_on": ("必填，机构在现行承诺书上签署的日期；纸质原件由经办人留存", "Needed, the day on which the agency signed the letter in force; whoever hands the sheet in keeps the paper"),
    },
    "papers": {
        "agency_code": ("必填；机构自行上传时只能填本机构", "Needed; an agency's own sheet names the agency itself"),
        "qualification": ("资质库中的名称；不在库中的留空", "The name in the register; empty where it is not in it"),
        "major": ("资质库中的专业，没有可空", "The major in the register, if there is one"),
        "grade": ("资质库中的等级，没有可空", "The grade in the register, if there is one"),
        "paper_name": ("必填，证书上的名称", "Needed, as on the paper"),
        "issuer": ("必填", "Needed"),
        "number": ("必填，同一编号的有效期不得重叠", "Needed; two papers of one number must not share a day"),
        "valid_from": ("必填，如 2026-01-05", "Needed, such as 2026-01-05"),
        "valid_until": ("必填，当日仍有效，不得早于今天", "Needed, the last valid day, not before today"),
    },
    "offers": {
        "agency_code": ("必填，本机构的代码", "Needed, the agency's own code"),
        "service": ("必填，现行清单的事项编码", "Needed, a code of the list in force"),
        "service_name": ("导出时填写；填了就要与清单一致", "Written on export; where it is filled it must be the list's"),
        "fee_item": ("收费项目名称；只有一个收费项目时可空", "The fee item's name; may be empty where there is only one"),
        "way": ("必填，从下拉项中选；自定分段与逐档比例一档一行", "Needed, chosen from the list; own schedules and percentages by band take a row for each"),
        "counting": ("只用于自定分段：按全部数量（默认）或按段内数量", "Only for own schedules: the whole quantity (when left out) or the part inside the row"),
        "up_to": ("只用于自定分段；最后一档留空为不封顶", "Only for own schedules; empty in the last row for no end"),
        "base": ("固定总价，或另加的基本金额；可写 5.2万元", "The fixed amount, or a basic amount; 5.2万元 is understood"),
        "unit": ("每一计费单位的金额", "The amount for each unit"),
        "percent": ("标准的百分之几，最多一位小数，如 95 或 97.5", "Percent of the standard, at most one decimal, such as 95 or 97.5"),
        "promised_days": ("必填（同一标价只填一次即可），不超过清单时限", "Needed once for a price; at most the list's limit"),
        "region": ("六位行政区划代码或名称；空为全市", "Six-digit code or name; empty for the whole area"),
        "effective_from": ("空为立即生效", "Empty for at once"),
        "ends_at": ("导出时填写：由下一个标价接替的时刻；自己不填", "Written on export: where the next price takes over; not for filling in"),
        "capacity": ("1至999，可空", "1 to 999, may be empty"),
    },
}  # fmt: skip
