"""Verify everything: what `verify_log.py` does, from the database, and what only the database can tell.

`flask log verify` does it, and the clock every night; both write down what they found, and every page shows it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import SimpleNamespace

from market.base import clock
from market.base.words import N_, register_sentences
from market.journal import queries
from market.journal.guarding import Log
from market.journal.models import LogCheckpoint
from market.journal.queries import checking
from market.journal.queries.checking import Told, Torn, as_hashed, survived
from market.journal.rules import note, tree
from market.journal.rules.edge import Edge, FullTile
from market.journal.rules.erasing import BINDING, ERASE, LOST, named, short
from market.journal.rules.finding import Finding, entry_named
from market.journal.rules.leaf import FIELDS, leaf_of
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
    """What was verified, in numbers, and every thing that is wrong.

    `bare` are the acts without a private part (number, act and object by the leaf's name), `told` what the log says of
    missing private parts.
    """

    entries: int = 0
    waiting: int = 0
    erased: int = 0
    heads: int = 0
    tiles: int = 0
    wrong: list[Finding] = field(default_factory=list)
    last: dict[str, tuple[int, str]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    bare: dict[str, tuple[int | None, str, str]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=lambda: {ERASE: set(), LOST: set()})


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
    """Recompute all of it: rows, chains, tree, tiles, heads, cosignatures, lives, the state columns and the draws.

    Whatever stands in the tables is told as a finding: what breaks off one part does not keep the others from going on.
    """
    stand_still()
    found, heads, tiles = Checked(), dict[int, LogCheckpoint](), dict[tuple[int, int], FullTile]()
    parts: Sequence[tuple[str, Callable[[], Iterable[Finding]]]] = (
        ("finding.heads", lambda: _read_heads(heads)),
        ("finding.entries", lambda: _check_entries(found, heads, tiles=tiles, site=site)),
        ("finding.tiles", lambda: _check_tiles(found, tiles)),
        ("finding.waiting", lambda: _check_waiting(found)),
        ("finding.private_parts", lambda: _check_private_parts(found)),
        ("finding.cosignatures", lambda: _check_cosignatures(site)),
        ("finding.lives", lambda: differing(found.states)),
    )
    for name, check in parts:
        found.wrong += survived(Finding(name), check)
    found.wrong += differing_rows()
    found.wrong += survived(Finding("finding.draws"), draws_wrong)
    # The head kept beside the database may be newer than the moment at which the reads above stood still.
    release()
    found.wrong += survived(Finding("finding.kept_head"), lambda: _check_kept_head(site))
    return found


def _read_heads(heads: dict[int, LogCheckpoint]) -> Iterator[Finding]:
    heads |= {one.size: one for one in checking.heads()}
    yield from ()


def _check_entries(
    found: Checked, heads: dict[int, LogCheckpoint], *, tiles: dict[tuple[int, int], FullTile], site: Log
) -> Iterator[Finding]:
    """Walk over every entry; fills `tiles` with those that the entries make."""
    last, edge = max(heads, default=0), Edge(0, [])
    for rows in checking.numbered():
        for seq, row in rows:
            if seq != found.entries:
                yield Finding("finding.entry_missing", {"seq": found.entries, "next": seq})
            found.entries = seq + 1
            for tile in edge.append(check_row(found, row, seq)):
                tiles[tile.level, tile.number] = tile
            if edge.size in heads:
                yield from _check_head(found, heads.pop(edge.size), edge.root(), site)
        yield from unlawful(_acts(rows), found.states)
    yield from (Finding("finding.head_beyond", {"size": size}) for size in heads)
    if last != found.entries:
        yield Finding("finding.head_not_last", {"size": last, "entries": found.entries})


def _acts(rows: Iterable[tuple[int | None, Told | Torn]]) -> Iterator[tuple[int | None, str, str]]:
    for seq, row in rows:
        if isinstance(row, Told):
            yield seq, row.act, row.obj
        elif {"act", "obj"} <= row.said.keys():
            yield seq, row.said["act"], row.said["obj"]


def check_row(found: Checked, row: Told | Torn, seq: int | None = None) -> bytes:
    """The hash of the row's leaf, made anew; compares it, and that of the private part, and the object's chain."""
    if isinstance(row, Torn):
        return _check_torn(found, row, seq)
    own = tree.leaf(leaf_of(row))
    written = own.hex()
    if written != row.leaf:
        found.wrong.append(Finding("finding.leaf", {"entry": entry_named(seq), "row": row.id}))
    if row.act in (ERASE, LOST):
        found.told[row.act].add(named(row.obj))
    if row.payload is None or row.salt is None:
        found.erased += 1
        found.bare[short(row.leaf)] = seq, row.act, row.obj
    elif not _is_hashed(row):
        found.wrong.append(Finding("finding.private_part", {"entry": entry_named(seq), "row": row.id}))
    rev, prev = found.last.get(row.obj, _NONE)
    if row.rev != rev + 1 or row.prev != prev:
        facts = {"entry": entry_named(seq), "act": row.act, "obj": row.obj, "rev": rev}
        found.wrong.append(Finding("finding.chain", facts))
    found.last[row.obj] = row.rev, row.leaf
    return own


def _is_hashed(row: Told) -> bool:
    try:
        return as_hashed(row.payload, row.salt, row.ph) is not None
    except (ValueError, RecursionError):  # JSON may say half a character, or go deeper than a stack
        return False


def _check_torn(found: Checked, row: Torn, seq: int | None) -> bytes:
    """One finding; chain and tree go on with what the row itself says of its leaf, as far as it does."""
    facts = {"entry": entry_named(seq), "row": row.id, "columns": row.columns}
    found.wrong.append(Finding("finding.torn", facts))
    said = row.said
    if {"obj", "rev", "leaf"} <= said.keys():
        found.last[said["obj"]] = said["rev"], said["leaf"]
    if said.keys() >= {*FIELDS}:
        return tree.leaf(leaf_of(SimpleNamespace(**said)))
    try:
        return bytes.fromhex(said["leaf"])
    except (KeyError, ValueError):
        return bytes(32)


def _check_private_parts(found: Checked) -> Iterator[Finding]:
    """Each that is missing is one of which the log itself says so, and what it says was erased is missing."""
    for leaf, (seq, act, obj) in found.bare.items():
        if leaf not in found.told[LOST] and (leaf not in found.told[ERASE] or act in BINDING):
            yield Finding("finding.private_part_gone", {"entry": entry_named(seq), "act": act, "obj": obj})
    for leaf in sorted(found.told[ERASE] - found.bare.keys()):
        yield Finding("finding.not_erased", {"leaf": leaf})


def _check_head(found: Checked, head: LogCheckpoint, root: bytes, site: Log) -> Iterator[Finding]:
    found.heads += 1
    try:
        said = note.opened(head.note, site.signer.verifier)
    except ValueError as error:
        yield Finding("finding.head_note", {"size": head.size, "said": str(error)})
        return
    if (said.size, said.root.hex()) != (head.size, head.root):
        yield Finding("finding.head_columns", {"size": head.size})
    if said.root != root:
        yield Finding("finding.root", {"size": head.size})


def _check_tiles(found: Checked, tiles: dict[tuple[int, int], FullTile]) -> Iterator[Finding]:
    for stored in checking.full_tiles():
        expected = tiles.pop((stored.level, stored.number), None)
        found.tiles += 1
        if expected is None or (expected.root, expected.hashes) != (stored.root, stored.hashes):
            yield Finding("finding.tile", {"level": stored.level, "number": stored.number})
    yield from (Finding("finding.tile_missing", {"level": level, "number": number}) for level, number in tiles)


def _check_waiting(found: Checked) -> Iterator[Finding]:
    """Acts without a number: they wait, all of them; the tables show them already."""
    rows = checking.unnumbered()
    for waits, row in rows:
        found.waiting += 1
        if not waits:
            said = row._asdict() if isinstance(row, Told) else row.said
            yield Finding("finding.waits_not", {"row": row.id, "act": said.get("act"), "obj": said.get("obj")})
        check_row(found, row)
    yield from unlawful(_acts((None, row) for _, row in rows), found.states)
    yield from (Finding("finding.waits_still", {"row": row_id}) for row_id in checking.waiting_with_number())


def _check_cosignatures(site: Log) -> Iterator[Finding]:
    known = {one.name: one.verifier for one in site.policy.witnesses}
    for line, text in checking.cosignatures():
        by = known.get(line.witness)
        if by is not None and note.witnessed(text + line.line, [by]).get(line.witness) != line.seen_at:
            yield Finding("finding.cosignature", {"witness": line.witness, "size": line.size})
    # Of witnesses that nobody here ever asked, or asks no more.
    for name, count in queries.strangers(site.policy):
        yield Finding("finding.stranger", {"witness": name, "count": count})


def _check_kept_head(site: Log) -> Iterator[Finding]:
    if verdict := site.look():
        yield Finding("finding.known_head", {"verdict": verdict})


register_sentences(
    {
        "finding.entry_missing": N_("entry {seq} is missing: the next number is {next}"),
        "finding.leaf": N_("{entry}: the columns of journal row {row} do not make its leaf"),
        "finding.private_part": N_("{entry}: the private part of journal row {row} is not the one that was hashed"),
        "finding.torn": N_("{entry}: journal row {row} cannot be read ({columns})"),
        "finding.private_part_gone": N_(
            "{entry}: the private part of {act} on {obj} is missing, and no act of the log says that it may be"
        ),
        "finding.not_erased": N_("the log says that the private part of act {leaf} was erased, and it is there"),
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
        "finding.stranger": N_(
            "{count} cosignatures are of {witness}, a witness that this site's policy does not name"
        ),
        "finding.heads": N_("the list of signed heads"),
        "finding.entries": N_("the numbered entries"),
        "finding.tiles": N_("the tiles"),
        "finding.waiting": N_("the acts that wait"),
        "finding.private_parts": N_("the missing private parts"),
        "finding.cosignatures": N_("the cosignatures"),
        "finding.lives": N_("the states in the tables"),
        "finding.draws": N_("the draws"),
        "finding.kept_head": N_("the newest head that this machine knows"),
    }
)
