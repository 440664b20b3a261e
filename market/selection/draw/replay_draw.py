#!/usr/bin/env python3
"""Repeat a draw from its transcript: python replay_draw.py transcript.json [more.json ...]

Needs nothing but Python 3.9; with `pip install py_ecc` the signature of a drand beacon is verified too. It proves that
the ranking follows from the published pool and the beacon. That the pool is complete is proved by the participants'
receipts in the public log; that the freeze came before the beacon, by its witnesses. Exit: 0 right, 1 wrong, 2 usage.
"""

import datetime
import hashlib
import json
import re
import sys
from importlib import import_module

ALGORITHM_SHA256 = "1d15efd2f72aa9cae556e71a8e7c4810a82cfa247de06df040e6115421b11755"
CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
KEY = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
KEY += "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
GENESIS, PERIOD, DAY = 1692803367, 3, 86400
STATES = ("announced", "cancelled", "frozen", "failed", "drawn", "void")
EXCLUDED, REFUSED = ("not_serving",), ("agency_refused", "contract_declined")
VOID, FALLBACK = ("pool_wrong", "ordered_by_authority", "beacon_never_came"), ("beacon_unreachable", "secret_withheld")
TOLD = "only told here, to be compared with the public log: exact times, least, witnesses, commitments, reasons, awards"
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Wrong(Exception):
    """What does not fit, in one sentence."""


def sha(*parts):
    return hashlib.sha256(b"".join(p.encode() if isinstance(p, str) else p for p in parts)).digest()


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
    need(len({e["ticket"] for e in pool}) == len(pool), "the pool names a ticket twice")
    lawful = "[0-9A-Z]{18}(#[1-9][0-9]?)? [0-9a-f]{32}"
    need(all(re.fullmatch(lawful, e["ticket"] + " " + e["nonce"]) for e in pool), "the pool holds what is no ticket")
    root = tree([sha(b"\0", canonical(e)) for e in pool])
    need(root.hex() == t["pool_root"], "the pool is not the one that was frozen: its root is " + root.hex())
    return pool, root


def receipts(t, pool):
    """Every participant who holds a receipt is in the pool, or among the exclusions with a reason; nobody else is."""
    within = {e["ticket"].split("#")[0]: e["nonce"] for e in pool}
    out = {e["ticket"]: e["nonce"] for e in t["exclusions"]}
    need(all(e["reason"] in EXCLUDED for e in t["exclusions"]), "somebody is excluded without a reason of the list")
    held = {r["ticket"]: r["nonce"] for r in t["receipts"]}
    need(len(held) == len(t["receipts"]), "two receipts name one participant")
    everything = t["receipts"] + t["withdrawn"]
    same = sorted(r["leaf"] for r in everything) == sorted(t["journal"])
    need(same, "the journal holds a receipt that is not shown, or lacks one that is")
    for ticket in sorted(held.keys() | within.keys() | out.keys()):
        need(ticket in held, f"{ticket} is in the pool or excluded without a receipt")
        need((ticket in within) != (ticket in out), f"{ticket} holds a receipt: it is neither in the pool nor excluded")
        need({**out, **within}[ticket] == held[ticket], f"the nonce of {ticket} is not the one on its receipt")
    inside = all(t["announced_at"] <= r["received_at"] <= t["signup_until"] for r in everything)
    need(inside, "somebody signed up before the announcement or after the deadline")


def announced(t):
    """What was fixed in advance, and the order of the times."""
    need(t["algorithm"] == "draw-v1" and t["algorithm_sha256"] == ALGORITHM_SHA256, "this is another algorithm")
    need(t["state"] in STATES and 1 <= t["least"] <= 99, "a draw has no such state, or no such least number")
    early = t["state"] in STATES[:2]
    need(not early or not t.keys() & {"frozen_at", "pool", "seed"}, f"a draw that is {t['state']} has no pool")
    moment, frozen = t["announced_beacon_time"], t["signup_until" if early else "frozen_at"]
    times = (t["announced_at"], t["signup_until"], frozen, moment, t["beacon_time"])
    need(all(type(one) is int for one in times), "a time is not a whole second")
    for step in t["postponements"]:
        good = step["from"] == moment < step["to"] and (step["to"] - moment) % DAY == 0
        need(good, "the postponements do not follow each other, by whole days")
        late = step["reason"] == "frozen_late" and moment <= step["at"] == frozen < step["to"]
        unseen = step["reason"] == "witnesses_missing" and frozen <= step["at"] < moment
        need(not early and (late or unseen), "a postponement has no lawful reason, or came when the beacon was known")
        moment = step["to"]
    need(moment == t["beacon_time"], "the beacon's time is not the announced one, and no postponement says why")
    need(t["announced_at"] <= t["signup_until"] <= frozen, "the pool was frozen before sign-up ended or began")
    need(frozen < moment, "the pool was frozen after the beacon could be known")
    number = (moment - GENESIS) // PERIOD + 1 if t["beacon_kind"] == "drand_quicknet" else None
    need(t["round"] == number, "the round is not the one of the beacon's time; other beacons have none")


def frozen(t):
    """What can be repeated without a beacon: terms, pool and receipts; and whether the state fits all the rest."""
    announced(t)
    pool, root = pool_of(t)
    receipts(t, pool)
    state, count = t["state"], len({e["ticket"].split("#")[0] for e in pool})
    need((state == "failed") == (count < t["least"]), f"{count} took part, {t['least']} are needed: it is not {state}")
    full = {bool(t[name]) for name in ("seed", "beacon", "ranking", "outcomes")}
    need(full == {state == "drawn"} or (state == "void" and len(full) == 1), f"what was drawn does not fit {state}")
    need(bool(t["void"]) == (state == "void"), "a draw is void by a confirmed decision of two persons, by nothing else")
    need(not t["fallback"] or (state != "failed" and t["beacon_kind"] != "lottery"), "this draw has no fallback")
    for name, grounds, after in (("void", VOID, t["frozen_at"]), ("fallback", FALLBACK, t["beacon_time"] + DAY)):
        good = not t[name] or (t[name]["ground"] in grounds and t[name]["at"] >= after)
        need(good, f"the decision on {name} has no ground of the list, or came too early")
    return pool, root


def lottery_day(moment):
    """The day of the first 双色球 drawing (Tuesday, Thursday, Sunday, 21:15 in China) at or after a second."""
    day = datetime.datetime.fromtimestamp(moment + 8 * 3600, datetime.timezone.utc).replace(tzinfo=None)
    while day.weekday() not in (1, 3, 6) or (day.hour, day.minute, day.second) > (21, 15, 0):
        day = datetime.datetime.combine(day.date() + datetime.timedelta(days=1), datetime.time())
    return day.date().isoformat()


def randomness(t):
    """The 32 bytes that the beacon gave, by its kind."""
    b = t["beacon"]
    need(b["kind"] == ("lottery" if t["fallback"] else t["beacon_kind"]), "this is another kind of beacon")
    if b["kind"] == "drand_quicknet":
        need((b["chain"], b["round"]) == (CHAIN, t["round"]), "the beacon is of another round, or of another chain")
        need(re.fullmatch("[0-9a-f]{96}", b["signature"]), "the signature is not 48 bytes")
        given = sha(bytes.fromhex(b["signature"]))
    elif b["kind"] == "lottery":
        first = lottery_day(t["beacon_time"] + (DAY if t["fallback"] else 0))
        need(b["drawn_on"] == first, f"the lottery of {b['drawn_on']} is not the first drawing, which was on {first}")
        good = len(b["red"]) == len(set(b["red"])) == 6 and all(1 <= n <= 33 for n in b["red"]) and 1 <= b["blue"] <= 16
        need(good and re.fullmatch(first[:4] + "[0-9]{3}", b["issue"]), "no result of 双色球")
        given = sha("zjcs-lottery-v1\0", canonical({"blue": b["blue"], "issue": b["issue"], "red": sorted(b["red"])}))
    else:
        told = sorted(b["reveals"], key=lambda r: r["by"])
        need(told and b["kind"] == "commit_reveal", "nobody committed, or the kind of beacon is unknown")
        for r in told:
            made = sha("zjcs-commit-v1\0", t["draw_id"], "\0", r["by"], "\0", bytes.fromhex(r["secret"]))
            need(made.hex() == r["commitment"], f"{r['by']} revealed another secret")
        given = sha("zjcs-reveal-v1\0", canonical([{"by": r["by"], "secret": r["secret"]} for r in told]))
    need(given.hex() == b["randomness"], "the randomness is not what the beacon gives")
    return given


def signature(b):
    """Whether drand signed it: True, False, or None where py_ecc is not installed."""
    limit = sys.getrecursionlimit()
    try:  # here, because it is large and most draws need none of it
        names = ("optimized_bls12_381", "bls.g2_primitives", "bls.hash_to_curve", "bls.point_compression")
        c, g2_primitives, hash_to_curve, point_compression = (import_module(f"py_ecc.{name}") for name in names)
        sig = point_compression.decompress_G1(int(b["signature"], 16))
        domain, message = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_", sha(b["round"].to_bytes(8, "big"))
        hashed = hash_to_curve.hash_to_G1(message, domain, hashlib.sha256)
        key = point_compression.decompress_G2((int(KEY[:96], 16), int(KEY[96:], 16)))
        pair = c.pairing(c.G2, c.neg(sig), final_exponentiate=False) * c.pairing(key, hashed, final_exponentiate=False)
        lawful = not c.is_inf(sig) and g2_primitives.subgroup_check(sig)
        return lawful and c.final_exponentiate(pair) == c.FQ12.one()
    except ImportError:
        return None
    except ValueError:
        return False
    finally:
        sys.setrecursionlimit(limit)  # py_ecc raises it so far that a hostile file could crash Python


def replay(t):
    """The ranking, computed, and the awards that go down it one by one; Wrong says what does not fit."""
    need(t.get("seed") and t.get("beacon"), f"nothing was drawn: the draw's state is {t['state']!r}")
    pool, root = frozen(t)
    seed = sha("zjcs-draw-v1\0", t["draw_id"], "\0", root, randomness(t))
    need(seed.hex() == t["seed"], "the seed is not the one that pool and beacon give")
    keyed = sorted((sha(seed, e["ticket"]), e["ticket"].split("#")[0]) for e in pool)
    order = list(dict.fromkeys(who for _, who in keyed))  # each by the least key of its tickets
    need(order == t["ranking"], "the published ranking is not the one that the seed gives")
    for place, step in enumerate(t["outcomes"], 1):
        need(place <= len(order) and step["ticket"] == order[place - 1], f"award {place} is not of rank {place}")
        last, how = place == len(t["outcomes"]), (step["state"], step["reason"])
        stands = last and how == (("void", "draw_voided") if t["state"] == "void" else ("active", ""))
        given_up = how in [("void", reason) for reason in REFUSED] and (not last or place == len(order))
        need(stands or given_up, f"rank {place} was passed over without a reason, or nobody follows it")
    return order


def whole(t):
    """The file is as the site wrote it: against damage, since whoever lies can write the digest anew, not the rest."""
    digest = sha(canonical({name: value for name, value in t.items() if name != "digest"})).hex()
    need(t.get("digest") == digest, "something in the file is not as the site wrote it: its digest is " + digest)


def verdict(t):
    """What is said where everything fits: an early end is honest, and nothing that the site would have to hide."""
    if not t.get("seed"):
        announced(t) if (state := t["state"]) in STATES[:2] else frozen(t)
        whole(t)
        return f"NOT DRAWN {t['draw_id']}: the state is {state}; the pool, where it is published, is the frozen one"
    order, b = replay(t), t["beacon"]
    whole(t)
    note = "every secret is the one that was committed to"
    if b["kind"] == "lottery":
        note = f"compare issue {b['issue']} with the published result of the lottery"
    elif b["kind"] == "drand_quicknet":
        signed = signature(b)
        need(signed is not False, "the beacon's signature is not drand's")
        there = f"compare with https://api.drand.sh/{CHAIN}/public/{t['round']}"
        note = "drand's signature verifies" if signed else f"py_ecc is not installed: {there}"
    first = f"rank 1 is {order[0]} of {len(order)}; then {', '.join(order[1:3]) or 'nobody'}"
    return f"OK {t['draw_id']}: the draw is {t['state']}; {first}\n   {note}\n   {TOLD}"


def main(files):
    worst = 0
    for name in files:
        try:
            with open(name, encoding="utf-8") as file:
                print(verdict(json.load(file)))
        except Exception as error:  # whatever a hostile file holds
            what = "" if isinstance(error, Wrong) else f"this is no transcript: {type(error).__name__}: "
            worst = print(f"WRONG {name}: {what}{error}") or 1
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if sys.argv[1:2] not in ([], ["-h"], ["--help"]) else print(__doc__) or 2)
