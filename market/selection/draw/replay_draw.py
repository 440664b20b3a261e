#!/usr/bin/env python3
"""Repeat a draw from its transcript: python replay_draw.py transcript.json [more.json ...]

Needs nothing but Python 3.9. With `pip install py_ecc` the signature of a drand beacon is verified as well.
It proves that the ranking follows from the published pool and the beacon. That the pool is complete is proved by the
participants' receipts in the public log; that the freeze came before the beacon, by the log's witnesses.
"""

import datetime
import hashlib
import json
import re
import sys

ALGORITHM_SHA256 = "1d15efd2f72aa9cae556e71a8e7c4810a82cfa247de06df040e6115421b11755"
CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
GENESIS, PERIOD = 1692803367, 3


class Wrong(Exception):
    """What does not fit, in one sentence."""


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def tree(leaves):
    """The root of RFC 6962 over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", tree(leaves[:half]), tree(leaves[half:]))


def need(good, sentence):
    if not good:
        raise Wrong(sentence)


def pool_of(t):
    """The entries by ticket, and the root over them."""
    pool = sorted(({"nonce": e["nonce"], "ticket": e["ticket"]} for e in t["pool"]), key=lambda e: e["ticket"])
    names = [e["ticket"] for e in pool]
    need(len(set(names)) == len(names), "the pool names a ticket twice")
    for e in pool:
        need(re.fullmatch("[0-9A-Z]{18}(#[1-9][0-9]?)?", e["ticket"]), f"{e['ticket']!r} is no ticket")
        need(re.fullmatch("[0-9a-f]{32}", e["nonce"]), f"the nonce of {e['ticket']} is not 32 hexadecimal digits")
    root = tree([sha(b"\0", canonical(e)) for e in pool])
    need(root.hex() == t["pool_root"], "the pool is not the one that was frozen: its root is " + root.hex())
    return pool, root


def receipts(t, pool):
    """Every participant who holds a receipt is in the pool, or among the exclusions with a reason; nobody else is."""
    within = {e["ticket"].split("#")[0]: e["nonce"] for e in pool}
    out = {e["ticket"]: e["nonce"] for e in t["exclusions"] if e["reason"]}
    held = {r["ticket"]: r["nonce"] for r in t["receipts"]}
    need(len(held) == len(t["receipts"]), "two receipts name one participant")
    shown = [r["leaf"] for r in t["receipts"] + t["withdrawn"]]
    need(sorted(shown) == sorted(t["journal"]), "the journal holds a receipt that is not shown, or lacks one that is")
    need(not within.keys() & out.keys(), "somebody is in the pool and excluded")
    for ticket in sorted(held.keys() | within.keys() | out.keys()):
        need(ticket in held, f"{ticket} is in the pool without a receipt")
        need(ticket in within or ticket in out, f"{ticket} holds a receipt, and is neither in the pool nor excluded")
        need({**out, **within}[ticket] == held[ticket], f"the nonce of {ticket} is not the one on its receipt")


def announced(t):
    """What was fixed in advance, and the order of the times."""
    need(t["algorithm"] == "draw-v1" and t["algorithm_sha256"] == ALGORITHM_SHA256, "this is another algorithm")
    moment = t["announced_beacon_time"]
    for step in t["postponements"]:
        need(step["from"] == moment < step["to"], "the postponements do not follow each other")
        need((step["to"] - moment) % 86400 == 0, "a postponement is not whole days")
        moment = step["to"]
    need(moment == t["beacon_time"], "the beacon's time is not the announced one, and no postponement says why")
    need(t["signup_until"] <= t["frozen_at"], "the pool was frozen before sign-up ended")
    need(t["frozen_at"] < t["beacon_time"], "the pool was frozen after the beacon could be known")
    if t["beacon_kind"] == "drand_quicknet":
        need(t["round"] == (t["beacon_time"] - GENESIS) // PERIOD + 1, "the round is not the one of the beacon's time")
    else:
        need(t["round"] is None, "this kind of beacon has no rounds")


def lottery_day(moment):
    """The day of the first 双色球 drawing (Tuesday, Thursday, Sunday, 21:15 in China) at or after a second."""
    day = datetime.datetime.fromtimestamp(moment + 8 * 3600, datetime.timezone.utc).replace(tzinfo=None)
    while day.weekday() not in (1, 3, 6) or (day.hour, day.minute, day.second) > (21, 15, 0):
        day = datetime.datetime.combine(day.date() + datetime.timedelta(days=1), datetime.time())
    return day.date().isoformat()


def randomness(t):
    """The 32 bytes that the beacon gave, by its kind."""
    b = t["beacon"]
    need(b["kind"] == t["beacon_kind"] or (b["kind"] == "lottery" and t["fallback"]), "this is another kind of beacon")
    if b["kind"] == "drand_quicknet":
        need(b["chain"] == CHAIN, "the beacon is of another chain")
        need(b["round"] == t["round"], "the beacon is of another round")
        need(re.fullmatch("[0-9a-f]{96}", b["signature"]), "the signature is not 48 bytes")
        given = sha(bytes.fromhex(b["signature"]))
    elif b["kind"] == "lottery":
        first = lottery_day(t["beacon_time"] + (86400 if t["fallback"] else 0))
        need(b["drawn_on"] == first, f"the lottery of {b['drawn_on']} is not the first drawing, which was on {first}")
        need(
            len(b["red"]) == len(set(b["red"])) == 6 and all(1 <= n <= 33 for n in b["red"] + [b["blue"]]),
            "no result of 双色球",
        )
        given = sha(b"zjcs-lottery-v1\0", canonical({"blue": b["blue"], "issue": b["issue"], "red": sorted(b["red"])}))
    elif b["kind"] == "commit_reveal":
        told = sorted(b["reveals"], key=lambda r: r["by"])
        need(told, "nobody committed")
        for r in told:
            parts = (t["draw_id"].encode(), b"\0", r["by"].encode(), b"\0", bytes.fromhex(r["secret"]))
            need(sha(b"zjcs-commit-v1\0", *parts).hex() == r["commitment"], f"{r['by']} revealed another secret")
        given = sha(b"zjcs-reveal-v1\0", canonical([{"by": r["by"], "secret": r["secret"]} for r in told]))
    else:
        raise Wrong(f"unknown kind of beacon: {b['kind']!r}")
    need(given.hex() == b["randomness"], "the randomness is not what the beacon gives")
    return given


def ranked(pool, seed):
    """Participants by the least key of their tickets."""
    keys = {}
    for e in pool:
        who, key = e["ticket"].split("#")[0], sha(seed, e["ticket"].encode())
        keys[who] = min(key, keys.get(who, key))
    return sorted(keys, key=keys.get)


def selected(t, order):
    """Awards go down the ranking: each to the next rank, after the one before was given up with a reason."""
    for place, step in enumerate(t["outcomes"]):
        need(place < len(order) and step["ticket"] == order[place], f"award {place + 1} is not of rank {place + 1}")
        last = place == len(t["outcomes"]) - 1
        need(last or (step["state"] == "void" and step["reason"]), f"rank {place + 1} was passed over without a reason")


def signature(b):
    """Whether drand signed it: True, False, or None where py_ecc is not installed."""
    limit = sys.getrecursionlimit()
    try:  # here, because it is large and most draws need none of it
        from py_ecc import optimized_bls12_381 as c
        from py_ecc.bls.g2_primitives import subgroup_check
        from py_ecc.bls.hash_to_curve import hash_to_G1
        from py_ecc.bls.point_compression import decompress_G1, decompress_G2
    except ImportError:
        return None
    finally:
        sys.setrecursionlimit(limit)  # py_ecc raises it so far that a hostile file could crash Python
    try:
        sig = decompress_G1(int(b["signature"], 16))
    except ValueError:
        return False
    if c.is_inf(sig) or not subgroup_check(sig):
        return False
    message = sha(b["round"].to_bytes(8, "big"))
    hashed = hash_to_G1(message, b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_", hashlib.sha256)
    pair = c.pairing(c.G2, c.neg(sig), final_exponentiate=False)
    key = decompress_G2((int(KEY[:96], 16), int(KEY[96:], 16)))
    return c.final_exponentiate(pair * c.pairing(key, hashed, final_exponentiate=False)) == c.FQ12.one()


def replay(t):
    """The ranking, computed; Wrong says what does not fit."""
    need(t.get("seed") and t.get("beacon"), f"nothing was drawn: the draw's state is {t['state']!r}")
    announced(t)
    pool, root = pool_of(t)
    receipts(t, pool)
    seed = sha(b"zjcs-draw-v1\0", t["draw_id"].encode(), b"\0", root, randomness(t))
    need(seed.hex() == t["seed"], "the seed is not the one that pool and beacon give")
    order = ranked(pool, seed)
    need(order == t["ranking"], "the published ranking is not the one that the seed gives")
    selected(t, order)
    return order


def whole(t):
    """The file is as the site wrote it: against damage, since whoever lies can write the digest anew, not the rest."""
    digest = sha(canonical({name: value for name, value in t.items() if name != "digest"})).hex()
    need(t.get("digest") == digest, "something in the file is not as the site wrote it: its digest is " + digest)


def main(files):
    worst = 0
    for name in files:
        try:
            with open(name, encoding="utf-8") as file:
                t = json.load(file)
            order = replay(t)
            whole(t)
            signed = signature(t["beacon"]) if t["beacon"]["kind"] == "drand_quicknet" else None
            need(signed is not False, "the beacon's signature is not drand's")
        except Wrong as wrong:
            print(f"WRONG {name}: {wrong}")
            worst = 1
        except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            print(f"WRONG {name}: this is no transcript ({type(error).__name__}: {error})")
            worst = 1
        else:
            print(f"OK {t['draw_id']}: rank 1 is {order[0]} of {len(order)}; then {', '.join(order[1:3]) or 'nobody'}")
            if t["beacon"]["kind"] == "lottery":
                print(f"   compare issue {t['beacon']['issue']} with the published result of the lottery")
            elif t["beacon"]["kind"] == "drand_quicknet":
                print(
                    "   drand's signature verifies"
                    if signed
                    else f"   py_ecc is not installed: compare with https://api.drand.sh/{CHAIN}/public/{t['round']}"
                )
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if sys.argv[1:] else __doc__)
