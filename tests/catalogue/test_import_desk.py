"""A list handed in at the desk: checked at once or by the jobs, mended by the marked copy, taken away as files."""

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from market.catalogue import exporting, queries
from market.catalogue.actions import imports
from market.catalogue.exporting import ListExport
from market.catalogue.importing import ListFiles, Upload, read_list
from market.catalogue.models import Edition, ListImport
from market.catalogue.queries.export import export_of
from market.jobs.imports import check_lists
from market.store.db import db
from market.store.transaction import transaction
from tests import people
from tests.catalogue.test_import import DATA
from tests.catalogue.test_import_cells import GOOD, workbook
from tests.make import make_real_list, refuses

BAD = {**GOOD, "name_zh": "坏行", "pricing": "随意"}
ADDRESS = "/desk/editions/import"


@pytest.fixture
def cast(app: Flask) -> people.Cast:
    with app.app_context():
        return people.cast()


def hand_in(client: FlaskClient, files: dict[str, Upload], **fields: str) -> Any:
    parts = {role: (io.BytesIO(one.content), one.name) for role, one in files.items()}
    return client.post(ADDRESS, data={"csrf_token": people.token(client), **fields, **parts})


def states(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(ListImport.state).order_by(ListImport.id)))


def many(count: int, **other: str) -> Upload:
    rows = [
        {**{key: str(value) for key, value in GOOD.items()}, "name_zh": f"评估{number}", **other}
        for number in range(count)
    ]
    return Upload("许多.json", exporting.json(ListExport(rows)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bad_workbook_is_mended_by_its_marked_copy_and_becomes_a_draft(
    app: Flask, cast: people.Cast, language: str
) -> None:
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    client.get(f"/?lang={language}")
    answer = hand_in(client, {"items": workbook([GOOD, BAD])})
    assert (answer.status_code, states(app)) == (302, ["refused"])
    page = client.get(answer.location).get_data(as_text=True)
    assert "随意" in page
    assert "清单.xlsx" in page
    assert ("价格管理方式只能是" in page) == (language == "zh")
    link = re.search(r'href="([^"]+/items/marked)"', page)
    assert link is not None
    copy = client.get(link[1])
    assert "filename*=UTF-8''" in copy.headers["Content-Disposition"]
    found = read_list(ListFiles(Upload("清单.xlsx", copy.data)))
    assert [cell.code for cell in found.bad] == ["import.pricing"]
    mended = workbook([GOOD, {**BAD, "pricing": "市场调节价"}])
    answer = hand_in(client, {"items": mended}, title="新的一版")
    assert states(app) == ["refused", "drafted"]
    assert client.get(answer.location).location.startswith("/")
    with app.app_context():
        draft = queries.unpublished_edition()
        assert draft is not None
        assert (draft.title, len(queries.entries_of(draft))) == ("新的一版", 2)


def test_a_large_list_waits_for_the_jobs_and_its_page_looks_again(
    app: Flask, cast: people.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr("market.jobs.imports.tell_progress", lambda _id, done, total: told.append((done, total)))
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    answer = hand_in(client, {"items": many(400)})
    assert states(app) == ["waiting"]
    page = client.get(answer.location)
    assert page.headers["Refresh"] == "2"
    assert "<progress" in page.get_data(as_text=True)
    with app.app_context():
        assert check_lists() == 1
        assert check_lists() == 0
    assert states(app) == ["drafted"]
    assert (told[0], told[-1]) == ((0, 400), (400, 400))


def test_an_import_that_was_left_half_checked_is_taken_up_again(app: Flask, cast: people.Cast) -> None:
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    hand_in(client, {"items": many(400)})
    with app.app_context():
        with transaction() as now:
            assert imports.take_up(now=now) is not None
        with transaction() as now:
            assert imports.take_up(now=now) is None
        with transaction() as now:
            assert imports.take_up(now=now + 2 * imports._LOST) is not None


def test_what_is_not_handed_in_stays_as_in_the_edition_in_force(app: Flask, cast: people.Cast) -> None:
    with app.app_context():
        make_real_list()
        before = export_of(queries.edition_numbered(1))
        db.session.rollback()
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    dropped = before.links[0]["name_zh"]
    rows = [row for row in before.items if row["name_zh"] != dropped]
    hand_in(client, {"items": Upload("items.csv", exporting.csv(ListExport(rows)))})
    assert states(app) == ["drafted"]
    with app.app_context():
        after = export_of(queries.edition_numbered(2))
        assert after.cleaned_up == before.cleaned_up
        assert after.links == [link for link in before.links if link["name_zh"] != dropped]
        kept = {link["schedule_id"] for link in after.links}
        assert after.schedules == [one for one in before.schedules if one["id"] in kept]


def test_a_second_draft_is_refused_with_the_reason_and_replaces_only_when_told_to(
    app: Flask, cast: people.Cast
) -> None:
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    hand_in(client, {"items": many(3)})
    answer = hand_in(client, {"items": many(4)})
    assert states(app) == ["drafted", "failed"]
    assert 'role="alert"' in client.get(answer.location).get_data(as_text=True)
    hand_in(client, {"items": many(4)}, replaces="y")
    assert states(app) == ["drafted", "failed", "drafted"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Edition)) == 1


def test_no_file_and_no_list_are_refused_with_what_was_typed_kept(app: Flask, cast: people.Cast) -> None:
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    answer = hand_in(client, {}, title="我的标题")
    assert (answer.status_code, "我的标题" in answer.get_data(as_text=True)) == (422, True)
    assert states(app) == []
    answer = hand_in(client, {"items": Upload("x.xlsx", b"<html>")})
    assert states(app) == ["failed"]


def test_only_who_drafts_may_import_and_only_desks_take_everything_away(app: Flask, cast: people.Cast) -> None:
    with app.app_context():
        make_real_list()
    for person, may_import, may_read in (
        (cast.list_editor, 200, 200), (cast.list_approver, 403, 200), (cast.buyer, 403, 403), (cast.agency, 403, 403),
    ):  # fmt: skip
        client = app.test_client()
        people.sign_in(client, person)
        assert client.get(ADDRESS).status_code == may_import
        assert client.get("/desk/editions/1/list.xlsx").status_code == may_read
        assert client.get("/desk/editions/template.xlsx").status_code == may_read


def test_an_import_that_is_over_never_changes(app: Flask, cast: people.Cast) -> None:
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    hand_in(client, {"items": many(1)})
    with app.app_context(), refuses("store.frozen"), transaction():
        found = db.session.scalars(select(ListImport)).one()
        found.title = "anders"


def test_the_desks_file_has_what_only_the_desk_may_see(app: Flask, cast: people.Cast) -> None:
    with app.app_context():
        make_real_list()
    client = app.test_client()
    people.sign_in(client, cast.list_editor)
    answer = client.get("/desk/editions/1/list.json")
    assert json.loads(answer.data)["items"][0]["confidence"]
    assert client.get("/desk/editions/1/list.exe").status_code == 404


def test_an_edition_is_read_for_its_files_in_at_most_eight_queries(app: Flask, query_counter: Any) -> None:
    with app.app_context():
        make_real_list()
        edition = queries.edition_numbered(1)
        with query_counter() as counted:
            export_of(edition)
        assert counted.count <= 8


def test_exporting_and_importing_an_edition_gives_the_same_edition(app: Flask) -> None:
    with app.app_context():
        make_real_list()
        whole = export_of(queries.edition_numbered(1))
        found = read_list(ListFiles(Upload("x", exporting.xlsx(whole))))
        assert found.bad == []
        assert [dict(row.cells) for row in found.items] == whole.items
        assert len(whole.items) == len((DATA / "items.csv").read_text(encoding="utf-8").splitlines()) - 1
