"""Turns in the life of some agencies: a paper that expires and is renewed, a change in check, one that leaves."""

from collections.abc import Sequence
from datetime import timedelta

from market.agencies import actions, queries
from market.agencies.actions import NewPaper
from market.agencies.models import Qualification
from market.base import clock
from market.base.people import Role
from market.catalogue.models import Edition
from market.catalogue.rules import RequirementMode
from market.cli.demo.agencies import ISSUER, Asked, Market, Shop
from market.cli.demo.cast import TRADES
from market.cli.demo.city import Process
from market.store.transaction import transaction

SAFETY = next(number for number, trade in enumerate(TRADES, 1) if "安全评价" in trade.words)


def asked_of(edition: Edition) -> dict[str, list[Asked]]:
    """What the entries of an edition ask for, by code, as the register names it; the first where any one is enough."""
    register = {row.name if not row.major else f"{row.name}（{row.major}）": row for row in _register()}
    found: dict[str, list[Asked]] = {}
    for code, mode, name in queries.qualifications_asked(edition.id):
        row = register[name]
        already = found.setdefault(code, [])
        if not already or mode == RequirementMode.ALL:
            already.append((row.name, row.major, row.grades[0] if row.grades else ""))
    return found


def _register() -> Sequence[Qualification]:
    return queries.qualifications_on(clock.today())


def plan_turns(market: Market, agencies: int) -> None:
    """Say which agencies' lives take a turn: late ones of three trades, who are asked for little."""
    early = agencies * 7 // 8
    last = {trade: max(range(trade, early + 1, len(TRADES)), default=0) for trade in range(1, len(TRADES) + 1)}
    market.turns = {
        last[SAFETY]: _will_renew,
        last[2]: _will_change,
        last[5]: _will_leave,
    }
    market.turns.pop(0, None)


def _will_renew(market: Market, shop: Shop) -> None:
    market.city.start(_renewal(market, shop), market.city.last_workday - timedelta(days=60))


def _will_change(market: Market, shop: Shop) -> None:
    market.city.start(_change(market, shop), market.city.last_workday - timedelta(hours=15))


def _will_leave(market: Market, shop: Shop) -> None:
    market.city.start(_exit(market, shop), market.city.last_workday - timedelta(days=100))


def _renewal(market: Market, shop: Shop) -> Process:
    """An agency takes up a short paper, lets it expire, and renews it some days later."""
    marked, shop.marked = shop.marked, {}
    yield market.city.later(1, 2)
    day = clock.china_date(market.city.now)
    yield from _new_papers(market, shop, (f"FAKE-{shop.number:05d}-S", 24))
    yield market.city.office_hour(clock.end_of_day(day + timedelta(days=33)))
    yield from _new_papers(market, shop, (f"FAKE-{shop.number:05d}-R", 365 * 3))
    shop.marked = marked


def _new_papers(market: Market, shop: Shop, told: tuple[str, int]) -> Process:
    """Replace every paper on record by one of other days."""
    number, days = told
    with transaction() as now:
        mine, today = queries.agency_of(shop.actor), clock.china_date(now)
        filing = actions.begin_change(mine, actor=shop.actor, now=now)
        for place, old in enumerate(queries.papers_of(mine.id), 1):
            actions.remove(filing, old, actor=shop.actor, now=now)
            paper = NewPaper(
                old.name, f"{number}{place}", ISSUER, today, today + timedelta(days=days), old.qualification,
                old.major, old.grade,
            )  # fmt: skip
            actions.add_paper(filing, paper, actor=shop.actor, now=now)
        actions.accept_commitment(filing, actor=shop.actor, now=now)
        actions.submit(filing, actor=shop.actor, now=now)
    yield market.city.later(0.2, 1)
    with transaction() as now:
        filing = queries.filing_of(shop.agency_id)
        actions.pass_filing(filing, actor=market.desk[Role.ADMISSION_DESK], now=now)


def _change(market: Market, shop: Shop) -> Process:
    """An agency has moved; the desk has its change, and the old address serves meanwhile."""
    yield market.city.now + timedelta(minutes=1)
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(shop.actor), actor=shop.actor, now=now)
        said = actions.profile_of(filing)
        moved = actions.Profile(
            said.kind, said.legal_representative, said.phone, "虚构省虚构市新址路8号", said.introduction
        )
        actions.save_profile(filing, moved, actor=shop.actor, now=now)
        actions.accept_commitment(filing, actor=shop.actor, now=now)
        actions.submit(filing, actor=shop.actor, now=now)


def _exit(market: Market, shop: Shop) -> Process:
    """An agency takes no more orders, and leaves when its work is done."""
    shop.marked, shop.left = {}, True
    yield market.city.later(35, 40)
    with transaction() as now:
        actions.leave(queries.agency_of(shop.actor), actor=shop.actor, now=now)
