"""Ask witnesses over HTTP. Whatever they answer, or how slowly, the asking ends in time and raises nothing."""

import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from time import monotonic

SECONDS = 3.0
"""How long one asking takes at most, of however many witnesses."""
_LONGEST = 64 * 1024
_STILL: dict[str, threading.Thread] = {}
"""Who has not answered to the end yet: a witness that drips for ever costs one thread, not one a round."""

Answer = tuple[int, str]


def ask(url: str, body: bytes | None) -> Answer:
    """Status and text of the answer; status 0 with the reason when there is none in time."""
    return ask_all({url: body})[url]


def ask_all(asked: Mapping[str, bytes | None]) -> dict[str, Answer]:
    """Ask all addresses at once (a body is posted); each one's status and text, 0 and the reason for no answer."""
    found: dict[str, Answer] = {}
    until = monotonic() + SECONDS
    begun = {url: _begun(url, body, found) for url, body in asked.items()}
    for thread in begun.values():
        thread.join(max(0.0, until - monotonic()))
    return {url: found.get(url, (0, f"no whole answer within {SECONDS:g} seconds")) for url in asked}


def _begun(url: str, body: bytes | None, found: dict[str, Answer]) -> threading.Thread:
    running = _STILL.get(url)
    if running is None or not running.is_alive():
        running = _STILL[url] = threading.Thread(target=_fetch, args=[url, body, found], daemon=True)
        running.start()
    return running


def _fetch(url: str, body: bytes | None, found: dict[str, Answer]) -> None:
    # ValueError: an address in a redirect that is none.
    try:
        found[url] = _over_http(url, body)
    except (OSError, HTTPException, ValueError) as error:
        found[url] = 0, repr(error)


def _over_http(url: str, body: bytes | None) -> Answer:
    asked = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read(_LONGEST).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_LONGEST).decode("utf-8", "replace")
