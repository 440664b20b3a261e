"""Who watches the log: its witnesses, and how many of them must have cosigned a head before it counts as witnessed."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from market.journal.rules.note import WITNESS, Verifier, verifier


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness and the address under which it takes checkpoints."""

    verifier: Verifier
    url: str

    @property
    def name(self) -> str:
        """The name in its signature lines."""
        return self.verifier.name


@dataclass(frozen=True, slots=True)
class Policy:
    """`quorum` of the witnesses must have cosigned; 0 of 0 where the log has no witness."""

    witnesses: tuple[Witness, ...] = ()
    quorum: int = 0

    def holds(self, names: Collection[str]) -> bool:
        """Whether the witnesses of these names are enough. Without a witness nothing is ever witnessed."""
        return self.quorum > 0 and len({one.name for one in self.witnesses} & set(names)) >= self.quorum


NOBODY = Policy()


def policy(text: str) -> Policy:
    """Lines `witness KEY URL` and one line `quorum K`; ValueError with the line that is wrong."""
    witnesses: list[Witness] = []
    quorum = None
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "witness" and len(words) == 3:
            witnesses.append(_witness(*words[1:]))
        elif words[0] == "quorum" and len(words) == 2 and words[1].isdecimal() and quorum is None:
            quorum = int(words[1])
        else:
            raise ValueError(f"not a line of a witness policy: {line}")
    if len({one.name for one in witnesses}) < len(witnesses):
        raise ValueError("two witnesses have one name")
    quorum = len(witnesses) if quorum is None else quorum
    if not (0 < quorum <= len(witnesses) or quorum == len(witnesses)):
        raise ValueError(f"a quorum of {quorum} is not possible with {len(witnesses)} witnesses")
    return Policy(tuple(witnesses), quorum)


def _witness(key: str, url: str) -> Witness:
    found = verifier(key)
    if found.kind != WITNESS:
        raise ValueError(f"not the key of a witness: {key}")
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"not the address of a witness: {url}")
    return Witness(found, url.rstrip("/"))
