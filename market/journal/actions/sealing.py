"""Number the acts that wait, and sign the log's new head."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, func, insert, select

from market.base.errors import BadState
from market.base.words import N_, register_sentences
from market.journal import queries
from market.journal.models import LogCheckpoint, LogCosignature, LogEntry, LogTile, LogWaiting
from market.journal.rules.edge import Edge, FullTile
from market.journal.rules.note import Head, Signer, signed
from market.store.db import db

BATCH = 4096
_ENTRIES = insert(cast("Table", LogEntry.__table__))
_ONE_SEQUENCER = 0x6C6F67  # "log": the key of the lock that PostgreSQL keeps for whoever numbers


def seal(signer: Signer, *, now: datetime) -> Head | None:
    """Give the next numbers to the acts that wait, a batch of them, and sign the head; None when nothing waits.

    Runs in one transaction: killed at any moment, it has numbered the whole batch or nothing. One at a time: SQLite has
    one writer, PostgreSQL a lock until the end of the transaction. BadState("log.inconsistent") when the rows no longer
    make the head that was signed last: such a log is never signed again.
    """
    lock_sequencer()
    waiting = queries.waiting(BATCH)
    if not waiting:
        return None
    edge = whole_edge()
    number(edge.size, [row_id for row_id, _ in waiting])
    store_tiles([full for _, leaf in waiting for full in edge.append(bytes.fromhex(leaf))])
    head = Head(signer.name, edge.size, edge.root())
    db.session.add(
        LogCheckpoint(size=head.size, root=head.root.hex(), note=signed(head, signer), made_at=now),
    )
    db.session.flush()
    return head


def keep_cosignature(size: int, witness: str, *, line: str, seen_at: datetime) -> None:
    """Keep a witness's line under the head of that size; a second one of the same witness changes nothing."""
    if db.session.get(LogCosignature, (size, witness)) is None:
        db.session.add(LogCosignature(size=size, witness=witness, line=line, seen_at=seen_at))


def lock_sequencer() -> None:
    """Wait until nobody else numbers, and keep others from it to the end of the transaction."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_ONE_SEQUENCER)))


def whole_edge() -> Edge:
    """The tree's right edge; BadState("log.inconsistent") unless it makes the head that was signed last."""
    last = queries.head()
    edge = queries.edge(queries.entries())
    if (edge.size, edge.root().hex()) != ((last.size, last.root) if last else (0, edge.root().hex())):
        raise BadState("log.inconsistent", size=last.size if last else 0, entries=edge.size)
    return edge


def number(first: int, row_ids: Sequence[int]) -> None:
    """Give rows the numbers from `first` on; they wait no more."""
    rows = [{"seq": seq, "row_id": row_id} for seq, row_id in enumerate(row_ids, first)]
    db.session.connection().execute(_ENTRIES, rows)
    # What waits was read in the order of ids: all of it up to the last is numbered, and what appears later is not.
    db.session.execute(delete(LogWaiting).where(LogWaiting.row_id.in_(row_ids)))


def store_tiles(tiles: Sequence[FullTile]) -> None:
    """Keep tiles that are full."""
    if tiles:
        columns = ("level", "number", "root", "hashes")
        db.session.execute(insert(LogTile), [{name: getattr(tile, name) for name in columns} for tile in tiles])


register_sentences(
    {
        "log.inconsistent": N_(
            "The public log is not what was signed: the last head has {size} entries, {entries} are here. Nothing is "
            "signed any more until the operator has looked (flask log verify)."
        )
    }
)
