"""Where randomness comes from that nobody knows before: the three kinds of beacon, and what makes each value one.

Nothing here asks the network or the database: a value is given and either is the beacon's, or is refused by its name.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import comb

from market.base.clock import CHINA
from market.base.draw.engine import canonical
from market.base.errors import BreaksRule
from market.base.words import N_, register_labels, register_sentences


class BeaconKind(StrEnum):
    """The kinds of public randomness that a draw can be bound to."""

    DRAND = "drand_quicknet"
    LOTTERY = "lottery"
    COMMIT = "commit_reveal"


CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
"""The hash that names drand's quicknet chain; relays are asked by it."""
PUBLIC_KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
GENESIS = 1_692_803_367
PERIOD = 3
RED_BALLS, RED_DRAWN, BLUE_BALLS = 33, 6, 16
LOTTERY_DAYS = frozenset({1, 3, 6})
"""双色球 is drawn on Tuesday, Thursday and Sunday evening."""
LOTTERY_HOUR = (21, 15)
_SIGNATURE = re.compile(r"[0-9a-f]{96}")
_SECRET = re.compile(r"[0-9a-f]{64}")
_ISSUE = re.compile(r"20\d{5}")


def bits_of(kind: BeaconKind, committers: int = 0) -> int:
    """How many bits nobody can guess: of a threshold signature, of a drawn combination, of one honest secret."""
    if kind == BeaconKind.LOTTERY:
        return (comb(RED_BALLS, RED_DRAWN) * BLUE_BALLS).bit_length() - 1
    return 128 if kind == BeaconKind.DRAND else (256 if committers else 0)


def round_at(moment: int) -> int:
    """The quicknet round that is the newest at a second since 1970; refuses `beacon.before_genesis`."""
    if moment < GENESIS:
        raise BreaksRule("beacon.before_genesis")
    return (moment - GENESIS) // PERIOD + 1


def time_of(round_: int) -> int:
    """The second since 1970 at which a round is published."""
    return GENESIS + (round_ - 1) * PERIOD


@dataclass(frozen=True, slots=True)
class Drand:
    """A round of quicknet with the signature that a relay gave; `bls.verified` says whether it is the network's."""

    round: int
    signature: str

    def randomness(self) -> bytes:
        """SHA-256 of the signature; refuses `beacon.signature_malformed`."""
        if not _SIGNATURE.fullmatch(self.signature):
            raise BreaksRule("beacon.signature_malformed", round=self.round)
        return hashlib.sha256(bytes.fromhex(self.signature)).digest()

    def evidence(self) -> dict[str, object]:
        """What the transcript says."""
        return {"kind": BeaconKind.DRAND.value, "chain": CHAIN, "round": self.round, "signature": self.signature}


@dataclass(frozen=True, slots=True)
class Lottery:
    """A published issue of 双色球: six red numbers, one blue, the day it was drawn."""

    issue: str
    red: tuple[int, ...]
    blue: int
    drawn_on: date

    def randomness(self) -> bytes:
        """The hash of issue and numbers; refuses `beacon.lottery_malformed`."""
        good = len(set(self.red)) == RED_DRAWN == len(self.red) and all(1 <= ball <= RED_BALLS for ball in self.red)
        if not (good and 1 <= self.blue <= BLUE_BALLS and _ISSUE.fullmatch(self.issue)):
            raise BreaksRule("beacon.lottery_malformed")
        if self.drawn_on.weekday() not in LOTTERY_DAYS or self.issue[:4] != str(self.drawn_on.year):
            raise BreaksRule("beacon.lottery_day")
        told = {"issue": self.issue, "red": sorted(self.red), "blue": self.blue}
        return hashlib.sha256(b"zjcs-lottery-v1\0" + canonical(told)).digest()

    def evidence(self) -> dict[str, object]:
        """What the transcript says."""
        numbers = {"issue": self.issue, "red": sorted(self.red), "blue": self.blue}
        return {"kind": BeaconKind.LOTTERY.value, **numbers, "drawn_on": self.drawn_on.isoformat()}

    def drawn_at(self) -> datetime:
        """The moment of the drawing."""
        hour, minute = LOTTERY_HOUR
        return datetime(self.drawn_on.year, self.drawn_on.month, self.drawn_on.day, hour, minute, tzinfo=CHINA)


def commitment(draw_id: str, by: str, secret: str) -> str:
    """What a committer publishes before the freeze; refuses `beacon.secret_malformed` unless 64 hexadecimal digits."""
    if not _SECRET.fullmatch(secret):
        raise BreaksRule("beacon.secret_malformed")
    told = b"zjcs-commit-v1\0" + draw_id.encode() + b"\0" + by.encode() + b"\0" + bytes.fromhex(secret)
    return hashlib.sha256(told).hexdigest()


@dataclass(frozen=True, slots=True)
class Reveals:
    """Secrets by committer, and what each had committed to before the freeze."""

    draw_id: str
    commitments: Mapping[str, str]
    secrets: Mapping[str, str]

    def withheld(self) -> list[str]:
        """Who committed and has not revealed."""
        return sorted(self.commitments.keys() - self.secrets.keys())

    def randomness(self) -> bytes:
        """The hash of all secrets.

        Refuses `beacon.withheld` (somebody has not revealed), `beacon.wrong_secret` and `beacon.nobody_committed`.
        """
        if not self.commitments:
            raise BreaksRule("beacon.nobody_committed")
        if missing := self.withheld():
            raise BreaksRule("beacon.withheld", names="、".join(missing))
        for by, secret in self.secrets.items():
            if commitment(self.draw_id, by, secret) != self.commitments.get(by):
                raise BreaksRule("beacon.wrong_secret", name=by)
        told = [{"by": by, "secret": self.secrets[by]} for by in sorted(self.secrets)]
        return hashlib.sha256(b"zjcs-reveal-v1\0" + canonical(told)).digest()

    def evidence(self) -> dict[str, object]:
        """What the transcript says."""
        told = [
            {"by": by, "commitment": self.commitments[by], "secret": self.secrets[by]}
            for by in sorted(self.commitments)
        ]
        return {"kind": BeaconKind.COMMIT.value, "reveals": told}


register_labels(
    {
        "beacon.drand_quicknet": N_("drand quicknet (a public beacon of many independent operators)"),
        "beacon.lottery": N_("The public lottery 双色球, entered by two persons"),
        "beacon.commit_reveal": N_("Secrets committed before the freeze and revealed after it"),
    }
)
register_sentences(
    {
        "beacon.before_genesis": N_("drand's quicknet had not begun at that time. Choose a later one."),
        "beacon.signature_malformed": N_("What a relay gave for round {round} is no signature of 48 bytes."),
        "beacon.signature_wrong": N_(
            "The signature of round {round} is not drand's: it does not verify with the pinned key. Nothing was drawn."
        ),
        "beacon.wrong_round": N_("A relay answered with round {given} instead of {round}. Nothing was drawn."),
        "beacon.lottery_malformed": N_(
            "A result has an issue such as 2026123, six different red numbers from 1 to 33 and a blue one from 1 to 16."
        ),
        "beacon.lottery_day": N_(
            "双色球 is drawn on Tuesday, Thursday and Sunday, and its issue begins with the year. Check the day."
        ),
        "beacon.secret_malformed": N_("A secret is 64 hexadecimal digits (32 random bytes)."),
        "beacon.nobody_committed": N_("Nobody committed to a secret before the freeze."),
        "beacon.withheld": N_("{names} committed and did not reveal. The fallback of the announcement applies."),
        "beacon.wrong_secret": N_("The secret of {name} is not the one committed to before the freeze."),
    }
)
