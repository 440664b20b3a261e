"""Read the log: entries, tiles, heads and proofs, each with a number of queries that does not grow with the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Select, bindparam, func, select

from market.journal.models import JournalRow, LogCheckpoint, LogCosignature, LogEntry, LogTile, LogWaiting
from market.journal.rules import tree
from market.journal.rules.edge import Edge, split
from market.journal.rules.leaf import leaf_of
from market.journal.rules.tiles import HEIGHT, WIDTH, width_at
from market.journal.rules.tiles import bundle as bundled
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head: `note` with the lines of the witnesses that have cosigned it, and when each looked."""

    size: int
    root: bytes
    note: str
    made_at: datetime
    seen: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """An act with its number in the log."""

    seq: int
    row: JournalRow


def how_many_wait() -> int:
    """How many acts have no number yet. One query."""
    return db.session.scalar(select(func.count()).select_from(LogWaiting)) or 0


def waiting_since() -> datetime | None:
    """When the act was done that waits first for its number; None when none waits. One query by two primary keys."""
    first = select(func.min(LogWaiting.row_id)).scalar_subquery()
    return db.session.scalar(select(JournalRow.t).where(JournalRow.id == first))


def waiting(limit: int) -> Sequence[tuple[int, str]]:
    """The oldest acts without a number: id and leaf hash. Two queries.

    What is asked is which rows wait, never which ids come after the last: on PostgreSQL a lower id may become visible
    after a higher one. Two queries, because PostgreSQL would merge a join over every row of the journal.
    """
    ids = list(db.session.scalars(select(LogWaiting.row_id).order_by(LogWaiting.row_id).limit(limit)))
    leaves = select(JournalRow.id, JournalRow.leaf).where(JournalRow.id.in_(ids)).order_by(JournalRow.id)
    return [(row_id, leaf) for row_id, leaf in db.session.execute(leaves)] if ids else []


def entries() -> int:
    """How many acts have a number. One query."""
    last = db.session.scalar(select(func.max(LogEntry.seq)))
    return 0 if last is None else last + 1


def sequenced(row_id: int) -> int | None:
    """The number of a row of the journal in the log; None while it waits. One query."""
    return db.session.scalar(select(LogEntry.seq).where(LogEntry.row_id == row_id))


def sealed(obj: str, leaf: str) -> Entry | None:
    """The entry of an act on `obj` that somebody holds the leaf's hash of; None while it waits. One query."""
    found = db.session.execute(_entries().where(JournalRow.obj == obj, JournalRow.leaf == leaf)).first()
    return None if found is None else Entry(*found)


def entry(seq: int) -> Entry | None:
    """One entry of the log. One query."""
    found = db.session.execute(_entries().where(LogEntry.seq == seq)).one_or_none()
    return None if found is None else Entry(*found)


def newest_entries(limit: int) -> list[Entry]:
    """The newest entries, the newest first. One query."""
    return [Entry(*found) for found in db.session.execute(_entries().order_by(LogEntry.seq.desc()).limit(limit))]


def head() -> LogCheckpoint | None:
    """The newest signed head. One query."""
    return db.session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))


def checkpoint() -> Checkpoint | None:
    """The newest head with every line that was ever kept under it: for who asks witnesses, not for who shows them."""
    found = head()
    return None if found is None else _with_witnesses(found)


def last_seen_by(witness: str) -> int:
    """The largest size that a witness has cosigned, as far as we know; 0 before the first. One query."""
    return db.session.scalar(select(func.max(LogCosignature.size)).where(LogCosignature.witness == witness)) or 0


def tile(level: int, number: int, width: int) -> bytes | None:
    """The first `width` hashes of a tile; None when the log has not so many. One query."""
    hashes = _full(level, number) if width == WIDTH else _partial(level, number)[:width]
    return b"".join(hashes) if len(hashes) == width else None


def bundle(number: int, width: int) -> bytes | None:
    """The first `width` leaves of a bundle; None when the log has not so many. One query."""
    first = number * WIDTH
    query = _entries().where(LogEntry.seq >= first, LogEntry.seq < first + width).order_by(LogEntry.seq)
    rows = [found[1] for found in db.session.execute(query)]
    return bundled(leaf_of(row) for row in rows) if len(rows) == width else None


# Made once and of columns alone: a proof asks several times, and to make a statement costs more than to answer it.
_TILE, _ROW, _ENTRY = LogTile.__table__.c, JournalRow.__table__.c, LogEntry.__table__.c
_FIRST: BindParameter[int] = bindparam("first")
_BEYOND: BindParameter[int] = bindparam("beyond")
_FULL = select(_TILE.hashes).where(_TILE.level == bindparam("level"), _TILE.number == bindparam("number"))
_ROOTS = (
    select(_TILE.root)
    .where(_TILE.level == bindparam("level"), _TILE.number >= _FIRST, _TILE.number < _BEYOND)
    .order_by(_TILE.number)
)
_LEAVES = (
    select(_ROW.leaf)
    .join_from(JournalRow.__table__, LogEntry.__table__, _ENTRY.row_id == _ROW.id)
    .where(_ENTRY.seq >= _FIRST, _ENTRY.seq < _BEYOND)
    .order_by(_ENTRY.seq)
)


def _full(level: int, number: int) -> list[bytes]:
    found = db.session.connection().scalar(_FULL, {"level": level, "number": number})
    return [] if found is None else split(found)


def _partial(level: int, number: int) -> list[bytes]:
    place = {"first": number * WIDTH, "beyond": (number + 1) * WIDTH}
    if level:
        return list(db.session.connection().scalars(_ROOTS, place | {"level": level - 1}))
    return [bytes.fromhex(leaf) for leaf in db.session.connection().scalars(_LEAVES, place)]


def edge(size: int) -> Edge:
    """The right edge of the tree of all `size` entries. One query a level of tiles."""
    levels, level = [], 0
    while size >> (HEIGHT * level):
        number = (size >> (HEIGHT * level)) // WIDTH
        levels.append(_partial(level, number) if width_at(size, level, number) else [])
        level += 1
    return Edge(size, levels)


def stored_nodes(size: int) -> tree.Nodes:
    """The hashes of the tree of `size` entries from the tiles, each tile read once, by one query."""
    kept: dict[tuple[int, int], list[bytes]] = {}

    def nodes(level: int, index: int) -> bytes:
        tile_level, within = divmod(level, HEIGHT)
        number, offset = divmod(index << within, WIDTH)
        if (tile_level, number) not in kept:
            is_full = width_at(size, tile_level, number) == WIDTH
            kept[tile_level, number] = (_full if is_full else _partial)(tile_level, number)
        return tree.root(kept[tile_level, number][offset : offset + (1 << within)])

    return nodes


def proof_of(seq: int, size: int) -> list[bytes]:
    """The inclusion proof of an entry under the head of `size`; ValueError when it is not in it."""
    return tree.inclusion(seq, size, stored_nodes(size))


def _entries() -> Select[int, JournalRow]:
    return select(LogEntry.seq, JournalRow).join(JournalRow, JournalRow.id == LogEntry.row_id)


def _with_witnesses(found: LogCheckpoint) -> Checkpoint:
    query = select(LogCosignature).where(LogCosignature.size == found.size).order_by(LogCosignature.witness)
    lines = list(db.session.scalars(query))
    note = found.note + "".join(one.line for one in lines)
    return Checkpoint(
        found.size, bytes.fromhex(found.root), note, found.made_at, {one.witness: one.seen_at for one in lines}
    )
