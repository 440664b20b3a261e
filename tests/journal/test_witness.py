"""A site that is watched: it shows who looked, goes on whatever they answer, and stops when its past was changed."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.base.errors import BadState
from market.jobs import asking
from market.jobs import log as jobs_log
from market.jobs import round as jobs_round
from market.jobs.log import ask_witnesses, seal_for_ever, seal_log, watch_log
from market.jobs.log_verifying import verify
from market.journal import guarding, queries
from market.journal.actions import keep_cosignature
from market.journal.guarding import Log, Memory
from market.journal.rules import note
from market.journal.rules.policy import Policy, policy
from market.store.db import db
from market.store.transaction import release, transaction
from tests.cheating import past_the_laws
from tests.journal.around import WITNESS_KEY, WITNESS_PROGRAM, act, mirror, sealed, site_of
from tests.make.ground import make_ground


@pytest.fixture
def run(app: Flask) -> Callable[..., Any]:
    """Return a function that runs a command of `flask` and gives its result."""
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def watched(app: Flask, tmp_path: Path) -> Iterator[Log]:
    """Yield a log with one running witness."""
    known = site_of(app)
    one = WITNESS_PROGRAM.Witness(str(WITNESS_KEY), [str(known.signer.verifier)], tmp_path / "state")
    server = WITNESS_PROGRAM.server(one, 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    lines = f"witness {WITNESS_KEY.verifier} http://127.0.0.1:{server.server_port}"
    app.extensions["log"] = replace(known, policy=policy(lines))
    yield app.extensions["log"]
    app.extensions["log"] = known
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_site_shows_who_has_cosigned_and_since_when_an_entry_is_witnessed(
    app: Flask, client: FlaskClient, watched: Log
) -> None:
    with app.app_context():
        sealed(watched, 3)
        assert queries.witnessed_at(0, watched.policy) == []
        assert ask_witnesses(watched) == 1
        assert ask_witnesses(watched) == 0
        sealed(watched, 260)
        assert [name for name, _ in queries.witnessed_at(2, watched.policy)] == [WITNESS_KEY.name]
        assert queries.witnessed_at(3, watched.policy) == []
        assert watch_log(watched) == ""
        ((name, moment),) = queries.witnessed_at(262, watched.policy)
        assert name == WITNESS_KEY.name
        assert abs((moment - datetime.now(UTC)).total_seconds()) < 60
    served = client.get("/log/checkpoint/witnessed").text
    assert served == client.get("/log/checkpoint").text
    assert list(note.witnessed(served, [WITNESS_KEY.verifier])) == [WITNESS_KEY.name]
    page = client.get("/log?lang=en").text
    assert "cosigned by witness.example/w1" in page
    assert "No witness yet" not in page


def test_a_cosignature_that_somebody_wrote_into_the_table_is_shown_nowhere(
    app: Flask, client: FlaskClient, watched: Log, owner_url: str
) -> None:
    with app.app_context():
        sealed(watched, 3)
        assert ask_witnesses(watched) == 1
        sealed(watched, 2)
        now, head = datetime.now(UTC).replace(microsecond=0), queries.head()
        assert head is not None
        stranger = note.new_signer("stranger.example", note.WITNESS)
        own = note.cosigned(head.note.split("\n\n")[0] + "\n", stranger, now)
        with transaction():
            # His own key under his own name, his own key under the witness's name, and no line of a note at all.
            keep_cosignature(head.size, stranger.name, line=own, seen_at=now)
            keep_cosignature(
                head.size, WITNESS_KEY.name, line=own.replace(stranger.name, WITNESS_KEY.name), seen_at=now
            )
            keep_cosignature(head.size, "nonsense", line="\n\n", seen_at=now)
        assert queries.witnessed_at(4, watched.policy) == []
        assert {"stranger.example", "nonsense"} <= {one.facts.get("witness") for one in verify(watched).wrong}
        release()
    page, proof = client.get("/log?lang=en").text, client.get("/log/proof/4").text
    assert "stranger.example" not in page + proof and "0 of 1" in page
    assert client.get("/log/checkpoint").text.count("— ") == 1
    assert "first 3 entries are cosigned by witness.example/w1" in " ".join(page.split())
    assert "witness.example" not in client.get("/log/entries/4?lang=en").text


def test_a_witness_that_does_not_answer_holds_nobody_up(app: Flask, watched: Log) -> None:
    lines = f"witness {WITNESS_KEY.verifier} http://127.0.0.1:9"
    with app.app_context():
        sealed(watched, 3)
        assert ask_witnesses(replace(watched, policy=policy(lines))) == 0
        assert queries.entries() == 3


ANSWERS = {
    "no HTTP": b"hello\r\n\r\n",
    "nothing": b"",
    "no cosignature": b"HTTP/1.0 200 OK\r\n\r\nnot a cosignature\n",
    "a line of another key": b"HTTP/1.0 200 OK\r\n\r\n\xe2\x80\x94 witness.example/w1 AAAAAAAAAAAA\n",
    "binary": b"HTTP/1.0 200 OK\r\n\r\n\xff\xfe\x00\n",
    "huge": b"HTTP/1.0 200 OK\r\n\r\n" + b"a" * 200_000,
    "5000 digits": b"HTTP/1.0 409 Conflict\r\n\r\n" + b"9" * 5000,
    "another script's digit": "HTTP/1.0 409 Conflict\r\n\r\n٣".encode(),
    "a superscript": "HTTP/1.0 409 Conflict\r\n\r\n²".encode(),
    "a size beyond": b"HTTP/1.0 409 Conflict\r\n\r\n100\n",
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "broken chunks of a refusal": b"HTTP/1.1 409 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc",
    "cut off refusal": b"HTTP/1.1 409 No\r\nContent-Length: 500\r\n\r\n1",
    "a redirect to nowhere": b"HTTP/1.0 302 Found\r\nLocation: http://[::1\r\n\r\n",
    "a redirect to another scheme": b"HTTP/1.0 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
    "no status": b"HTTP/1.0 abc OK\r\n\r\n",
}


class Misbehaving(BaseRequestHandler):
    """Gives one answer to everything; "drips" sends a byte now and then and never ends."""

    answer: bytes | None = None
    over = threading.Event()

    def handle(self) -> None:
        self.request.recv(65536)
        if self.answer is not None:
            self.request.sendall(self.answer)
        while self.answer is None and not self.over.wait(0.05):
            self.request.sendall(b"a")


@pytest.fixture
def misbehaving(app: Flask) -> Iterator[Log]:
    """Yield a log whose only witness gives the answer of Misbehaving."""
    Misbehaving.over.clear()
    with ThreadingTCPServer(("127.0.0.1", 0), Misbehaving) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        known = site_of(app)
        lines = f"witness {WITNESS_KEY.verifier} http://127.0.0.1:{server.server_address[1]}"
        app.extensions["log"] = replace(known, policy=policy(lines))
        yield app.extensions["log"]
        app.extensions["log"] = known
        Misbehaving.over.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_whatever_a_witness_answers_the_round_goes_on(
    app: Flask, misbehaving: Log, run: Callable[..., Any], caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    with app.app_context():
        make_ground()
        for number, (name, answer) in enumerate(ANSWERS.items(), 1):
            caplog.clear()
            monkeypatch.setattr(Misbehaving, "answer", answer)
            act(1)
            done = run("jobs", "once") if number % 4 == 1 else run("log", "seal")
            assert done.exit_code == 0, (name, done.output)
            jobs_log.learn_heads(misbehaving)
            assert queries.entries() == number, name
            assert f"witness {WITNESS_KEY.name} " in caplog.text, name
            assert "Traceback" not in caplog.text + done.output, name
        # One that drips costs the few seconds of an asking, and one thread, whatever is asked.
        monkeypatch.setattr(Misbehaving, "answer", None)
        monkeypatch.setattr(asking, "SECONDS", 0.3)
        begun, threads = time.monotonic(), threading.active_count()
        for _ in range(3):
            assert ask_witnesses(misbehaving) == 0
        assert time.monotonic() - begun < 3
        assert threading.active_count() <= threads + 4  # two addresses, and the server's own two


def test_a_task_that_fails_ends_no_other_and_is_tried_again(
    app: Flask, run: Callable[..., Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise TypeError("a bug")

    with app.app_context():
        make_ground()
        act(1)
        for name in ("watch_log", "check_lists", "watch_draws"):
            monkeypatch.setattr(jobs_round, name, broken)
        done = run("jobs", "once")
        assert done.exit_code == 1
        assert "Error: failed, see the log: log, imports, draws" in done.output
        assert "0 requests closed" in done.output
        assert "a bug" in caplog.text
        # The sequencer's loop outlives a bug too.
        rounds = iter([True, True])
        monkeypatch.setattr(jobs_log, "QUICK", 0)
        monkeypatch.setattr(jobs_log, "seal_log", lambda site: broken() if next(rounds, False) else seal_log(site))
        turns = iter([True] * 4)
        seal_for_ever(site_of(app), lambda: next(turns, False))
        assert queries.entries() == 1


def test_an_operator_who_draws_again_is_refused_by_the_witness_and_his_site_only_reads(
    app: Flask, client: FlaskClient, watched: Log, owner_url: str
) -> None:
    """Scenario 12: the result is deleted by SQL, with every trace on this machine, and drawn again the next day."""
    with app.app_context():
        sealed(watched, 3)
        ask_witnesses(watched)
        db.session.remove()
        past_the_laws(
            owner_url,
            "DELETE FROM log_cosignature", "DELETE FROM log_checkpoint", "DELETE FROM log_entry WHERE seq >= 2",
            "DELETE FROM journal_row WHERE rev = 3",
        )  # fmt: skip
        past_the_laws(owner_url, "INSERT INTO log_waiting SELECT row_id FROM log_entry", "DELETE FROM log_entry")
        (watched.folder / "log_head").unlink()
        act(1)
        # While nobody answers the site goes on, and signs; the first asking that is answered ends it.
        unheard = policy(f"witness {WITNESS_KEY.verifier} http://127.0.0.1:9")
        assert watch_log(replace(watched, policy=unheard, memory=Memory())) == ""
        assert queries.entries() == 3
        assert watch_log(restarted(watched)) == "log.forked"
        assert queries.witnessed_at(0, watched.policy) == []
    answer = client.post("/sign-in?lang=en", data={})
    assert answer.status_code == 503
    assert "does not agree with its public log" in answer.text
    assert (found := client.get("/healthz")).status_code == 503
    assert found.json["log"] == "forked"  # type: ignore[index]
    assert "This site only reads at the moment" in client.get("/log?lang=en").text


def restarted(site: Log) -> Log:
    """Return the log as another process knows it: what the last one remembered by itself is gone."""
    return replace(site, memory=Memory())


def restored(owner_url: str, entries: int) -> None:
    """Put back an older backup: everything after so many acts is gone."""
    past_the_laws(
        owner_url,
        f"DELETE FROM log_cosignature WHERE size > {entries}", "DELETE FROM log_waiting",
        f"DELETE FROM log_checkpoint WHERE size > {entries}", f"DELETE FROM log_entry WHERE seq >= {entries}",
        f"DELETE FROM log_tile WHERE (number + 1) * 256 > {entries}",
        f"DELETE FROM journal_row WHERE rev > {entries}",
    )  # fmt: skip


@pytest.mark.parametrize("remembers", [pytest.param(True, id="machine"), pytest.param(False, id="witness")])
def test_a_restored_backup_only_reads_until_the_missing_entries_are_back(
    app: Flask, client: FlaskClient, watched: Log, owner_url: str, tmp_path: Path,
    run: Callable[..., Any], *, remembers: bool,
) -> None:  # fmt: skip
    """Scenario 29, by what this machine remembers and by what only the witness knows."""
    with app.app_context():
        sealed(watched, 20, 280)
        ask_witnesses(watched)
    assert run("log", "verify").exit_code == 0
    assert client.get("/healthz").json["verification"] == "right"  # type: ignore[index]
    receipt = client.get("/log/proof/150.json").json
    copied = mirror(client, tmp_path / "mirror")
    with app.app_context():
        db.session.remove()
        restored(owner_url, 20)
        if not remembers:
            watched = restarted(watched)
            (watched.folder / "log_head").unlink()
        assert watch_log(watched) == "log.behind"
        act_refused(watched)
        assert queries.head().size == 20  # type: ignore[union-attr]
    health = client.get("/healthz").json
    assert (health["log"], health["verification"]) == ("behind", "outdated")  # type: ignore[index]
    assert client.post("/sign-in", data={}).status_code == 503
    done = run("log", "reconcile", str(copied))
    assert done.exit_code == 0, done.output
    assert "private part lost: entry 20, thing.change on thing/1" in done.output
    assert "280 entries are back. The site may write again." in done.output
    with app.app_context():
        assert receipt is not None
        assert queries.head().note == signed_part(receipt["checkpoint"])  # type: ignore[union-attr]
        row = queries.history("thing/1")[-1]
        assert (row.rev, row.payload) == (300, None)
        sealed(watched, 5)
        assert ask_witnesses(watched) == 1
        assert queries.entries() == 586  # each of the 280 is told of by an act
    assert client.get("/healthz").json["log"] == "ok"  # type: ignore[index]
    found = run("log", "verify")
    assert "586 entries, 0 waiting, 280 without private part" in found.output
    assert found.exit_code == 0, found.output


def signs_first(site: Log) -> None:
    with pytest.raises(BadState) as refused:
        seal_log(site)
    assert refused.value.code == "log.behind"


def looks_first(site: Log) -> None:
    db.session.remove()
    assert watch_log(site) == "log.behind"


@pytest.mark.parametrize("begins", [signs_first, looks_first])
@pytest.mark.parametrize("runs_on", [pytest.param(True, id="running"), pytest.param(False, id="restarted")])
def test_a_database_put_back_together_with_its_head_is_noticed_before_another_head_is_signed(
    app: Flask, client: FlaskClient, watched: Log, owner_url: str, begins: Callable[[Log], None], *, runs_on: bool
) -> None:
    """The newest head that is put back has all its cosignatures: no witness would be shown anything."""
    with app.app_context():
        sealed(watched, 3)
        assert ask_witnesses(watched) == 1
        copied = (watched.folder / "log_head").read_text("utf-8")
        sealed(watched, 4)
        assert ask_witnesses(watched) == 1
        db.session.remove()
        restored(owner_url, 3)
        (watched.folder / "log_head").write_text(copied, "utf-8")
        assert watched.look() == ""
        # A process that runs on knows by itself; one that begins asks, and a witness is there.
        begun = replace(watched, policy=Policy()) if runs_on else restarted(watched)
        act(1)
        begins(begun)
        assert queries.head().note == copied  # type: ignore[union-attr]
        assert (queries.entries(), queries.how_many_wait()) == (3, 1)
        begins(restarted(watched))
    assert client.get("/healthz").json["log"] == "behind"  # type: ignore[index]
    assert client.post("/sign-in", data={}).status_code == 503


def test_the_witnesses_are_asked_once_a_round_and_not_before_every_signature(
    app: Flask, watched: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counting(questions: Any) -> Any:
        asked.extend(questions)
        return asking.ask_all(questions)

    monkeypatch.setattr(jobs_log, "ask_all", counting)
    with app.app_context():
        sealed(watched, 1, 1, 1)
        assert len(asked) == 1
        assert watch_log(watched) == ""
        assert len(asked) == 2
        watched.memory.asked -= guarding.ASK_AGAIN
        seal_log(watched)  # nothing waits: nothing is asked
        assert len(asked) == 2
        sealed(watched, 1)
        assert len(asked) == 3


def signed_part(checkpoint: str) -> str:
    body, _, lines = checkpoint.rpartition("\n\n")
    return f"{body}\n\n{lines.splitlines(keepends=True)[0]}"


def act_refused(watched: Log) -> None:
    """No head is signed while the database is behind."""
    with pytest.raises(BadState) as refused:
        act(1, "other/1")
        seal_log(watched)
    assert refused.value.code == "log.behind"
