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

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ImportError:
    sys.exit("witness.py: the package cryptography is missing")

LOG, WITNESS = 1, 4
PRIVATE = "PRIVATE+KEY+"
LONGEST = 64 * 1024
SILENCE = 30  # seconds without a byte, after which a connection ends


def b64(data):
    return base64.b64encode(data).decode()


def key_hash(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def check_name(name):
    if not name or "+" in name or not name.isprintable() or any(letter.isspace() for letter in name):
        raise ValueError(f"{name!r} is no name of a key: it has no blanks and no plus sign")


def read_key(text):
    """Name, kind, 32 bytes of a key that is written NAME+HASH+BASE64; ValueError where it is none."""
    written = text.strip()
    name, stated, data = (written.removeprefix(PRIVATE).split("+", 2) + ["", ""])[:3]
    check_name(name)
    raw = base64.b64decode(data, validate=True)
    if len(raw) != 33:
        raise ValueError(f"the key {name} is not written NAME+HASH+BASE64")
    public = public_of(raw[1:]) if written.startswith(PRIVATE) else raw[1:]
    if key_hash(name, raw[0], public).hex() != stated:
        raise ValueError(f"the key {name} does not have the hash that it states")
    return name, raw[0], raw[1:]


def public_of(private):
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def decimal(text):
    """A number in its one way of writing it; ValueError for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19) or str(int(text)) != text:
        raise ValueError("not a number")
    return int(text)


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
    if len(base64.b64decode(root, validate=True)) != 32:
        raise ValueError("not a checkpoint")
    return origin, decimal(size), base64.b64decode(root)


class Witness:
    """Its key, the logs it knows, and the folder with the newest head of each."""

    def __init__(self, secret, logs, state):
        self.name, kind, private = read_key(secret)
        if kind != WITNESS or not secret.startswith(PRIVATE):
            raise ValueError("the first line of the key's file is not the secret key of a witness")
        self.private, self.logs = Ed25519PrivateKey.from_private_bytes(private), {}
        for name, kind, public in map(read_key, logs):
            if kind != LOG:
                raise ValueError(f"{name} is not the key of a log")
            self.logs[name] = public
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
            old = decimal(lines[0].removeprefix("old "))
            proof = [base64.b64decode(line, validate=True) for line in lines[1:]]
            text, _, signatures = note.rpartition("\n\n")
            text += "\n"
            origin, size, root = head(text)
            if lines[0] != f"old {old}" or len(proof) > 63 or old > size or not signatures.endswith("\n"):
                raise ValueError("not a request")
        except ValueError:
            return 400, "text/plain", "not a request of add-checkpoint\n"
        if origin not in self.logs:
            return 404, "text/plain", "unknown log\n"
        if not self.signed(origin, text, signatures):
            return 403, "text/plain", "no signature of the log's key holds\n"
        with self.lock:
            kept = self.newest(origin)
            known, known_root = (0, b"") if kept is None else head(kept)[1:]
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


class Handler(BaseHTTPRequestHandler):
    timeout = SILENCE
    default_request_version = "HTTP/1.0"  # an answer has its status, whatever was asked

    def do_POST(self):
        self.answer(*self.added())

    def added(self):
        try:
            length = decimal(self.headers.get("Content-Length") or "0")
        except ValueError:
            return 400, "text/plain", "no lawful Content-Length\n"
        if self.path != "/add-checkpoint":
            return 404, "text/plain", "POST /add-checkpoint\n"
        if length > LONGEST:
            return 413, "text/plain", "too long\n"
        body = self.rfile.read(length)
        try:
            return self.server.witness.add(body)
        except (OSError, ValueError) as error:
            print(f"witness.py: the newest head cannot be read or kept: {error}", file=sys.stderr)
            return 500, "text/plain", "the head cannot be kept\n"

    def do_GET(self):
        try:
            asked = urllib.parse.urlsplit(self.path)
            origin = urllib.parse.parse_qs(asked.query).get("origin", [""])[0]
        except ValueError:
            self.send_error(400)
            return
        known = asked.path == "/checkpoint" and origin in self.server.witness.logs
        kept = self.server.witness.newest(origin) if known else None
        self.answer(*((404, "text/plain", "no such head\n") if kept is None else (200, "text/plain", kept)))

    def answer(self, status, kind, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind == "text/plain" else kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def send_error(self, code, *_):
        self.answer(code, "text/plain", "not a request of a witness\n")

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """An HTTP server for a witness; `serve_forever` runs it."""

    def __init__(self, address, witness):
        self.witness = witness
        super().__init__(address, Handler)

    def handle_error(self, _, address):
        print(f"witness.py: {address[0]} went away: {sys.exc_info()[1]}", file=sys.stderr)


def server(witness, port, host="127.0.0.1"):
    return Server((host, port), witness)


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
    try:
        if given.act == "key":
            make_key(given.name)
            return
        secret = pathlib.Path(given.secret).read_text("utf-8").partition("\n")[0]
        running = server(Witness(secret, given.logs, given.state), given.port, given.host)
    except (OSError, ValueError, OverflowError) as error:
        sys.exit(f"witness.py: {error}")
    running.serve_forever()


def make_key(name):
    check_name(name)
    seed = secrets.token_bytes(32)
    public = public_of(seed)
    end = key_hash(name, WITNESS, public).hex()
    print(f"{PRIVATE}{name}+{end}+{b64(bytes([WITNESS]) + seed)}")
    print(f"{name}+{end}+{b64(bytes([WITNESS]) + public)}")


if __name__ == "__main__":
    main()
