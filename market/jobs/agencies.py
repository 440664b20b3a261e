"""What the clock does to agencies. Papers that expire need nobody: it follows from their days."""

from market.agencies import actions
from market.store.transaction import transaction


def watch_agencies() -> int:
    """Tell the supervisors of overdue checks, write down which suspensions are over, tell agencies of their papers,
    and let the directory follow prices that begin and end by the clock.

    How many of all that; safe to run twice.
    """
    with transaction() as now:
        done = actions.escalate_overdue(now=now) + actions.lift_ended(now=now)
        done += actions.follow_clock(now=now)
        return done + actions.tell_of_ends(now=now) + actions.tell_of_rests(now=now)
