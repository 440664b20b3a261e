"""/healthz says whether this process can do its work."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from market.search.index import Index


def test_a_site_with_database_and_index_is_well(app: Flask, client: FlaskClient) -> None:
    Index.open(app.config["SEARCH_INDEX"]).rebuild([])
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "ok", "index": "ok", "version": app.config["VERSION"]}


def test_a_missing_index_is_said_with_503(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    kept, app.config["SEARCH_INDEX"] = app.config["SEARCH_INDEX"], str(tmp_path)
    answer = client.get("/healthz")
    app.config["SEARCH_INDEX"] = kept
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["index"] == "missing"
