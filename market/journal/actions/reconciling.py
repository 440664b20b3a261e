"""Bring entries back that a database put back from a backup has lost, from a mirror of the public log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from market.base.errors import BadState, BreaksRule
from market.base.words import N_, register_sentences
from market.journal.actions.sealing import lock_sequencer, number, store_tiles, whole_edge
from market.journal.models import JournalRow, LogCheckpoint
from market.journal.rules import tree
from market.journal.rules.leaf import fields_of, leaf_hash, moment_of
from market.journal.rules.note import Head
from market.store.db import db


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a mirror holds beyond ours: the leaves from `first` on, the head over all, and its checkpoint's text."""

    first: int
    leaves: Sequence[bytes]
    head: Head
    note: str


def bring_back(mirrored: Mirrored, *, now: datetime) -> list[tuple[int, str, str]]:
    """Write the missing entries; those whose private part is lost (number, act, object).

    Everything is verified before anything is written: BreaksRule("log.mirror_wrong") when the mirror's leaves after
    ours do not make its head, BadState("log.act_instead") when another act took an object's next number meanwhile.
    """
    lock_sequencer()
    edge = whole_edge()
    if edge.size != mirrored.first:
        raise BadState("changed.meanwhile")
    full = [tile for leaf in mirrored.leaves for tile in edge.append(tree.leaf(leaf))]
    if (edge.size, edge.root()) != (mirrored.head.size, mirrored.head.root):
        raise BreaksRule("log.mirror_wrong", size=mirrored.head.size)
    row_ids, lost = [], []
    for seq, data in enumerate(mirrored.leaves, mirrored.first):
        row, is_new = _row(data)
        row_ids.append(row.id)
        if is_new:
            lost.append((seq, row.act, row.obj))
    number(mirrored.first, row_ids)
    store_tiles(full)
    db.session.add(
        LogCheckpoint(size=edge.size, root=mirrored.head.root.hex(), note=mirrored.note, made_at=now),
    )
    db.session.flush()
    return lost


def _row(data: bytes) -> tuple[JournalRow, bool]:
    """Our row of that leaf, or a new one without its private part."""
    try:
        said = fields_of(data)
        moment = moment_of(said["t"])
    except ValueError:
        raise BreaksRule("log.mirror_no_leaf") from None
    query = select(JournalRow).where(JournalRow.obj == said["obj"], JournalRow.rev == said["rev"])
    known, own = db.session.scalar(query), leaf_hash(data)
    if known is None:
        row = JournalRow(**{**said, "t": moment}, leaf=own, salt=None, payload=None)
        db.session.add(row)
        db.session.flush()
        return row, True
    if known.leaf != own:
        raise BadState("log.act_instead", obj=known.obj, rev=known.rev)
    return known, False


register_sentences(
    {
        "log.mirror_wrong": N_(
            "The mirror's entries after ours do not make its signed head of {size} entries. Nothing was written; try "
            "another mirror."
        ),
        "log.mirror_no_leaf": N_("The mirror holds something that is not an entry of this log. Nothing was written."),
        "log.act_instead": N_(
            "After the backup was put back, act {rev} on {obj} was written here although the log has another one. "
            "Nothing was written; put the backup back again before anybody writes."
        ),
    }
)
