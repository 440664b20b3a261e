"""Signed heads of the log: C2SP signed-note, tlog-checkpoint and tlog-cosignature, with Ed25519.

A note is a text whose lines end in a newline, an empty line, and signature lines `— NAME BASE64`. Names and keys are
written as in the Go module database: `NAME+HASH+BASE64` to verify, `PRIVATE+KEY+NAME+HASH+BASE64` to sign.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 0x01, 0x04
"""What a key's first byte says that its signatures are: of a log, or of a witness with the time it looked."""
LONGEST_NOTE = 64 * 1024
_SIZE = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)
_PRIVATE = "PRIVATE+KEY+"
_LATEST = 2**33
"""Seconds since 1970, in the year 2242: what a witness says was later no calendar here needs to show."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name with a public key; `kind` is LOG or WITNESS."""

    name: str
    kind: int
    public: bytes

    @property
    def hash(self) -> bytes:
        """The four bytes by which signature lines name the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    def holds(self, text: bytes, signature: bytes) -> bool:
        """Whether Ed25519 says that the key has signed `text`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A name with a private key of 32 bytes; `kind` is LOG or WITNESS."""

    name: str
    kind: int
    private: bytes

    @property
    def verifier(self) -> Verifier:
        """What others verify with."""
        key = Ed25519PrivateKey.from_private_bytes(self.private)
        return Verifier(self.name, self.kind, key.public_key().public_bytes_raw())

    def __str__(self) -> str:
        return f"{_PRIVATE}{self.name}+{self.verifier.hash.hex()}+{_base64(bytes([self.kind]) + self.private)}"

    def sign(self, text: bytes) -> bytes:
        """The signature of 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.private).sign(text)


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines: name, four bytes of the key, what follows them."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: whose log, how many leaves, their root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def new_signer(name: str, kind: int = LOG) -> Signer:
    """A new key; ValueError for a name that no note can carry."""
    _check_name(name)
    return Signer(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())


def signer(written: str) -> Signer:
    """The private key that a line says; ValueError when it says none."""
    if not written.startswith(_PRIVATE):
        raise ValueError("not a private key of a note")
    name, stated, key = _key(written.removeprefix(_PRIVATE))
    found = Signer(name, key[0], key[1:])
    if found.verifier.hash != stated:
        raise ValueError("the key's hash is not that of its name and key")
    return found


def verifier(written: str) -> Verifier:
    """The public key that a line says; ValueError when it says none."""
    name, stated, key = _key(written)
    found = Verifier(name, key[0], key[1:])
    if found.hash != stated:
        raise ValueError("the key's hash is not that of its name and key")
    return found


def note(data: str) -> Note:
    """A signed note as it is written; ValueError when it is none. Nothing is verified yet."""
    if len(data) > LONGEST_NOTE or any(ord(character) < 32 and character != "\n" for character in data):
        raise ValueError("not a note")
    text, parted, lines = data.rpartition("\n\n")
    if not parted or not lines.endswith("\n"):
        raise ValueError("a note is a text, an empty line and signatures")
    return Note(text + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))


def head(text: str) -> Head:
    """What the text of a checkpoint says; ValueError when it is none."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise ValueError("a checkpoint is an origin, a size and a root")
    root = from_base64(lines[2])
    if len(root) != 32:
        raise ValueError("a root has 32 bytes")
    return Head(lines[0], int(lines[1]), root)


def signed(said: Head, by: Signer) -> str:
    """The checkpoint, signed by the log."""
    return f"{said}\n{_line(by.verifier, by.sign(str(said).encode()))}"


def opened(data: str, by: Verifier) -> Head:
    """What a checkpoint says, once its log's signature holds; ValueError when it does not, or the origin is another."""
    read = note(data)
    text = read.text.encode()
    lines = [rest for name, key, rest in read.signatures if (name, key) == (by.name, by.hash)]
    if not any(by.holds(text, signature) for signature in lines):
        raise ValueError(f"no signature of {by.name} with the key {by.hash.hex()} holds")
    found = head(read.text)
    if found.origin != by.name:
        raise ValueError(f"the checkpoint is of {found.origin}, not of {by.name}")
    return found


def cosigned(text: str, by: Signer, moment: datetime) -> str:
    """The line of a witness that saw the checkpoint's text at `moment`."""
    seconds = int(moment.timestamp())
    return _line(by.verifier, seconds.to_bytes(8, "big") + by.sign(_seen(text, seconds)))


def witnessed(data: str, witnesses: Iterable[Verifier]) -> dict[str, datetime]:
    """The witnesses whose cosignature of this note holds, and when each looked."""
    read, found = note(data), {}
    known = {(one.name, one.hash): one for one in witnesses}
    for name, key, rest in read.signatures:
        by = known.get((name, key))
        if by is not None and len(rest) == 72:
            seconds = int.from_bytes(rest[:8], "big")
            if seconds < _LATEST and by.holds(_seen(read.text, seconds), rest[8:]):
                found[name] = datetime.fromtimestamp(seconds, UTC)
    return found


def from_base64(text: str) -> bytes:
    """Standard base64, strictly; ValueError for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if _base64(data) != text:
        raise ValueError("not base64")
    return data


def _seen(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _line(by: Verifier, signature: bytes) -> str:
    return f"— {by.name} {_base64(by.hash + signature)}\n"


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, data = rest.partition(" ")
    decoded = from_base64(data)
    if dash != "—" or not name or len(decoded) < 5:
        raise ValueError("not a signature line")
    return name, decoded[:4], decoded[4:]


def _key(written: str) -> tuple[str, bytes, bytes]:
    parts = written.split("+", 2)
    if len(parts) != 3:
        raise ValueError("a key is NAME+HASH+BASE64")
    name, stated, data = parts
    _check_name(name)
    key = from_base64(data)
    if len(key) != 33 or key[0] not in (LOG, WITNESS):
        raise ValueError("not an Ed25519 key of a log or a witness")
    return name, bytes.fromhex(stated), key


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() or ord(character) < 32 for character in name):
        raise ValueError("a name has no blanks and no plus sign")
