"""One round of everything the clock starts."""

from collections.abc import Sequence

from market.jobs.agencies import watch_agencies
from market.jobs.catalogue import bring_list_into_force
from market.jobs.draws import watch_draws
from market.jobs.imports import check_lists
from market.jobs.oversight import erase_old_contacts
from market.jobs.search import bring_up_to_date
from market.jobs.selection import close_due_requests
from market.search.index import Index


def one_round(index: Index, relays: Sequence[str] = ()) -> tuple[int, int]:
    """Bring the list into force, check lists handed in, close and draw what is due, index.

    How many requests were closed and index rows written. `relays` are asked for drand's rounds. Safe to run twice.
    """
    bring_list_into_force()
    check_lists()
    erase_old_contacts()
    watch_agencies()
    closed = len(close_due_requests())
    watch_draws(relays)
    return closed, bring_up_to_date(index)
