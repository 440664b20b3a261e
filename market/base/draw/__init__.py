"""The verifiable draw `draw-v1` as pure law: pool, beacon, seed, ranking. Inspections draw by it as selections do."""

from market.base.draw.beacons import BeaconKind, Drand, Lottery, Reveals, bits_of, commitment, round_at, time_of
from market.base.draw.engine import (
    ALGORITHM,
    NONCE_BYTES,
    TEXT,
    TEXT_SHA256,
    Ranked,
    Ticket,
    canonical,
    checked_pool,
    coefficient,
    pool_root,
    ranking,
    seed_of,
    tickets,
)

__all__ = [
    "ALGORITHM",
    "NONCE_BYTES",
    "TEXT",
    "TEXT_SHA256",
    "BeaconKind",
    "Drand",
    "Lottery",
    "Ranked",
    "Reveals",
    "Ticket",
    "bits_of",
    "canonical",
    "checked_pool",
    "coefficient",
    "commitment",
    "pool_root",
    "ranking",
    "round_at",
    "seed_of",
    "tickets",
    "time_of",
]
