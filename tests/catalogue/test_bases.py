"""The register of legal bases: nothing enters an edition but what a law in force demands."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from market.base import clock
from market.base.people import Actor, Role
from market.catalogue import actions, queries
from market.catalogue.actions.bases import Standing, add_basis, enter_cited, note_change, write_article
from market.catalogue.models import Edition, LegalArticle, LegalBasis
from market.catalogue.queries import bases
from market.journal.queries import history
from market.notices.models import Notice
from market.store.db import db
from market.store.transaction import transaction
from tests.journeys.visitor import Visitor
from tests.make import Person, make_edition, make_listed_service, make_person, publish_edition, refuses

TODAY = date(2026, 3, 2)


def editor() -> Person:
    return make_person(role=Role.LIST_EDITOR)


def law(title: str = "样例条例") -> LegalBasis:
    return db.session.scalars(select(LegalBasis).where(LegalBasis.title == title)).one()


def repeal(person: Person, day: date, title: str = "样例条例") -> None:
    with transaction() as now:
        standing = Standing(repealed_from=day, reason="样例发〔2026〕1号")
        note_change(law(title), standing, actor=person.actor, now=now)


def reviewed_edition() -> Edition:
    """A draft of one service, in review."""
    draft = make_edition()
    make_listed_service(edition_id=draft)
    with transaction() as now:
        edition = db.session.get_one(Edition, draft)
        actions.submit(edition, actor=Actor(edition.drafted_by, Role.LIST_EDITOR, None), now=now)
    return db.session.get_one(Edition, draft)


def test_an_entry_without_a_living_basis_cannot_enter_an_edition(app: Flask) -> None:
    with app.app_context():
        number = reviewed_edition().number
        repeal(editor(), clock.today())
        approver = make_person(role=Role.LIST_APPROVER)
        with refuses("edition.without_basis"), transaction() as now:
            actions.publish(queries.edition_numbered(number), None, actor=approver.actor, now=now)


def test_a_law_that_ends_later_carries_an_edition_until_then(app: Flask) -> None:
    with app.app_context():
        number = reviewed_edition().number
        repeal(editor(), clock.today() + timedelta(days=5))
        approver = make_person(role=Role.LIST_APPROVER)
        later = clock.today() + timedelta(days=5)
        with refuses("edition.without_basis"), transaction() as now:
            actions.publish(queries.edition_numbered(number), later, actor=approver.actor, now=now)
        with transaction() as now:
            actions.publish(queries.edition_numbered(number), None, actor=approver.actor, now=now)


def test_the_database_alone_refuses_an_edition_on_dead_law(app: Flask) -> None:
    with app.app_context():
        draft = make_edition()
        make_listed_service(edition_id=draft)
        repeal(editor(), date(2020, 1, 1))
        with refuses("edition.basis_dead"):
            publish_edition(edition_id=draft)
        with transaction():
            db.session.execute(text("DELETE FROM entry_article"))
        with refuses("edition.basis_dead"):
            publish_edition(edition_id=draft)


def test_a_repeal_tells_the_lists_editors_and_is_journaled(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        person = editor()
        repeal(person, TODAY)
        told = db.session.scalars(select(Notice).where(Notice.code == "notice.basis_repealed")).all()
        assert person.organisation_id in {one.organisation_id for one in told}
        assert [row.act for row in history(f"basis/{law().id}")] == ["basis.change"]


def test_what_was_known_of_a_law_stays(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        repeal(editor(), TODAY)
        person = editor()
        with transaction() as now:
            note_change(law(), Standing(reason="更正"), actor=person.actor, now=now)
        changes = bases.changes_of(law().id)
        assert [one.repealed_from for one in changes][:2] == [None, TODAY]
        for statement in (
            "UPDATE legal_basis_change SET repealed_from = NULL",
            "DELETE FROM legal_basis_change",
            "UPDATE legal_basis SET title = 'x'",
            "DELETE FROM legal_basis",
        ):
            with refuses("store.frozen"), transaction():
                db.session.execute(text(statement))


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(in_force_from=TODAY, repealed_from=TODAY - timedelta(days=1), reason="x"), "basis.dates_contradict"),
        (Standing(reason="  "), "basis.reason_needed"),
    ],
)
def test_a_change_that_contradicts_itself_is_refused(app: Flask, standing: Standing, code: str) -> None:
    with app.app_context():
        make_listed_service()
        person = editor()
        with refuses(code), transaction() as now:
            note_change(law(), standing, actor=person.actor, now=now)


def test_a_law_cited_with_and_without_its_number_is_one_law(app: Flask) -> None:
    texts = ("《政府投资条例》第九条", "《中华人民共和国政府投资条例》（国务院令第712号）第十一条")
    with app.app_context():
        person = editor()
        for given in (texts, texts[::-1]):
            with transaction() as now:
                found = enter_cited(given, reason="test", actor=person.actor, now=now)
        rows = db.session.scalars(select(LegalBasis)).all()
        assert [(row.key, row.number) for row in rows] == [("政府投资条例", "国务院令第712号")]
        assert all(len(articles) == 1 for articles in found.values())


def test_a_law_is_entered_once(app: Flask) -> None:
    with app.app_context():
        person = editor()
        with transaction() as now:
            add_basis("样例法", "样例令第1号", Standing(reason="x"), actor=person.actor, now=now)
        with refuses("basis.known_already"), transaction() as now:
            add_basis("中华人民共和国样例法", "样例令第1号", Standing(reason="x"), actor=person.actor, now=now)


def test_a_law_cannot_supersede_itself(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        person = editor()
        with refuses("basis.own_successor"), transaction() as now:
            standing = Standing(superseded_by=law().id, reason="x")
            note_change(law(), standing, actor=person.actor, now=now)


def test_the_text_of_an_article_is_written_once(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        person = editor()
        with transaction() as now:
            write_article(law(), "第一条", "为了规范，制定本条例。", actor=person.actor, now=now)
        with refuses("store.frozen"), transaction() as now:
            write_article(law(), "第一条", "另一文本", actor=person.actor, now=now)
        found = db.session.scalars(select(LegalArticle.text).where(LegalArticle.text != "")).all()
        assert found == ["为了规范，制定本条例。"]


def test_the_editor_notes_a_repeal_on_the_desk(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        person, basis = editor(), law().id
        approver = make_person(role=Role.LIST_APPROVER)
    visitor = Visitor(app).sign_in(person.email)
    assert "样例条例" in visitor.page("/desk/bases/")
    visitor.send(
        f"/desk/bases/{basis}", f"/desk/bases/{basis}/change", repealed_from="2026-02-01", reason="样例发〔2026〕1号"
    )
    page = visitor.page("/desk/bases/")
    assert "Repealed" in page and "still cited" in page
    reader = Visitor(app).sign_in(approver.email)
    assert "Note a change" not in reader.page(f"/desk/bases/{basis}")
    assert Visitor(app).client.get("/desk/bases/").status_code == 302


def test_what_was_typed_about_a_law_is_kept_when_it_is_refused(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        person, basis = editor(), law().id
    visitor = Visitor(app).sign_in(person.email)
    page = visitor.send(
        f"/desk/bases/{basis}", f"/desk/bases/{basis}/change", status=422,
        in_force_from="2026-05-01", repealed_from="2026-02-01", reason="样例发〔2026〕7号",
    ).text  # fmt: skip
    assert "样例发〔2026〕7号" in page and "cannot end before it began" in page
    page = visitor.send("/desk/bases/", "/desk/bases/", status=409, title="样例条例", number="", reason="x").text
    assert "in the register already" in page


def test_the_draft_says_which_entries_stand_on_dead_law(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        draft = make_edition(effective_from=clock.today())
        left = make_listed_service(edition_id=draft)
        person = editor()
        repeal(person, clock.today())
        number = db.session.get_one(Edition, draft).number
    page = Visitor(app).sign_in(person.email).page(f"/desk/editions/{number}")
    assert "have no legal basis in force today" in page and left.code in page
    assert f"/editions/1/to/{number}" in page


def test_a_draft_is_thrown_away_at_the_desk(app: Flask) -> None:
    with app.app_context():
        make_listed_service()
        draft = make_edition(effective_from=clock.today())
        make_listed_service(edition_id=draft)
        person = editor()
        number = db.session.get_one(Edition, draft).number
    visitor = Visitor(app).sign_in(person.email)
    visitor.send(f"/desk/editions/{number}", f"/desk/editions/{number}/discard")
    visitor.page(f"/desk/editions/{number}", 404)
    visitor.forge("/desk/editions/1/discard")
    visitor.page("/desk/editions/1")
