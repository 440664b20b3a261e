"""Requests that a draw decides: sign-up, secrets of two witnesses, freeze, ranking, a refusal, too few, one still open.

The demo city has no internet, so that two of its fictitious offices commit to secrets and reveal them: the mechanism
is the real one, and every draw of the city can be repeated. What is published on its last day waits for drand.
"""

from datetime import UTC, datetime, timedelta
from random import Random

from market.base.clock import china_date
from market.base.draw import BeaconKind
from market.base.errors import Refusal
from market.base.people import Actor, Role
from market.cli.demo.agencies import Market, Shop
from market.cli.demo.city import Process
from market.cli.demo.orders import Plan, draft
from market.jobs.draws import draw_due, freeze_due
from market.selection import actions as selection
from market.selection.actions import draws
from market.selection.queries import draw_of, request_lock, request_of, request_open_to
from market.selection.queries.draws import awards_of_draw
from market.store.settings import set_value
from market.store.transaction import transaction

WITNESSES = (Role.SUPERVISOR, Role.AUDITOR)
ENDINGS = ("drawn", "refused", "few", "drawn", "drawn", "refused", "drawn")
SOURCE = "【虚构】演示城市：没有互联网，由两个虚构部门承诺并公开随机数"


def choose_beacons(market: Market) -> None:
    """Secrets of two offices while the city lives; drand for what its last day publishes."""
    first, last = china_date(market.city.begin), china_date(market.city.last_workday)
    with transaction():
        set_value("draw.beacon", str(BeaconKind.COMMIT), valid_from=first, source=SOURCE)
        set_value("draw.beacon", str(BeaconKind.DRAND), valid_from=last, source="operator's default")


def draw_story(market: Market, plan: Plan, random: Random) -> Process:
    """One request from its draft to what its plan says: open, few, drawn or refused."""
    city = market.city
    ref = draft(market, plan)
    if ref is None:
        return
    with transaction() as now:
        selection.publish(request_of(plan.buyer, ref), actor=plan.buyer, now=now)
        shown = draw_of(ref)
        until, beacon_at, kind = shown.signup_until, shown.beacon_at, shown.beacon
    yield city.now + timedelta(minutes=random.randint(30, 90))
    shops = [shop for shop in market.shops if plan.code in shop.marked]
    for shop in random.sample(shops, min(1 if plan.ending == "few" else random.randint(3, 6), len(shops))):
        _sign_up(shop, ref, random)
        yield city.now + timedelta(minutes=random.randint(5, 40))
    if plan.ending == "open":
        return
    secrets = {role: random.randbytes(32).hex() for role in WITNESSES}
    if kind == BeaconKind.COMMIT:
        for role, secret in secrets.items():
            with transaction(request_lock(ref)) as now:
                draws.commit_secret(draw_of(ref), secret, actor=market.desk[role], now=now)
    yield until
    freeze_due()
    if plan.ending == "few" or kind != BeaconKind.COMMIT:
        return
    yield until + timedelta(minutes=4)
    for role, secret in secrets.items():
        _reveal(ref, secret, market.desk[role])
    yield beacon_at
    draw_due()
    if plan.ending == "refused":
        yield from _refusal(market, ref, beacon_at)


def _sign_up(shop: Shop, ref: str, random: Random) -> None:
    try:
        with transaction(request_lock(ref)) as now:
            wanted = request_open_to(shop.agency_id, ref)
            draws.sign_up(wanted, random.randbytes(16).hex(), actor=shop.actor, now=now)
    except Refusal:
        pass  # its price does not reach so far, or it rests: it stays away


def _reveal(ref: str, secret: str, actor: Actor) -> None:
    try:
        with transaction(request_lock(ref)) as now:
            draws.reveal_secret(draw_of(ref), secret, actor=actor, now=now)
    except Refusal:
        pass  # too few took part, and there is nothing to reveal for


def _refusal(market: Market, ref: str, after: datetime) -> Process:
    yield market.city.office_hour(after.astimezone(UTC) + timedelta(hours=10))
    with transaction():
        awards = awards_of_draw(draw_of(ref))
    shop = next((one for one in market.shops if awards and one.agency_id == awards[0].agency_id), None)
    if shop is not None:
        with transaction(request_lock(ref)) as now:
            wanted = request_open_to(shop.agency_id, ref)
            draws.refuse_award(wanted, "【虚构】注册人员本月均在外业，无法按期承接。", actor=shop.actor, now=now)
