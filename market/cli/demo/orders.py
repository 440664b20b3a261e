"""An order's story: request, quotes or direct choice, contract, delivery, fee, payment, rating."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from market.agencies.queries import OfferRow, offers_for
from market.base.errors import Refusal
from market.base.people import Actor
from market.catalogue.listing import Ask, price
from market.catalogue.models import FeeItem
from market.catalogue.queries import fee_items_of
from market.catalogue.rules import Payer, PriceState
from market.cli.demo.agencies import Market, Shop
from market.cli.demo.city import Process
from market.cli.demo.prices import quantity
from market.contracts import actions as contracts
from market.contracts.actions import Result
from market.contracts.queries import award_of, contract_of
from market.fees import actions as fees
from market.fees.queries import note_of
from market.fees.rules import Declared
from market.ratings import actions as ratings
from market.ratings.rules import Factor, Given
from market.selection import actions as selection
from market.selection.actions import Amount, Quoted, Terms
from market.selection.methods import Given as Chosen
from market.selection.models import Request
from market.selection.queries import compare, request_of
from market.selection.rules import Method, RequestState
from market.store.transaction import transaction

PRAISE = (
    "报告一次通过评审，提前交付，附有签收单。",
    "现场踏勘细致，按约定日期交稿，票据齐全。",
    "沟通顺畅，修改意见当日回复，有邮件为证。",
)
COMPLAINT = (
    "报告两次被审批部门退回，有退件通知。",
    "晚于合同日期交付，且未提前说明，见往来函件。",
    "数据引用有误，重新提交后才通过评审。",
)
RETURNED = ("图件与正文数据不一致，请核对后重新提交。", "缺少附件三的监测原始记录，请补齐。")


@dataclass(frozen=True)
class Plan:
    """Who wants what: a buyer, a service code, a method, and how far it will go."""

    buyer: Actor
    code: str
    method: Method
    payer: Payer
    ending: str = ""


def order_story(market: Market, plan: Plan) -> Process:
    """One order from its first line; it ends where its plan or the city's end lets it."""
    city = market.city
    ref = draft(market, plan)
    if ref is None or plan.ending == "draft":
        return
    yield city.now + timedelta(minutes=city.random.randint(9, 70))
    with transaction() as now:
        selection.publish(request_of(plan.buyer, ref), actor=plan.buyer, now=now)
    if plan.ending == "cancel":
        yield city.later(0.3, 1.5)
        with transaction() as now:
            selection.cancel(request_of(plan.buyer, ref), actor=plan.buyer, now=now)
        return
    yield city.now + timedelta(minutes=city.random.randint(20, 90))
    if plan.method == Method.LOWEST_QUOTE:
        yield from _quotes(market, plan, ref)
    if plan.ending == "open":
        return
    contract = yield from _award(market, plan, ref)
    if contract is not None:
        yield from _fulfil(market, plan, contract)


def draft(market: Market, plan: Plan) -> str | None:
    """Write the draft of what is wanted; None where nobody has a price for it."""
    random = market.city.random
    entry_id = market.entry_ids[plan.code]
    with transaction() as now:
        offers = offers_for(entry_id)
        items = [item for item in fee_items_of(entry_id) if any(item.id in offer.bands for offer in offers)]
        if not items:
            return None
        wanted = random.sample(items, 2 if len(items) > 3 and random.random() < 0.4 else 1)
        amounts = {item.id: Amount(_quantity(item, offers, random)) for item in wanted}
        case = f"虚审〔{now.year}〕{random.randint(1000, 9999)}号"
        text = "【虚构】按清单要求提供成果，随附技术资料。"
        terms = Terms(amounts, plan.method, case_number=case, description=text)
        return selection.draft_request(plan.code, terms, actor=plan.buyer, now=now).ref


def _quantity(item: FeeItem, offers: Sequence[OfferRow], random: Random) -> str:
    """Inside the brackets that a schedule gives; a free mark holds for any quantity."""
    bands = next(offer.bands[item.id] for offer in offers if item.id in offer.bands)
    by_schedule = item.price_state == PriceState.LISTED or bool(item.schedule_key)
    return quantity(item, [(band.q_from, band.q_to) for band in bands] if by_schedule else (), random)


def _quotes(market: Market, plan: Plan, ref: str) -> Process:
    city, random = market.city, market.city.random
    with transaction():
        until = request_of(plan.buyer, ref).quotes_until or city.now
    shops = [shop for shop in market.shops if plan.code in shop.marked]
    if plan.ending == "fail":
        shops = []
    for shop in sorted(shops, key=lambda shop: random.random() / shop.popularity)[: random.randint(2, 5)]:
        _quote(plan, shop, ref, random)
        yield min(city.later(0.1, 0.7), until - timedelta(minutes=random.randint(5, 50)))
    yield city.office_hour(until)


def _quote(plan: Plan, shop: Shop, ref: str, random: Random) -> None:
    """A quote a little below the agency's own mark; a shop whose mark does not reach so far, or rests, stays away."""
    try:
        with transaction() as now:
            request = request_of(plan.buyer, ref)
            offer = next(
                (one for one in offers_for(request.entry_id, request.region_code) if one.agency_id == shop.agency_id),
                None,
            )
            if offer is None:
                return
            items = {item.id: item for item in fee_items_of(request.entry_id)}
            amounts = {}
            for line in request.lines:
                ask = Ask(items[line.fee_item_id], line.quantity, line.coefficient, line.payer)
                law = price(ask, offer.bands.get(line.fee_item_id, ()))
                share = random.uniform(0.8, 1.0)
                amounts[line.id] = max(law.floor_fen, int(law.ceiling_fen * share) // 100 * 100, 1)
            days = max(1, int(offer.promised_days * random.uniform(0.7, 1.0)))
            selection.submit_quote(request, Quoted(amounts, days), actor=shop.actor, now=now)
    except Refusal as refusal:
        if refusal.code not in ("price.quantity_outside", "quote.line_missing"):
            raise


def _award(market: Market, plan: Plan, ref: str) -> Generator[datetime, None, str | None]:
    """The chosen agency's contract reference, proposed and answered; None when it ends before that."""
    city, random = market.city, market.city.random
    with transaction() as now:
        request = request_of(plan.buyer, ref)
        if request.state != RequestState.OPEN:  # the nightly job was faster: nobody had quoted
            return None
        favourite = _favourite(market, request, random) if plan.method == Method.DIRECT else None
        if plan.method == Method.DIRECT and favourite is None:
            selection.cancel(request, actor=plan.buyer, now=now)
            return None
        award = selection.choose(request, Chosen(favourite), actor=plan.buyer, now=now)
        award_ref = award.ref if award else None
    if award_ref is None or plan.ending == "awarded":
        return None
    yield city.later(0.4, 3)
    with transaction() as now:
        award, _ = award_of(plan.buyer, award_ref)
        contract = contracts.propose(award, "【虚构】双方按清单所列内容、时限和价格履行。", actor=plan.buyer, now=now)
        contract_ref, shop = contract.ref, market.shop_of(contract.agency_id)
    if plan.ending == "proposed":
        return None
    yield city.later(0.3, 3)
    with transaction() as now:
        found = contract_of(shop, contract_ref)
        if plan.ending == "decline":
            contracts.decline(found, actor=shop, now=now)
            return None
        contracts.sign(found, actor=shop, now=now)
    return contract_ref


def _favourite(market: Market, request: Request, random: Random) -> int | None:
    """The popular and the cheap are chosen more often, among those whose mark reaches this quantity."""
    rows = [row for row in compare(request) if row.prices is not None]
    shops = {shop.agency_id: shop for shop in market.shops}
    if not rows:
        return None
    nature = [shops[row.offer.agency_id] for row in rows]
    weights = [shop.popularity * shop.skill / row.total_fen for shop, row in zip(nature, rows, strict=True)]
    return random.choices(rows, weights)[0].offer.agency_id


def _fulfil(market: Market, plan: Plan, ref: str) -> Process:
    """Deliver, perhaps twice; accept; charge; pay; rate."""
    city, random = market.city, market.city.random
    with transaction():
        contract = contract_of(plan.buyer, ref)
        seller, days = market.shop_of(contract.agency_id), contract.promised_days
        shop = next(one for one in market.shops if one.agency_id == contract.agency_id)
    yield city.later(days * shop.pace * 0.8, days * shop.pace * 1.15 + 1)
    with transaction() as now:
        contracts.deliver(contract_of(seller, ref), Result("【虚构】成果报告（正式稿）"), actor=seller, now=now)
    if plan.ending == "delivered":
        return
    yield city.later(0.5, 4)
    faulty = random.random() > shop.skill / 5 + 0.08
    if faulty:
        with transaction() as now:
            contracts.send_back(contract_of(plan.buyer, ref), random.choice(RETURNED), actor=plan.buyer, now=now)
        yield city.later(2, 8)
        with transaction() as now:
            contracts.deliver(contract_of(seller, ref), Result("【虚构】成果报告（修改稿）"), actor=seller, now=now)
        yield city.later(0.5, 3)
    with transaction() as now:
        contracts.accept(contract_of(plan.buyer, ref), actor=plan.buyer, now=now)
    if plan.ending == "accepted":
        return
    if random.random() < 0.88:
        city.start(_rating(market, plan, ref, (shop.skill - 0.9 * faulty, shop.pace)), city.later(0.5, 9))
    yield city.later(0.3, 3)
    yield from _paid(market, plan, ref)


def _paid(market: Market, plan: Plan, ref: str) -> Process:
    city, random = market.city, market.city.random
    with transaction() as now:
        contract = contract_of(plan.buyer, ref)
        seller = market.shop_of(contract.agency_id)
        amounts = {line.id: line.amount_fen for line in contract.lines}
        note = fees.issue(contract, amounts, actor=seller, now=now)
        note_ref, total = note.ref, sum(amounts.values())
    if plan.ending == "issued":
        return
    yield city.later(1, 9)
    with transaction() as now:
        declared = Declared(f"虚构银行{random.randint(10**9, 10**10)}", total)
        fees.declare_payment(note_of(plan.buyer, note_ref), declared, actor=plan.buyer, now=now)
    if plan.ending == "declared":
        return
    yield city.later(0.5, 4)
    with transaction() as now:
        fees.confirm_payment(note_of(seller, note_ref), actor=seller, now=now)


def _rating(market: Market, plan: Plan, ref: str, nature: tuple[float, float]) -> Process:
    random = market.city.random
    skill, pace = nature
    means = dict.fromkeys(Factor, skill) | {Factor.TIMELINESS: skill + 1.2 * (1 - pace)}
    levels = {factor: min(5, max(1, round(random.gauss(mean, 0.6)))) for factor, mean in means.items()}
    comment = random.choice(COMPLAINT if min(levels.values()) < 3 else PRAISE)
    with transaction() as now:
        ratings.rate(
            contract_of(plan.buyer, ref),
            Given({factor.value: level for factor, level in levels.items()}, comment),
            actor=plan.buyer,
            now=now,
        )
    yield from ()
