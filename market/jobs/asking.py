"""Ask witnesses over HTTP. Whatever they answer, or how slowly, the asking ends in time and raises nothing."""

import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from time import monotonic

SECONDS = 3.0
"""How long one asking takes at most, of however many witnesses."""
_LONGEST = 64 * 1024

Answer = tuple[int, str]


@dataclass(slots=True)
class _Asking:
    """One question on its way, and its answer once that is whole."""

    url: str
    body: bytes | None
    answer: Answer = (0, "no whole answer in time")
    thread: threading.Thread | None = None


_RUNNING: dict[str, _Asking] = {}
"""The newest question to each address: a witness that drips for ever costs one thread, not one a round."""
_ONE_AT_A_TIME = threading.Lock()


def ask(url: str, body: bytes | None) -> Answer:
    """Status and text of the answer; status 0 with the reason when there is none in time."""
    return ask_all({url: body})[url]


def ask_all(asked: Mapping[str, bytes | None]) -> dict[str, Answer]:
    """Ask all addresses at once (a body is posted); each one's status and text, 0 and the reason for no answer."""
    until = monotonic() + SECONDS
    begun = [_begun(url, body) for url, body in asked.items()]
    for one in begun:
        if one.thread is not None:
            one.thread.join(max(0.0, until - monotonic()))
    return {one.url: one.answer for one in begun}


def _begun(url: str, body: bytes | None) -> _Asking:
    """The question on its way: a new one, or the same that another thread asks already."""
    asking = _Asking(url, body)
    with _ONE_AT_A_TIME:
        running = _RUNNING.get(url)
        if running is not None and running.thread is not None and running.thread.is_alive():
            # Another question is still being answered: this one is not asked, and has no answer.
            return running if running.body == body else asking
        asking.thread = threading.Thread(target=_fetch, args=[asking], daemon=True)
        _RUNNING[url] = asking
        asking.thread.start()
    return asking


def _fetch(asking: _Asking) -> None:
    # ValueError: an address in a redirect that is none.
    try:
        asking.answer = _over_http(asking.url, asking.body)
    except (OSError, HTTPException, ValueError) as error:
        asking.answer = 0, repr(error)


def _over_http(url: str, body: bytes | None) -> Answer:
    asked = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
            return answer.status, answer.read(_LONGEST).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_LONGEST).decode("utf-8", "replace")
