"""Verify everything: what `verify_log.py` does, from the database, and what only the database can tell.

`flask log verify` does it, and the clock every night; both write down what they found, and every page shows it.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from market.base import clock
from market.base.words import N_, register_sentences
from market.journal.guarding import Log
from market.journal.models import LogCheckpoint
from market.journal.queries import checking
from market.journal.queries.checking import Told
from market.journal.rules import note, tree
from market.journal.rules.edge import Edge, FullTile
from market.journal.rules.finding import Finding, entry_named
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
    """What was verified, in numbers, and every thing that is wrong."""

    entries: int = 0
    waiting: int = 0
    erased: int = 0
    heads: int = 0
    tiles: int = 0
    wrong: list[Finding] = field(default_factory=list)
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
                found.wrong.append(Finding("finding.entry_missing", {"seq": found.entries, "next": seq}))
            found.entries = seq + 1
            for tile in edge.append(check_row(found, row, seq)):
                tiles[tile.level, tile.number] = tile
            if edge.size in heads:
                _check_head(found, heads.pop(edge.size), edge.root(), site)
        found.wrong += unlawful(((seq, row.act, row.obj) for seq, row in rows), found.states)
    found.wrong += [Finding("finding.head_beyond", {"size": size}) for size in heads]
    _check_tiles(found, tiles)
    if last != found.entries:
        found.wrong.append(Finding("finding.head_not_last", {"size": last, "entries": found.entries}))
    _check_waiting(found)
    _check_cosignatures(found, site)
    found.wrong += differing(found.states)
    found.wrong += differing_rows()
    found.wrong += draws_wrong()
    # The head kept beside the database may be newer than the moment at which the reads above stood still.
    release()
    if verdict := site.look():
        found.wrong.append(Finding("finding.known_head", {"verdict": verdict}))
    return found


def check_row(found: Checked, row: Told, seq: int | None = None) -> bytes:
    """The hash of the row's leaf, made anew; compares it, and that of the private part, and the object's chain."""
    own = tree.leaf(leaf_of(row))
    written = own.hex()
    if written != row.leaf:
        found.wrong.append(Finding("finding.leaf", {"entry": entry_named(seq), "row": row.id}))
    if row.payload is None or row.salt is None:
        found.erased += 1
    elif payload_hash(row.salt, row.payload) != row.ph:
        found.wrong.append(Finding("finding.private_part", {"entry": entry_named(seq), "row": row.id}))
    rev, prev = found.last.get(row.obj, _NONE)
    if row.rev != rev + 1 or row.prev != prev:
        facts = {"entry": entry_named(seq), "act": row.act, "obj": row.obj, "rev": rev}
        found.wrong.append(Finding("finding.chain", facts))
    found.last[row.obj] = row.rev, row.leaf
    return own


def _check_head(found: Checked, head: LogCheckpoint, root: bytes, site: Log) -> None:
    found.heads += 1
    try:
        said = note.opened(head.note, site.signer.verifier)
    except ValueError as error:
        found.wrong.append(Finding("finding.head_note", {"size": head.size, "said": str(error)}))
        return
    if (said.size, said.root.hex()) != (head.size, head.root):
        found.wrong.append(Finding("finding.head_columns", {"size": head.size}))
    if said.root != root:
        found.wrong.append(Finding("finding.root", {"size": head.size}))


def _check_tiles(found: Checked, tiles: dict[tuple[int, int], FullTile]) -> None:
    for stored in checking.full_tiles():
        expected = tiles.pop((stored.level, stored.number), None)
        found.tiles += 1
        if expected is None or (expected.root, expected.hashes) != (stored.root, stored.hashes):
            found.wrong.append(Finding("finding.tile", {"level": stored.level, "number": stored.number}))
    found.wrong += [Finding("finding.tile_missing", {"level": level, "number": number}) for level, number in tiles]


def _check_waiting(found: Checked) -> None:
    """Acts without a number: they wait, all of them; the tables show them already."""
    rows = checking.unnumbered()
    for waits, row in rows:
        found.waiting += 1
        if not waits:
            facts = {"row": row.id, "act": row.act, "obj": row.obj}
            found.wrong.append(Finding("finding.waits_not", facts))
        check_row(found, row)
    found.wrong += unlawful(((None, row.act, row.obj) for _, row in rows), found.states)
    found.wrong += [Finding("finding.waits_still", {"row": row_id}) for row_id in checking.waiting_with_number()]


def _check_cosignatures(found: Checked, site: Log) -> None:
    known = {one.name: one.verifier for one in site.policy.witnesses}
    for line, text in checking.cosignatures():
        by = known.get(line.witness)
        if by is not None and note.witnessed(text + line.line, [by]).get(line.witness) != line.seen_at:
            found.wrong.append(Finding("finding.cosignature", {"witness": line.witness, "size": line.size}))


register_sentences(
    {
        "finding.entry_missing": N_("entry {seq} is missing: the next number is {next}"),
        "finding.leaf": N_("{entry}: the columns of journal row {row} do not make its leaf"),
        "finding.private_part": N_("{entry}: the private part of journal row {row} is not the one that was hashed"),
        "finding.chain": N_("{entry}: {act} on {obj} does not follow act {rev} of {obj}"),
        "finding.waits_not": N_("journal row {row} ({act} on {obj}) has no number and does not wait for one"),
        "finding.waits_still": N_("journal row {row} waits although it has a number"),
        "finding.head_beyond": N_("the head of {size} entries is of more than there are"),
        "finding.head_not_last": N_("the newest head is of {size} entries, and {entries} have a number"),
        "finding.head_note": N_("the head of {size} entries: {said}"),
        "finding.head_columns": N_("the head of {size} entries says other than what was signed"),
        "finding.root": N_("the first {size} entries do not make the root that was signed"),
        "finding.known_head": N_("{verdict}: the newest head that this machine knows is not in this database"),
        "finding.tile": N_("tile {level}/{number} is not that of the entries"),
        "finding.tile_missing": N_("tile {level}/{number} is missing"),
        "finding.cosignature": N_("the cosignature of {witness} under {size} entries does not hold"),
    }
)
