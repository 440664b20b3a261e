"""witness.py: it cosigns what only grows, refuses forks and answers whatever is sent to it; a policy is k-of-n."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from market.journal.rules import note, tree, witnessing
from market.journal.rules.note import LOG, Head, Signer
from market.journal.rules.policy import Policy, policy
from tests.journal.around import WITNESS_KEY, WITNESS_PROGRAM

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
    return WITNESS_PROGRAM.Witness(str(WITNESS_KEY), [str(OURS.verifier)], tmp_path / "state")


def test_a_witness_cosigns_a_log_that_grows(witness: Any) -> None:
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 20)):
        status, _, line = witness.add(asked(old, size))
        assert status == 200, line
        assert list(note.witnessed(signed(size) + line, [WITNESS_KEY.verifier])) == [WITNESS_KEY.name]
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
    good.write_text(f"{WITNESS_KEY}\n{WITNESS_KEY.verifier}\n")
    for text in (
        "",
        "x",
        "PRIVATE+WITNESS_KEY+a+b",
        f"{WITNESS_KEY.verifier}\n",
        str(OURS),
        str(WITNESS_KEY).replace("w1", "w2"),
    ):
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
        WITNESS_KEY.verifier,
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
        (f"witness {WITNESS_KEY.verifier} ftp://a", "not the address"),
        (f"witness {WITNESS_KEY.verifier} http://a\nwitness {WITNESS_KEY.verifier} http://b", "one name"),
        (f"witness {WITNESS_KEY.verifier} http://a\nquorum 2", "quorum of 2"),
        (f"witness {WITNESS_KEY.verifier} http://a\nquorum 0", "quorum of 0"),
        ("quorum 1", "quorum of 1"),
        ("something else", "not a line"),
    ],
)
def test_a_policy_that_means_nothing_is_refused(lines: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        policy(lines)


def test_a_policy_is_k_of_n() -> None:
    found = policy(f"# ours\nwitness {WITNESS_KEY.verifier} http://a/\n\nquorum 1\n")
    assert (found.witnesses[0].name, found.witnesses[0].url) == (WITNESS_KEY.name, "http://a")
    assert found.holds(["witness.example/w1"])
    assert not found.holds(["somebody"])
    assert not Policy().holds(["somebody"])
    assert policy("quorum 0") == policy("") == Policy()
