"""A published edition as a file for everybody: browsers keep it, the desk's columns are not in it, a draft is none."""

import json

import pytest
from flask import Flask

from market.catalogue import exporting
from tests.make import make_edition, make_real_list


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_a_published_edition_is_a_file_that_browsers_keep(app: Flask, kind: str) -> None:
    with app.app_context():
        make_real_list()
    client = app.test_client()
    answer = client.get(f"/editions/1/list.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="list-1.{kind}"'
    assert "public" in answer.headers["Cache-Control"]
    assert answer.headers["Last-Modified"]
    again = client.get(f"/editions/1/list.{kind}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/editions/1/list.{kind}").data == answer.data


def test_the_public_file_tells_nothing_of_the_desk(app: Flask) -> None:
    with app.app_context():
        make_real_list()
    items = json.loads(app.test_client().get("/editions/1/list.json").data)["items"]
    assert len(items) == 131
    assert not {"confidence", "source"} & set(items[0])
    assert set(exporting.ITEM_KEYS) - {"confidence", "source"} == set(items[0])


def test_a_draft_and_an_unknown_kind_are_no_files(app: Flask) -> None:
    with app.app_context():
        make_edition()
    client = app.test_client()
    assert client.get("/editions/1/list.xlsx").status_code == 404
    assert client.get("/editions/9/list.xlsx").status_code == 404
