"""What the clock does to the list, and what follows from it for marked prices and open requests."""

from market.agencies import actions as agencies
from market.base import clock
from market.catalogue import actions
from market.catalogue.queries import edition_in_force_or_none
from market.selection import actions as selection
from market.selection.queries import published_editions_lock
from market.store.transaction import transaction


def bring_list_into_force() -> int | None:
    """Let the edition whose day has come take effect; its number the first time, or None.

    In one transaction: it is written down that the edition is in force, what becomes of every marked price, and open
    requests for what is no longer listed are cancelled. Prices that go on are then written again, some agencies at a
    time. Safe to run twice, to stop at any moment, and by two processes at once. Each round looks again, because an act
    that began before the edition's day may have been written after it.
    """
    with transaction(published_editions_lock()) as now:
        number = actions.come_into_force(now=now)
        edition = edition_in_force_or_none(clock.china_date(now))
        if edition is not None:
            agencies.carry_over(edition, now=now)
            selection.cancel_unlisted(edition, now=now)
    while _some_carried_on():
        pass
    return number


def _some_carried_on() -> int:
    with transaction() as now:
        return agencies.carry_on(now=now)
