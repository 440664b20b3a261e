"""verify_log.py: what an outsider finds, with the files of the log alone. Whatever byte is changed, it is named."""

import random
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.jobs.log import seal_log
from market.journal.actions import record
from market.journal.rules import note
from market.journal.rules.leaf import leaf, leaf_hash
from market.journal.rules.note import LOG, Signer
from market.pages.queries.log_states import tables
from market.store.transaction import transaction
from tests.journal.around import ACTOR, PROGRAMS, VERIFIER, Verifying, act, mirror, sealed, served, site_of


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Verifying:
    return Verifying(monkeypatch, capsys, tmp_path / "memory.txt")


@pytest.fixture
def copied(app: Flask, client: FlaskClient, tmp_path: Path) -> Path:
    """Return a mirror of a log of 300 entries."""
    with app.app_context():
        sealed(site_of(app), 5, 295)
    return mirror(client, tmp_path / "mirror")


SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def test_a_log_is_verified_from_the_site_and_once_more_after_it_grew(app: Flask, verify: Verifying) -> None:
    with app.app_context():
        sealed(site_of(app), 3, 260)
    with served(app) as address:
        assert verify(address) == 0, verify.said
        assert "263 entries make the signed root" in verify.said
        assert "witnesses of this head: none; of 0" in verify.said
        with app.app_context():
            sealed(site_of(app), 30)
        assert verify(address) == 0, verify.said
        assert "the head of last time: 263 entries, signature right" in verify.said


@SQLITE
def test_it_needs_nothing_but_python_and_says_what_it_did_not_check(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "cryptography.py").write_text("raise ImportError")
    command = [sys.executable, str(PROGRAMS / "verify_log.py"), str(copied), "--memory", str(tmp_path / "m.txt")]
    done = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "signature NOT CHECKED" in done.stdout


@SQLITE
def test_one_flipped_byte_in_any_file_is_caught(copied: Path, verify: Verifying) -> None:
    dice = random.Random(6)
    files = sorted(file for file in copied.rglob("*") if file.is_file() and file.name != "witnesses")
    assert len(files) == 7
    for file in files:
        whole = file.read_bytes()
        for _ in range(12):
            at, bit = dice.randrange(len(whole) - (file.name == "key")), 1 << dice.randrange(8)
            file.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            verify.forget()
            assert verify(copied) == 1, (file, at, bit, verify.said)
        file.write_bytes(whole)
    assert verify(copied) == 0


@SQLITE
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tile/0/000", "tile/0/000 is truncated"),
        ("tile/entries/001.p/44", "tile/entries/001.p/44 is truncated"),
        ("tile/1/000.p/1", "tile/1/000.p/1 is truncated"),
    ],
)
def test_a_truncated_file_is_named(copied: Path, verify: Verifying, name: str, said: str) -> None:
    file = copied / name
    file.write_bytes(file.read_bytes()[:-3])
    assert verify(copied) == 1
    assert said in verify.said


@SQLITE
def test_a_head_by_another_key_is_named(copied: Path, verify: Verifying) -> None:
    given = note.head((copied / "checkpoint").read_text("utf-8"))
    other = Signer(given.origin, LOG, bytes(32))
    (copied / "checkpoint").write_text(note.signed(given, other), "utf-8")
    assert verify(copied) == 1
    assert "the head is not signed by the key tests.market.example/log+725766ff" in verify.said


def test_a_receipt_proves_its_entry_for_ever_and_a_forged_one_is_named(
    app: Flask, client: FlaskClient, verify: Verifying, tmp_path: Path
) -> None:
    with app.app_context():
        sealed(site_of(app), 40)
    receipt = tmp_path / "log-7.tlog-proof"
    receipt.write_bytes(client.get("/log/proof/7").data)
    with app.app_context():
        sealed(site_of(app), 300)
    copied = mirror(client, tmp_path / "mirror")
    assert verify(copied, "--receipt", str(receipt)) == 0, verify.said
    assert "the receipt's entry 7 is in the log" in verify.said
    lines = receipt.read_text("utf-8").split("\n")
    for at, what in ((1, "extra e30="), (2, "index 8"), (3, lines[4])):
        receipt.write_text("\n".join([*lines[:at], what, *lines[at + 1 :]]), "utf-8")
        assert verify(copied, "--receipt", str(receipt)) == 1
        assert "the receipt is forged" in verify.said


@SQLITE
def test_a_log_that_has_lost_entries_or_another_past_is_named(copied: Path, verify: Verifying, app: Flask) -> None:
    assert verify(copied) == 0
    memory = verify._memory.read_text("utf-8")
    key, kept = memory.split("\n", 1)
    signer = site_of(app).signer
    for head, said in (
        (
            note.Head(signer.name, 301, bytes(32)),
            "the log has lost entries: the head of last time has 301, the log 300",
        ),
        (note.Head(signer.name, 5, bytes(32)), "its first 5 entries are not those of the head of last time"),
    ):
        verify._memory.write_text(f"{key}\n{note.signed(head, signer)}", "utf-8")
        assert verify(copied) == 1
        assert said in verify.said
    assert kept


@pytest.mark.parametrize(
    ("deeds", "said"),
    [
        (["request.draft", "request.award"], "request.award on request/RQ-1 is not lawful in the state 'draft'"),
        (["request.draft", "request.publish", "draw.announce", "request.award"], "request/RQ-1 without its draw"),
        (["request.award"], "request.award on request/RQ-1 is not lawful in the state 'not there'"),
        (["request.draft", "request.publish", "request.award", "request.fail"], "not lawful in the state 'awarded'"),
        (["request.draft", "request.invent"], "request.invent on request/RQ-1 is not lawful"),
        (
            ["request.draft", "request.publish_random", "request.award"],
            "request.award on request/RQ-1 without its draw",
        ),
        (["request.draft", "draw.announce", "request.publish_random", "request.award"], "RQ-1 without its draw"),
    ],
)
@SQLITE
def test_an_award_without_a_published_request_and_any_other_unlawful_act_is_an_error(
    app: Flask, client: FlaskClient, verify: Verifying, tmp_path: Path, deeds: list[str], said: str
) -> None:
    with app.app_context():
        with transaction() as now:
            for deed in deeds:
                record(deed, f"{deed.split('.')[0]}/RQ-1", actor=ACTOR, payload={}, now=now)
        seal_log(site_of(app))
    assert verify(mirror(client, tmp_path / "mirror")) == 1
    assert said in verify.said


DRAWN = [
    ("request.draft", "request/R", 0), ("draw.announce", "draw/R", 1), ("request.publish_random", "request/R", 1),
    ("draw.freeze", "draw/R", 2), ("draw.draw", "draw/R", 3), ("request.award", "request/R", 3),
    ("draw.refuse", "draw/R", 4), ("request.award_next", "request/R", 4),
]  # fmt: skip


def logged(acts: list[tuple[str, str, int]]) -> tuple[list[bytes], list[bytes]]:
    """Return leaves, chained as the log chains them, each of its minute, and their hashes."""
    last: dict[str, tuple[int, str]] = {}
    leaves = []
    for act_, obj, minute in acts:
        rev, prev = last.get(obj, (0, ""))
        fields = {"act": act_, "obj": obj, "rev": rev + 1, "prev": prev, "t": f"2026-03-01T09:{minute:02}:00.000Z"}
        leaves.append(leaf({**fields, "actor": "", "ph": ""}))
        last[obj] = rev + 1, leaf_hash(leaves[-1])
    return leaves, [bytes.fromhex(leaf_hash(data)) for data in leaves]


def test_a_request_decided_by_a_draw_is_awarded_after_it_whichever_is_told_first() -> None:
    assert VERIFIER.replay(*logged(DRAWN)) == (2, 2)
    assert VERIFIER.replay(*logged([DRAWN[0], DRAWN[2], DRAWN[1], *DRAWN[3:]])) == (2, 2)
    plain = [("request.draft", "request/R", 0), ("request.publish", "request/R", 0), ("request.award", "request/R", 1)]
    assert VERIFIER.replay(*logged(plain)) == (1, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: [one for one in a if one[1] != "draw/R"], "entry 2: request.award on request/R without its draw"),
        (lambda a: [one for one in a if one[0] != "draw.draw"][:-2], "request.award on request/R without its draw"),
        (lambda a: [*a[:6], ("draw.void", "draw/R", 4), a[7]], "request.award_next on request/R without its draw"),
        (lambda a: [*a[:3], ("draw.freeze", "draw/R", 3), *a[4:]], "entry 4: draw.draw on draw/R is not later than its freeze"),
        (lambda a: [*a[:3], ("draw.freeze", "draw/R", 50), *a[4:]], "entry 4: draw.draw on draw/R is of 2026-03-01T09:03:00.000Z"),
        (lambda a: [*a, ("request.give_up", "request/R", 3)], "entry 8: request.give_up on request/R is of"),
        (lambda a: [("thing.change", "thing/1", 2), ("thing.change", "thing/1", 1)], "entry 1: thing.change on thing/1 is of"),
    ],
)  # fmt: skip
def test_an_award_without_its_draw_and_times_that_go_back_are_errors(change: Any, said: str) -> None:
    with pytest.raises(VERIFIER.Wrong, match=said):
        VERIFIER.replay(*logged(change(DRAWN)))


def test_the_verifier_knows_the_state_tables_of_the_site() -> None:
    assert {kind: dict(acts) for kind, acts in tables().items()} == VERIFIER.LIVES


@SQLITE
def test_the_files_of_the_log_are_served_as_the_standard_says(app: Flask, client: FlaskClient) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/log").status_code == 200
    with app.app_context():
        sealed(site_of(app), 300)
    full, partial = client.get("/log/tile/0/000"), client.get("/log/tile/0/001.p/44")
    assert full.content_type == "application/octet-stream"
    assert len(full.data) == 8192
    assert "immutable" in full.headers["Cache-Control"]
    assert "immutable" not in partial.headers["Cache-Control"]
    for path in ("tile/0/001", "tile/0/001.p/45", "tile/0/0001", "tile/9/000", "tile/2/000", "tile/entries/002", "tile/0/x",
                 "tile/entries/x999/x999/x999/x999/x999/x999/999", "tile/0/000.p/0", "proof/300", "entries/300"):  # fmt: skip
        assert client.get(f"/log/{path}").status_code == 404, path
    for path in ("tile/00/000", "tile/٠/000", "tile/0/٠٠٠", "tile/entries/٠٠٠", "proof/٣", "proof/03", "proof/٣.json",
                 "proof/-1", "proof/+1", "proof/0x1", "tile/+0/000"):  # fmt: skip
        assert client.get(f"/log/{path}").status_code == 404, path
    assert [client.get(f"/log/proof/{path}").status_code for path in ("0", "3", "3.json")] == [200] * 3
    for path in ("checkpoint/witnessed", "objects/nothing/1", f"entries/{2**63}"):
        assert client.get(f"/log/{path}").status_code == 404, path
    proof = client.get("/log/proof/299.json").json
    assert proof is not None
    assert (proof["index"], proof["size"]) == (299, 300)
    for name in ("verify_log.py", "witness.py"):
        assert client.get(f"/log/{name}").data == (PROGRAMS / name).read_bytes()


def test_pages_of_the_log_say_what_happened_without_a_name(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        with transaction() as now:
            record("quote.submit", "quote/QT-1", actor=ACTOR, payload={"secret": "a person"}, now=now)
        act(1)
        seal_log(site_of(app))
    page = client.get("/log/entries/0?lang=en").text
    assert "Quote sent" in page
    assert "organisation 3" in page
    assert "a person" not in page
    assert "No witness yet" in client.get("/log?lang=en").text
    listed = client.get("/log/objects/quote/QT-1?lang=en").text
    assert "1 act" in listed


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000, b"7", b"null", b'["v"]', b"{}", b"\xff", b'{"act":1,"actor":"","obj":[],"ph":"","prev":"","rev":1,"t":"","v":1}',
        b'{"act":"a","actor":"","obj":"o/1","ph":"","prev":"","rev":true,"t":"","v":1}',
        *(leaf({"act": "a", "actor": "", "obj": "o/1", "ph": "", "prev": "", "rev": 1, "t": t}) for t in (
            "", "yesterday", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000", "2026-03-01 09:00:00.000Z",
            "2026-02-30T09:00:00.000Z", "2026-03-01T09:00:00.000+08:00Z", "2026-03-01T09:00:00.000000Z",
            "٢٠٢٦-03-01T09:00:00.000Z",
        )),
    ],
)  # fmt: skip
def test_an_entry_that_is_no_leaf_is_named_even_where_the_operator_signed_it(data: bytes) -> None:
    with pytest.raises(VERIFIER.Wrong, match="entry 0 is not"):
        VERIFIER.replay([data], [bytes(32)])


def test_an_answer_that_breaks_off_is_told_in_a_sentence(verify: Verifying) -> None:
    class Breaks(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 900\r\n\r\ntests.market.example/log\n")

    with HTTPServer(("127.0.0.1", 0), Breaks) as server:
        threading.Thread(target=server.handle_request).start()
        assert verify(f"http://127.0.0.1:{server.server_port}") == 2
    assert "NOT VERIFIED: cannot read key: IncompleteRead" in verify.complained


@SQLITE
def test_what_cannot_be_read_or_written_is_a_sentence_and_not_a_verdict(
    copied: Path, verify: Verifying, tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\n\xff")
    (tmp_path / "file").write_text("")
    gone, key = str(tmp_path / "gone"), (copied / "key").read_text("utf-8").strip()
    name, _, data = key.split("+", 2)
    empty = note.Signer(name, LOG, bytes(32)).verifier.hash.hex()
    for where, *arguments in (
        ("http://[::1",), ("http://127.0.0.1:9/a b",), ("http://127.0.0.1:x",), ("https://",), (gone,), ("",),
        (copied, "--receipt", gone), (copied, "--head", gone), (copied, "--receipt", str(copied)),
        (copied, "--memory", str(copied)), (copied, "--memory", str(tmp_path / "file" / "memory")),
        (copied, "--memory", str(tmp_path / "binary")), (copied, "--save", str(tmp_path / "file" / "copy")),
        (copied, "--save", "/proc/nothing"), (copied, "--key", f"{name}+{empty}+"), (copied, "--key", "x"),
        (copied, "--key", f"{name}+00000000+{data}"), (copied, "--key", f"+{empty}+{data}"),
    ):  # fmt: skip
        verify.forget()
        assert verify(where, *arguments) == 2, (where, arguments, verify.said)
        assert verify.complained.startswith("NOT VERIFIED: "), verify.complained
        assert verify.complained.count("\n") == 1
    for arguments in (["--receipt", str(tmp_path / "binary")], ["--head", str(tmp_path / "binary")]):
        assert verify(copied, *arguments) == 1, verify.said
        assert "WRONG: " in verify.said
    assert verify(copied, "--memory", str(tmp_path / "new" / "memory")) == 0


@SQLITE
@pytest.mark.parametrize("listed", ["witness ", "witness x http://a", "witness a+00000000+AA== http://a"])
def test_a_list_of_witnesses_without_keys_is_wrong(copied: Path, verify: Verifying, listed: str) -> None:
    (copied / "witnesses").write_text(f"{listed}\nquorum 1\n", "utf-8")
    assert verify(copied) == 1
    assert "WRONG: the key" in verify.said


@SQLITE
def test_a_copy_that_was_saved_can_always_be_verified_elsewhere(
    copied: Path, verify: Verifying, tmp_path: Path
) -> None:
    key = (copied / "key").read_text("utf-8").strip()
    assert verify(copied) == 0
    for number, arguments in enumerate([[], ["--key", key]]):
        saved = tmp_path / f"copy{number}"
        assert verify(copied, "--save", str(saved), *arguments) == 0
        assert {file.name for file in saved.iterdir()} == {"key", "witnesses", "checkpoint", "tile"}
        verify.forget()
        assert verify(saved) == 0, verify.said + verify.complained


@SQLITE
def test_a_receipt_is_written_in_one_way_only(
    app: Flask, client: FlaskClient, copied: Path, verify: Verifying, tmp_path: Path
) -> None:
    text, file = client.get("/log/proof/77").text, tmp_path / "receipt"
    for written in ("077", "٧٧", "7_7", "+77", "-1", "77.0", "9" * 5000):
        file.write_text(text.replace("index 77\n", f"index {written}\n"), "utf-8")
        assert verify(copied, "--receipt", str(file)) == 1
        assert "is not a proof of this log" in verify.said
    file.write_bytes(text.replace("\n", "\r\n").encode())
    assert verify(copied, "--receipt", str(file)) == 1
    file.write_text(text.replace("\n300\n", "\n0300\n"), "utf-8")
    assert verify(copied, "--receipt", str(file)) == 1
    assert "the receipt's head is not a checkpoint" in verify.said
    file.write_text(text, "utf-8")
    assert verify(copied, "--receipt", str(file)) == 0, verify.said


@SQLITE
def test_the_printed_anchor_says_how_it_is_compared(
    app: Flask, copied: Path, verify: Verifying, tmp_path: Path
) -> None:
    done = app.test_cli_runner().invoke(args=["log", "anchor", "--to", str(tmp_path)])
    assert done.exit_code == 0, done.output
    anchor = Path(done.output.strip())
    command = next(line for line in anchor.read_text("utf-8").splitlines() if "verify_log.py" in line)
    told = command.partition("verify_log.py ")[2]
    words = [{"<URL>": str(copied), "<FILE>": str(anchor)}.get(word, word) for word in told.split()]
    assert verify(*words) == 0, verify.said
    assert f"{anchor}: 300 entries, signature right" in verify.said
