"""From the outbox to the index."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from market.search.index import Index
from market.search.indexer import drain
from market.store import outbox
from market.store.transaction import transaction

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def put(*payloads: dict[str, Any]) -> None:
    with transaction():
        for payload in payloads:
            outbox.put("search", "test", payload, now=NOW)


def entry(number: int, title: str) -> dict[str, Any]:
    return {"id": f"entry:{number}", "kind": "entry", "title": title, "body": ""}


def test_waiting_rows_are_indexed_once(app: Flask, tmp_path: Path) -> None:
    index = Index.open(tmp_path)
    with app.app_context():
        put(entry(1, "水土保持"), entry(2, "地震"), entry(2, "防雷"), {"id": "entry:9", "remove": True})
        assert drain(index, limit=100) == 4
        assert drain(index, limit=100) == 0
        assert (index.find("水土").total, index.find("地震").total, index.find("防雷").total) == (1, 0, 1)
        put({"id": "entry:1", "remove": True})
        assert drain(index, limit=100) == 1
    assert index.find("水土").total == 0


def test_a_broken_row_does_not_hold_up_the_others(app: Flask, tmp_path: Path) -> None:
    index = Index.open(tmp_path)
    with app.app_context():
        put({"id": "entry:1"}, entry(2, "地震"))
        assert drain(index, limit=100) == 2
        assert outbox.pending("search", 10) == []
    assert index.find("地震").total == 1


def test_nothing_is_taken_while_another_writes(app: Flask, tmp_path: Path) -> None:
    index, other = Index.open(tmp_path), Index.open(tmp_path)
    index.patience = 0.2
    with app.app_context():
        put(entry(1, "水土保持"))
        with other.turn():
            assert drain(index, limit=100) == 0
        assert drain(index, limit=100) == 1
