"""Read what happened, and the public log that is made of it.

What others build on: `sequenced(row_id)` (the row's number in the log, or None while it waits), `head()` (the newest
signed head), `witnessed_at(seq, policy)` (who cosigned a head that holds the entry, and when), `proof_of(seq)`.
"""

from market.journal.queries.cosigned import shown, strangers, witnessed, witnessed_at
from market.journal.queries.history import history, last_acts, last_numbered, latest, row
from market.journal.queries.log import (
    Checkpoint,
    Entry,
    bundle,
    checkpoint,
    edge,
    entries,
    entry,
    head,
    how_many_wait,
    last_seen_by,
    newest_entries,
    proof_of,
    sealed,
    sequenced,
    stored_nodes,
    tile,
    waiting,
    waiting_since,
)

__all__ = [
    "Checkpoint",
    "Entry",
    "bundle",
    "checkpoint",
    "edge",
    "entries",
    "entry",
    "head",
    "history",
    "last_acts",
    "last_numbered",
    "last_seen_by",
    "latest",
    "newest_entries",
    "proof_of",
    "row",
    "sealed",
    "sequenced",
    "stored_nodes",
    "tile",
    "waiting",
    "how_many_wait",
    "waiting_since",
    "shown",
    "strangers",
    "witnessed",
    "witnessed_at",
]
