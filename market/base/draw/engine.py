"""The ranking of `draw-v1`: a pure function of the frozen pool and of randomness that nobody knew before."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from market.base import merkle
from market.base.errors import BreaksRule
from market.base.words import N_, register_sentences

ALGORITHM = "draw-v1"
TEXT = (Path(__file__).parent / "draw-v1.txt").read_bytes()
"""What the algorithm is, in words; its hash is part of every announcement."""
TEXT_SHA256 = hashlib.sha256(TEXT).hexdigest()
NONCE_BYTES = 16
_NONCE = re.compile(r"[0-9a-f]{32}")
_TICKET = re.compile(r"([0-9A-Z]{18})(?:#([1-9][0-9]?))?")


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """One chance of a participant: its credit code, of several chances with `#n`; and the nonce it came with."""

    ticket: str
    nonce: str

    @property
    def holder(self) -> str:
        """The credit code."""
        return self.ticket.split("#")[0]

    def leaf(self) -> bytes:
        """The bytes that the pool's tree is made of."""
        return canonical({"nonce": self.nonce, "ticket": self.ticket})


@dataclass(frozen=True, slots=True)
class Ranked:
    """A participant's place, from 1, and the key that gave it."""

    rank: int
    holder: str
    key: str


def canonical(value: object) -> bytes:
    """RFC 8785 bytes of strings, whole numbers, lists and objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def tickets(holder: str, nonce: str, *, weight: int = 1, most: int = 1) -> list[Ticket]:
    """The tickets of a participant; refuses `draw.weight` outside 1 to `most`."""
    if not 1 <= weight <= most:
        raise BreaksRule("draw.weight", weight=weight, most=most)
    if weight == 1:
        return [Ticket(holder, nonce)]
    return [Ticket(f"{holder}#{number}", nonce) for number in range(1, weight + 1)]


def checked_pool(pool: Iterable[Ticket]) -> list[Ticket]:
    """The pool in its order.

    Refuses `draw.ticket_twice`, `draw.ticket_malformed`, `draw.nonce_malformed` and `draw.ticket_gap`: the numbers of
    a participant's tickets are 1 to w, and one without a number stands alone.
    """
    ordered = sorted(pool)
    numbers: dict[str, list[int]] = {}
    for before, entry in zip([None, *ordered], ordered, strict=False):
        if before is not None and before.ticket == entry.ticket:
            raise BreaksRule("draw.ticket_twice", ticket=entry.ticket)
        found = _TICKET.fullmatch(entry.ticket)
        if found is None:
            raise BreaksRule("draw.ticket_malformed", ticket=entry.ticket)
        if not _NONCE.fullmatch(entry.nonce):
            raise BreaksRule("draw.nonce_malformed", ticket=entry.ticket)
        numbers.setdefault(found[1], []).append(int(found[2] or 0))
    for holder, given in numbers.items():
        if given != [0] and sorted(given) != list(range(1, len(given) + 1)):
            raise BreaksRule("draw.ticket_gap", ticket=holder)
    return ordered


def pool_root(pool: Iterable[Ticket]) -> bytes:
    """The root over a pool that obeys `checked_pool`."""
    return merkle.root([merkle.leaf(entry.leaf()) for entry in checked_pool(pool)])


def seed_of(draw_id: str, root: bytes, randomness: bytes) -> bytes:
    """The seed of one draw; refuses `draw.randomness_malformed` unless the beacon gave 32 bytes."""
    if len(randomness) != 32:
        raise BreaksRule("draw.randomness_malformed")
    return hashlib.sha256(b"zjcs-draw-v1\0" + draw_id.encode() + b"\0" + root + randomness).digest()


def ranking(pool: Iterable[Ticket], seed: bytes) -> list[Ranked]:
    """Every participant by the least key of its tickets. Striking one leaves the order of the others as it is."""
    keys: dict[str, bytes] = {}
    for entry in checked_pool(pool):
        key = hashlib.sha256(seed + entry.ticket.encode()).digest()
        keys[entry.holder] = min(key, keys.get(entry.holder, key))
    order = sorted(keys.items(), key=lambda item: item[1])
    return [Ranked(rank, holder, key.hex()) for rank, (holder, key) in enumerate(order, 1)]


def coefficient(seed: bytes, values: Sequence[int]) -> int:
    """One of consecutive whole numbers (percent, such as 95 to 98), by the same seed."""
    return values[int.from_bytes(hashlib.sha256(seed + b"coef").digest(), "big") % len(values)]


register_sentences(
    {
        "draw.weight": N_("A weight of {weight} is not possible: a participant has 1 to {most} tickets."),
        "draw.ticket_twice": N_("The pool names the ticket {ticket} twice. Nothing was frozen."),
        "draw.ticket_malformed": N_("“{ticket}” is no ticket: a unified social credit code is needed."),
        "draw.nonce_malformed": N_("The nonce of {ticket} is not 32 hexadecimal digits."),
        "draw.ticket_gap": N_("The tickets of {ticket} are not numbered from 1 without a gap."),
        "draw.randomness_malformed": N_("The beacon gave no 32 bytes of randomness. Nothing was drawn."),
    }
)
