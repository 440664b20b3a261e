"""`flask demo`: build the city in an empty database."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

import click
from flask.cli import with_appcontext

from market.accounts.queries import anybody
from market.agencies.rules import FilingState
from market.base import clock
from market.base.clock import CHINA
from market.base.errors import BadState
from market.base.people import Actor, Role
from market.base.words import N_, register_sentences
from market.catalogue import queries
from market.catalogue.queries.bundles import codes_in_bundles
from market.catalogue.rules import Payer, Pricing
from market.cli.demo.agencies import Market, Shop, agency_story, newly_listed, shops
from market.cli.demo.cast import ENTERPRISES, Registry
from market.cli.demo.city import City, Process
from market.cli.demo.draws import ENDINGS as DRAW_ENDINGS
from market.cli.demo.draws import choose_beacons, draw_story
from market.cli.demo.lists import CODE_DAY, publish_packaged_list
from market.cli.demo.orders import Plan, order_story
from market.cli.demo.turns import asked_of, plan_turns
from market.cli.demo.voices import VOICES, voice_story
from market.cli.refusing import refusing
from market.evaluation import actions as evaluation
from market.evaluation.queries import round_of
from market.jobs.catalogue import bring_list_into_force
from market.selection.actions import close_due
from market.selection.rules import Method
from market.store.calendar import calendar
from market.store.transaction import transaction

SEED = 20261122
DAYS = 740
# Services of the bundles that agencies of every trade go for, so that some shelves are full.
SOUGHT = 8
ENDINGS = (*[""] * 8, "cancel", "", "", "fail", *[""] * 5, "decline", *[""] * 5)
# What the last months leave behind, so that every state can be seen today.
LOOSE_ENDS = ("draft", "awarded", "proposed", "delivered", "accepted", "issued", "declared")


@dataclass(frozen=True, slots=True)
class Size:
    """How big a city is: agencies that settle, orders of its two years."""

    agencies: int = 66
    orders: int = 190


register_sentences(
    {"demo.not_empty": N_("There are organisations in this database already. The demo city needs an empty one.")}
)


@click.command("demo")
@click.option("--today", "day", type=click.DateTime(["%Y-%m-%d"]), help="The city's last day; today by default.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed and day make the same city.")
@with_appcontext
@refusing
def demo(day: datetime | None, seed: int) -> None:
    """Build the demo city: fictitious agencies, orders of two years, one published evaluation and one open."""
    build(day.date() if day else clock.today(), seed)


def build(today: date, seed: int, *, size: Size = Size()) -> None:
    """Build the city up to now on `today`; refuses `demo.not_empty`."""
    with transaction():
        if anybody():
            raise BadState("demo.not_empty")
        days = calendar()
    end = min(clock.now(), clock.end_of_day(today))
    begin = (end - timedelta(days=DAYS)).astimezone(CHINA).replace(hour=9, minute=0, second=0, microsecond=0)
    city = City(begin, end, Random(seed), days)
    with clock.moved_to(begin):
        market = _found(city)
    _begin_all(market, size)
    with _progress() as told:
        city.run(told)
    with transaction() as now:
        close_due(now)


@contextmanager
def _progress() -> Iterator[Any]:
    with click.progressbar(length=1000, label="Demo city") as bar:
        shown = 0

        def told(share: float) -> None:
            nonlocal shown
            step = int(share * 1000) - shown
            if step > 0:
                bar.update(step)
                shown += step

        yield told
        bar.update(1000 - shown)


def _found(city: City) -> Market:
    """The regulator, the list in force, the evaluation's scheme."""
    registry = Registry()
    with transaction() as now:
        desk = registry.regulators(now)
    publish_packaged_list(desk[Role.LIST_EDITOR], desk[Role.LIST_APPROVER])
    market = Market(city, registry, desk)
    choose_beacons(market)
    _look_at_the_list(market)
    return market


def _look_at_the_list(market: Market) -> None:
    """What the edition in force lists, for everybody who marks or orders from now on."""
    entries: dict[str, list[str]] = defaultdict(list)
    with transaction() as now:
        edition = queries.edition_in_force(clock.china_date(now))
        found = queries.entries_of(edition)
        market.asked = asked_of(edition)
        for entry in found:
            entries[entry.category_zh].append(entry.code)
        market.entries = dict(entries)
        market.entry_ids = {entry.code: entry.id for entry in found}
        market.sought = codes_in_bundles(edition.id)[:SOUGHT]
        market.fiscal = frozenset(entry.code for entry in found if entry.pricing == Pricing.FISCAL)


def _second_edition(market: Market) -> Process:
    """The Code's edition is published ahead; on its day the clock brings it in, and agencies mark what is new."""
    publish_packaged_list(market.desk[Role.LIST_EDITOR], market.desk[Role.LIST_APPROVER], effective_from=CODE_DAY)
    before = set(market.entry_ids)
    yield datetime(CODE_DAY.year, CODE_DAY.month, CODE_DAY.day, tzinfo=CHINA)
    bring_list_into_force()
    _look_at_the_list(market)
    yield from newly_listed(market, sorted(set(market.entry_ids) - before))


def _begin_all(market: Market, size: Size) -> None:
    """Put everybody's story on the calendar."""
    city, random = market.city, market.city.random
    market.shops = shops(size.agencies, random)
    plan_turns(market, size.agencies)
    for shop in market.shops:
        days = random.uniform(0, 30) if shop.number <= size.agencies * 7 // 8 else random.uniform(60, 700)
        city.start(agency_story(market, shop), city.begin + timedelta(days=days))
    _newcomers(market, size.agencies + 1)
    buyers: list[Actor] = []
    departments: list[Actor] = []
    city.start(_people(market, buyers, departments), city.begin + timedelta(hours=1))
    endings = cycle(ENDINGS)
    for number in range(size.orders):
        day = 45 + number / size.orders * (DAYS - 50)
        story = _order(market, (buyers, departments), next(endings))
        city.start(story, city.begin + timedelta(days=day, minutes=random.randrange(300)))
    for number, ending in enumerate(LOOSE_ENDS * 2):
        story = _order(market, (buyers, departments), ending)
        city.start(story, city.end - timedelta(days=130 - 6 * number))
    for number in range(8):
        story = _order(market, (buyers, departments), "open")
        city.start(story, city.last_workday + timedelta(minutes=9 * number))
    _draws(market, buyers)
    city.start(_closing(market), city.begin + timedelta(days=50))
    if clock.china_date(city.begin) < CODE_DAY:
        ahead = datetime(CODE_DAY.year, CODE_DAY.month, CODE_DAY.day, 10, tzinfo=CHINA) - timedelta(days=12)
        city.start(_second_edition(market), max(ahead, city.begin + timedelta(hours=2)))
    for number, told in enumerate(reversed(VOICES)):
        city.start(voice_story(market, told), city.last_workday - timedelta(days=2 + 33 * number, minutes=17))
    for year in range(city.begin.year, city.end.year + 1):
        city.start(_evaluation(market, year), datetime(year + 1, 1, 12, 10, tzinfo=CHINA))
    opened = datetime(city.end.astimezone(CHINA).year, 2, 3, 10, tzinfo=CHINA)
    city.start(_open_round(market, opened.year), min(opened, city.end - timedelta(hours=1)))


def _draws(market: Market, buyers: list[Actor]) -> None:
    """Requests decided by a draw, spread over the last year, and two that are still open."""
    city, random = market.city, Random(market.city.random.random())

    def story(ending: str) -> Process:
        offered = Counter(code for shop in market.shops for code in shop.marked if code not in market.fiscal)
        code = random.choice([one for one, _shops in offered.most_common(12)])
        plan = Plan(random.choice(buyers), code, Method.RANDOM, Payer.APPLICANT, ending)
        yield from draw_story(market, plan, random)

    for number, ending in enumerate(DRAW_ENDINGS):
        city.start(story(ending), city.end - timedelta(days=330 - 50 * number, minutes=7))
    for number in range(2):
        city.start(story("open"), city.last_workday + timedelta(minutes=31 + 17 * number))


def _newcomers(market: Market, first: int) -> None:
    """Agencies that are still on their way in today."""
    city = market.city
    stops = (FilingState.DRAFT, FilingState.IN_CHECK, FilingState.IN_CHECK, FilingState.RETURNED)
    for number, state in enumerate(stops, first):
        late = shops(number, city.random)[-1]
        late.stops = state
        city.start(agency_story(market, late), city.last_workday - timedelta(days=6))
        market.shops.append(late)


def _people(market: Market, buyers: list[Actor], departments: list[Actor]) -> Process:
    with transaction() as now:
        departments.extend(market.registry.departments(now))
    for number in range(len(ENTERPRISES)):
        with transaction() as now:
            buyers.append(market.registry.enterprise(number, now))
        yield market.city.now + timedelta(minutes=37)


def _order(market: Market, people: tuple[list[Actor], list[Actor]], ending: str) -> Process:
    """Decide who orders what when the day has come: by then it is known what agencies have marked."""
    random = market.city.random
    offered: dict[str, list[Shop]] = defaultdict(list)
    for shop in market.shops:
        for code in shop.marked:
            offered[code].append(shop)
    by_authority = random.random() < 0.12
    codes = [code for code in sorted(offered) if (code in market.fiscal) == by_authority]
    weights = [sum(shop.popularity for shop in offered[code]) for code in codes]
    code = random.choices(codes, weights)[0]
    quoted = by_authority or ending in ("fail", "open") or random.random() < 0.55
    buyer = random.choice(people[1] if by_authority else people[0])
    plan = Plan(
        buyer, code, Method.LOWEST_QUOTE if quoted else Method.DIRECT,
        Payer.AUTHORITY if by_authority else Payer.APPLICANT, ending,
    )  # fmt: skip
    yield from order_story(market, plan)


def _closing(market: Market) -> Process:
    """The nightly job: what nobody quoted on fails."""
    while True:
        with transaction() as now:
            close_due(now)
        yield market.city.now + timedelta(days=1)


def _open_round(market: Market, year: int) -> Process:
    with transaction() as now:
        evaluation.open_round(year, "demo-1", actor=market.desk[Role.EVALUATION_OFFICER], now=now)
    yield from ()


def _evaluation(market: Market, year: int) -> Process:
    """In January the past year is evaluated by one person and published by another."""
    officer, supervisor = market.desk[Role.EVALUATION_OFFICER], market.desk[Role.SUPERVISOR]
    if year == market.city.begin.astimezone(CHINA).year and market.city.begin.month > 6:
        return
    with transaction() as now:
        evaluation.open_round(year, "demo-1", actor=officer, now=now)
    yield market.city.later(1, 3)
    with transaction() as now:
        evaluation.compute(round_of(year), actor=officer, now=now)
    yield market.city.later(3, 6)
    with transaction() as now:
        evaluation.publish(round_of(year), actor=supervisor, now=now)
