"""The agencies' stories: register, be checked, mark prices, change a price now and then."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from market.agencies import actions, queries
from market.agencies.actions import Marking, NewPaper, Profile
from market.agencies.models import Filing
from market.agencies.rules import AgencyKind, FilingState, ReturnReason
from market.base import clock
from market.base.errors import BreaksRule
from market.base.people import Actor, OrganisationKind, Role
from market.catalogue.listing import line_of
from market.catalogue.models import FeeItem
from market.catalogue.queries import edition_in_force, entry_of, fee_items_of, list_bands
from market.catalogue.rules import PriceState
from market.cli.demo.cast import TRADES, Registry, Trade, agency_name
from market.cli.demo.city import City, Process
from market.cli.demo.prices import level, mark
from market.store.transaction import transaction

Asked = tuple[str, str, str]
"""A qualification that an entry asks for: name, major, grade as in the register."""

KINDS = (AgencyKind.COMPANY,) * 6 + (AgencyKind.INSTITUTION, AgencyKind.BRANCH, AgencyKind.SOLE_TRADER)

MOST_SOUGHT = 2
"""As many services of the bundles as an agency goes for beside its trade."""
ISSUER = "【虚构】发证机关"


@dataclass
class Shop:
    """An agency as the city remembers it: its nature decides how it marks, how fast and how well it works."""

    number: int
    trade: Trade
    factor: float
    skill: float
    pace: float
    popularity: float
    actor: Actor = field(default_factory=Actor.system)
    agency_id: int = 0
    wanted: Sequence[str] = ()
    holds: set[Asked] = field(default_factory=set)
    marked: dict[str, int] = field(default_factory=dict)
    left: bool = False
    stops: FilingState | None = None


@dataclass
class Market:
    """What all stories share: the entries by code, those most sought, each fee item's level, the shops, the desk."""

    city: City
    registry: Registry
    desk: Mapping[Role, Actor]
    entries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    entry_ids: Mapping[str, int] = field(default_factory=dict)
    asked: Mapping[str, Sequence[Asked]] = field(default_factory=dict)
    turns: dict[int, Callable[["Market", Shop], None]] = field(default_factory=dict)
    fiscal: frozenset[str] = frozenset()
    sought: Sequence[str] = ()
    levels: dict[tuple[int, int], int] = field(default_factory=dict)
    shops: list[Shop] = field(default_factory=list)

    def level_of(self, item: FeeItem, draw: int) -> int:
        """The level of a fee item, drawn once for all editions."""
        return self.levels.setdefault((item.service_id, item.position), draw)

    def shop_of(self, agency_id: int) -> Actor:
        """The person who acts for an agency."""
        return next(shop.actor for shop in self.shops if shop.agency_id == agency_id)


def shops(count: int, random: Random) -> list[Shop]:
    """The natures of `count` agencies; a few are much asked for, as everywhere."""
    found = []
    for number in range(1, count + 1):
        trade = TRADES[(number - 1) % len(TRADES)]
        found.append(
            Shop(
                number,
                trade,
                factor=random.uniform(0.72, 1.32),
                skill=min(4.9, max(2.4, random.gauss(4.15, 0.55))),
                pace=min(1.6, max(0.55, random.gauss(0.9, 0.2))),
                popularity=1 / (1 + (number - 1) // len(TRADES)) ** 2,
            )
        )
    return found


def agency_story(market: Market, shop: Shop) -> Process:
    """From the first form to marked prices that change; a newcomer stops on the way."""
    city = market.city
    name = agency_name(shop.number, shop.trade, city.random)
    with transaction() as now:
        organisation = market.registry.organisation(OrganisationKind.AGENCY, name)
        person = market.registry.person(f"【虚构】经办{shop.number}", f"agency{shop.number}", shown=shop.number <= 2)
        hat = actions.register(organisation, person, _profile(shop, city.random), now=now)
        shop.actor = Actor(hat.user_id, Role.AGENCY, hat.organisation_id)
    if shop.stops == FilingState.DRAFT:
        return
    yield city.later(0, 1)
    shop.wanted = _wanted(market, shop)
    with transaction() as now:
        filing = _filing(shop)
        actions.choose_services(filing, shop.wanted, actor=shop.actor, now=now)
        for paper in _papers(market, shop, clock.china_date(now)):
            actions.add_paper(filing, paper, actor=shop.actor, now=now)
        actions.accept_commitment(filing, actor=shop.actor, now=now)
        actions.submit(filing, actor=shop.actor, now=now)
    if shop.stops == FilingState.IN_CHECK:
        return
    yield city.later(0.2, 1.9)
    if shop.stops == FilingState.RETURNED or shop.number % 9 == 4:
        _return(market, shop)
        if shop.stops:
            return
        yield from _correct(market, shop)
    with transaction() as now:
        filing = _filing(shop)
        actions.pass_filing(filing, actor=market.desk[Role.ADMISSION_DESK], now=now)
        shop.agency_id = filing.agency_id
    yield city.later(0.5, 3)
    yield from _mark_all(market, shop)
    if shop.number in market.turns:
        market.turns[shop.number](market, shop)
    while True:
        yield city.later(150, 420)
        shop.factor *= city.random.uniform(0.9, 1.06)
        if shop.left:
            return
        if shop.marked:
            _mark(market, shop, city.random.choice(sorted(shop.marked)))


def _return(market: Market, shop: Shop) -> None:
    desk = market.desk[Role.ADMISSION_DESK]
    with transaction() as now:
        actions.send_back(_filing(shop), [ReturnReason.PAPER_UNREADABLE], actor=desk, now=now)


def _correct(market: Market, shop: Shop) -> Process:
    yield market.city.later(0.5, 2)
    with transaction() as now:
        actions.submit(_filing(shop), actor=shop.actor, now=now)
    yield market.city.later(0.2, 1.9)


def _filing(shop: Shop) -> Filing:
    return queries.filing_of(queries.agency_of(shop.actor).id)


def _wanted(market: Market, shop: Shop) -> list[str]:
    """The services an agency goes for: some that every project seeks, the others by its trade."""
    random = market.city.random
    sought = random.sample(market.sought, min(MOST_SOUGHT, len(market.sought)))
    codes = [code for category in shop.trade.categories for code in market.entries.get(category, ())]
    marked = Counter(code for other in market.shops for code in (*other.marked, *other.wanted))
    # What few serve attracts newcomers, so that hardly a shelf stays empty.
    codes.sort(key=lambda code: marked[code] + 4 * random.random())
    own = [code for code in codes if code not in sought]
    return sorted([*sought, *own[: random.randint(6, 10) - len(sought)]])


def _mark_all(market: Market, shop: Shop) -> Process:
    random = market.city.random
    for code in shop.wanted:
        _mark(market, shop, code)
        yield market.city.now + timedelta(minutes=random.randint(6, 40))


def newly_listed(market: Market, codes: Sequence[str]) -> Process:
    """What an edition adds finds its first agencies within days."""
    random = market.city.random
    category = {code: name for name, listed in market.entries.items() for code in listed}
    for code in codes:
        able = [
            shop
            for shop in market.shops
            if shop.agency_id and not shop.left and category[code] in shop.trade.categories
            if shop.holds >= set(market.asked.get(code, ()))
        ]
        for shop in random.sample(able, min(len(able), 4)):
            yield market.city.later(0, 1)
            _mark(market, shop, code)


def _mark(market: Market, shop: Shop, code: str) -> None:
    random = market.city.random
    try:
        with transaction() as now:
            entry = entry_of(code, edition_in_force(clock.china_date(now)))
            items = [item for item in fee_items_of(entry.id) if item.price_state != PriceState.UNPUBLISHED]
            listed = list_bands([item.id for item in items])
            prices = {}
            for item in items:
                yuan = market.level_of(item, level(item, random))
                bands = [line_of(band) for band in listed.get(item.id, ())]
                prices[item.id] = mark(item, bands, yuan, factor=shop.factor)
            days = shop.marked.get(code) or min(entry.time_limit_workdays or 40, random.randint(8, 40))
            actions.mark_price(queries.agency_of(shop.actor), Marking(entry, prices, days), actor=shop.actor, now=now)
    except BreaksRule as refusal:
        # A reference without computable figures cannot be followed by percentage; the agency leaves that service out.
        if refusal.code not in ("offer.no_reference", "offer.not_markable", "offer.price_needed"):
            raise
    else:
        shop.marked[code] = days


def _profile(shop: Shop, random: Random) -> Profile:
    return Profile(
        random.choice(KINDS), "【虚构】某某", f"000-0000{shop.number:04d}", f"虚构省虚构市样例路{shop.number}号",
        f"【虚构】从事{shop.trade.words.removesuffix('有限公司')}服务的样例机构。",
    )  # fmt: skip


def _papers(market: Market, shop: Shop, today: date) -> list[NewPaper]:
    """A paper for each qualification that the services ask for, and the one of the trade where they ask for none."""
    shop.holds = {asked for code in shop.wanted for asked in market.asked.get(code, ())}
    named = [(f"{name}证书", name, major, grade) for name, major, grade in sorted(shop.holds)]
    begin, end = today - timedelta(days=200 + shop.number), today + timedelta(days=365 * 4)
    return [
        NewPaper(title, f"FAKE-{shop.number:05d}-{number}", ISSUER, begin, end, *in_register)
        for number, (title, *in_register) in enumerate(named or [(shop.trade.paper, "", "", "")], 1)
    ]
