"""Bring entries back that a database put back from a backup has lost, from a mirror of the public log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.base.words import N_, register_sentences
from market.journal.actions.recording import record_each
from market.journal.actions.sealing import lock_sequencer, number, store_tiles, whole_edge
from market.journal.models import JournalRow, LogCheckpoint
from market.journal.queries import last_numbered
from market.journal.rules import tree
from market.journal.rules.erasing import ERASE, LOST, WIDTH, name_of, named
from market.journal.rules.leaf import fields_of, leaf_hash, moment_of
from market.journal.rules.note import Head
from market.store.db import db
from market.store.types import LARGEST_KEY

_AT_ONCE = 5000  # names in one question, fewer than either database takes
# As long as the columns are; SQLite would take more.
_LONGEST = {"act": 64, "obj": 300, "actor": 300, "ph": 64, "prev": 64}


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a mirror holds beyond ours: the leaves from `first` on, the head over all, and its checkpoint's text."""

    first: int
    leaves: Sequence[bytes]
    head: Head
    note: str


def bring_back(mirrored: Mirrored, *, now: datetime) -> list[tuple[int, str, str]]:
    """Write the missing entries; those whose private part is lost (number, act, object).

    An act of its own tells of each of these; what the log says was erased is erased again. Everything is verified
    before anything is written: BreaksRule("log.mirror_wrong") when the mirror's leaves after ours do not make its head,
    "log.mirror_no_leaf" or "log.mirror_chain" when one is no act or does not follow its object's last,
    BadState("log.act_instead") when another act took an object's next number meanwhile.
    """
    lock_sequencer()
    edge = whole_edge()
    if edge.size != mirrored.first:
        raise BadState("changed.meanwhile")
    full = [tile for leaf in mirrored.leaves for tile in edge.append(tree.leaf(leaf))]
    if (edge.size, edge.root()) != (mirrored.head.size, mirrored.head.root):
        raise BreaksRule("log.mirror_wrong", size=mirrored.head.size)
    acts = [_said(leaf) for leaf in mirrored.leaves]
    _require_chains(acts, mirrored.first)
    rows, lost = [], []
    for seq, said in enumerate(acts, mirrored.first):
        row, is_new = _row(said)
        rows.append(row)
        if is_new:
            lost.append((seq, row))
    number(mirrored.first, [row.id for row in rows])
    store_tiles(full)
    db.session.add(
        LogCheckpoint(size=edge.size, root=mirrored.head.root.hex(), note=mirrored.note, made_at=now),
    )
    db.session.flush()
    record_each(LOST, [(name_of(row.leaf), {"entry": seq}) for seq, row in lost], actor=Actor.system(), now=now)
    _erase_again({named(row.obj) for row in rows if row.act == ERASE})
    return [(seq, row.act, row.obj) for seq, row in lost]


def _said(data: bytes) -> dict[str, Any]:
    """The columns of the row that a leaf tells of."""
    try:
        said = fields_of(data)
        moment = moment_of(said["t"])
    except (ValueError, OverflowError):
        raise BreaksRule("log.mirror_no_leaf") from None
    fits = all(len(said[name]) <= longest and "\0" not in said[name] for name, longest in _LONGEST.items())
    if not fits or not 1 <= said["rev"] <= LARGEST_KEY:
        raise BreaksRule("log.mirror_no_leaf")
    return {**said, "t": moment, "leaf": leaf_hash(data)}


def _require_chains(acts: Sequence[dict[str, Any]], first: int) -> None:
    last = last_numbered({said["obj"] for said in acts})
    for seq, said in enumerate(acts, first):
        rev, leaf = last.get(said["obj"], (0, ""))
        if (said["rev"], said["prev"]) != (rev + 1, leaf):
            raise BreaksRule("log.mirror_chain", seq=seq, obj=said["obj"])
        last[said["obj"]] = said["rev"], said["leaf"]


def _row(said: dict[str, Any]) -> tuple[JournalRow, bool]:
    """Our row of that leaf, or a new one without its private part."""
    query = select(JournalRow).where(JournalRow.obj == said["obj"], JournalRow.rev == said["rev"])
    known = db.session.scalar(query)
    if known is None:
        row = JournalRow(**said, salt=None, payload=None)
        db.session.add(row)
        db.session.flush()
        return row, True
    if known.leaf != said["leaf"]:
        raise BadState("log.act_instead", obj=known.obj, rev=known.rev)
    return known, False


def _erase_again(leaves: set[str]) -> None:
    """Clear the private parts that came back with the backup although the log says that they were erased."""
    names = sorted(leaves)
    for start in range(0, len(names), _AT_ONCE):
        here = func.substr(JournalRow.leaf, 1, WIDTH).in_(names[start : start + _AT_ONCE])
        held = update(JournalRow).where(here, JournalRow.salt.is_not(None))
        db.session.execute(held.values(salt=None, payload=None), execution_options={"synchronize_session": False})


register_sentences(
    {
        "log.mirror_wrong": N_(
            "The mirror's entries after ours do not make its signed head of {size} entries. Nothing was written; try "
            "another mirror."
        ),
        "log.mirror_no_leaf": N_("The mirror holds something that is not an entry of this log. Nothing was written."),
        "log.mirror_chain": N_(
            "Entry {seq} of the mirror does not follow the act on {obj} before it. Nothing was written; find out who "
            "signed it."
        ),
        "log.act_instead": N_(
            "After the backup was put back, act {rev} on {obj} was written here although the log has another one. "
            "Nothing was written; put the backup back again before anybody writes."
        ),
    }
)
