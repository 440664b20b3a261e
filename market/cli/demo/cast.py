"""Who lives in the demo city. Nobody here can be mistaken for anybody real."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from stdnum.cn import uscc as check_digits

from market.accounts import actions
from market.accounts.actions import NewMember, NewOrganisation, NewUser
from market.accounts.models import Organisation
from market.accounts.rules import passwords
from market.base import uscc
from market.base.people import Actor, OrganisationKind, Role

PASSWORD = "demo-market-2026"  # noqa: S105 - shown on the sign-in page of the demo, on purpose
REGION = "虚构省虚构市"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

REGULATOR = "【虚构】虚构市政务服务和数据管理局（测试）"
REGULATORS: Sequence[tuple[Role, str, str]] = (
    (Role.LIST_EDITOR, "editor", "【虚构】甄清单"),
    (Role.LIST_APPROVER, "approver", "【虚构】甄核准"),
    (Role.ADMISSION_DESK, "admission", "【虚构】甄核验"),
    (Role.EVALUATION_OFFICER, "evaluation", "【虚构】甄测评"),
    (Role.SUPERVISOR, "supervisor", "【虚构】甄监管"),
    (Role.AUDITOR, "auditor", "【虚构】甄审计"),
    (Role.OPERATOR, "operator", "【虚构】甄运维"),
)
DEPARTMENTS = ("生态环境局", "自然资源局", "水利局", "公安局", "市场监督管理局")
ENTERPRISES = (
    *(
        "甲厂",
        "乙公司",
        "丙学校",
        "丁置业",
        "戊矿业",
        "己酒店",
        "庚物流",
        "辛医院",
        "壬化工",
        "癸食品",
        "子能源",
        "丑农场",
    ),
    *("寅码头", "卯药业", "辰印染", "巳机械", "午商场", "未养老院", "申光伏", "酉水务", "戌建材", "亥加油站"),
)


@dataclass(frozen=True)
class Trade:
    """A kind of agency: the words of its name, and the categories of the list it serves."""

    words: str
    categories: tuple[str, ...]
    paper: str


TRADES: Sequence[Trade] = (
    Trade("环评咨询有限公司", ("生态环境", "海洋渔业"), "环境影响评价信用平台备案"),
    Trade("测绘有限公司", ("自然资源", "住房城乡建设"), "测绘资质证书"),
    Trade("检测有限公司", ("住房城乡建设", "卫生健康", "市场监管", "气象"), "检验检测机构资质认定证书"),
    Trade("评估有限公司", ("投资建设", "国有资产", "税务财政", "公安"), "评估机构备案公告"),
    Trade("水土保持咨询有限公司", ("水利", "林业草原", "农业农村"), "水土保持方案编制单位水平评价证书"),
    Trade("安全评价有限公司", ("应急管理", "交通运输"), "安全评价机构资质证书"),
    Trade("会计师事务所", ("民政", "教育", "国有资产"), "会计师事务所执业证书"),
    Trade("公证处", ("司法行政",), "公证机构执业证"),
)


def fictitious_uscc(number: int) -> str:
    """A credit code that is well formed and can belong to nobody: division 990000, test mark TE5T."""
    digits = ""
    for _ in range(4):
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    code = f"91990000TE5T{digits}"
    code += uscc.organisation_check(code[8:16])
    return code + str(check_digits.calc_check_digit(code))


class Registry:
    """Registers the people of the city; one password hash for all of them spares minutes."""

    def __init__(self) -> None:
        self.hash = passwords.hash(PASSWORD)
        self.numbers = iter(range(1, 10_000))

    def person(self, name: str, mailbox: str, *, shown: bool) -> NewUser:
        """A person to create; `shown` ones are offered on the sign-in page."""
        return NewUser(f"{mailbox}@example.invalid", name, is_demo=shown, password_hash=self.hash)

    def organisation(self, kind: OrganisationKind, name: str) -> NewOrganisation:
        """An organisation to create, with a code that can belong to nobody where one is needed."""
        needs_code = kind in (OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY)
        code = fictitious_uscc(next(self.numbers)) if needs_code else None
        return NewOrganisation(kind, name, code, REGION, is_fictitious=True)

    def regulators(self, now: datetime) -> dict[Role, Actor]:
        """The regulator with a person for each of its roles."""
        itself = Actor.system()
        given = self.organisation(OrganisationKind.REGULATOR, REGULATOR)
        office = actions.create_organisation(given, actor=itself, now=now)
        return {
            role: self._member(office, role, self.person(name, mailbox, shown=True), now)
            for role, mailbox, name in REGULATORS
        }

    def departments(self, now: datetime) -> list[Actor]:
        """Approving departments that buy what the treasury pays."""
        found = []
        for number, name in enumerate(DEPARTMENTS, 1):
            given = self.organisation(OrganisationKind.DEPARTMENT, f"【虚构】虚构市{name}（测试）")
            office = actions.create_organisation(given, actor=Actor.system(), now=now)
            person = self.person(f"【虚构】委托人{number}", f"department{number}", shown=number == 1)
            found.append(self._member(office, Role.DEPARTMENT, person, now))
        return found

    def enterprise(self, number: int, now: datetime) -> Actor:
        """The `number`-th enterprise, from 0, registering itself."""
        given = self.organisation(OrganisationKind.ENTERPRISE, f"【虚构】样例{ENTERPRISES[number]}（测试）")
        person = self.person(f"【虚构】业主{number + 1}", f"enterprise{number + 1}", shown=number < 2)
        hat = actions.register(given, person, now=now)
        return Actor(hat.user_id, Role.ENTERPRISE, hat.organisation_id)

    def _member(self, office: Organisation, role: Role, person: NewUser, now: datetime) -> Actor:
        itself = Actor.system()
        user = actions.create_user(person, actor=itself, now=now)
        actions.add_member(office, NewMember(user.id, role, is_admin=True), actor=itself, now=now)
        return Actor(user.id, role, office.id)


def agency_name(number: int, trade: Trade, random: Random) -> str:
    """A name nobody can bear: 【虚构】样例甲第012号检测有限公司（测试）."""
    return f"【虚构】样例{random.choice('甲乙丙丁戊')}第{number:03d}号{trade.words}（测试）"
