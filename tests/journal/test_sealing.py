"""The sequencer: dense numbers, one tree, heads that only grow; and what is written behind its back is refused."""

import hashlib
import os
import random
import signal
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from market.base.errors import BadState, BreaksRule
from market.base.people import Actor, Role
from market.journal import queries
from market.journal.actions import erase, record, seal, sealing
from market.journal.models import JournalRow, LogCheckpoint, LogEntry, LogTile, LogWaiting
from market.journal.rules import note, tree
from market.journal.rules.edge import Edge
from market.journal.rules.leaf import leaf_of
from market.journal.rules.note import LOG, Signer
from market.store.db import db
from market.store.transaction import transaction
from tests.cheating import past_the_laws

KEY = Signer("market.example/log", LOG, bytes(range(32)))
ACTOR = Actor(7, Role.AGENCY, 3)


def act(count: int, obj: str = "thing/1") -> None:
    with transaction() as now:
        for _ in range(count):
            record("thing.change", obj, actor=ACTOR, payload={"some": "thing"}, now=now)


def sealed() -> note.Head | None:
    with transaction() as now:
        return seal(KEY, now=now)


def leaves() -> list[bytes]:
    query = select(JournalRow).join(LogEntry, LogEntry.row_id == JournalRow.id).order_by(LogEntry.seq)
    return [tree.leaf(leaf_of(row)) for row in db.session.scalars(query)]


def test_the_edge_of_a_growing_tree_knows_every_root_and_every_full_tile() -> None:
    hashes = [hashlib.sha256(str(number).encode()).digest() for number in range(256 * 256 + 300)]
    edge, full = Edge(0, []), []
    for number, leaf in enumerate(hashes):
        if number < 600 or number % 4099 == 0:
            assert edge.root() == tree.root(hashes[:number])
        full += edge.append(leaf)
    assert edge.root() == tree.root(hashes)
    assert [(one.level, one.number) for one in full if one.level] == [(1, 0)]
    assert full[7].root == tree.root(hashes[7 * 256 : 8 * 256])


def test_acts_are_numbered_in_their_order_and_the_head_is_signed(app: Flask) -> None:
    with app.app_context():
        act(3)
        assert queries.how_many_wait()
        first = queries.history("thing/1")[0]
        assert queries.sequenced(first.id) is None
        head = sealed()
        assert head is not None
        assert not queries.how_many_wait()
        assert [queries.sequenced(row.id) for row in queries.history("thing/1")] == [0, 1, 2]
        found = queries.checkpoint()
        assert found is not None
        assert note.opened(found.note, KEY.verifier) == head == note.Head(KEY.name, 3, tree.root(leaves()))
        assert sealed() is None


def test_proofs_and_tiles_are_read_from_stored_hashes(app: Flask) -> None:
    with app.app_context():
        for count in (1, 300, 256, 210):
            act(count)
            sealed()
        hashes = leaves()
        size = len(hashes)
        head = queries.head()
        assert head is not None
        assert bytes.fromhex(head.root) == tree.root(hashes)
        assert db.session.scalar(select(func.count()).select_from(LogTile)) == 2
        for seq in (0, 255, 256, 511, 512, size - 1):
            assert tree.includes(hashes[seq], seq, (size, bytes.fromhex(head.root)), queries.proof_of(seq, size))
        for older in db.session.scalars(select(LogCheckpoint)):
            proof = tree.consistency(older.size, size, queries.stored_nodes(size))
            assert tree.extends((older.size, bytes.fromhex(older.root)), (size, tree.root(hashes)), proof)
        assert queries.tile(0, 1, 256) == b"".join(hashes[256:512])
        assert queries.tile(0, 2, 3) == b"".join(hashes[512:515])
        assert queries.tile(0, 2, 256) is None
        assert queries.tile(1, 0, 2) == tree.root(hashes[:256]) + tree.root(hashes[256:512])


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE log_entry SET seq = 9", "store.frozen"),
        ("DELETE FROM log_entry", "store.frozen"),
        ("DELETE FROM log_checkpoint", "store.frozen"),
        ("UPDATE log_checkpoint SET root = 'x'", "store.frozen"),
        ("UPDATE log_tile SET root = root", "store.frozen"),
        ("INSERT INTO log_entry (seq, row_id) SELECT 5, max(row_id) FROM log_waiting", "log.gap"),
        ("INSERT INTO log_checkpoint SELECT size, 'x', note, made_at FROM log_checkpoint", "log.head_goes_back"),
        ("INSERT INTO log_checkpoint SELECT 1, root, note, made_at FROM log_checkpoint", "log.head_goes_back"),
        ("INSERT INTO log_checkpoint SELECT 900, root, note, made_at FROM log_checkpoint", "log.head_goes_back"),
        ("UPDATE journal_row SET payload = '{}'", "journal.only_erased"),
        ("UPDATE journal_row SET leaf = 'x'", "store.frozen"),
    ],
)
def test_the_database_refuses_another_past(app: Flask, statement: str, code: str) -> None:
    with app.app_context():
        act(257)
        sealed()
        act(1)
        with pytest.raises(BreaksRule) as refused, transaction():
            db.session.execute(text(statement))
        assert refused.value.code == code


def test_an_erased_private_part_leaves_every_proof_as_it_was(app: Flask) -> None:
    with app.app_context():
        act(2)
        sealed()
        before = leaves()
        gone = queries.history("thing/1")[0].id
        with transaction() as now:
            erase(gone, "PIPL 47", actor=Actor.system(), now=now)
        sealed()
        row = queries.row(gone)
        assert row is not None
        assert (row.payload, row.salt) == (None, None)
        assert leaves()[:2] == before
        with pytest.raises(BadState) as refused, transaction() as now:
            erase(gone, "again", actor=Actor.system(), now=now)
        assert refused.value.code == "journal.erased"


def test_a_log_that_is_not_what_was_signed_is_never_signed_again(app: Flask, owner_url: str) -> None:
    with app.app_context():
        act(3)
        sealed()
        act(1)
        past_the_laws(owner_url, "UPDATE journal_row SET leaf = prev WHERE rev = 2")
        with pytest.raises(BadState) as refused:
            sealed()
        assert refused.value.code == "log.inconsistent"
        assert queries.entries() == 3


def test_a_row_that_becomes_visible_after_a_later_one_is_numbered_too(app: Flask) -> None:
    """On PostgreSQL a transaction that began first may end last; its lower id must not be passed over."""
    if db_name(app) != "postgresql":
        return
    with app.app_context():
        with db.engine.connect() as slow:
            begun = slow.begin()
            slow.execute(text("SELECT nextval(pg_get_serial_sequence('journal_row', 'id'))"))
            columns = "t, act, obj, rev, actor, ph, prev, leaf"
            values = f"'{datetime.now(UTC).isoformat()}', 'a', 'slow/1', 1, 'x', '', '', '{'ab' * 32}'"
            row = slow.scalar(text(f"INSERT INTO journal_row ({columns}) VALUES ({values}) RETURNING id"))
            act(1)
            sealed()
            begun.commit()
        sealed()
        assert queries.sequenced(row) == 1
        assert queries.sequenced(queries.history("thing/1")[0].id) == 0


def db_name(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def _number_for_ever() -> None:
    sealing.BATCH = 7
    while True:
        sealed()


def test_a_sequencer_that_is_killed_leaves_no_gap_no_duplicate_and_loses_no_act(app: Flask) -> None:
    """Thirty children number at once and are killed at random moments, while acts go on."""
    dice, made = random.Random(6), 0
    with app.app_context():
        for _ in range(30):
            db.session.remove()
            db.engine.dispose()
            child = os.fork()
            if child == 0:
                _number_for_ever()
            count = dice.randint(1, 24)
            made += count
            act(count, f"thing/{made}")
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        while sealed():
            pass
        rows = set(db.session.scalars(select(JournalRow.id)))
        numbered = list(db.session.execute(select(LogEntry.seq, LogEntry.row_id).order_by(LogEntry.seq)))
        assert [seq for seq, _ in numbered] == list(range(made))
        assert {row for _, row in numbered} == rows
        assert len(rows) == made
        assert db.session.scalar(select(func.count()).select_from(LogWaiting)) == 0
        head = queries.head()
        assert head is not None
        assert (head.size, head.root) == (made, tree.root(leaves()).hex())
