"""What the clock does to draws: freeze at the deadline, fetch the beacon, draw, and follow what was declined.

Each draw is a transaction of its own under the lock on its request, so that one that is refused holds up no other.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from market.base.errors import Refusal
from market.contracts.queries import declined_after_draw
from market.journal.rules.policy import NOBODY, Policy
from market.selection.actions import draws
from market.selection.draw.relays import fetch
from market.selection.queries import request_lock
from market.selection.queries.draws import draws_before_beacon, draws_to_draw, draws_to_freeze, rounds_awaited
from market.store.transaction import transaction

log = logging.getLogger(__name__)
MARGIN = 60
"""Seconds before the beacon at which witnesses must have confirmed the frozen pool."""


def watch_draws(relays: Sequence[str], policy: Policy = NOBODY) -> int:
    """Freeze what is due, fetch awaited rounds, draw, follow declined contracts; how many acts. Safe to run twice."""
    done = freeze_due(policy)
    fetch_rounds(relays)
    return done + draw_due() + follow_declined()


def freeze_due(policy: Policy = NOBODY) -> int:
    """Freeze every pool whose sign-up has ended; postpone what too few witnesses of the policy have confirmed."""
    with transaction() as now:
        due, unwitnessed = draws_to_freeze(now), draws_before_beacon(now, MARGIN)
    done = _each(due, _frozen)
    return done + _each(unwitnessed, partial(_postponed, policy))


def fetch_rounds(relays: Sequence[str]) -> int:
    """Fetch and verify the rounds that draws wait for, each once for all of them; no transaction is open meanwhile."""
    with transaction() as now:
        wanted = rounds_awaited(now)
    found = 0
    for number in wanted:
        beacon = fetch(relays, number)
        if beacon is not None:
            with transaction() as now:
                draws.keep_round(beacon, now=now)
            found += 1
    return found


def draw_due() -> int:
    """Draw every frozen pool whose beacon is known."""
    with transaction() as now:
        due = draws_to_draw(now)
    return _each(due, _drawn)


def follow_declined() -> int:
    """Let the next rank follow where a drawn agency declined the contract."""
    with transaction():
        declined = declined_after_draw()
    return _each(declined, _followed)


def _each(refs: Iterable[str], act: Callable[[str], bool]) -> int:
    done = 0
    for ref in refs:
        try:
            done += act(ref)
        except Refusal as refusal:
            log.error("the draw %s: %s", ref, refusal)
    return done


def _frozen(ref: str) -> bool:
    with transaction(request_lock(ref)) as now:
        return draws.freeze(ref, now=now).pool_root is not None


def _postponed(policy: Policy, ref: str) -> bool:
    with transaction(request_lock(ref)) as now:
        return draws.postpone_unwitnessed(ref, policy, now=now)


def _drawn(ref: str) -> bool:
    with transaction(request_lock(ref)) as now:
        return draws.draw_now(ref, now=now)


def _followed(ref: str) -> bool:
    with transaction(request_lock(ref)) as now:
        return draws.follow_declined(ref, now=now)
