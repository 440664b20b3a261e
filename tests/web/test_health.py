"""/healthz says whether this process can do its work."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from market.app import create_app
from market.jobs.log import seal_log
from market.search.index import Index
from market.store.db import db
from tests.databases import configuration_for
from tests.journal.around import act, site_of
from tests.selection import around


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


def test_an_act_that_waits_for_its_number_longer_than_a_minute_is_said_with_503(
    app: Flask, client: FlaskClient, at: Callable[..., Any]
) -> None:
    Index.open(app.config["SEARCH_INDEX"]).rebuild([])
    with app.app_context():
        at(around.MONDAY)
        act(1)
        for seconds, status, said in ((60, 200, "ok"), (61, 503, "waiting")):
            at(around.MONDAY + timedelta(seconds=seconds))
            answer = client.get("/healthz")
            assert (answer.status_code, answer.json["log"]) == (status, said)  # type: ignore[index]
        seal_log(site_of(app))
    assert client.get("/healthz").status_code == 200


def test_a_missing_index_is_said_with_503(app: Flask, tmp_path: Path) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    fresh = create_app(configuration_for(url, tmp_path))
    answer = fresh.test_client().get("/healthz")
    with fresh.app_context():
        db.engine.dispose()
    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["database"], answer.json["index"]) == ("ok", "missing")
