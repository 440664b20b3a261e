"""The list through time: editions, as of a day, differences, one service's history, legal bases, statistics."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from market.base import clock
from market.base.people import Role
from market.catalogue.actions.bases import Standing, note_change
from market.catalogue.citations import citations
from market.catalogue.comparing import line_difference, word_difference
from market.catalogue.models import LegalBasis
from market.store.db import db
from market.store.transaction import transaction
from tests.make import make_edition, make_listed_service, make_person, publish_edition

MOST = 8
OLD = date(2024, 1, 1)


@pytest.fixture
def two_editions(app: Flask) -> tuple[str, str, str]:
    """Edition 1 lists a service that stays, one that goes; edition 2, from today, the first repriced and a new one."""
    with app.app_context():
        first = make_edition(effective_from=OLD)
        stays = make_listed_service(price="guided", edition_id=first, name="样例勘察")
        goes = make_listed_service(edition_id=first, name="样例评估")
        publish_edition(edition_id=first)
        second = make_edition(effective_from=clock.today())
        make_listed_service(price="set", edition_id=second, code=stays.code, name="样例勘察")
        comes = make_listed_service(edition_id=second, name="样例检测")
        publish_edition(edition_id=second)
    return stays.code, goes.code, comes.code


def read(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_the_difference_names_what_was_added_removed_and_repriced(
    client: FlaskClient, two_editions: tuple[str, str, str]
) -> None:
    stays, goes, comes = two_editions
    for kind, there, absent in (("added", comes, goes), ("removed", goes, stays), ("repriced", stays, comes)):
        page = read(client, f"/editions/1/to/2?show={kind}&lang=en")
        assert there in page and absent not in page
    assert "50%" in read(client, "/editions/1/to/2?lang=en")  # one of two was removed


def test_the_list_as_of_a_day_is_the_edition_in_force_then(
    client: FlaskClient, two_editions: tuple[str, str, str]
) -> None:
    _, goes, comes = two_editions
    yesterday = clock.today() - timedelta(days=1)
    before = read(client, f"/list/as-of?day={yesterday}&lang=en")
    assert goes in before and comes not in before
    today = read(client, f"/list/as-of?day={clock.today()}&lang=en")
    assert comes in today and goes not in today
    assert "No edition was in force on that day" in read(client, f"/list/as-of?day={OLD - timedelta(days=1)}&lang=en")


@pytest.mark.parametrize("given", ["2026-02-30", "tomorrow", "２０２６", "1e309", "%00"])
def test_what_is_no_day_is_said_so_and_kept(client: FlaskClient, two_editions: Any, given: str) -> None:
    page = read(client, f"/list/as-of?lang=en&day={given}", 422)
    assert "This is not a day" in page


def test_a_service_has_a_history(client: FlaskClient, two_editions: tuple[str, str, str]) -> None:
    stays, goes, _ = two_editions
    page = read(client, f"/list/{stays}/history?lang=en")
    assert page.index("Edition 2") < page.index("Edition 1")
    assert "no longer lists it" in read(client, f"/list/{goes}/history?lang=en")
    read(client, "/list/ZJ-9999/history", 404)


def test_every_page_through_time_answers_in_both_languages(
    client: FlaskClient, two_editions: tuple[str, str, str]
) -> None:
    stays = two_editions[0]
    for path in ("/editions", "/statistics", "/bases", "/bases/1", f"/editions/1/{stays}", "/editions/2/to/1"):
        for tongue in ("zh", "en"):
            read(client, f"{path}?lang={tongue}")
    read(client, "/editions/1/ZJ-9999", 404)
    read(client, "/bases/999", 404)
    assert client.get("/editions/compare?before=1&after=2").location.endswith("/editions/1/to/2")
    assert client.get("/editions/compare?before=x").location.endswith("/editions")


def test_a_draft_is_compared_only_for_the_lists_desk(
    app: Flask, client: FlaskClient, two_editions: tuple[str, str, str]
) -> None:
    with app.app_context():
        draft = make_edition(effective_from=clock.today() + timedelta(days=9))
        make_listed_service(edition_id=draft, name="样例监理")
    read(client, "/editions/2/to/3", 404)
    read(client, "/editions/2/to/99", 404)


@pytest.mark.parametrize("path", ["/editions/1/to/2", "/list/as-of?day=2024-02-01", "/editions", "/statistics"])
def test_queries_do_not_grow_with_the_editions(
    app: Flask, client: FlaskClient, query_counter: Callable[[], Any], path: str
) -> None:
    for rows in (2, 12):
        with app.app_context():
            for start, price in ((OLD, "guided"), (OLD + timedelta(days=40 + rows), "set")):
                edition = make_edition(effective_from=start + timedelta(days=rows))
                for number in range(rows):
                    make_listed_service(price=price, edition_id=edition, code=f"ZJ-{number:04d}", name=f"样例{number}")
                publish_edition(edition_id=edition)
            db.session.remove()
        client.get(path)
        with query_counter() as counted:
            assert client.get(path).status_code == 200
        assert counted.count <= MOST, counted.statements


def test_a_repealed_law_marks_every_entry_that_cites_it(
    app: Flask, client: FlaskClient, two_editions: tuple[str, str, str]
) -> None:
    stays = two_editions[0]
    with app.app_context():
        editor = make_person(role=Role.LIST_EDITOR)
        with transaction() as now:
            basis = db.session.scalars(select(LegalBasis)).one()
            note_change(
                basis,
                Standing(repealed_from=clock.today(), reason="样例发〔2026〕1号"),
                actor=editor.actor,
                now=now,
            )
    for path in (f"/list/{stays}", "/list", "/list?view=table"):
        assert "Basis under revision" in read(client, f"{path}{'&' if '?' in path else '?'}lang=en"), path
    assert "Repealed" in read(client, "/bases?lang=en")


def test_a_text_is_compared_word_by_word() -> None:
    pieces = word_difference("由业主委托，限期交付", "由业主自行办理，限期交付")
    assert "".join(one.text for one in pieces if one.kind != "new") == "由业主委托，限期交付"
    assert "".join(one.text for one in pieces if one.kind != "gone") == "由业主自行办理，限期交付"
    assert any(one.kind == "same" and "限期" in one.text for one in pieces)


def test_a_list_is_compared_by_whole_lines() -> None:
    pieces = line_difference("取水许可\n施工许可\n登记", "施工许可\n规划许可\n登记")
    assert [(one.kind, one.text) for one in pieces] == [
        ("gone", "取水许可\n"), ("same", "施工许可\n"), ("new", "规划许可\n"), ("same", "登记\n"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("《政府投资条例》（国务院令第712号）第九条、第十一条", [("政府投资条例", "国务院令第712号", "第九条"), ("政府投资条例", "国务院令第712号", "第十一条")]),
        ("《水法》第三十四条（原《旧水法》第一条同时废止；略）", [("水法", "", "第三十四条")]),
        ("《甲办法》；《乙办法》(甲发[2020]3号)", [("甲办法", "", ""), ("乙办法", "甲发〔2020〕3号", "")]),
        ("地方法规（各地不同）", [("地方法规", "", "")]),
        ("", []),
        ("（只有说明）", []),
    ],
)  # fmt: skip
def test_a_legal_basis_as_written_names_laws_and_articles(text: str, cited: list[tuple[str, str, str]]) -> None:
    assert [(one.title, one.number, one.article) for one in citations(text)] == cited
