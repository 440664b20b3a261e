"""The one writer: takes outbox rows of kind `search` to the index."""

import logging
from typing import Any

from market.search.found import Document
from market.search.index import Busy, Index
from market.store import outbox
from market.store.transaction import transaction

KIND = "search"
log = logging.getLogger(__name__)


def drain(index: Index, limit: int = 500) -> int:
    """Index at most `limit` waiting rows with one commit, then mark them done; how many they were.

    A row's payload is a document, or `{"id": ..., "remove": true}`; of several rows of one id the last counts. Safe to
    run twice and at any time: while another process writes, nothing is taken (0). Opens its own transaction.
    """
    try:
        with index.turn():
            # Read within the turn, so that no older row overtakes a newer one in another process.
            rows = {row.id: row.payload for row in outbox.pending(KIND, limit)}
            if not rows:
                return 0
            documents, gone = _last_of_each(list(rows.values()))
            index.write(documents, remove=gone)
            with transaction() as now:
                outbox.done([row for row in outbox.pending(KIND, limit) if row.id in rows], now=now)
            return len(rows)
    except Busy:
        return 0


def _last_of_each(payloads: list[dict[str, Any]]) -> tuple[list[Document], list[str]]:
    last = {str(payload.get("id", "")): payload for payload in payloads}
    documents: list[Document] = []
    gone: list[str] = []
    for name, payload in last.items():
        if payload.get("remove"):
            gone.append(name)
        elif name and all(isinstance(payload.get(key), str) for key in ("kind", "title", "body")):
            document: Document = {
                "id": name,
                "kind": payload["kind"],
                "title": payload["title"],
                "body": payload["body"],
            }
            documents.append(document | {"called": str(payload.get("called", ""))})
        else:
            # One broken row must not hold up all that come after it.
            log.error("a search row without id, kind, title or body is left out: %r", payload)
    return documents, gone
