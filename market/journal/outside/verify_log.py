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
import hashlib
import http.client
import json
import pathlib
import sys
import urllib.request

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

FIELDS = {"v": int, "rev": int, "t": str, "act": str, "obj": str, "actor": str, "ph": str, "prev": str}
# Of each kind of object its moves and the acts that are one: STATE|STATE>STATE ACT ACT. Nothing: there is no such object
# yet, or any more; =: it stays in its state.
TABLE = """
contract: >proposed contract.propose  proposed>in_service contract.sign  proposed>declined contract.decline
 in_service>delivered contract.deliver  delivered>in_service contract.return  delivered>accepted contract.accept
draw: >announced draw.announce  announced>frozen draw.freeze  frozen>drawn draw.draw  frozen>failed draw.fail
 frozen|drawn>void draw.void  announced>cancelled draw.cancel  announced>= draw.sign_up draw.withdraw draw.commit
 announced|frozen>= draw.postpone  frozen>= draw.reveal  frozen|drawn>= draw.ask draw.confirm  drawn>= draw.refuse
edition: >draft edition.import  draft>in_review edition.submit  in_review>draft edition.return  in_review>published
 edition.publish  draft|in_review>= edition.add_entry edition.drop_price edition.raise_bundle edition.remove_bundle
 edition.remove_entry edition.remove_question edition.set_act_marks edition.set_bundle edition.set_bundles
 edition.set_entry edition.set_price edition.set_question edition.set_rules  published>= edition.in_force  draft>
 edition.discard
fee_note: >issued fee.issue  issued>declared fee.declare  declared>paid fee.confirm
quote: >standing quote.submit  standing>withdrawn quote.withdraw
request: >draft request.draft  draft>open request.publish  open>awarded request.award  awarded>= request.award_next
 awarded>failed request.give_up  open>failed request.fail  draft|open>cancelled request.cancel request.cancel_by_rule
 draft>= request.edit request.accept_edition
round: >open round.open  open|computed>computed round.compute  computed>published round.publish
voice: >received voice.receive  received>answered voice.answer  answered>= voice.correct  received|answered>=
 voice.erase_contact
"""
LIVES = {}  # kind -> act -> (the states it is lawful in, the state after it; None for the same)
for word in TABLE.split():
    if word.endswith(":"):
        life = LIVES.setdefault(word[:-1], {})
    elif ">" in word:
        before, after = word.split(">")
    else:
        life[word] = before.split("|"), None if after == "=" else after


class Wrong(Exception):
    """The log is not what it claims to be; the text says what is wrong."""


sha256 = hashlib.sha256


def sha(*parts):
    return sha256(b"".join(parts)).digest()


def raw(text, what):
    """The bytes that base64 says, in its one way of writing them."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = None
    if data is None or base64.b64encode(data).decode() != text:
        raise Wrong(f"{what} is not base64")
    return data


def words(data, what):
    try:
        return data.decode("utf-8")
    except ValueError:
        raise Wrong(f"{what} is not text") from None


def root_of(hashes):
    """The RFC 6962 root over leaf hashes: pairs are joined, and a last one alone goes up as it is."""
    level = list(hashes)
    while len(level) > 1:
        joined = [sha256(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2])]
        level = joined + level[len(joined) * 2 :]
    return level[0] if level else sha()


def climb(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); None when the proof does not fit."""
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            found = sha(b"\1", step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = sha(b"\1", found, step)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 else None


def number(n, width=256):
    """A tile's number as its path says it: 1234067 is x001/x234/067."""
    parts = [f"{n % 1000:03}"]
    while n := n // 1000:
        parts.append(f"x{n % 1000:03}")
    return "/".join(reversed(parts)) + (f".p/{width}" if width < 256 else "")


class Place:
    """The log on a site or in a folder; what is read can be kept in another folder."""

    def __init__(self, where, save):
        self.where, self.save = where.rstrip("/"), save

    def read(self, name):
        try:
            if self.where.startswith(("http://", "https://")):
                with urllib.request.urlopen(f"{self.where}/log/{name}", timeout=60) as answer:
                    data = answer.read()
            else:
                data = (pathlib.Path(self.where) / name).read_bytes()
        except (OSError, http.client.HTTPException) as error:
            sys.exit(print(f"cannot read {name}: {error}", file=sys.stderr) or 2)
        if self.save:
            file = pathlib.Path(self.save) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return data


def key_of(text):
    """Name, four bytes that signature lines carry, kind (1 log, 4 witness) and public key of `NAME+HASH+BASE64`."""
    name, stated, data = (text.strip().split("+", 2) + ["", ""])[:3]
    key = raw(data, "the key")
    if sha(name.encode(), b"\n", key)[:4].hex() != stated:
        raise Wrong(f"the key {name} does not have the hash that it states")
    return name, bytes.fromhex(stated), key[0], key[1:]


def signed(note, key):
    """Whether a signature of `key` under the note holds; None when this computer cannot check it."""
    text, _, lines = note.rpartition("\n\n")
    name, stated, kind, public = key
    for line in lines.splitlines():
        _, who, data = (line.split(" ") + ["", ""])[:3]
        blob = raw(data, f"the signature line of {who}")
        if (who, blob[:4]) != (name, stated):
            continue
        if Ed25519PublicKey is None:
            return None
        said, signature = text + "\n", blob[4:]
        if kind == 4:
            said, signature = f"cosignature/v1\ntime {int.from_bytes(blob[4:12], 'big')}\n{said}", blob[12:]
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, said.encode())
            return True
        except Exception:
            continue
    return False


def head_of(note, key, what):
    """Size and root of a checkpoint, its signature checked."""
    try:
        origin, size, root = note.split("\n")[:3]
        head = int(size), raw(root, f"the root of {what}")
    except ValueError:
        raise Wrong(f"{what} is not a checkpoint") from None
    held = signed(note, key)
    if held is False or origin != key[0]:
        raise Wrong(f"{what} is not signed by the key {key[0]}+{key[1].hex()}")
    print(
        f"  {what}: {head[0]} entries, signature", "right" if held else "NOT CHECKED (package cryptography is missing)"
    )
    return head


def download(place, size):
    """Every leaf with its hash, and the root; compared with every tile: a byte that differs is named by its file."""
    leaves, hashes = [], []
    for first in range(0, size, 256):
        width = min(256, size - first)
        name = f"tile/entries/{number(first // 256, width)}"
        data, at, found = place.read(name), 0, []
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
            compare(place, f"tile/{level}/{number(first // 256, len(expected))}", expected, (level, first))
            roots.append(root_of(expected))
        # The tree over the tiles' roots, the last tile's too, has the root of the whole.
        root = root or root_of(roots)
        level, below = level + 1, roots[: len(below) // 256]
    return leaves, hashes, root or sha()


def compare(place, name, expected, where):
    """A tile holds exactly the hashes that it should."""
    tile, (level, first) = place.read(name), where
    if len(tile) != 32 * len(expected):
        raise Wrong(f"{name} is truncated: {len(tile)} bytes, not {32 * len(expected)}")
    if tile != b"".join(expected):
        at = next(at for at, one in enumerate(expected) if tile[32 * at : 32 * at + 32] != one)
        what = f"entry {first + at}" if level == 0 else f"tile {level - 1}/{first + at}"
        raise Wrong(f"{name} does not agree with {what}")


def replay(leaves, hashes):
    """The chain of each object, and its life by the table of lawful moves."""
    last, states = {}, {}
    for seq, (data, own) in enumerate(zip(leaves, hashes)):
        try:
            leaf = json.loads(data)
            canonical = json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Wrong(f"entry {seq} is not JSON") from None
        kinds = {name: type(value) for name, value in leaf.items()} if isinstance(leaf, dict) else {}
        if canonical != data or kinds != FIELDS or leaf["v"] != 1:
            raise Wrong(f"entry {seq} is not a leaf of this log")
        obj, act = leaf["obj"], leaf["act"]
        rev, prev = last.get(obj, (0, ""))
        if (leaf["rev"], leaf["prev"]) != (rev + 1, prev):
            raise Wrong(f"entry {seq} ({act} on {obj}) does not follow act {rev} of {obj}")
        last[obj] = leaf["rev"], own.hex()
        kind = obj.split("/")[0]
        if kind in LIVES:
            before = states.get(obj, "")
            lawful, after = LIVES[kind].get(act, ([], None))
            if before not in lawful:
                raise Wrong(f"entry {seq}: {act} on {obj} is not lawful in the state '{before or 'not there'}'")
            if act in ("request.award", "request.award_next") and states.get(f"draw/{obj[8:]}", "drawn") != "drawn":
                raise Wrong(f"entry {seq}: {act} on {obj} without its draw")
            states[obj] = before if after is None else after
    return len(last), len(states)


def receipt(text, key, leaves, hashes):
    """An entry that somebody holds a proof of is in the log, at its place."""
    lines = text.split("\n")
    try:
        first, (extra, entry), (place, at), gap = lines[0], lines[1].split(), lines[2].split(), lines.index("")
        leaf, index = raw(entry, "the receipt's entry"), int(at)
    except (ValueError, IndexError):
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


def witnesses(place, note):
    """Who else has seen this head: without witnesses the site could show others another log."""
    keys = [
        key_of(line.split()[1])
        for line in words(place.read("witnesses"), "the list of witnesses").splitlines()
        if "witness " in line[:8]
    ]
    seen = []
    for key in keys:
        held = signed(note, key)
        if held is False and f"— {key[0]} " in note:
            raise Wrong(f"the cosignature of {key[0]} does not hold")
        seen += [] if held is False else [key[0] if held else f"{key[0]} (NOT CHECKED)"]
    print(f"  witnesses of this head: {', '.join(seen) or 'none'}; of {len(keys)} that the site names")


def verify(given):
    place, memory = Place(given.where, given.save), pathlib.Path(given.memory)
    kept = memory.read_text("utf-8").split("\n", 1) if memory.exists() else None
    key = key_of(given.key or (kept[0] if kept else words(place.read("key"), "the key")))
    print(
        f"  key {key[0]}+{key[1].hex()}",
        "" if given.key or kept else "(as the site says; compare it with a printed one)",
    )
    note = words(place.read("checkpoint"), "the head")
    size, root = head_of(note, key, "the head")
    leaves, hashes, made = download(place, size)
    if made != root:
        raise Wrong("the entries do not make the root that is signed")
    print(f"  {size} entries make the signed root; every tile agrees")
    objects, lives = replay(leaves, hashes)
    print(f"  {objects} objects: every act follows the one before; {lives} lives follow the table of lawful moves")
    if kept:
        begins(hashes, *head_of(kept[1], key, "the head of last time"), "the head of last time")
    for file in given.head or ():
        said = pathlib.Path(file).read_text("utf-8")
        said = said[said.rfind("\n" + key[0] + "\n") + 1 :]
        begins(hashes, *head_of(said, key, file), file)
    for file in given.receipt or ():
        receipt(pathlib.Path(file).read_text("utf-8"), key, leaves, hashes)
    witnesses(place, note)
    memory.write_text(f"{key[0]}+{key[1].hex()}+{base64.b64encode(bytes([key[2]]) + key[3]).decode()}\n{note}", "utf-8")


def main():
    parser = argparse.ArgumentParser(description="Verify the public log.")
    parser.add_argument("where", help="the site's address, or a folder with a copy")
    parser.add_argument("--memory", default="verified-head.txt", help="file that keeps key and head for the next time")
    parser.add_argument("--key", help="the log's public key, when you know it from elsewhere")
    parser.add_argument("--save", help="folder for a copy of the whole log")
    parser.add_argument("--receipt", action="append", help="a proof that the site gave you")
    parser.add_argument("--head", action="append", help="a file that ends with a signed head, such as an anchor")
    given = parser.parse_args()
    try:
        verify(given)
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    print("RIGHT: the log is complete and unchanged, as far as is said above.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
