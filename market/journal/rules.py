"""The leaf of an act: canonical JSON, salted payload hash, and the hash that a public log will be built from.

Sources: RFC 6962 section 2.1 (leaf hash), RFC 8785 (canonical JSON; our leaves hold only strings and integers).
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

LEAF_VERSION = 1


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of plain values: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def stamp(moment: datetime) -> str:
    """The moment as the leaf writes it: UTC with milliseconds and Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def payload_hash(salt: bytes, payload: dict[str, Any]) -> str:
    """SHA-256 over salt and payload: erasing both keeps the tree valid and says nothing about a person."""
    return hashlib.sha256(salt + canonical(payload)).hexdigest()


def leaf(fields: dict[str, Any]) -> bytes:
    """The leaf's bytes; `fields` are t, act, obj, rev, actor, ph, prev."""
    return canonical({"v": LEAF_VERSION, **fields})


def leaf_hash(data: bytes) -> str:
    """RFC 6962 leaf hash."""
    return hashlib.sha256(b"\0" + data).hexdigest()
