"""Fetch a round of drand over HTTPS. Nothing goes out but a round's number, and no relay is believed.

What a relay answers is read strictly, and `bls.verified` decides: a relay can withhold a round, and never change one.
"""

import json
import logging
from collections.abc import Callable, Sequence
from http.client import HTTPException
from urllib.request import urlopen

from market.base.draw import Drand, bls
from market.base.draw.beacons import CHAIN
from market.base.errors import BreaksRule, Refusal

log = logging.getLogger(__name__)
SECONDS = 4
LARGEST = 4096


def fetch(relays: Sequence[str], number: int, *, get: Callable[[str], bytes] | None = None) -> Drand | None:
    """The verified round from the first relay that has it; None while none has. What is wrong is logged by its name."""
    for relay in relays:
        try:
            answer = (get or over_https)(f"{relay.rstrip('/')}/{CHAIN}/public/{number}")
            beacon = read(answer, number)
            bls.verified(beacon)
        except Refusal as refusal:
            log.warning("relay %s: %s", relay, refusal)
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            log.info("relay %s has no round %s: %s", relay, number, error)
        else:
            return beacon
    return None


def read(answer: bytes, number: int) -> Drand:
    """A relay's answer as the round that was asked for.

    Refuses `beacon.signature_malformed` and `beacon.wrong_round`; a ValueError where it is no such document at all.
    """
    told = json.loads(answer)
    if not isinstance(told, dict):
        raise ValueError("no JSON object")
    if told.get("round") != number:
        raise BreaksRule("beacon.wrong_round", given=told.get("round"), round=number)
    beacon = Drand(number, str(told.get("signature")))
    beacon.randomness()
    return beacon


def over_https(address: str) -> bytes:
    """The body at an address of HTTPS."""
    if not address.startswith("https://"):
        raise ValueError("not HTTPS")
    with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310  # HTTPS only, checked above
        body: bytes = answer.read(LARGEST)
    return body
