"""Signed heads: what another key, another name, a changed text or a broken line says is refused."""

import base64
from datetime import UTC, datetime

import pytest

from market.journal.rules import note
from market.journal.rules.note import LOG, WITNESS, Head, Signer

LOG_KEY = Signer("market.example/log", LOG, bytes(range(32)))
WITNESS_KEY = Signer("witness.example/w1", WITNESS, bytes(range(32, 64)))
HEAD = Head("market.example/log", 20852163, bytes(range(100, 132)))
SIGNED = note.signed(HEAD, LOG_KEY)
SEEN = datetime(2026, 11, 29, 3, 4, 5, tzinfo=UTC)


def test_keys_are_read_as_they_are_written() -> None:
    for key in (LOG_KEY, WITNESS_KEY, note.new_signer("a.example/log")):
        assert note.signer(str(key)) == key
        assert note.verifier(str(key.verifier)) == key.verifier


def test_a_published_note_of_the_go_module_database_is_opened() -> None:
    # The example of golang.org/x/mod/sumdb/note, an independent implementation.
    key = note.verifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    read = note.note(text)
    ((name, key_hash, signature),) = read.signatures
    assert (name, key_hash) == (key.name, key.hash)
    assert key.holds(read.text.encode(), signature)
    assert not key.holds(read.text.encode() + b" ", signature)


def test_a_checkpoint_says_whose_log_it_is_how_long_and_its_root() -> None:
    assert note.opened(SIGNED, LOG_KEY.verifier) == HEAD
    assert SIGNED.split("\n")[:3] == ["market.example/log", "20852163", base64.b64encode(HEAD.root).decode()]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (SIGNED.replace("20852163", "20852164"), "no signature"),
        (note.signed(HEAD, Signer(LOG_KEY.name, LOG, bytes(32))), "no signature"),
        (note.signed(HEAD, Signer("other.example/log", LOG, LOG_KEY.private)), "no signature"),
        (note.signed(Head("other.example/log", 3, HEAD.root), LOG_KEY), "is of other.example"),
        (SIGNED.rstrip("\n"), "a note is"),
        (SIGNED.replace("\n\n", "\n"), "a note is"),
        (SIGNED.replace("—", "-"), "not a signature line"),
        (SIGNED.replace("— market.example/log ", "— market.example/log !"), "not base64"),
        (SIGNED.replace("market", "mar\tket"), "not a note"),
        ("", "a note is"),
        ("x" * (note.LONGEST_NOTE + 1), "not a note"),
    ],
)
def test_a_checkpoint_that_is_not_the_logs_is_refused(changed: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        note.opened(changed, LOG_KEY.verifier)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\n1\n", "is an origin"),
        ("a\n01\nAAAA\n", "is an origin"),
        ("a\n-1\nAAAA\n", "is an origin"),
        ("a\n1\nAAAA\n", "32 bytes"),
        ("a\n1\nA A\n", "not base64"),
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        note.head(text)


def test_a_witness_is_believed_for_the_text_it_saw_and_the_time_it_says() -> None:
    line = note.cosigned(str(HEAD), WITNESS_KEY, SEEN)
    both = SIGNED + line
    assert note.opened(both, LOG_KEY.verifier) == HEAD
    assert note.witnessed(both, [WITNESS_KEY.verifier]) == {"witness.example/w1": SEEN}
    stranger = Signer("witness.example/w1", WITNESS, bytes(32))
    assert note.witnessed(both, [stranger.verifier]) == {}
    assert note.witnessed(both.replace("20852163", "20852164"), [WITNESS_KEY.verifier]) == {}
    data = bytearray(base64.b64decode(line.split(" ")[2]))
    data[11] ^= 1  # the last byte of the time
    earlier = f"— witness.example/w1 {base64.b64encode(data).decode()}\n"
    assert note.witnessed(SIGNED + earlier, [WITNESS_KEY.verifier]) == {}


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a+b",
        str(LOG_KEY),
        str(LOG_KEY.verifier).replace("market", "marked"),
        str(LOG_KEY.verifier) + "A",
        "a b+00000000+AQ==",
    ],
)
def test_what_is_no_public_key_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"key|name|base64"):
        note.verifier(written)


@pytest.mark.parametrize("written", ["", str(LOG_KEY.verifier), str(LOG_KEY).replace("market", "marked")])
def test_what_is_no_private_key_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="key"):
        note.signer(written)
