"""What the clock does to voices."""

from market.oversight import actions
from market.store.transaction import transaction


def erase_old_contacts() -> int:
    """Erase the contacts of voices answered some days ago; how many they were. Safe to run twice."""
    with transaction() as now:
        return actions.erase_contacts(now=now)
