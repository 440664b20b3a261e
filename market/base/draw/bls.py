"""Whether a signature is drand quicknet's: BLS12-381, signatures on G1 (RFC 9380), the public key pinned.

About a second of arithmetic in plain Python, so it belongs into a job and never into a web request. The library is
loaded when first needed: loading takes as long as a verification, and a worker that serves pages never needs it.
"""

import hashlib
import sys
from functools import cache
from importlib import import_module
from typing import Any

from market.base.draw.beacons import PUBLIC_KEY, Drand
from market.base.errors import BreaksRule

_DOMAIN = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def verified(beacon: Drand) -> bytes:
    """The randomness of a round whose signature is the network's; refuses `beacon.signature_wrong`."""
    randomness = beacon.randomness()
    if not _verifies(beacon.round, beacon.signature):
        raise BreaksRule("beacon.signature_wrong", round=beacon.round)
    return randomness


@cache
def _library() -> tuple[Any, ...]:
    names = ("optimized_bls12_381", "bls.hash_to_curve", "bls.point_compression", "bls.g2_primitives")
    limit = sys.getrecursionlimit()
    try:
        return tuple(import_module(f"py_ecc.{name}") for name in names)
    finally:
        # The library raises it a hundredfold, needlessly: a file of deeply nested brackets would crash the process.
        sys.setrecursionlimit(limit)


def _verifies(round_: int, signature: str) -> bool:
    curve, hashing, points, primitives = _library()
    key = points.decompress_G2((int(PUBLIC_KEY[:96], 16), int(PUBLIC_KEY[96:], 16)))
    try:
        given = points.decompress_G1(int(signature, 16))
    except ValueError:  # no point of the curve
        return False
    if curve.is_inf(given) or not primitives.subgroup_check(given):
        return False
    message = hashlib.sha256(round_.to_bytes(8, "big")).digest()
    hashed = hashing.hash_to_G1(message, _DOMAIN, hashlib.sha256)
    left = curve.pairing(curve.G2, curve.neg(given), final_exponentiate=False)
    both = left * curve.pairing(key, hashed, final_exponentiate=False)
    return bool(curve.final_exponentiate(both) == curve.FQ12.one())
