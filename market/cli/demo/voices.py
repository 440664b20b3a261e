"""What people of the demo city objected to or reported, and what the list's editor answered; all of it invented."""

from dataclasses import dataclass

from market.base import clock
from market.base.people import Role
from market.cli.demo.agencies import Market
from market.cli.demo.city import Process
from market.oversight import actions
from market.oversight.actions import Answering, Demand, Given
from market.oversight.queries import Target, entry_target, voice_of
from market.oversight.rules import Aspect, Demander, Outcome
from market.store.transaction import transaction

_OFFICE = "【虚构】虚构市某窗口（测试）"


@dataclass(frozen=True, slots=True)
class Told:
    """One voice and its answer (None: still open). `about` is a code of the list, or free words."""

    about: str
    aspect: Aspect
    text: str
    answering: Answering | None
    demand: Demand | None = None


VOICES = (
    Told(
        "ZJ-0011",
        Aspect.SELF_SERVICE,
        "【虚构】窗口说报告必须找机构写，我们自己能写，请问是否可以。",
        Answering(Outcome.UPHELD, "企业能否自行编制环境影响报告书？", "可以自行编制，任何部门不得强制委托。标签上已注明。"),
    ),
    Told(
        "【虚构】施工许可加急费",
        Aspect.FEE,
        "【虚构】办理施工许可时被要求另交加急费，收据上没有项目名称。",
        Answering(
            Outcome.PASSED_ON,
            "办理施工许可时被要求交纳加急费，是否合规？",
            "清单之外无收费，加急费不在清单内，已转市场监管部门查处。",
            "【虚构】虚构市市场监督管理局（测试）",
        ),
        Demand(Demander.DEPARTMENT, _OFFICE, amount_fen=2_000_00),
    ),
    Told(
        "ZJ-0001",
        Aspect.TIME_LIMIT,
        "【虚构】清单没有写办理时限，合同里写了九十天，是否应当有上限。",
        Answering(
            Outcome.NOT_UPHELD,
            "清单未列时限的事项，合同时限是否有上限？",
            "该事项法规未规定时限，以合同约定为准；选取时可比较各机构承诺的天数。",
        ),
    ),
    Told(
        "ZJ-0030",
        Aspect.PRICE,
        "【虚构】几家机构的标价相差很大，希望公布政府指导价作为参考。",
        None,
    ),
)  # fmt: skip


def voice_story(market: Market, told: Told) -> Process:
    """Somebody speaks; some working days later the editor answers."""
    given = Given(
        aspect=told.aspect, target=_target(told.about), text=told.text, once=f"demo {told.about}", sender=told.about,
        demand=told.demand,
    )  # fmt: skip
    with transaction() as now:
        receipt = actions.receive(given, now=now)
    if told.answering is None:
        return
    yield market.city.later(2, 8)
    with transaction() as now:
        actions.answer(voice_of(receipt.ref), told.answering, actor=market.desk[Role.LIST_EDITOR], now=now)


def _target(about: str) -> Target:
    return entry_target(about, clock.today()) if about.startswith("ZJ-") else Target(said=about)
