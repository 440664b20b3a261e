"""How often is too often. What is counted under is a salted hash: no address is stored, and after a day none fits."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from market.base.errors import TooMany

_NETWORK = 64
"""An IPv6 household has so many bits of its own; one of them is no other sender."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most `most` times in `window`, counted from the first; what goes beyond is refused with `code`."""

    code: str
    most: int
    window: timedelta

    def check(self, count: int, first_at: datetime, now: datetime) -> None:
        """Refuses TooMany(`code`) while `count` since `first_at` has used the window up."""
        if count >= self.most and now < first_at + self.window:
            seconds = int((first_at + self.window - now).total_seconds()) + 1
            raise TooMany(self.code, minutes=-(-seconds // 60), seconds=seconds)

    def after(self, count: int, first_at: datetime, now: datetime) -> tuple[int, datetime]:
        """Count and beginning of the window after one more time."""
        return (1, now) if now >= first_at + self.window else (count + 1, first_at)


def sender_hash(what: str, address: str, *, secret: str, on: date) -> str:
    """What a sender is counted under on a day when it does `what`; the hashes of two things cannot be matched.

    It is keyed by the site's secret, so that it cannot be guessed back.
    """
    return hmac.new(secret.encode(), f"{what}:{on}:{_network(address)}".encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found, _NETWORK), strict=False))
    return str(found)
