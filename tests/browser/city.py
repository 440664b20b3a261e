"""A city small enough to be built in seconds: one of everything that a page can show, all of it fictitious.

Built through the actions with the clock moved, by the people of the demo's own cast. It lived in 2025, was evaluated in
January 2026, and left something in every state behind; the site's time is then MORNING.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import Flask

from market.agencies import actions as agencies
from market.agencies.queries import agency_of, filing_of
from market.agencies.rules import AgencyKind, FilingState, Fixed, Mark, Percent, PerUnit, ReturnReason
from market.base import clock
from market.base.clock import CHINA
from market.base.people import Actor, OrganisationKind, Role
from market.catalogue.queries import edition_in_force, entries_of, entry_of, fee_items_of
from market.catalogue.rules import PriceState
from market.cli.demo.cast import Registry
from market.cli.demo.lists import publish_packaged_list
from market.cli.search import rebuild_index
from market.cli.setup import seeds
from market.contracts import actions as contracts
from market.contracts.queries import award_of, contract_of
from market.evaluation import actions as evaluation
from market.evaluation.queries import round_of
from market.fees import actions as fees
from market.fees.queries import note_of
from market.fees.rules import Declared
from market.ratings import actions as ratings
from market.ratings.rules import Factor, Given
from market.selection import actions as selection
from market.selection.actions import Amount, Quoted, Terms
from market.selection.methods import Given as Chosen
from market.selection.queries import request_of, request_open_to
from market.store.schema import bring_up_to_date
from market.store.transaction import transaction

FOUNDED = datetime(2025, 1, 6, 10, 0, tzinfo=CHINA)
MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
"""When nothing else is said, it is ten o'clock on this Monday at the served site."""

REPORT, NOTARY, INSPECTION, SAMPLING, AUCTION = (
    "环境影响报告书编制（法典称生态环境影响报告书）",
    "公证（证明合同、协议）",
    "消防设施检测",
    "食品安全抽样检验",
    "查封扣押财物拍卖",
)
"""Market-regulated with a reference; guided; market-regulated by the unit; paid by government; guided by a ceiling."""

NAMES = {
    "green": "【虚构】样例甲第001号环评咨询有限公司（测试）",
    "blue": "【虚构】样例乙第002号环评咨询有限公司（测试）",
    "seal": "【虚构】样例丙第003号公证处（测试）",
    "probe": "【虚构】样例丁第004号检测有限公司（测试）",
}
HELD = {"公证": "公证机构执业证", "检测": "食品检验机构资质认定（CMA）"}
"""The qualification of an agency's paper, by a word of its name."""
MARKS: Mapping[str, Mapping[str, tuple[Mark, int]]] = {
    "green": {REPORT: (Percent(850), 30)},
    "blue": {REPORT: (Percent(920), 25)},
    "seal": {NOTARY: (Percent(1000), 5)},
    "probe": {INSPECTION: (PerUnit(2_40, 500_00), 10), SAMPLING: (Fixed(1_800_00), 15)},
}
QUANTITIES = {REPORT: "1.2", NOTARY: "30", INSPECTION: "6000", SAMPLING: "4"}
STEPS = ("drafted", "published", "awarded", "proposed", "signed", "delivered", "accepted", "issued", "declared", "paid")


@dataclass
class City:
    """Who lives here, and the references of one object in each state, by the name of the step that it reached."""

    desk: dict[Role, Actor] = field(default_factory=dict)
    shops: dict[str, Actor] = field(default_factory=dict)
    buyers: list[Actor] = field(default_factory=list)
    department: Actor = field(default_factory=Actor.system)
    codes: dict[str, str] = field(default_factory=dict)
    registry: Registry = field(default_factory=Registry)


def build(app: Flask) -> None:
    """Fill an empty site."""
    with app.app_context():
        bring_up_to_date()
        with clock.moved_to(FOUNDED):
            seeds()
            city = _found()
        _year_2025(city)
        with clock.moved_to(datetime(2026, 1, 14, 10, 0, tzinfo=CHINA)):
            _evaluated(city)
        _loose_ends(city)
        rebuild_index(app.extensions["search"])


def _found() -> City:
    city = City()
    with transaction() as now:
        city.desk = city.registry.regulators(now)
        city.department = city.registry.departments(now)[0]
        city.buyers = [city.registry.enterprise(number, now) for number in range(3)]
    publish_packaged_list(city.desk[Role.LIST_EDITOR], city.desk[Role.LIST_APPROVER])
    with transaction() as now:
        entries = entries_of(edition_in_force(clock.china_date(now)))
        city.codes = {entry.name_zh: entry.code for entry in entries}
    for name in NAMES:
        city.shops[name] = _agency(city, NAMES[name], FilingState.PASSED)
        for service, (mark, days) in MARKS[name].items():
            _mark(city.shops[name], city.codes[service], mark, days)
    return city


def _agency(city: City, name: str, reach: FilingState) -> Actor:
    """An agency on its way in, as far as `reach`."""
    mailbox = f"agency{len(city.shops) + 1}" if reach == FilingState.PASSED else f"newcomer-{reach}"
    with transaction() as now:
        organisation = city.registry.organisation(OrganisationKind.AGENCY, name)
        person = city.registry.person("【虚构】经办", mailbox, shown=mailbox == "agency1")
        profile = agencies.Profile(
            AgencyKind.COMPANY, "【虚构】某某", "000-00000000", "虚构省虚构市样例路1号", "【虚构】样例机构。"
        )
        hat = agencies.register(organisation, person, profile, now=now)
        actor = Actor(hat.user_id, Role.AGENCY, hat.organisation_id)
    if reach == FilingState.DRAFT:
        return actor
    desk = city.desk[Role.ADMISSION_DESK]
    with transaction() as now:
        filing = filing_of(agency_of(actor).id)
        paper = agencies.NewPaper(
            "【虚构】资质证书",
            f"FAKE-{filing.id}",
            "【虚构】发证机关",
            date(2024, 1, 1),
            date(2029, 12, 31),
            next((held for word, held in HELD.items() if word in name), ""),
        )
        agencies.add_paper(filing, paper, actor=actor, now=now)
        agencies.accept_commitment(filing, actor=actor, now=now)
        agencies.submit(filing, actor=actor, now=now)
    with transaction() as now:
        if reach == FilingState.PASSED:
            agencies.pass_filing(filing_of(agency_of(actor).id), actor=desk, now=now)
        elif reach == FilingState.RETURNED:
            agencies.send_back(filing_of(agency_of(actor).id), [ReturnReason.PAPER_UNREADABLE], actor=desk, now=now)
    return actor


def _mark(shop: Actor, code: str, mark: Mark, days: int) -> None:
    with transaction() as now:
        entry = entry_of(code, edition_in_force(clock.china_date(now)))
        prices = {item.id: mark for item in fee_items_of(entry.id) if item.price_state != PriceState.UNPUBLISHED}
        agencies.mark_price(agency_of(shop), agencies.Marking(entry, prices, days), actor=shop, now=now)


# --- orders


@dataclass(frozen=True)
class Order:
    """Who buys what from whom, how far it goes, and the levels of its rating."""

    buyer: Actor
    shop: str
    service: str
    reach: str = "rated"
    levels: tuple[int, ...] = (5, 5, 5, 5, 5)


def _year_2025(city: City) -> None:
    first, second, third = city.buyers
    year = (
        Order(first, "green", REPORT, levels=(5, 5, 4, 5, 5)),
        Order(second, "green", REPORT, levels=(5, 4, 5, 4, 5)),
        Order(third, "green", REPORT, levels=(4, 5, 5, 5, 4)),
        Order(first, "blue", REPORT, levels=(4, 3, 4, 4, 4)),
        Order(third, "blue", REPORT, levels=(4, 4, 4, 3, 4)),
        Order(second, "blue", REPORT, levels=(5, 3, 4, 4, 4)),
        Order(first, "seal", NOTARY, levels=(5, 5, 5, 4, 5)),
        Order(second, "probe", INSPECTION, levels=(2, 2, 3, 4, 3)),
        Order(city.department, "probe", SAMPLING, levels=(4, 4, 4, 4, 4)),
    )
    for number, order in enumerate(year):
        _order(city, order, FOUNDED + timedelta(days=30 * number + 20))


def _evaluated(city: City) -> None:
    officer, supervisor = city.desk[Role.EVALUATION_OFFICER], city.desk[Role.SUPERVISOR]
    with transaction() as now:
        evaluation.open_round(2025, evaluation.DEMO_SCHEME, actor=officer, now=now)
    with transaction() as now:
        evaluation.compute(round_of(2025), actor=officer, now=now)
    with transaction() as now:
        evaluation.publish(round_of(2025), actor=supervisor, now=now)


def _loose_ends(city: City) -> None:
    """One order in each state, sealed quotes, and agencies on their way in; all before the morning."""
    buyer = city.buyers[0]
    begin = MORNING - timedelta(days=14)
    for number, reach in enumerate(STEPS):
        order = Order(buyer, "green" if number % 2 else "blue", REPORT, reach)
        _order(city, order, begin + timedelta(hours=5 * number), pace=0)
    for number, levels in enumerate(((4, 4, 5, 4, 4), (5, 4, 4, 4, 5), (4, 5, 4, 4, 4))):
        # Enough for a grade of the running year.
        _order(
            city, Order(city.buyers[number], "green", REPORT, "rated", levels), begin + timedelta(hours=number), pace=1
        )
    with clock.moved_to(MORNING - timedelta(minutes=30)):
        open_ = Order(buyer, "green", REPORT)
        sealed = _drafted(city, open_, "lowest_quote")
        _publish(buyer, sealed)
        for shop, yuan in ((city.shops["green"], 40_000), (city.shops["blue"], 50_000)):
            _quote(shop, sealed, yuan * 100)
        for_authority = Order(city.department, "probe", SAMPLING)
        _publish(city.department, _drafted(city, for_authority, "lowest_quote"))
        for word, state in (
            ("填报", FilingState.DRAFT),
            ("待核", FilingState.IN_CHECK),
            ("退回", FilingState.RETURNED),
        ):
            _agency(city, f"【虚构】样例{word}咨询有限公司（测试）", state)


def _order(city: City, order: Order, begin: datetime, *, pace: int = 6) -> None:
    """Let an order live to its reach; `pace` days are needed for the work."""
    for step in _life(city, order, begin, pace):
        if step == order.reach:
            return


def _life(city: City, order: Order, begin: datetime, pace: int) -> Iterator[str]:
    """Take one step after the other and say its name; the steps after the last one wanted are never taken."""
    buyer, shop = order.buyer, city.shops[order.shop]
    by_quotes = buyer == city.department
    decided = begin + timedelta(days=10 if by_quotes else 0, hours=1)
    with clock.moved_to(begin):
        ref = _drafted(city, order, "lowest_quote" if by_quotes else "direct")
        yield "drafted"
        _publish(buyer, ref)
        if by_quotes:
            _quote(shop, ref, 1_500_00)
        yield "published"
    with clock.moved_to(decided):
        award = _choose(buyer, ref, Chosen() if by_quotes else Chosen(_id_of(shop)))
        yield "awarded"
        with transaction() as now:
            contract = contracts.propose(award_of(buyer, award)[0], "【虚构】样例条款", actor=buyer, now=now).ref
        yield "proposed"
        with transaction() as now:
            contracts.sign(contract_of(shop, contract), actor=shop, now=now)
        yield "signed"
    with clock.moved_to(decided + timedelta(days=pace, hours=1)):
        with transaction() as now:
            result = contracts.Result("【虚构】成果报告（正式稿）")
            contracts.deliver(contract_of(shop, contract), result, actor=shop, now=now)
        yield "delivered"
        with transaction() as now:
            contracts.accept(contract_of(buyer, contract), actor=buyer, now=now)
        yield "accepted"
        yield from _paid_and_rated(order, shop, contract)


def _paid_and_rated(order: Order, shop: Actor, contract: str) -> Iterator[str]:
    buyer = order.buyer
    with transaction() as now:
        found = contract_of(shop, contract)
        amounts = {line.id: line.amount_fen for line in found.lines}
        note = fees.issue(found, amounts, actor=shop, now=now).ref
    yield "issued"
    with transaction() as now:
        paid = Declared("虚构银行0001", sum(amounts.values()))
        fees.declare_payment(note_of(buyer, note), paid, actor=buyer, now=now)
    yield "declared"
    with transaction() as now:
        fees.confirm_payment(note_of(shop, note), actor=shop, now=now)
    yield "paid"
    with transaction() as now:
        levels = dict(zip((factor.value for factor in Factor), order.levels, strict=True))
        given = Given(levels, "【虚构】按合同日期交付，资料齐全，有签收单。")
        ratings.rate(contract_of(buyer, contract), given, actor=buyer, now=now)
    yield "rated"


def _drafted(city: City, order: Order, method: str) -> str:
    code = city.codes[order.service]
    with transaction() as now:
        items = fee_items_of(entry_of(code, edition_in_force(clock.china_date(now))).id)
        asked = next(item for item in items if item.price_state != PriceState.UNPUBLISHED)
        amounts = {asked.id: Amount(QUANTITIES[order.service])}
        terms = Terms(amounts, method, description="【虚构】按清单要求提供成果。", case_number="虚审〔2025〕1号")
        return selection.draft_request(code, terms, actor=order.buyer, now=now).ref


def _publish(buyer: Actor, ref: str) -> None:
    with transaction() as now:
        selection.publish(request_of(buyer, ref), actor=buyer, now=now)


def _quote(shop: Actor, ref: str, fen: int) -> None:
    agency_id = _id_of(shop)
    with transaction() as now:
        request = request_open_to(agency_id, ref)
        selection.submit_quote(
            request, Quoted(dict.fromkeys((one.id for one in request.lines), fen), 10), actor=shop, now=now
        )


def _choose(buyer: Actor, ref: str, given: Chosen) -> str:
    with transaction() as now:
        award = selection.choose(request_of(buyer, ref), given, actor=buyer, now=now)
        assert award is not None
        return award.ref


def _id_of(shop: Actor) -> int:
    with transaction():
        return agency_of(shop).id


__all__ = [
    "AUCTION",
    "FOUNDED",
    "INSPECTION",
    "MORNING",
    "NAMES",
    "NOTARY",
    "QUANTITIES",
    "REPORT",
    "SAMPLING",
    "build",
]
