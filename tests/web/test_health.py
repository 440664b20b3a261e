"""/healthz says whether this process can do its work."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from market.app import create_app
from market.search.index import Index
from market.store.db import db
from tests.databases import configuration_for


def test_a_site_with_database_and_index_is_well(app: Flask, client: FlaskClient) -> None:
    Index.open(app.config["SEARCH_INDEX"]).rebuild([])
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "database": "ok",
        "index": "ok",
        "log": "ok",
        "verification": "never",
        "version": app.config["VERSION"],
    }


def test_a_missing_index_is_said_with_503(app: Flask, tmp_path: Path) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    fresh = create_app(configuration_for(url, tmp_path))
    answer = fresh.test_client().get("/healthz")
    with fresh.app_context():
        db.engine.dispose()
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["database"], answer.json["index"]) == ("ok", "missing")
