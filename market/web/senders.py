"""From where a request came: the address that senders without an account are counted by, never stored as such."""

import ipaddress

from flask import request


def address() -> str:
    """The sender's address; empty when it is not known."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    # Our own proxy in front of us names its peer last; what stands before, the peer could have written.
    return forwarded if forwarded and _is_here(peer) else peer


def _is_here(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
