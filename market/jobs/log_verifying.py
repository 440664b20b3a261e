"""Verify everything: what `verify_log.py` does, from the database, and what only the database can tell.

`flask log verify` does it, and the clock every night; both write down what they found, and every page shows it.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from market.base import clock
from market.journal.guarding import Log
from market.journal.models import LogCheckpoint
from market.journal.queries import checking
from market.journal.queries.checking import Told
from market.journal.rules import note, tree
from market.journal.rules.edge import Edge, FullTile
from market.journal.rules.leaf import leaf_of, payload_hash
from market.pages.queries.log_draws import draws_wrong
from market.pages.queries.log_rows import differing_rows
from market.pages.queries.log_states import differing, unlawful
from market.store.transaction import release, stand_still

_NONE = (0, "")
NIGHT = time(3, 0)
"""When a new night's verification is due, in China."""
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Checked:
    """What was verified, in numbers, and every thing that is wrong, in words."""

    entries: int = 0
    waiting: int = 0
    erased: int = 0
    heads: int = 0
    tiles: int = 0
    wrong: list[str] = field(default_factory=list)
    last: dict[str, tuple[int, str]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)


def verify_nightly(site: Log) -> Checked | None:
    """Verify everything when it was not done since the last night began; None when it was. Safe to run twice."""
    known = site.verification()
    if known is not None and known.at >= last_night(clock.now()):
        return None
    found = verify_and_keep(site)
    for line in found.wrong:
        log.error("the log or what it tells of is wrong: %s", line)
    return found


def last_night(now: datetime) -> datetime:
    """The newest moment at which a night's verification became due."""
    here = now.astimezone(clock.CHINA)
    begun = datetime.combine(here.date(), NIGHT, clock.CHINA)
    return begun if begun <= here else begun - timedelta(days=1)


def verify_and_keep(site: Log) -> Checked:
    """Verify everything and write down what was found, for every page."""
    begun = clock.now()
    found = verify(site)
    site.keep_verification(found.entries, found.wrong, now=begun)
    return found


def verify(site: Log) -> Checked:
    """Recompute all of it: rows, chains, tree, tiles, heads, cosignatures, lives, the state columns and the draws."""
    stand_still()
    found = Checked()
    heads = {one.size: one for one in checking.heads()}
    last = max(heads, default=0)
    edge, tiles = Edge(0, []), dict[tuple[int, int], FullTile]()
    for rows in checking.numbered():
        for seq, row in rows:
            if seq != found.entries:
                found.wrong.append(f"entry {found.entries} is missing: the next number is {seq}")
            found.entries = seq + 1
            for tile in edge.append(check_row(found, row, seq)):
                tiles[tile.level, tile.number] = tile
            if edge.size in heads:
                _check_head(found, heads.pop(edge.size), edge.root(), site)
        found.wrong += unlawful(((seq, row.act, row.obj) for seq, row in rows), found.states)
    found.wrong += [f"the head of {size} entries is of more than there are" for size in heads]
    _check_tiles(found, tiles)
    if last != found.entries:
        found.wrong.append(f"the newest head is of {last} entries, and {found.entries} have a number")
    _check_waiting(found)
    _check_cosignatures(found, site)
    found.wrong += differing(found.states)
    found.wrong += differing_rows()
    found.wrong += draws_wrong()
    # The head kept beside the database may be newer than the moment at which the reads above stood still.
    release()
    if verdict := site.look():
        found.wrong.append(f"{verdict}: the newest head that this machine knows is not in this database")
    return found


def check_row(found: Checked, row: Told, seq: int | None = None) -> bytes:
    """The hash of the row's leaf, made anew; compares it, and that of the private part, and the object's chain."""
    own = tree.leaf(leaf_of(row))
    written = own.hex()
    if written != row.leaf:
        found.wrong.append(f"{_name(seq)}: the columns of journal row {row.id} do not make its leaf")
    if row.payload is None or row.salt is None:
        found.erased += 1
    elif payload_hash(row.salt, row.payload) != row.ph:
        found.wrong.append(f"{_name(seq)}: the private part of journal row {row.id} is not the one that was hashed")
    rev, prev = found.last.get(row.obj, _NONE)
    if row.rev != rev + 1 or row.prev != prev:
        found.wrong.append(f"{_name(seq)}: {row.act} on {row.obj} does not follow act {rev} of {row.obj}")
    found.last[row.obj] = row.rev, row.leaf
    return own


def _name(seq: int | None) -> str:
    return "an act that waits" if seq is None else f"entry {seq}"


def _check_head(found: Checked, head: LogCheckpoint, root: bytes, site: Log) -> None:
    found.heads += 1
    try:
        said = note.opened(head.note, site.signer.verifier)
    except ValueError as error:
        found.wrong.append(f"the head of {head.size} entries: {error}")
        return
    if (said.size, said.root.hex()) != (head.size, head.root):
        found.wrong.append(f"the head of {head.size} entries says other than what was signed")
    if said.root != root:
        found.wrong.append(f"the first {head.size} entries do not make the root that was signed")


def _check_tiles(found: Checked, tiles: dict[tuple[int, int], FullTile]) -> None:
    for stored in checking.full_tiles():
        expected = tiles.pop((stored.level, stored.number), None)
        found.tiles += 1
        if expected is None or (expected.root, expected.hashes) != (stored.root, stored.hashes):
            found.wrong.append(f"tile {stored.level}/{stored.number} is not that of the entries")
    found.wrong += [f"tile {level}/{number} is missing" for level, number in tiles]


def _check_waiting(found: Checked) -> None:
    """Acts without a number: they wait, all of them; the tables show them already."""
    rows = checking.unnumbered()
    for waits, row in rows:
        found.waiting += 1
        if not waits:
            found.wrong.append(f"journal row {row.id} ({row.act} on {row.obj}) has no number and does not wait for one")
        check_row(found, row)
    found.wrong += unlawful(((-1, row.act, row.obj) for _, row in rows), found.states)
    found.wrong += [f"journal row {row_id} waits although it has a number" for row_id in checking.waiting_with_number()]


def _check_cosignatures(found: Checked, site: Log) -> None:
    known = {one.name: one.verifier for one in site.policy.witnesses}
    for line, text in checking.cosignatures():
        by = known.get(line.witness)
        if by is not None and note.witnessed(text + line.line, [by]).get(line.witness) != line.seen_at:
            found.wrong.append(f"the cosignature of {line.witness} under {line.size} entries does not hold")
