"""What a log and a witness say to each other: C2SP tlog-witness, add-checkpoint."""

import base64
from collections.abc import Sequence
from datetime import datetime

from market.journal.rules import note
from market.journal.rules.note import Verifier


def request(old: int, proof: Sequence[bytes], checkpoint: str) -> bytes:
    """The body of add-checkpoint."""
    lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof), "", checkpoint]
    return "\n".join(lines).encode()


def cosignature(answer: str, checkpoint: str, by: Verifier) -> tuple[str, datetime]:
    """The witness's line in its answer, and when it looked; ValueError when no line of its key holds."""
    for line in answer.splitlines(keepends=True):
        found = note.witnessed(checkpoint + line, [by])
        if by.name in found:
            return line, found[by.name]
    raise ValueError(f"no cosignature of {by.name} holds")


def proof_text(seq: int, path: Sequence[bytes], checkpoint: str, *, extra: bytes) -> str:
    """A proof to keep, with the leaf's bytes as `extra`: C2SP tlog-proof."""
    steps = (base64.b64encode(step).decode() for step in path)
    return "\n".join(
        ["c2sp.org/tlog-proof@v1", f"extra {base64.b64encode(extra).decode()}", f"index {seq}", *steps, "", checkpoint]
    )
