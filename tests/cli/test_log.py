"""`flask log`: whatever a cheating operator changes in the database, in any column, `flask log verify` names it."""

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from config import text_or_file
from market.journal import queries
from market.journal.models import LogCheckpoint
from market.journal.queries import checking
from market.journal.rules import note
from market.store.db import db
from market.store.transaction import release
from tests import make
from tests.cheating import past_the_laws
from tests.journal.around import sealed, site_of
from tests.selection import around

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def awarded(app: Flask, at: Callable[..., Any]) -> str:
    """Return the reference of an awarded request, in a log of 260 entries and more."""
    with app.app_context():
        at(around.MONDAY)
        service = make.make_listed_service()
        offer = make.make_offer(agency=make.register_agency(), service=service)
        made = around.opened_request(make.make_enterprise(), service, method="direct")
        around.choose(made, offer.agency.id)
        sealed(site_of(app), 257)
        ref = db.session.scalar(text("SELECT ref FROM request"))
        db.session.remove()
    return str(ref)


def wrong(run: Run) -> set[str]:
    return {line for line in run("log", "verify").output.splitlines() if line.startswith("WRONG")}


CHANGES = [
    ("UPDATE journal_row SET act = 'request.fail' WHERE act = 'request.award'", "do not make its leaf"),
    ("UPDATE journal_row SET obj = 'thing/2' WHERE obj = 'thing/1' AND rev = 257", "do not make its leaf"),
    ("UPDATE journal_row SET actor = 'role:operator' WHERE rev = 20", "do not make its leaf"),
    ("UPDATE journal_row SET ph = leaf WHERE rev = 30", "is not the one that was hashed"),
    ("UPDATE journal_row SET prev = leaf WHERE rev = 40", "does not follow act 39"),
    ("UPDATE journal_row SET leaf = ph WHERE rev = 50", "do not make its leaf"),
    ("UPDATE journal_row SET rev = 900 WHERE rev = 60", "does not follow act 59"),
    ("UPDATE journal_row SET t = '2026-01-01 00:00:00.000000' WHERE rev = 70", "do not make its leaf"),
    ('UPDATE journal_row SET payload = \'{{"some": "thinG", "by": 7}}\' WHERE rev = 80', "not the one that was hashed"),
    ("UPDATE journal_row SET salt = {zeros16} WHERE rev = 90", "is not the one that was hashed"),
    ("UPDATE log_checkpoint SET root = 'ff' || substr(root, 3)", "says other than what was signed"),
    ("UPDATE log_checkpoint SET note = replace(note, 'tests', 'texts')", "no signature"),
    ("INSERT INTO log_waiting SELECT max(row_id) FROM log_entry", "waits although it has a number"),
    ("UPDATE request SET state = 'open'", "the table says 'open'"),
    ("DELETE FROM log_tile", "tile 0/0 is missing"),
    ("DELETE FROM log_checkpoint", "the newest head is of 0 entries"),
    ("UPDATE log_entry SET seq = seq + 1 WHERE seq = (SELECT max(seq) FROM log_entry)", "is missing"),
]


def test_whatever_a_cheating_operator_changes_is_named(app: Flask, run: Run, awarded: str, owner_url: str) -> None:
    before = wrong(run)
    assert all("edition/" in line for line in before)  # the tests' own edition has no acts
    for change, said in CHANGES:
        past_the_laws(owner_url, change.format_map(make_zeros(app)))
        after = wrong(run)
        assert any(said in line for line in after - before), (change, after - before)
        before = after


@pytest.mark.parametrize("column", ["root", "hashes"])
def test_a_tile_that_is_not_that_of_the_entries_is_named(app: Flask, run: Run, owner_url: str, column: str) -> None:
    with app.app_context():
        sealed(site_of(app), 256)
        db.session.remove()
    zeros = make_zeros(app)[{"root": "zeros32", "hashes": "zeros8192"}[column]]
    past_the_laws(owner_url, f"UPDATE log_tile SET {column} = {zeros}")
    assert "WRONG: tile 0/0 is not that of the entries" in wrong(run)


def test_an_award_whose_publication_is_taken_out_is_named(run: Run, awarded: str, owner_url: str) -> None:
    gone = "(SELECT id FROM journal_row WHERE act = 'request.publish')"
    past_the_laws(
        owner_url,
        f"DELETE FROM log_entry WHERE row_id = {gone}",
        "DELETE FROM journal_row WHERE act = 'request.publish'",
    )
    said = wrong(run)
    assert any(f"request.award on request/{awarded} does not follow act 1" in line for line in said)
    assert any(f"request.award on request/{awarded} is not lawful in the state 'draft'" in line for line in said)


def make_zeros(app: Flask) -> dict[str, str]:
    """Binary zeros as each database writes them."""
    with app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
    sizes = (16, 32, 8192)
    return {f"zeros{size}": f"zeroblob({size})" if sqlite else f"decode(repeat('00', {size}), 'hex')" for size in sizes}


def test_a_flipped_byte_of_any_row_of_the_journal_is_caught(app: Flask, run: Run, owner_url: str) -> None:
    dice = random.Random(11)
    with app.app_context():
        sealed(site_of(app), 12)
        db.session.remove()
    assert run("log", "verify").exit_code == 0
    for column in ("act", "obj", "actor", "ph", "prev", "leaf"):
        rev = dice.randint(2, 12)
        past_the_laws(owner_url, f"UPDATE journal_row SET {column} = 'X' || substr({column}, 2) WHERE rev = {rev}")
        assert run("log", "verify").exit_code == 1, column
        with app.app_context():
            db.session.remove()


def test_a_key_an_anchor_and_an_erased_entry(app: Flask, run: Run, tmp_path: Path) -> None:
    secret, public = run("log", "key", "zjcs.example.cn/log").output.splitlines()
    assert str(note.signer(secret).verifier) == public
    assert text_or_file(secret) == secret
    (tmp_path / "key").write_text(secret + "\n")
    assert text_or_file(str(tmp_path / "key")) == secret
    assert run("log", "key", "a b").exit_code == 1
    assert run("log", "anchor").exit_code == 1
    with app.app_context():
        sealed(site_of(app), 3)
        db.session.remove()
    file = Path(run("log", "anchor", "--to", str(tmp_path)).output.strip())
    page = file.read_text("utf-8")
    with app.app_context():
        head = queries.head()
        assert head is not None
        assert head.root in page
        assert page.endswith(head.note)
    assert run("log", "erase", "1", "--ground", "PIPL 47").exit_code == 0
    assert run("log", "erase", "1", "--ground", "again").exit_code == 2
    assert run("log", "erase", "9", "--ground", "none").exit_code == 1
    assert "4 entries" in run("log", "seal").output
    found = run("log", "verify")
    assert "4 entries, 0 waiting, 1 without private part" in found.output
    assert found.exit_code == 0


def test_a_mirror_that_is_wrong_writes_nothing(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        site = site_of(app)
        sealed(site, 3)
        db.session.remove()
    bad = replace(site.signer, private=bytes(32))
    (tmp_path / "checkpoint").write_text(note.signed(note.Head(site.signer.name, 4, bytes(32)), bad), "utf-8")
    assert "no signature" in run("log", "reconcile", str(tmp_path)).output
    (tmp_path / "checkpoint").write_text(note.signed(note.Head(site.signer.name, 4, bytes(32)), site.signer), "utf-8")
    assert "cannot be read" in run("log", "reconcile", str(tmp_path)).output
    entries = tmp_path / "tile" / "entries"
    entries.mkdir(parents=True)
    (entries / "000.p").mkdir()
    (entries / "000.p" / "4").write_bytes(b"\0\2{}" * 3 + b"\0\2{")
    assert "cut off" in run("log", "reconcile", str(tmp_path)).output
    (entries / "000.p" / "4").write_bytes(b"\0\2{}" * 4)
    assert "log.mirror_wrong" in run("log", "reconcile", str(tmp_path)).output
    (tmp_path / "checkpoint").write_text(note.signed(note.Head(site.signer.name, 2, bytes(32)), site.signer), "utf-8")
    assert "nothing is missing" in run("log", "reconcile", str(tmp_path)).output
    with app.app_context():
        assert queries.entries() == 3


def test_acts_that_are_numbered_during_a_verification_are_no_false_alarm(
    app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, heads = site_of(app), checking.heads

    def elsewhere() -> None:
        with app.app_context():
            sealed(site, 3)
            release()

    def meanwhile() -> list[LogCheckpoint]:
        found = heads()
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        return found

    with app.app_context():
        sealed(site, 5)
        release()
    monkeypatch.setattr(checking, "heads", meanwhile)
    said = run("log", "verify")
    assert (said.exit_code, said.output.split(",")[0]) == (0, "5 entries")
    with app.app_context():
        assert (queries.entries(), site.verdict()) == (8, "")
        known = site.verification()
    assert known is not None
    assert (known.entries, known.count) == (5, 0)
