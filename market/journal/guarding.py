"""The guard against a past that was put back: what this machine knows of the log beside the database.

In the instance folder stands the newest head that was ever signed here or shown by a witness. A database behind it, or
with another tree of that size, is an old backup or a forged past: the site then only reads. The verdict stands in a
file of its own, so that every process sees it without asking the database; so does what the last verification of
everything found, which stops nothing and is shown on every page.
"""

import json
import math
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from market.base.errors import BadState
from market.base.words import N_, register_sentences
from market.journal import queries
from market.journal.rules import note, tree
from market.journal.rules.finding import Finding, from_plain
from market.journal.rules.note import Head, Signer
from market.journal.rules.policy import Policy
from market.store.transaction import database_now

CODES = ("log.behind", "log.forked")
MOST_SHOWN = 100
ASK_AGAIN = 60.0
"""Seconds after which a process signs nothing before it has asked the witnesses again."""
STANDS_STILL = timedelta(seconds=60)
"""An act has its number within a second; one that has waited so long means that nobody numbers."""


@dataclass(frozen=True, slots=True)
class Verification:
    """When the whole log was verified last, how many entries it had, what was wrong, and how many findings there were.

    `wrong` holds the first MOST_SHOWN of them.
    """

    at: datetime
    entries: int
    wrong: tuple[Finding, ...]
    count: int


@dataclass(slots=True)
class Memory:
    """What one process remembers by itself: the head that it kept last, and when it last asked the witnesses."""

    note: str = ""
    asked: float = -math.inf


@dataclass(frozen=True, slots=True)
class Log:
    """The log of this site: who signs it, who witnesses it, and the folder with what this machine knows of it."""

    signer: Signer
    policy: Policy
    folder: Path
    memory: Memory = field(default_factory=Memory, compare=False)

    def kept(self) -> Head | None:
        """The newest head that this machine knows; None when it knows none that its key has signed."""
        try:
            return note.opened((self.folder / "log_head").read_text("utf-8"), self.signer.verifier)
        except (OSError, ValueError):
            return None

    def keep(self, checkpoint: str) -> None:
        """Remember a checkpoint of ours, unless a newer one is known and this one agrees with the database."""
        given, known = note.opened(checkpoint, self.signer.verifier), self.kept()
        if known is None or given.size > known.size or _verdict(given):
            self._write("log_head", checkpoint)
            self.memory.note = checkpoint

    def recall(self) -> bool:
        """Whether the folder has not what this process kept last: both are an old copy, and it is kept once more."""
        if not self.memory.note:
            return False
        own, known = note.opened(self.memory.note, self.signer.verifier), self.kept()
        if known is not None and (known.size > own.size or known == own):
            return False
        self.keep(self.memory.note)
        return True

    def must_ask(self) -> bool:
        """Whether the witnesses are to be asked for what they know before anything is signed."""
        return bool(self.policy.witnesses) and monotonic() - self.memory.asked > ASK_AGAIN

    def look(self) -> str:
        """Compare the database with the head kept here, write the verdict down and return it: a code, or nothing.

        "log.behind": the database has fewer entries. "log.forked": it has others.
        """
        known = self.kept()
        verdict = _verdict(known) if known else ""
        if verdict != self.verdict():
            self._write("log_guard", verdict)
        return verdict

    def in_a_word(self) -> str:
        """`ok`, or `behind`, `forked`, or `waiting`: an act has had no number for longer than STANDS_STILL."""
        if verdict := self.look():
            return verdict.removeprefix("log.")
        since = queries.waiting_since()
        return "ok" if since is None or database_now() - since <= STANDS_STILL else "waiting"

    def agrees(self) -> bool:
        """Whether the head that the database signed last is the one kept here. One query.

        Whether its rows still make that head is asked, in the transaction, by whoever signs the next one.
        """
        known, last = self.kept(), queries.head()
        return known is not None and last is not None and (last.size, last.root) == (known.size, known.root.hex())

    def verdict(self) -> str:
        """What was found last, by whichever process; costs no query."""
        try:
            found = (self.folder / "log_guard").read_text("utf-8")
        except FileNotFoundError:
            return ""
        return found if found in CODES else ""

    def keep_verification(self, entries: int, wrong: Sequence[Finding], *, now: datetime) -> None:
        """Write down what a verification of everything found; every process sees it from then on."""
        shown = [one.plain() for one in wrong[:MOST_SHOWN]]
        told = {"at": now.isoformat(), "entries": entries, "wrong": shown, "count": len(wrong)}
        self._write("log_verified", json.dumps(told, default=str))

    def verification(self) -> Verification | None:
        """What the last verification found, by whichever process; costs no query. None before the first one."""
        try:
            told = json.loads((self.folder / "log_verified").read_text("utf-8"))
            at = datetime.fromisoformat(told["at"])
            return Verification(at, int(told["entries"]), tuple(map(from_plain, told["wrong"])), int(told["count"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, name: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # The sequencer and the clock's rounds write from two threads of one process.
        part = self.folder / f"{name}.{os.getpid()}.{threading.get_ident()}"
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / name)


def _verdict(known: Head) -> str:
    size = queries.entries()
    if size < known.size:
        return "log.behind"
    try:
        same = tree.root_at(known.size, queries.stored_nodes(known.size)) == known.root
    except (IndexError, ValueError):  # a hash is missing, or is none
        same = False
    return "" if same else "log.forked"


def require_whole(log: Log) -> None:
    """BadState with the verdict while the database is behind or beside what was signed."""
    if verdict := log.look():
        raise BadState(verdict)


register_sentences(
    {
        "log.behind": N_(
            "This site only shows what it has and takes nothing in: its database is older than its public log. The "
            "operator brings the missing entries back from a mirror (flask log reconcile)."
        ),
        "log.forked": N_(
            "This site only shows what it has and takes nothing in: its database does not agree with its public log. "
            "The operator must find out what was changed (flask log verify)."
        ),
    }
)
