"""What the clock does to agencies. Papers that expire need nobody: it follows from their days."""

from market.agencies import actions
from market.store.transaction import transaction


def watch_agencies() -> int:
    """Tell the supervisors of overdue checks, write down which suspensions are over; how many. Safe to run twice."""
    with transaction() as now:
        return actions.escalate_overdue(now=now) + actions.lift_ended(now=now)
