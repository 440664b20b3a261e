"""One round of everything the clock starts."""

from market.jobs.search import bring_up_to_date
from market.jobs.selection import close_due_requests
from market.search.index import Index


def one_round(index: Index) -> tuple[int, int]:
    """Close what is due, then index what changed; how many requests and index rows. Safe to run twice."""
    closed = len(close_due_requests())
    return closed, bring_up_to_date(index)
