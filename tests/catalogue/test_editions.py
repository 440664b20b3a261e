"""Editions: nobody publishes alone, and what was published stays."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from market.base import clock
from market.base.clock import CHINA
from market.base.errors import BadState, BreaksRule
from market.base.people import Role
from market.catalogue import actions, queries
from market.catalogue.importing import read_list
from market.jobs.catalogue import bring_list_into_force
from market.journal.queries import history
from market.store.db import db
from market.store.outbox import pending
from market.store.transaction import transaction
from tests.catalogue.test_import import PACKAGED
from tests.make import Person, make_edition, make_listed_service, make_person, publish_edition


def in_review() -> Person:
    editor = make_person(role=Role.LIST_EDITOR)
    with transaction() as now:
        actions.import_edition(read_list(PACKAGED), "第1版", actor=editor.actor, now=now)
    with transaction() as now:
        actions.submit(queries.edition_numbered(1), actor=editor.actor, now=now)
    return editor


def publish(person: Person, day: date | None = None) -> None:
    with transaction() as now:
        actions.publish(queries.edition_numbered(1), day, actor=person.actor, now=now)


def test_the_drafter_cannot_publish(app: Flask) -> None:
    with app.app_context():
        editor = in_review()
        with pytest.raises(BreaksRule) as refused:
            publish(editor)
        assert refused.value.code == "edition_two_persons"
        assert queries.edition_numbered(1).state == "in_review"


def test_the_database_alone_refuses_a_drafter_who_publishes(app: Flask) -> None:
    with app.app_context():
        in_review()
        with pytest.raises(BreaksRule) as refused, transaction():
            db.session.execute(
                text(
                    "UPDATE edition SET state = 'published', approved_by = drafted_by, published_at = drafted_at,"
                    " effective_from = '2026-01-01'"
                )
            )
        assert refused.value.code == "edition_two_persons"


def test_a_second_person_publishes_with_a_journal_row_and_search_rows(app: Flask) -> None:
    with app.app_context():
        in_review()
        publish(make_person(role=Role.LIST_APPROVER))
        assert queries.edition_in_force(clock.today()).number == 1
        assert [row.act for row in history("edition/1")] == ["edition.import", "edition.submit", "edition.publish"]


def test_search_learns_of_an_edition_when_its_day_comes(app: Flask, at) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        at(datetime(2026, 6, 1, 9, tzinfo=CHINA))
        in_review()
        publish(make_person(role=Role.LIST_APPROVER), date(2026, 6, 3))
        assert bring_list_into_force() is None
        assert pending("search", 1000) == []
        at(datetime(2026, 6, 3, 0, 1, tzinfo=CHINA))
        assert bring_list_into_force() == 1
        assert bring_list_into_force() is None
        assert len(pending("search", 1000)) == 131 + 10 + 11 + 110  # entries, removed items, bundles, acts
        assert history("edition/1")[-1].act == "edition.in_force"


def test_an_edition_cannot_be_published_for_a_day_that_has_passed(app: Flask) -> None:
    with app.app_context():
        in_review()
        with pytest.raises(BreaksRule) as refused:
            publish(make_person(role=Role.LIST_APPROVER), clock.today() - timedelta(days=1))
        assert refused.value.code == "edition.date_past"


def test_before_its_day_no_edition_is_in_force(app: Flask, at) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        at(datetime(2026, 1, 5, 9, tzinfo=CHINA))
        in_review()
        publish(make_person(role=Role.LIST_APPROVER), date(2026, 6, 1))
        with pytest.raises(BadState) as refused:
            queries.edition_in_force(date(2026, 5, 31))
        assert refused.value.code == "edition.none_in_force"


def test_a_draft_cannot_be_published_without_review(app: Flask) -> None:
    with app.app_context():
        editor, approver = make_person(role=Role.LIST_EDITOR), make_person(role=Role.LIST_APPROVER)
        with transaction() as now:
            actions.import_edition(read_list(PACKAGED), "第1版", actor=editor.actor, now=now)
        with pytest.raises(BadState):
            publish(approver)


def test_a_later_edition_needs_a_later_day(app: Flask, at) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        at(datetime(2026, 2, 5, 9, tzinfo=CHINA))
        publish_edition(edition_id=make_edition(effective_from=date(2026, 3, 1)))
        editor, approver = make_person(role=Role.LIST_EDITOR), make_person(role=Role.LIST_APPROVER)
        with transaction() as now:
            actions.import_edition(read_list(PACKAGED), "第2版", actor=editor.actor, now=now)
        with transaction() as now:
            actions.submit(queries.edition_numbered(2), actor=editor.actor, now=now)
        with pytest.raises(BreaksRule) as refused, transaction() as now:
            actions.publish(queries.edition_numbered(2), date(2026, 3, 1), actor=approver.actor, now=now)
        assert refused.value.code == "edition.date_taken"


FEE_ITEM = (
    "entry_id, edition_id, service_id, pricing, price_state, position, name_zh, name_en, base_name, unit, steps_per_unit,"
    " method, document_no, schedule_key, schedule_item, reason, coefficient_set_id"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET name_zh = 'x'",
        "DELETE FROM entry",
        "UPDATE fee_item SET unit = 'x'",
        "DELETE FROM fee_item",
        "UPDATE band SET y0 = 1",
        "DELETE FROM band",
        "UPDATE edition SET title = 'x'",
        "UPDATE edition SET state = 'draft', approved_by = NULL, published_at = NULL, effective_from = NULL",
        "DELETE FROM edition",
        f"INSERT INTO fee_item (id, {FEE_ITEM}) SELECT id + 1000, {FEE_ITEM} FROM fee_item",
        "DELETE FROM entry_article",
        "UPDATE entry_article SET article_id = article_id + 1",
        "INSERT INTO entry_act (entry_id, edition_id, act_id, position) SELECT id, edition_id, act_id, 1 FROM entry",
        "INSERT INTO entry_requirement (entry_id, edition_id, position, kind, name, level, count)"
        " SELECT id, edition_id, 1, 'qualification', 'x', '', 1 FROM entry",
    ],
)
def test_raw_sql_cannot_change_a_published_edition(app: Flask, statement: str) -> None:
    with app.app_context():
        make_listed_service(price="guided")
        with pytest.raises(BreaksRule) as refused, transaction():
            db.session.execute(text(statement))
        assert refused.value.code in ("store.frozen", "edition.published_stays", "store.no_such_move")


def test_a_row_cannot_be_moved_into_a_published_edition(app: Flask) -> None:
    with app.app_context():
        published = make_listed_service(price="guided")
        make_listed_service(price="guided", edition_id=make_edition(effective_from=date(2026, 9, 1)))
        move = text("UPDATE band SET edition_id = :to WHERE edition_id <> :to").bindparams(to=published.edition_id)
        with pytest.raises(BreaksRule) as refused, transaction():
            db.session.execute(move)
        assert refused.value.code == "store.frozen"


def test_the_moved_clock_rules_the_effective_day(app: Flask, at) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        in_review()
        at(datetime(2026, 2, 14, 23, 30, tzinfo=CHINA))
        publish(make_person(role=Role.LIST_APPROVER))
        assert queries.edition_numbered(1).effective_from == date(2026, 2, 14)
