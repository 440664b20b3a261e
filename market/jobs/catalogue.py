"""What the clock does to the list."""

from market.catalogue import actions
from market.store.transaction import transaction


def bring_list_into_force() -> int | None:
    """Write down once that the edition whose day has come is in force; its number, or None. Safe to run twice."""
    with transaction() as now:
        return actions.come_into_force(now=now)
