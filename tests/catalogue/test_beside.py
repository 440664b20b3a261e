"""What two editions say differently beside their entries: bundles, marks of acts, questions and rules."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from market.base.people import Role
from market.catalogue import actions, queries
from market.catalogue.beside import PLAIN, differing
from market.catalogue.models import Applicability, Bundle, BundleAct, BundleOrder, EditionAct, Question
from market.catalogue.queries import bundles as read
from market.catalogue.queries.beside import beside_of
from market.catalogue.queries.difference import BESIDE, counts_of_steps, difference, two_editions
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.catalogue.test_import import PACKAGED, drafted

MOST = 8


def draft_of() -> int:
    """Edition 1 as the package has it, in force; and a draft of the same files: the draft's id."""
    make.make_real_list()
    return queries.edition_numbered(drafted(PACKAGED)).id


def publish(number: int) -> None:
    editor, approver = make.make_person(role=Role.LIST_EDITOR), make.make_person(role=Role.LIST_APPROVER)
    with transaction() as now:
        actions.submit(queries.edition_numbered(number), actor=editor.actor, now=now)
    with transaction() as now:
        actions.publish(queries.edition_numbered(number), None, actor=approver.actor, now=now)


def moved(draft: int) -> dict[tuple[str, str, str], dict[str, tuple[str, str]]]:
    """What the draft changes against edition 1, by kind, thing and key."""
    first = queries.edition_numbered(1)
    return {(one.kind, one.thing, one.key): differing(one, PLAIN) for one in beside_of(first.id, draft)}


def change(table: Any, *where: Any, **values: Any) -> None:
    with transaction():
        db.session.execute(update(table).where(*where).values(**values))


def test_two_editions_of_the_same_files_say_the_same_beside_their_entries(app: Flask) -> None:
    with app.app_context():
        draft = draft_of()
        assert moved(draft) == {}
        pair = (queries.edition_numbered(1).id, draft)
        assert counts_of_steps([pair])[pair] == {"added": 0, "removed": 0, "repriced": 0, "changed": 0, "beside": 0}


def test_every_kind_of_thing_that_moved_is_told_with_the_fields_in_which_it_differs(app: Flask) -> None:
    with app.app_context():
        mine = draft_of()
        well = read.bundle_of(queries.edition_numbered(2), "well").id
        last = read.acts_in(well)[-1]
        act = db.session.scalars(select(EditionAct.act_id).where(EditionAct.edition_id == mine, EditionAct.promised_days == 20)).first()  # fmt: skip
        with transaction():
            for table in (BundleOrder, BundleAct):
                gone = select(Bundle.id).where(Bundle.edition_id == mine, Bundle.code == "housing").scalar_subquery()
                db.session.execute(delete(table).where(table.bundle_id == gone))
            db.session.execute(delete(Bundle).where(Bundle.edition_id == mine, Bundle.code == "housing"))
            db.session.add(Bundle(edition_id=mine, code="new", name_zh="新事", name_en="New", summary_zh="", summary_en="", position=99))  # fmt: skip
            for column in (BundleOrder.before_act_id, BundleOrder.after_act_id):
                db.session.execute(delete(BundleOrder).where(BundleOrder.bundle_id == well, column == last))
            db.session.execute(delete(BundleAct).where(BundleAct.bundle_id == well, BundleAct.act_id == last))
        change(EditionAct, EditionAct.edition_id == mine, EditionAct.act_id == act, promised_days=12, in_parallel=True)
        change(Question, Question.edition_id == mine, Question.code == "land", text_zh="占地多少？", options=[])
        rule, code = next((one.rule.id, one.code) for one in read.rules_of(mine) if one.rule.question_code == "land")
        change(Applicability, Applicability.id == rule, value="77")
        found = moved(mine)
        assert set(found) == {
            ("removed", "bundle", "housing"), ("added", "bundle", "new"), ("changed", "bundle", "well"),
            ("changed", "act", str(act)), ("changed", "question", "land"), ("changed", "rule", code),
        }  # fmt: skip
        assert found["added", "bundle", "new"]["name_zh"] == ("", "新事")
        assert found["removed", "bundle", "housing"]["summary_zh"][1] == ""
        before, after = found["changed", "bundle", "well"]["acts"]
        assert before.splitlines()[:-1] == after.splitlines()
        assert found["changed", "act", str(act)] == {"promised_days": ("20", "12"), "in_parallel": ("", "said.yes")}
        assert list(found["changed", "question", "land"]) == ["text_zh"]
        assert "77" in found["changed", "rule", code]["conditions"][1]
        pair = (queries.edition_numbered(1).id, mine)
        assert counts_of_steps([pair])[pair][BESIDE] == len(found) == 6
        both = two_editions(1, 2)
        assert difference(both[1], both[2]).counts[BESIDE] == 6


def test_an_edition_whose_only_change_is_a_bundle_is_not_called_the_same(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        draft = draft_of()
        change(Bundle, Bundle.edition_id == draft, Bundle.code == "well", summary_zh="先取水许可，再开工")
        people.sign_in(client, people.cast().list_approver)
    page = client.get("/editions/1/to/2?lang=en").text  # the approver sees what he approves
    assert "Nothing is different" not in page and "<ins>" in page and "well" in page
    with app.app_context():
        publish(2)
    public = app.test_client()
    assert "<ins>" in public.get("/editions/1/to/2?show=beside&lang=zh").text
    assert "Nothing is different" in public.get("/editions/1/to/2?show=added&lang=en").text
    assert "Bundles, questions and rules 1" in public.get("/editions?lang=en").text
    assert public.get("/statistics?lang=en").text.count("Bundles, questions and rules") > 0
    run = app.test_cli_runner().invoke
    told = json.loads(run(args=["list", "diff", "1", "2", "--json"]).output)
    assert (told["beside"], told["unchanged"]) == (1, 131)
    assert told["moved_beside"] == [
        {"kind": "changed", "thing": "bundle", "key": "well", "name_zh": told["moved_beside"][0]["name_zh"], "fields": ["summary_zh"]}
    ]  # fmt: skip
    assert "1 beside" in run(args=["list", "diff", "1", "2"]).output


@pytest.mark.parametrize("path", ["/editions/1/to/2", "/editions/1/to/2?show=beside", "/editions"])
def test_what_stands_beside_costs_no_more_statements_when_there_is_more_of_it(
    app: Flask, client: FlaskClient, query_counter: Callable[[], Any], path: str
) -> None:
    with app.app_context():
        draft = draft_of()
        for table in (Bundle, Question, Applicability):
            column = table.rests_on if table is not Bundle else table.summary_zh
            change(table, table.edition_id == draft, **{column.key: "《样例条例》"})
        publish(2)
        db.session.remove()
    client.get(path)
    with query_counter() as counted:
        assert client.get(path).status_code == 200
    assert counted.count <= MOST, counted.statements
