#!/usr/bin/env python3
"""A witness of public logs: cosigns the heads of logs that only grow, and refuses forks. One file, one row of state a log.

    python3 witness.py key audit.example/w1 > witness.key     once: line 1 is secret, line 2 goes to the log's operator
    python3 witness.py serve witness.key LOGKEY... --state FOLDER [--port 8080]

LOGKEY is what a log shows at /log/key; compare it with a printed one. Put a web server with TLS before the port.
Needs Python 3.9 or newer and the package `cryptography`. Source: C2SP tlog-witness (add-checkpoint), tlog-cosignature.
GET /checkpoint?origin=NAME shows the newest head that was cosigned, to logs and to whoever audits them.
"""

import argparse
import base64
import hashlib
import os
import pathlib
import secrets
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 1, 4
LONGEST = 64 * 1024


def b64(data):
    return base64.b64encode(data).decode()


def key_hash(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def read_key(text):
    """Name, kind, 32 bytes of a key that is written NAME+HASH+BASE64."""
    name, _, data = text.strip().removeprefix("PRIVATE+KEY+").split("+", 2)
    raw = base64.b64decode(data)
    return name, raw[0], raw[1:]


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def extends(old, new, proof):
    """RFC 9162, 2.1.4.2: whether the tree `new` (size, root) begins with the tree `old`."""
    (first, first_root), (second, second_root) = old, new
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return False
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    before = after = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            before, after = node(step, before), node(step, after)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            after = node(after, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and before == first_root and after == second_root


def head(text):
    """Origin, size and root of a checkpoint's text."""
    origin, size, root = text.split("\n")[:3]
    if not size.isdecimal() or str(int(size)) != size or len(base64.b64decode(root, validate=True)) != 32:
        raise ValueError("not a checkpoint")
    return origin, int(size), base64.b64decode(root)


class Witness:
    """Its key, the logs it knows, and the folder with the newest head of each."""

    def __init__(self, secret, logs, state):
        self.name, kind, private = read_key(secret)
        if kind != WITNESS:
            sys.exit("the secret key is not one of a witness")
        self.private = Ed25519PrivateKey.from_private_bytes(private)
        self.logs = {name: public for name, kind, public in map(read_key, logs) if kind == LOG}
        self.state = pathlib.Path(state)
        self.state.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()

    def file(self, origin):
        return self.state / hashlib.sha256(origin.encode()).hexdigest()

    def newest(self, origin):
        """The note that was cosigned last; None before the first."""
        try:
            return self.file(origin).read_text("utf-8")
        except FileNotFoundError:
            return None

    def add(self, body):
        """Status, content type and text of the answer to add-checkpoint."""
        try:
            first, _, note = body.decode().partition("\n\n")
            lines = first.split("\n")
            old = int(lines[0].removeprefix("old "))
            proof = [base64.b64decode(line, validate=True) for line in lines[1:]]
            text, _, signatures = note.rpartition("\n\n")
            text += "\n"
            origin, size, root = head(text)
            if lines[0] != f"old {old}" or len(proof) > 63 or old > size or not signatures.endswith("\n"):
                raise ValueError("not a request")
        except ValueError as error:
            return 400, "text/plain", f"{error}\n"
        if origin not in self.logs:
            return 404, "text/plain", "unknown log\n"
        if not self.signed(origin, text, signatures):
            return 403, "text/plain", "no signature of the log's key holds\n"
        with self.lock:
            kept = self.newest(origin)
            known, known_root = head(kept)[1:] if kept else (0, b"")
            if old != known or (size == known and root != known_root):
                return 409, "text/x.tlog.size", f"{known}\n"
            if known and not extends((known, known_root), (size, root), proof):
                return 422, "text/plain", "the proof does not hold: this is another log\n"
            if not known and proof:
                return 422, "text/plain", "a proof from nothing is empty\n"
            self.keep(origin, note)
            return 200, "text/plain", self.cosign(text)

    def signed(self, origin, text, signatures):
        public = self.logs[origin]
        for line in signatures.splitlines():
            _, _, rest = line.partition("— ")
            name, _, data = rest.partition(" ")
            try:
                raw = base64.b64decode(data, validate=True)
                if name == origin and raw[:4] == key_hash(origin, LOG, public):
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
                    return True
            except (ValueError, InvalidSignature):
                continue
        return False

    def keep(self, origin, note):
        """On the disk before anybody is told."""
        part = self.file(origin).with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.file(origin))

    def cosign(self, text):
        seconds = int(time.time())
        signature = self.private.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        own = key_hash(self.name, WITNESS, self.private.public_key().public_bytes_raw())
        return f"— {self.name} {b64(own + seconds.to_bytes(8, 'big') + signature)}\n"


def server(witness, port, host="127.0.0.1"):
    """An HTTP server for the witness; `serve_forever` runs it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/add-checkpoint":
                self.answer(404, "text/plain", "POST /add-checkpoint\n")
            elif length > LONGEST:
                self.answer(413, "text/plain", "too long\n")
            else:
                self.answer(*witness.add(self.rfile.read(length)))

        def do_GET(self):
            asked = urllib.parse.urlsplit(self.path)
            origin = urllib.parse.parse_qs(asked.query).get("origin", [""])[0]
            kept = witness.newest(origin) if asked.path == "/checkpoint" and origin in witness.logs else None
            self.answer(*((404, "text/plain", "no such head\n") if kept is None else (200, "text/plain", kept)))

        def answer(self, status, kind, text):
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind == "text/plain" else kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    return ThreadingHTTPServer((host, port), Handler)


def main():
    parser = argparse.ArgumentParser(description="A witness of public logs.")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("key", help="make a key").add_argument("name")
    serve = acts.add_parser("serve", help="cosign over HTTP")
    serve.add_argument("secret", help="file whose first line is the secret key")
    serve.add_argument("logs", nargs="+", help="public keys of the logs")
    serve.add_argument("--state", required=True, help="folder for the newest heads")
    serve.add_argument("--port", type=int, default=8080)
    serve.add_argument("--host", default="127.0.0.1")
    given = parser.parse_args()
    if given.act == "key":
        seed = secrets.token_bytes(32)
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        end = key_hash(given.name, WITNESS, public).hex()
        print(f"PRIVATE+KEY+{given.name}+{end}+{b64(bytes([WITNESS]) + seed)}")
        print(f"{given.name}+{end}+{b64(bytes([WITNESS]) + public)}")
        return
    secret = pathlib.Path(given.secret).read_text("utf-8").splitlines()[0]
    server(Witness(secret, given.logs, given.state), given.port, given.host).serve_forever()


if __name__ == "__main__":
    main()
