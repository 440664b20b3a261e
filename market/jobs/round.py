"""One round of everything the clock starts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from market.jobs.agencies import watch_agencies
from market.jobs.catalogue import bring_list_into_force
from market.jobs.draws import watch_draws
from market.jobs.imports import check_lists
from market.jobs.log import watch_log
from market.jobs.oversight import erase_old_contacts
from market.jobs.search import bring_up_to_date
from market.jobs.selection import close_due_requests
from market.jobs.surviving import surviving
from market.journal.guarding import Log
from market.search.index import Index


@dataclass(slots=True)
class Done:
    """What a round did: requests closed, rows indexed, and the names of the tasks that failed."""

    closed: int = 0
    indexed: int = 0
    failed: list[str] = field(default_factory=list)


def one_round(index: Index, site: Log, relays: Sequence[str] = ()) -> Done:
    """Look after log and list, check lists handed in, close and draw what is due, index.

    `relays` are asked for drand's rounds. Safe to run twice. A task that fails ends no other one; it is tried again in
    the next round. While the database is behind its log, nothing is written.
    """
    done = Done()
    with surviving("log", done.failed):
        watch_log(site)
    if site.verdict():
        return done
    tasks: dict[str, Callable[[], object]] = {
        "list": bring_list_into_force,
        "imports": check_lists,
        "contacts": erase_old_contacts,
        "agencies": watch_agencies,
    }
    for name, task in tasks.items():
        with surviving(name, done.failed):
            task()
    with surviving("requests", done.failed):
        done.closed = len(close_due_requests())
    with surviving("draws", done.failed):
        watch_draws(relays, site.policy)
    with surviving("index", done.failed):
        done.indexed = bring_up_to_date(index)
    return done
