"""Witnesses: they cosign what only grows and refuse forks; the site shows who looked; a changed past stops the site."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.base.errors import BadState
from market.jobs.log import ask_witnesses, seal_log, watch_log
from market.journal import queries
from market.journal.guarding import Log
from market.journal.rules import note, tree, witnessing
from market.journal.rules.note import LOG, WITNESS, Head, Signer
from market.journal.rules.policy import Policy, policy
from market.store.db import db
from tests.cheating import past_the_laws
from tests.journal.around import act, mirror, program, sealed, site_of

WITNESS_PROGRAM = program("witness")
KEY = Signer("witness.example/w1", WITNESS, bytes(range(32)))
OURS = Signer("market.example/log", LOG, bytes(range(1, 33)))
LEAVES = [tree.leaf(bytes([number])) for number in range(20)]


def signed(size: int, *, leaves: list[bytes] = LEAVES, by: Signer = OURS) -> str:
    return note.signed(Head(by.name, size, tree.root(leaves[:size])), by)


def asked(old: int, size: int, **how: Any) -> bytes:
    leaves = how.get("leaves", LEAVES)
    proof = tree.consistency(old, size, tree.nodes_of(leaves)) if 0 < old <= size else []
    return witnessing.request(old, proof, signed(size, **how))


@pytest.fixture
def witness(tmp_path: Path) -> Any:
    return WITNESS_PROGRAM.Witness(str(KEY), [str(OURS.verifier)], tmp_path / "state")


def test_a_witness_cosigns_a_log_that_grows(witness: Any) -> None:
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 20)):
        status, _, line = witness.add(asked(old, size))
        assert status == 200, line
        assert list(note.witnessed(signed(size) + line, [KEY.verifier])) == [KEY.name]
    assert note.opened(witness.newest(OURS.name), OURS.verifier).size == 20


OTHER = [tree.leaf(b"another"), *LEAVES[1:]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (asked(5, 12), 409),
        (asked(8, 12, leaves=OTHER), 422),
        (witnessing.request(8, [], signed(12)), 422),
        (witnessing.request(8, [bytes(32)] * 4, signed(12)), 422),
        (asked(8, 8, leaves=OTHER), 409),
        (asked(0, 12), 409),
        (asked(8, 12, by=Signer("other.example/log", LOG, bytes(32))), 404),
        (asked(8, 12, by=Signer(OURS.name, LOG, bytes(32))), 403),
        (witnessing.request(12, [], signed(8)), 400),
        (b"old x\n\n" + signed(8).encode(), 400),
        (b"old 08\n\n" + signed(8).encode(), 400),
        (b"old -1\n\n" + signed(8).encode(), 400),
        (b"old +8\n\n" + signed(8).encode(), 400),
        ("old ٨\n\n".encode() + signed(8).encode(), 400),
        (b"old " + b"9" * 5000 + b"\n\n" + signed(8).encode(), 400),
        (b"old 8\n\n" + signed(8).replace("\n8\n", "\n-8\n").encode(), 400),
        (b"\xff", 400),
        (b"", 400),
        (witnessing.request(8, [bytes(32)] * 64, signed(12)), 400),
    ],
)
def test_a_witness_refuses_everything_else_and_keeps_its_state(witness: Any, body: bytes, status: int) -> None:
    assert witness.add(asked(0, 8))[0] == 200
    answer = witness.add(body)
    assert answer[0] == status, answer
    if status == 400:
        assert answer[2] == "not a request of add-checkpoint\n"
    if status == 409:
        assert answer[1:] == ("text/x.tlog.size", "8\n")
    assert note.opened(witness.newest(OURS.name), OURS.verifier).size == 8


@pytest.fixture
def knocked(witness: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], str]]:
    """Yield a function that sends bytes to a running witness and gives all that it answers."""
    monkeypatch.setattr(WITNESS_PROGRAM.Handler, "timeout", 0.5)
    server = WITNESS_PROGRAM.server(witness, 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def knock(data: bytes) -> str:
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as line:
            line.sendall(data)
            return b"".join(iter(lambda: line.recv(4096), b"")).decode()

    yield knock
    server.shutdown()
    thread.join()
    server.server_close()


def test_whatever_is_sent_to_a_witness_is_answered_shortly_and_it_goes_on(
    witness: Any, knocked: Callable[[bytes], str], capsys: pytest.CaptureFixture[str]
) -> None:
    post = "POST /add-checkpoint HTTP/1.1\r\nContent-Length: {}\r\n\r\n"
    for request, status in (
        *((post.format(length), 400) for length in ("abc", "-5", "+5", "5_0", "٣", "05", "9" * 5000)),
        (post.format(70_000), 413), (post.format(0), 400), (post.replace("add-", "sub-").format(0), 404),
        ("GET http://[::1 HTTP/1.1\r\n\r\n", 400), ("GET /checkpoint HTTP/1.1\r\n\r\n", 404),
        ("BREW /pot HTTP/1.1\r\n\r\n", 501), ("GET / HTTP/x\r\n\r\n", 400), ("GET / a b HTTP/1.1\r\n\r\n", 400),
        ("\0\0\0\r\n\r\n", 400), ("GET /" + "a" * 70_000, 414),
    ):  # fmt: skip
        told = knocked(request.encode())
        head, _, body = told.partition("\r\n\r\n")
        assert f" {status} " in head.split("\r\n")[0] + " ", (request[:80], told)
        assert body.count("\n") == 1, body
        assert len(body) < 40, body
    assert knocked(post.format(500).encode() + b"old 0") == "", "who says nothing more is left alone"
    assert knocked(b"GET /check") == ""
    body = asked(0, 3)
    assert " 200 " in knocked(post.format(len(body)).encode() + body)
    witness.file(OURS.name).write_text("")
    body = asked(3, 5)
    assert " 500 " in knocked(post.format(len(body)).encode() + body)
    assert "Traceback" not in capsys.readouterr().err


def test_the_witness_command_refuses_in_sentences_what_it_cannot_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["witness.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            WITNESS_PROGRAM.main()
        assert str(ended.value.code).startswith("witness.py: "), ended.value
        return str(ended.value.code)

    for name in ("a b+c", "a b", "a+b", "", "a\nb", "a\u3000b"):
        assert "is no name of a key" in refused("key", name)
    good, log, state = tmp_path / "good", str(OURS.verifier), ("--state", tmp_path / "state")
    good.write_text(f"{KEY}\n{KEY.verifier}\n")
    for text in ("", "x", "PRIVATE+KEY+a+b", f"{KEY.verifier}\n", str(OURS), str(KEY).replace("w1", "w2")):
        bad = tmp_path / "bad"
        bad.write_text(text)
        refused("serve", bad, log, *state)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for file in (tmp_path / "gone", tmp_path, tmp_path / "binary"):
        refused("serve", file, log, *state)
    name, _, data = log.split("+", 2)
    for wrong in (
        "x",
        f"{name}+00000000+{data}",
        f"{name}x+{log.split('+', 1)[1]}",
        KEY.verifier,
        f"{name}++",
        log[:-4],
    ):
        refused("serve", good, wrong, *state)
    refused("serve", good, log, "--state", good)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "in use" in refused("serve", good, log, *state, "--port", taken.getsockname()[1])
    refused("serve", good, log, *state, "--port", 70_000)
    monkeypatch.setattr(sys, "argv", ["witness.py", "key", "audit.example/w1"])
    WITNESS_PROGRAM.main()
    secret, public = capsys.readouterr().out.splitlines()
    assert note.signer(secret).verifier == note.verifier(public)
    assert WITNESS_PROGRAM.Witness(secret, [log], tmp_path / "state").name == "audit.example/w1"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("witness x http://a", "key"),
        (f"witness {OURS.verifier} http://a", "not the key of a witness"),
        (f"witness {KEY.verifier} ftp://a", "not the address"),
        (f"witness {KEY.verifier} http://a\nwitness {KEY.verifier} http://b", "one name"),
        (f"witness {KEY.verifier} http://a\nquorum 2", "quorum of 2"),
        (f"witness {KEY.verifier} http://a\nquorum 0", "quorum of 0"),
        ("quorum 1", "quorum of 1"),
        ("something else", "not a line"),
    ],
)
def test_a_policy_that_means_nothing_is_refused(lines: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        policy(lines)


def test_a_policy_is_k_of_n() -> None:
    found = policy(f"# ours\nwitness {KEY.verifier} http://a/\n\nquorum 1\n")
    assert (found.witnesses[0].name, found.witnesses[0].url) == (KEY.name, "http://a")
    assert found.holds(["witness.example/w1"])
    assert not found.holds(["somebody"])
    assert not Policy().holds(["somebody"])
    assert policy("quorum 0") == policy("") == Policy()


@pytest.fixture
def run(app: Flask) -> Callable[..., Any]:
    """Return a function that runs a command of `flask` and gives its result."""
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def watched(app: Flask, tmp_path: Path) -> Iterator[Log]:
    """Yield a log with one running witness."""
    known = site_of(app)
    one = WITNESS_PROGRAM.Witness(str(KEY), [str(known.signer.verifier)], tmp_path / "state")
    server = WITNESS_PROGRAM.server(one, 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    lines = f"witness {KEY.verifier} http://127.0.0.1:{server.server_port}"
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
        assert queries.witnessed_at(0) == []
        assert ask_witnesses(watched) == 1
        assert ask_witnesses(watched) == 0
        sealed(watched, 260)
        assert [name for name, _ in queries.witnessed_at(2)] == [KEY.name]
        assert queries.witnessed_at(3) == []
        assert watch_log(watched) == ""
        ((name, moment),) = queries.witnessed_at(262)
        assert name == KEY.name
        assert abs((moment - datetime.now(UTC)).total_seconds()) < 60
    served = client.get("/log/checkpoint/witnessed").text
    assert served == client.get("/log/checkpoint").text
    assert list(note.witnessed(served, [KEY.verifier])) == [KEY.name]
    page = client.get("/log?lang=en").text
    assert "cosigned by witness.example/w1" in page
    assert "No witness yet" not in page


def test_a_witness_that_does_not_answer_holds_nobody_up(app: Flask, watched: Log) -> None:
    lines = f"witness {KEY.verifier} http://127.0.0.1:9"
    with app.app_context():
        sealed(watched, 3)
        assert ask_witnesses(replace(watched, policy=policy(lines))) == 0
        assert queries.entries() == 3


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
        assert watch_log(watched) == "log.forked"
        assert queries.witnessed_at(0) == []
    answer = client.post("/sign-in?lang=en", data={})
    assert answer.status_code == 503
    assert "does not agree with its public log" in answer.text
    assert client.get("/healthz").status_code == 503
    assert "This site only reads at the moment" in client.get("/log?lang=en").text


def restored(owner_url: str, entries: int) -> None:
    """Put back an older backup: everything after so many acts is gone."""
    past_the_laws(
        owner_url,
        "DELETE FROM log_cosignature", "DELETE FROM log_waiting",
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
    receipt = client.get("/log/proof/150.json").json
    copied = mirror(client, tmp_path / "mirror")
    with app.app_context():
        db.session.remove()
        restored(owner_url, 20)
        if not remembers:
            (watched.folder / "log_head").unlink()
        assert watch_log(watched) == "log.behind"
        act_refused(watched)
        assert queries.head().size == 20  # type: ignore[union-attr]
    assert client.get("/healthz").json["log"] == "missing"  # type: ignore[index]
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
        assert queries.entries() == 306
    assert client.get("/healthz").json["log"] == "ok"  # type: ignore[index]
    found = run("log", "verify")
    assert "306 entries, 0 waiting, 280 without private part" in found.output
    assert found.exit_code == 0, found.output


def signed_part(checkpoint: str) -> str:
    body, _, lines = checkpoint.rpartition("\n\n")
    return f"{body}\n\n{lines.splitlines(keepends=True)[0]}"


def act_refused(watched: Log) -> None:
    """No head is signed while the database is behind."""
    with pytest.raises(BadState) as refused:
        act(1, "other/1")
        seal_log(watched)
    assert refused.value.code == "log.behind"
