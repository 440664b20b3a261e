"""One round of everything the clock starts."""

from collections.abc import Sequence

from market.jobs.agencies import watch_agencies
from market.jobs.catalogue import bring_list_into_force
from market.jobs.draws import watch_draws
from market.jobs.imports import check_lists
from market.jobs.log import watch_log
from market.jobs.oversight import erase_old_contacts
from market.jobs.search import bring_up_to_date
from market.jobs.selection import close_due_requests
from market.journal.guarding import Log
from market.search.index import Index


def one_round(index: Index, site: Log, relays: Sequence[str] = ()) -> tuple[int, int]:
    """Look after log and list, check lists handed in, close and draw what is due, index; how many closed and indexed.

    `relays` are asked for drand's rounds. Safe to run twice. While the database is behind its log, nothing is written.
    """
    if watch_log(site):
        return 0, 0
    bring_list_into_force()
    check_lists()
    erase_old_contacts()
    watch_agencies()
    closed = len(close_due_requests())
    watch_draws(relays, site.policy)
    return closed, bring_up_to_date(index)
