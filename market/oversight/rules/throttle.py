"""How often voices may be sent, and query codes be tried."""

from datetime import date, timedelta

from market.base import throttle
from market.base.throttle import Throttle
from market.base.words import N_, register_sentences

SENDING = Throttle("voice.too_many", 10, timedelta(hours=1))
QUERYING = Throttle("voice.too_many_tries", 10, timedelta(minutes=30))


def sender_hash(address: str, secret: str, on: date) -> str:
    """What a sender is counted under on a day."""
    return throttle.sender_hash("voice", address, secret=secret, on=on)


register_sentences(
    {
        "voice.too_many": N_(
            "Too many voices came from your connection. What you typed is kept; send it again in {minutes} minutes."
        ),
        "voice.too_many_tries": N_("Too many wrong codes came from your connection. Try again in {minutes} minutes."),
    }
)
