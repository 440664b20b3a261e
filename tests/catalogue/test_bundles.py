"""Bundles of acts: made of the list's own acts, carried from edition to edition, frozen with them."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from market.base.errors import BreaksRule
from market.base.people import Role
from market.catalogue import actions, queries
from market.catalogue.actions.bundles import TABLES, packaged_bundles
from market.catalogue.importing import read_list
from market.catalogue.models import Act, Applicability, Bundle, BundleAct, BundleOrder, EditionAct, Question, Service
from market.catalogue.needs import number_of
from market.catalogue.queries import bundles as read
from market.store.db import db
from market.store.transaction import transaction
from tests.catalogue.test_import import DATA, PACKAGED, drafted, of, rows_of, write
from tests.make import make_person, make_real_list

EIA = "建设项目环境影响评价文件审批"


def count(table: Any, edition_id: int) -> int:
    return db.session.scalar(select(func.count()).where(table.edition_id == edition_id)) or 0


def test_the_packaged_bundles_name_only_what_the_list_holds() -> None:
    data, items = packaged_bundles(), rows_of(DATA / "items.csv")
    acts, services = {row["act_name_zh"] for row in items}, {row["name_zh"] for row in items}
    assert len(data["bundles"]) >= 8
    for bundle in data["bundles"]:
        assert set(bundle["acts"]) <= acts, bundle["code"]
        assert all({one["before"], one["after"]} <= set(bundle["acts"]) and one["rests_on"] for one in bundle["order"])
    assert {row["act"] for row in data["acts"]} <= acts
    assert {row["service"] for row in data["applicability"]} <= services


def test_every_packaged_rule_can_be_answered_and_rests_on_something() -> None:
    data = packaged_bundles()
    questions = {row["code"]: row for row in data["questions"]}
    for rule in data["applicability"]:
        asked = questions[rule["question"]]
        assert rule["rests_on"] and asked["rests_on"]
        if asked["kind"] == "number":
            assert rule["operator"] in ("at_least", "below") and number_of(rule["value"]) is not None
        else:
            assert rule["value"] in {option["value"] for option in asked["options"]}


def test_a_first_edition_begins_with_the_packaged_bundles(app: Flask) -> None:
    with app.app_context():
        edition = make_real_list()
        data = packaged_bundles()
        found = read.bundles_of(edition)
        assert [one.code for one in found] == [one["code"] for one in data["bundles"]]
        assert [one.acts for one in found] == [len(one["acts"]) for one in data["bundles"]]
        assert all(one.services >= one.acts for one in found)
        assert count(Question, edition) == len(data["questions"])
        assert count(Applicability, edition) == len(data["applicability"])
        assert count(BundleOrder, edition) == sum(len(one["order"]) for one in data["bundles"])
        assert len(read.acts_of(edition)) == count(EditionAct, edition) == 110


def test_the_next_edition_carries_over_what_is_listed_still(app: Flask, tmp_path: Any) -> None:
    with app.app_context():
        first = make_real_list()
        gone = {"排污许可证核发", EIA}
        rows = [row for row in rows_of(DATA / "items.csv") if row["act_name_zh"] not in gone]
        edition = queries.edition_numbered(drafted(of(write(tmp_path / "items.csv", rows)))).id
        acts = {act.name_zh: act.id for act in db.session.scalars(select(Act))}
        for table in (BundleAct, EditionAct):
            named = select(table.id).where(table.edition_id == edition, table.act_id == acts[EIA])
            assert db.session.scalar(named) is None
        assert count(Bundle, edition) == count(Bundle, first)
        assert 0 < count(BundleOrder, edition) < count(BundleOrder, first)
        codes = {row.code for row in read.questions_of(edition)}
        assert "discharge" not in codes and "land" in codes


def test_a_carried_edition_takes_the_editors_bundles_and_not_the_packages(app: Flask) -> None:
    with app.app_context():
        make_real_list()
        number = drafted(PACKAGED)
        with transaction():
            draft = queries.edition_numbered(number)
            db.session.execute(
                update(Bundle).where(Bundle.edition_id == draft.id, Bundle.code == "well").values(name_zh="打井")
            )
        editor, approver = make_person(role=Role.LIST_EDITOR), make_person(role=Role.LIST_APPROVER)
        with transaction() as now:
            draft = queries.edition_numbered(number)
            actions.submit(draft, actor=editor.actor, now=now)
            actions.publish(draft, None, actor=approver.actor, now=now)
        third = queries.edition_numbered(drafted(PACKAGED))
        assert read.bundle_of(third, "well").name_zh == "打井"


def test_a_discarded_draft_leaves_nothing_of_its_bundles(app: Flask) -> None:
    with app.app_context():
        number = drafted()
        editor = make_person(role=Role.LIST_EDITOR)
        with transaction() as now:
            draft = queries.edition_numbered(number)
            edition_id = draft.id
            actions.discard(draft, actor=editor.actor, now=now)
        assert [count(table, edition_id) for table in TABLES] == [0] * len(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_published_editions_bundles_stay(app: Flask, table: Any) -> None:
    with app.app_context():
        edition = make_real_list()
        with pytest.raises(BreaksRule), transaction():
            db.session.execute(delete(table).where(table.edition_id == edition))
        with pytest.raises(BreaksRule), transaction():
            db.session.execute(update(table).where(table.edition_id == edition).values(edition_id=edition))


def test_the_database_refuses_an_act_in_a_bundle_that_the_edition_does_not_know(app: Flask) -> None:
    with app.app_context():
        edition = queries.edition_numbered(drafted()).id
        bundle = db.session.scalars(select(Bundle.id).where(Bundle.edition_id == edition)).first()
        with pytest.raises(BreaksRule), transaction():
            db.session.add(BundleAct(bundle_id=bundle, edition_id=edition, act_id=10**9, position=99))


def test_bundles_and_acts_are_found_by_search(app: Flask) -> None:
    with app.app_context():
        make_real_list()
        edition = queries.edition_numbered(1)
        kinds: dict[str, int] = {}
        for document in queries.documents(edition):
            kinds[document["kind"]] = kinds.get(document["kind"], 0) + 1
        assert (kinds["bundle"], kinds["act"]) == (11, 110)
        assert {one["id"] for one in queries.documents(edition)} <= queries.documents_ever(2)


def test_a_rule_stays_when_the_editor_writes_its_entry_anew(app: Flask) -> None:
    with app.app_context():
        number = drafted()
        edition_id = queries.edition_numbered(number).id
        rules = read.rules_of(edition_id)
        code = rules[0].code
        row = next(row for row in read_list(PACKAGED).items if row["name_zh"] == rules[0].name_zh)
        editor = make_person(role=Role.LIST_EDITOR)
        with transaction() as now:
            draft = queries.edition_numbered(number)
            given = actions.GivenEntry(code, dict(row.cells) | {"remarks": "改过"}, draft.row_version)
            actions.set_entry(draft, given, actor=editor.actor, now=now)
        assert len(read.rules_of(edition_id)) == len(rules)
        assert db.session.scalar(select(func.count()).select_from(Service)) == 131
