"""What the clock does to requests."""

from market.selection import actions
from market.store.transaction import transaction


def close_due_requests() -> list[str]:
    """Let every request fail whose deadline has come without a quote; returns their references. Safe to run twice."""
    with transaction() as now:
        return actions.close_due(now)
