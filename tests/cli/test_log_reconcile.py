"""`flask log reconcile` and `erase`: what is missing is what the log says; no mirror writes what is no log."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from market.app import COMMANDS
from market.base.errors import BreaksRule
from market.base.people import Actor
from market.journal import queries
from market.journal.actions import erase, reconciling
from market.journal.rules import note, tiles, tree
from market.journal.rules.leaf import leaf, leaf_of
from market.store.db import db
from market.store.transaction import release, transaction
from tests.cheating import past_the_laws
from tests.journal.around import mirror, sealed, site_of
from tests.selection import draws

Run = Callable[..., Result]
BARE = "UPDATE journal_row SET salt = NULL, payload = NULL WHERE act = '{}'"


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


def gone(run: Run) -> list[str]:
    said = run("log", "verify").output.splitlines()
    return [line.partition("private part of ")[2].split()[0] for line in said if "no act of the log says" in line]


def test_no_private_part_is_missing_unless_an_act_of_the_log_says_so_and_those_that_bind_a_draw_stay(
    app: Flask, run: Run, at: Callable[[datetime], datetime], owner_url: str
) -> None:
    with app.app_context():
        draws.made(at, agencies=2)
        sealed(site_of(app), 3)
        acts = db.session.execute(text("SELECT act, id FROM journal_row WHERE obj LIKE 'draw/%'")).all()
        assert {name for name, _ in acts} == {"draw.announce", "draw.sign_up"}
        for _, row_id in acts:
            with pytest.raises(BreaksRule) as refused, transaction() as now:
                erase(row_id, "why", actor=Actor.system(), now=now)
            assert refused.value.code == "journal.binds_draw"
        release()
    assert gone(run) == []
    past_the_laws(owner_url, BARE.format("draw.sign_up"))
    assert gone(run) == ["draw.sign_up"] * 2
    past_the_laws(owner_url, BARE.format("thing.change"))
    assert gone(run) == ["draw.sign_up"] * 2 + ["thing.change"] * 3
    # An act that says so of what may not be erased says nothing.
    with app.app_context():
        for name in ("draw.sign_up", "thing.change"):
            with transaction() as now:
                for row_leaf in db.session.scalars(text(f"SELECT leaf FROM journal_row WHERE act = '{name}'")).all():
                    reconciling.record_each(
                        "journal.erase", [(f"journal/{row_leaf[:16]}", {})], actor=Actor.system(), now=now
                    )
    assert gone(run) == ["draw.sign_up"] * 2


def test_what_was_erased_is_erased_again_when_a_backup_brings_it_back_and_the_log_tells_what_is_lost(
    app: Flask, client: FlaskClient, run: Run, owner_url: str, tmp_path: Path
) -> None:
    with app.app_context():
        site = site_of(app)
        sealed(site, 6)
        was = db.session.execute(text("SELECT id, salt, payload FROM journal_row WHERE rev = 4")).one()
        binary = f"x'{was.salt.hex()}'" if db.engine.dialect.name == "sqlite" else f"'\\x{was.salt.hex()}'"
        release()
    assert run("log", "erase", "3", "--ground", "PIPL 47").exit_code == 0
    with app.app_context():
        sealed(site, 3)
        release()
    copied = mirror(client, tmp_path / "mirror")
    payload = was.payload if isinstance(was.payload, str) else '{"some": "thing", "by": 7}'
    past_the_laws(
        owner_url,
        "DELETE FROM log_cosignature", "DELETE FROM log_waiting", "DELETE FROM log_checkpoint WHERE size > 6",
        "DELETE FROM log_entry WHERE seq >= 6", "DELETE FROM journal_row WHERE rev > 6 OR act = 'journal.erase'",
        f"UPDATE journal_row SET salt = {binary}, payload = '{payload}' WHERE id = {was.id}",
    )  # fmt: skip
    done = run("log", "reconcile", str(copied))
    assert done.exit_code == 0, done.output
    with app.app_context():
        row = queries.row(was.id)
        assert row is not None
        assert (row.salt, row.payload) == (None, None)
        assert sum(one.act == "journal.lost" for one in queries.latest(99)) == 4
        release()
    assert run("log", "seal").exit_code == 0
    found = run("log", "verify")
    assert (found.exit_code, found.output.partition(";")[0]) == (0, "14 entries, 0 waiting, 5 without private part")
    past_the_laws(owner_url, f"UPDATE journal_row SET salt = {binary}, payload = '{payload}' WHERE id = {was.id}")
    assert f"the private part of act {row.leaf[:16]} was erased, and it is there" in run("log", "verify").output


WRONG = [
    ({"rev": 10**30}, "log.mirror_no_leaf"),
    ({"rev": 0}, "log.mirror_no_leaf"),
    ({"obj": "thing/\0"}, "log.mirror_no_leaf"),
    ({"obj": "x" * 60_000}, "log.mirror_no_leaf"),
    ({"t": "0001-01-01T00:00:00.000+23:00"}, "log.mirror_no_leaf"),
    ({"rev": 7, "prev": "zz"}, "log.mirror_chain"),
    ({"rev": 3}, "log.mirror_chain"),
    ({"prev": "0" * 64}, "log.mirror_chain"),
    ({"obj": "other/1"}, "log.mirror_chain"),
]


def test_a_mirror_that_holds_no_acts_in_their_order_is_refused_in_a_sentence(
    app: Flask, run: Run, tmp_path: Path
) -> None:
    with app.app_context():
        site = site_of(app)
        sealed(site, 3)
        last = queries.history("thing/1")[-1]
        data = [leaf_of(row) for row in queries.history("thing/1")]
        good = {
            "t": "2026-03-02T01:02:03.000Z", "act": "thing.change", "obj": "thing/1", "rev": 4, "actor": "role:agency",
            "ph": "0" * 64, "prev": last.leaf,
        }  # fmt: skip
        release()
    file = tmp_path / "tile" / "entries" / "000.p" / "4"
    file.parent.mkdir(parents=True)
    for change, code in [*WRONG, ({}, "")]:
        leaves = [*data, leaf({**good, **change})]
        root = tree.root([tree.leaf(one) for one in leaves])
        (tmp_path / "checkpoint").write_text(note.signed(note.Head(site.signer.name, 4, root), site.signer), "utf-8")
        file.write_bytes(tiles.bundle(leaves))
        done = run("log", "reconcile", str(tmp_path))
        assert (done.exit_code, done.output.startswith(f"{code}:")) == ((2, True) if code else (0, False)), done.output
        with app.app_context():
            assert queries.entries() == (3 if code else 4)
            release()
    for where in ("http://[::1", "http://a b/", "http://127.0.0.1:x/", "no\0folder"):
        done = run("log", "reconcile", where)
        assert (done.exit_code, "cannot be read" in done.output) == (1, True), (where, done.output)


READS = {
    "agencies template", "jobs once", "jobs run", "list as-of", "list diff", "list editions", "list export",
    "list price", "list template", "log anchor", "log key", "log reconcile", "log seal", "log verify", "setup",
}  # fmt: skip


def commands(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    for command in group.commands.values():
        path = f"{name} {command.name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, path)
        else:
            yield path, command


def test_every_command_that_writes_refuses_while_the_site_only_reads(
    app: Flask, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        site = site_of(app)
        sealed(site, 3)
        ahead = note.signed(note.Head(site.signer.name, 9, bytes(32)), site.signer)
        site.keep(ahead)
        release()
    assert site.verdict() == ""  # nobody has looked since
    refused = run("people", "password", "a@b.example", "--password", "p")
    assert (refused.exit_code, refused.output.split(":")[0]) == (2, "log.behind")
    own = {module.name for module in COMMANDS}
    for path, command in commands(app.cli):
        if path in READS or path.split()[0] not in own:
            continue
        with app.app_context(), click.Context(command), pytest.raises(SystemExit) as ended:
            command.callback(**{one.name: None for one in command.params})  # type: ignore[misc]
        assert (ended.value.code, capsys.readouterr().err.split(":")[0]) == (2, "log.behind"), path
    assert {path for path, _ in commands(app.cli)} > READS
    assert run("list", "editions").exit_code == 0
    assert "nothing is missing" in run("log", "reconcile", str(mirror(app.test_client(), site.folder / "m"))).output
    assert "WRONG: log.behind" in run("log", "verify").output
