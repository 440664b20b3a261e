#!/usr/bin/env python3
"""Verify the public log of an intermediary-service supermarket, from outside. Python 3.9 or newer, nothing else.

    python3 verify_log.py https://site.example            verify everything; remembers the head in the file --memory
    python3 verify_log.py FOLDER                          the same, of a copy made with --save FOLDER
    python3 verify_log.py URL --receipt FILE              and that an entry you hold a receipt of is in the log
    python3 verify_log.py URL --head FILE                 and that the log still begins with a head (such as a printed one)

Signatures are Ed25519; they are checked where the package `cryptography` is installed, else the program says NOT CHECKED.
Sources: RFC 9162 (tree), C2SP tlog-tiles, tlog-checkpoint, tlog-cosignature, tlog-proof. Exit: 0 right, 1 wrong, 2 not readable.
"""

import argparse
import base64
import datetime
import http.client
import json
import pathlib
import re
import sys
import urllib.request
from hashlib import sha256

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

FIELDS = {"v": int, "rev": int, "t": str, "act": str, "obj": str, "actor": str, "ph": str, "prev": str}
# Of each kind of object its moves and the acts that are one: STATE|STATE>STATE ACT ACT. Nothing: there is no such object
# yet, or any more; =: it stays in its state. The act `sign` of a contract is written contract.sign in the log.
TABLE = """
contract: >proposed propose  proposed>in_service sign  proposed>declined decline  in_service>delivered deliver
 delivered>in_service return  delivered>accepted accept
draw: >announced announce  announced>frozen freeze  frozen>drawn draw  frozen>failed fail  frozen|drawn>void void
 announced>cancelled cancel  announced>= sign_up withdraw commit  announced|frozen>= postpone  frozen>= reveal
 frozen|drawn>= ask confirm  drawn>= refuse
edition: >draft import  draft>in_review submit  in_review>draft return  in_review>published publish  draft|in_review>=
 add_entry drop_price raise_bundle remove_bundle remove_entry remove_question set_act_marks set_bundle set_bundles
 set_entry set_price set_question set_rules  published>= in_force  draft> discard
fee_note: >issued fee.issue  issued>declared fee.declare  declared>paid fee.confirm
quote: >standing submit  standing>withdrawn withdraw
request: >draft draft  draft>open publish publish_random  open>awarded award  awarded>= award_next  awarded>failed give_up
 open>failed fail  draft|open>cancelled cancel cancel_by_rule  draft>= edit accept_edition
round: >open open  open|computed>computed compute  computed>published publish
voice: >received receive  received>answered answer  answered>= correct  received|answered>= erase_contact
"""
LIVES = {}  # kind -> act -> (the states it is lawful in, the state after it; None for the same)
for word in TABLE.split():
    if word.endswith(":"):
        kind, life = word[:-1], LIVES.setdefault(word[:-1], {})
    elif ">" in word:
        before, after = word.split(">")
    else:
        life[word if "." in word else f"{kind}.{word}"] = before.split("|"), None if after == "=" else after
DECIMAL = re.compile("0|[1-9][0-9]{0,17}")


class Wrong(Exception):
    """The log is not what it claims to be; the text says what is wrong."""


def sha(*parts):
    return sha256(b"".join(parts)).digest()


def raw(written, what):
    """The bytes that base64 says, in its one way of writing them."""
    try:
        data = base64.b64decode(written, validate=True)
    except ValueError:
        data = None
    if data is None or base64.b64encode(data).decode() != written:
        raise Wrong(f"{what} is not base64")
    return data


def root_of(hashes):
    """The RFC 6962 root over leaf hashes: pairs are joined, and a last one alone goes up as it is."""
    level = list(hashes)
    while len(level) > 1:
        joined = [sha256(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2])]
        level = joined + level[len(joined) * 2 :]
    return level[0] if level else sha()


def climb(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3); None when the proof does not fit."""
    if size < 2 or not path:
        return leaf if (index, size, path) == (0, 1, []) else None
    half, (*lower, top) = 1 << (size - 1).bit_length() - 1, path
    if index < half:
        left, right = climb(leaf, index, half, lower), top
    else:
        left, right = top, climb(leaf, index - half, size - half, lower)
    return sha(b"\1", left, right) if left and right else None


def number(n, width=256):
    """A tile's number as its path says it: 1234067 is x001/x234/067."""
    name = f"{n % 1000:03}" + (f".p/{width}" if width < 256 else "")
    while n := n // 1000:
        name = f"x{n % 1000:03}/{name}"
    return name


def read(given, name):
    """A file of the log, on a site or in a folder; with --save it is kept in another folder."""
    try:
        if given.where.startswith(("http://", "https://")):
            with urllib.request.urlopen(f"{given.where.rstrip('/')}/log/{name}", timeout=60) as answer:
                data = answer.read()
        else:
            data = (pathlib.Path(given.where) / name).read_bytes()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OSError(f"cannot read {name}: {error}") from None
    if given.save:
        keep(pathlib.Path(given.save) / name, data)
    return data


def keep(file, data):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def text(data):
    """What bytes say; those that say nothing become a sign over which no signature holds."""
    return data.decode("utf-8", "replace")


def key_of(line):
    """Name, four bytes that signature lines carry, kind (1 log, 4 witness) and public key of `NAME+HASH+BASE64`."""
    name, stated, data = (line.split("+", 2) + ["", ""])[:3]
    key = raw(data, "the key")
    if not name or len(key) != 33 or sha(name.encode(errors="replace"), b"\n", key)[:4].hex() != stated:
        raise Wrong(f"the key {name!r} is no key, or does not have the hash that it states")
    return name, bytes.fromhex(stated), key[0], key[1:]


def signed(note, key):
    """Whether a signature of `key` under the note holds; None when this computer cannot check it."""
    body, _, lines = note.rpartition("\n\n")
    name, stated, kind, public = key
    for line in lines.splitlines():
        who, data = (line.split(" ") + ["", ""])[1:3]
        blob = raw(data, f"the signature line of {who}")
        if (who, blob[:4]) != (name, stated):
            continue
        said, signature = body + "\n", blob[4:]
        if kind == 4:
            said, signature = f"cosignature/v1\ntime {int.from_bytes(blob[4:12], 'big')}\n{said}", blob[12:]
        try:
            return Ed25519PublicKey and not Ed25519PublicKey.from_public_bytes(public).verify(signature, said.encode())
        except Exception:  # it does not hold; another signature of this name may
            continue
    return False


def head_of(note, key, what):
    """Size and root of a checkpoint, its signature checked."""
    try:
        origin, size, root = note.split("\n")[:3]
        head = int(DECIMAL.fullmatch(size)[0]), raw(root, f"the root of {what}")
    except (ValueError, TypeError):
        raise Wrong(f"{what} is not a checkpoint") from None
    held = signed(note, key)
    if held is False or origin != key[0]:
        raise Wrong(f"{what} is not signed by the key {key[0]}+{key[1].hex()}")
    print(f"  {what}: {head[0]} entries, signature", "right" if held else "NOT CHECKED (no package cryptography)")
    return head


def download(given, size):
    """Every leaf with its hash, and the root; compared with every tile: a byte that differs is named by its file."""
    leaves, hashes = [], []
    for first in range(0, size, 256):
        width = min(256, size - first)
        name = f"tile/entries/{number(first // 256, width)}"
        data, at, found = read(given, name), 0, []
        while at + 1 < len(data):
            end = at + 2 + data[at] * 256 + data[at + 1]
            found.append(data[at + 2 : end])
            at = end
        if at != len(data) or len(found) != width:
            raise Wrong(f"{name} is truncated: it should hold {width} whole entries")
        leaves += found
        hashes += [sha256(b"\0" + leaf).digest() for leaf in found]
    level, below, root = 0, hashes, None
    while below:
        roots = []
        for first in range(0, len(below), 256):
            expected = below[first : first + 256]
            compare(given, f"tile/{level}/{number(first // 256, len(expected))}", expected, (level, first))
            roots.append(root_of(expected))
        # The tree over the tiles' roots, the last tile's too, has the root of the whole.
        root = root or root_of(roots)
        level, below = level + 1, roots[: len(below) // 256]
    return leaves, hashes, root or sha()


def compare(given, name, expected, where):
    """A tile holds exactly the hashes that it should."""
    tile, (level, first) = read(given, name), where
    if len(tile) != 32 * len(expected):
        raise Wrong(f"{name} is truncated: {len(tile)} bytes, not {32 * len(expected)}")
    for at, one in enumerate(expected):
        if tile[32 * at : 32 * at + 32] != one:
            what = f"tile {level - 1}/{first + at}" if level else f"entry {first + at}"
            raise Wrong(f"{name} does not agree with {what}")


def replay(leaves, hashes):
    """The chain of each object, and its life by the table of lawful moves."""
    last, states, frozen = {}, {}, {}
    for seq, (data, own) in enumerate(zip(leaves, hashes)):
        leaf = leaf_of(seq, data)
        obj, act, t = leaf["obj"], leaf["act"], leaf["t"]
        rev, prev, earlier = last.get(obj, (0, "", ""))
        if (leaf["rev"], leaf["prev"]) != (rev + 1, prev):
            raise Wrong(f"entry {seq} ({act} on {obj}) does not follow act {rev} of {obj}")
        if t < earlier:
            raise Wrong(f"entry {seq}: {act} on {obj} is of {t}, and the act before it of {earlier}")
        last[obj] = leaf["rev"], own.hex(), t
        kind, _, ref = obj.partition("/")
        if kind not in LIVES:
            continue
        state = states.get(obj, "")
        lawful, after = LIVES[kind].get(act, ([], None))
        if state not in lawful:
            raise Wrong(f"entry {seq}: {act} on {obj} is not lawful in the state '{state or 'not there'}'")
        states[obj] = state if after is None else after
        if act == "request.publish_random":  # such a request is awarded by its draw and by nothing else
            states.setdefault(f"draw/{ref}", "")
        if act in ("request.award", "request.award_next") and states.get(f"draw/{ref}", "drawn") != "drawn":
            raise Wrong(f"entry {seq}: {act} on {obj} without its draw")
        if act == "draw.freeze":
            frozen[obj] = t
        if act == "draw.draw" and frozen[obj] >= t:
            raise Wrong(f"entry {seq}: {act} on {obj} is not later than its freeze")
    return len(last), len(states)


def leaf_of(seq, data):
    """An entry's fields, in the one form that a log has them: canonical JSON, `t` in UTC with milliseconds."""
    try:
        leaf = json.loads(data)
        good = json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == data
        kinds = {name: type(value) for name, value in leaf.items()}
        moment = datetime.datetime.fromisoformat(leaf["t"][:-1]).replace(tzinfo=None).isoformat(timespec="milliseconds")
    except (ValueError, RecursionError, AttributeError, LookupError, TypeError):
        good = False
    if not good or kinds != FIELDS or leaf["v"] != 1 or leaf["t"] != moment + "Z":
        raise Wrong(f"entry {seq} is not a leaf of this log")
    return leaf


def receipt(proof, key, leaves, hashes):
    """An entry that somebody holds a proof of is in the log, at its place."""
    lines = proof.split("\n")
    try:
        first, (extra, entry), (place, at), gap = lines[0], lines[1].split(), lines[2].split(), lines.index("")
        leaf, index = raw(entry, "the receipt's entry"), int(DECIMAL.fullmatch(at)[0])
    except (ValueError, IndexError, TypeError):
        first = ""
    if first != "c2sp.org/tlog-proof@v1" or (extra, place) != ("extra", "index"):
        raise Wrong("the receipt is not a proof of this log")
    path = [raw(line, "the receipt's path") for line in lines[3:gap]]
    size, root = head_of("\n".join(lines[gap + 1 :]), key, "the receipt's head")
    if climb(sha(b"\0", leaf), index, size, path) != root:
        raise Wrong("the receipt is forged: its proof does not lead from its entry to its head")
    if index >= len(leaves) or leaves[index] != leaf:
        raise Wrong(f"entry {index} of the receipt is not in the log any more")
    begins(hashes, size, root, "the receipt's head")
    print(f"  the receipt's entry {index} is in the log: {leaf.decode()}")


def begins(hashes, size, root, what):
    if size > len(hashes):
        raise Wrong(f"the log has lost entries: {what} has {size}, the log {len(hashes)}")
    if root_of(hashes[:size]) != root:
        raise Wrong(f"the log's past was changed: its first {size} entries are not those of {what}")


def witnesses(note, listed):
    """Who else has seen this head: without witnesses the site could show others another log."""
    lines = [line.split() for line in listed.splitlines()]
    keys, seen = [key_of(" ".join(line[1:2])) for line in lines if line[:1] == ["witness"]], []
    for key in keys:
        held = signed(note, key)
        if held is False and f"— {key[0]} " in note:
            raise Wrong(f"the cosignature of {key[0]} does not hold")
        seen += [] if held is False else [key[0] if held else f"{key[0]} (NOT CHECKED)"]
    print(f"  witnesses of this head: {', '.join(seen) or 'none'}; of {len(keys)} that the site names")


def verify(given):
    memory = pathlib.Path(given.memory)
    first, _, kept = text(memory.read_bytes() if memory.exists() else b"").partition("\n")
    known = (given.key or first).strip()
    shown = known or text(read(given, "key")).strip()
    try:
        key = key_of(shown)
    except Wrong as wrong:
        raise OSError(f"--key or --memory gives no key: {wrong}") if known else wrong from None
    print(f"  key {key[0]}+{key[1].hex()}", "" if known else "(as the site says; compare it with a printed one)")
    if given.save:  # a copy can be verified by itself
        keep(pathlib.Path(given.save) / "key", f"{shown}\n".encode())
    note, listed = text(read(given, "checkpoint")), text(read(given, "witnesses"))
    size, root = head_of(note, key, "the head")
    leaves, hashes, made = download(given, size)
    if made != root:
        raise Wrong("the entries do not make the root that is signed")
    print(f"  {size} entries make the signed root; every tile agrees")
    objects, lives = replay(leaves, hashes)
    print(f"  {objects} objects: every act follows the one before; {lives} lives follow the table of lawful moves")
    if kept:
        begins(hashes, *head_of(kept, key, "the head of last time"), "the head of last time")
    for file in given.head or ():
        said = text(pathlib.Path(file).read_bytes())
        begins(hashes, *head_of(said[said.rfind(f"\n{key[0]}\n") + 1 :], key, file), file)
    for file in given.receipt or ():
        receipt(text(pathlib.Path(file).read_bytes()), key, leaves, hashes)
    witnesses(note, listed)
    keep(memory, f"{shown}\n{note}".encode())


def main():
    parser = argparse.ArgumentParser(description="Verify the public log.")
    parser.add_argument("where", help="the site's address, or a folder with a copy")
    parser.add_argument("--memory", default="verified-head.txt", help="file that keeps key and head for the next time")
    parser.add_argument("--key", help="the log's public key, when you know it from elsewhere")
    parser.add_argument("--save", help="folder for a copy of the whole log")
    parser.add_argument("--receipt", action="append", help="a proof that the site gave you")
    parser.add_argument("--head", action="append", help="a file that ends with a signed head, such as an anchor")
    try:
        verify(parser.parse_args())
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    except (OSError, UnicodeError) as error:
        print(f"NOT VERIFIED: {error}", file=sys.stderr)
        return 2
    print("RIGHT: the log is complete and unchanged, as far as is said above.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
