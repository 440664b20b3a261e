"""A voice from its receipt to its answer: codes, deadlines, personal data, the journal, and two editors at once."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from market.base.people import Role
from market.jobs.oversight import erase_old_contacts
from market.journal.models import JournalRow
from market.notices.queries import inbox
from market.oversight import actions, queries, rules
from market.oversight.actions import Demand
from market.oversight.models import Voice, VoiceAnswer, VoiceContact, VoiceCount
from market.oversight.queries import Narrowed, Target
from market.oversight.rules import Demander, Outcome
from market.store.db import Base, db
from market.store.models import DatedSetting
from market.store.transaction import transaction
from tests import make
from tests.make import refuses
from tests.oversight.around import answer, answering, correct, given, make_ground, objection, send
from tests.selection.test_races import together

MONDAY = datetime(2026, 3, 2, 4, tzinfo=UTC)
CONTACT = "13800001111"


@pytest.fixture
def ground(session: Any, at: Any) -> Any:
    """Let the clock stand on a Monday, with settings and a calendar; yield it."""
    at(MONDAY)
    make_ground()
    return at


def editor() -> make.Person:
    return make.make_person(role=Role.LIST_EDITOR)


def everything_stored() -> str:
    """Return every value of every table as one text."""
    tables = Base.metadata.sorted_tables
    return json.dumps([[list(map(str, row)) for row in db.session.execute(table.select())] for table in tables])


def test_the_receipt_has_a_reference_a_code_and_a_deadline_in_working_days(ground: Any) -> None:
    receipt = send()
    assert receipt.ref.startswith("VO-2026-000001") and receipt.due_on == date(2026, 3, 16)
    assert queries.has_code(receipt.ref, receipt.code.lower().replace("-", " "))


def test_the_deadline_follows_the_setting_in_force_and_the_holidays(ground: Any) -> None:
    with transaction():
        db.session.add(
            DatedSetting(key="voice.answer_workdays", valid_from=date(2026, 4, 1), value=2, source="operator's default")
        )
    ground(datetime(2026, 4, 3, 4, tzinfo=UTC))  # Friday before 清明; Monday 6 April is free
    assert send().due_on == date(2026, 4, 8)


def test_the_code_and_the_contact_stand_nowhere_in_clear(ground: Any) -> None:
    receipt = send(given(contact=CONTACT, sender=rules.sender_hash("192.0.2.7", "secret", date(2026, 3, 2))))
    stored = everything_stored()
    assert receipt.code not in stored and receipt.code.replace("-", "") not in stored and "192.0.2.7" not in stored
    assert stored.count(CONTACT) == 1


def test_the_journal_knows_of_a_voice_and_nothing_that_somebody_typed(ground: Any) -> None:
    person = editor()
    what = given(contact=CONTACT, text="张三说必须先交钱，电话 13800001111", target=Target(said="王五的检测"))
    receipt = send(what)
    answer(receipt.ref, person.actor)
    rows = db.session.scalars(select(JournalRow).where(JournalRow.obj == f"voice/{receipt.ref}")).all()
    assert [row.act for row in rows] == ["voice.receive", "voice.answer"]
    typed = json.dumps([row.payload for row in rows], ensure_ascii=False)
    assert not any(word in typed for word in ("张三", "王五", CONTACT, "某局"))
    assert rows[0].actor == "role:system"


def test_a_new_voice_is_told_to_the_editors_organisation_without_what_was_typed(ground: Any) -> None:
    person, stranger = editor(), make.make_person(role=Role.SUPERVISOR)
    receipt = send()
    told = inbox(person.organisation_id, 5)
    assert [one.code for one in told] == ["notice.voice.received"]
    assert told[0].link == f"/desk/voices/{receipt.ref}" and "检测" not in json.dumps(told[0].facts, ensure_ascii=False)
    assert inbox(stranger.organisation_id, 5) == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("voice.text_short", {"text": "  太短了   "}),
        ("voice.what_needed", {"target": Target(said="  ")}),
        ("voice.who_needed", {"demand": Demand(Demander.AGENCY, "  ")}),
        ("voice.no_person", {"demand": Demand(Demander.AGENCY, "张某 13812345678")}),
        ("voice.when_future", {"demand": Demand(Demander.AGENCY, "某公司", date(2026, 3, 3))}),
    ],
)
def test_an_incomplete_voice_is_refused(ground: Any, code: str, changes: dict[str, Any]) -> None:
    with refuses(code):
        send(given(**changes))
    assert db.session.scalars(select(Voice.id)).all() == [] == db.session.scalars(select(VoiceCount.id)).all()


def test_only_an_entry_of_the_edition_in_force_can_be_objected_to(ground: Any) -> None:
    service = make.make_listed_service()
    receipt = send(objection(service))
    row = queries.row_of(receipt.ref)
    assert (row.target.code, row.target.service_id) == (service.code, service.service_id)
    with refuses("voice.no_such_entry"):
        queries.entry_target("ZJ-9999", date(2026, 3, 2))
    with refuses("page.not_found"):
        queries.removed_target(999)


def test_a_form_is_taken_once(ground: Any) -> None:
    what = given()
    send(what)
    with refuses("voice.sent_already"):
        send(what)


def test_a_sender_is_slowed_down_and_others_are_not(ground: Any) -> None:
    for _ in range(rules.SENDING.most):
        send(given(sender="same"))
    with refuses("voice.too_many") as refused:
        send(given(sender="same"))
    assert 0 < refused.value.facts["seconds"] <= 3601
    send(given(sender="another"))
    ground(MONDAY + timedelta(hours=1))
    send(given(sender="same"))


def test_wrong_codes_are_counted_alike_for_voices_that_are_there_and_that_are_not(ground: Any) -> None:
    receipt = send()

    def asked(ref: str, code: str, sender: str = "guesser") -> Any:
        with transaction() as now:
            return actions.check_code(ref, code, sender=sender, now=now)

    said = [asked(ref, "WRONG") for ref in (receipt.ref, "VO-2026-000009X")]
    assert {(one.code, one.status, str(one)) for one in said} == {("voice.not_found", 404, str(said[0]))}
    for _ in range(rules.QUERYING.most - 2):
        asked(receipt.ref, "WRONG")
    assert asked(receipt.ref, "WRONG").code == "voice.too_many_tries"
    assert asked(receipt.ref, receipt.code).status == 429, "not even the right code, or guessing would pay"
    assert asked(receipt.ref, receipt.code, "the sender") is None


def test_a_voice_is_answered_once_and_nothing_is_public_before(ground: Any) -> None:
    person, receipt = editor(), send()
    with refuses("voice.not_published"):
        queries.public_row(receipt.ref)
    ground(MONDAY + timedelta(days=3))
    answer(receipt.ref, person.actor)
    row = queries.public_row(receipt.ref)
    assert row.in_time and row.answer and row.answer.outcome == Outcome.UPHELD
    with refuses("voice.answered_once"):
        answer(receipt.ref, person.actor)


def test_a_correction_is_a_new_answer_with_its_reason(ground: Any) -> None:
    person, receipt = editor(), send()
    with refuses("voice.not_answered"):
        correct(receipt.ref, person.actor, answering(reason="写错了"))
    answer(receipt.ref, person.actor, answering(reason="不算数"))
    with refuses("voice.reason_needed"):
        correct(receipt.ref, person.actor, answering(reason=" "))
    correct(receipt.ref, person.actor, answering(outcome=Outcome.NOT_UPHELD, reason="引用的文号有误"))
    correct(receipt.ref, person.actor, answering(reason="再更正"))
    shown = queries.answers_of(queries.voice_of(receipt.ref))
    assert [(one.number, one.reason) for one in shown] == [(1, ""), (2, "引用的文号有误"), (3, "再更正")]
    row = queries.public_row(receipt.ref)
    assert row.answer and row.answer.number == 3


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("voice.personal_data", {"question": "张三（13812345678）问能不能收费"}),
        ("voice.personal_data", {"answer": "请联系 a@example.com"}),
        ("voice.personal_data", {"answer": "身份证 430302198807150015 的那位"}),
        ("voice.personal_data", {"answer": f"已电告 {CONTACT[:3]} {CONTACT[3:7]} {CONTACT[7:]}"}),
        ("voice_passed_to", {"outcome": Outcome.PASSED_ON}),
        ("voice_passed_to", {"passed_to": "市场监管局"}),
        ("voice.personal_data", {"outcome": Outcome.PASSED_ON, "passed_to": "某局 0743-8222222"}),
        ("voice.question_needed", {"question": " "}),
        ("voice.public_answer_needed", {"answer": " "}),
    ],
)
def test_an_answer_with_personal_data_or_without_its_parts_is_refused(
    ground: Any, code: str, changes: dict[str, Any]
) -> None:
    person, receipt = editor(), send(given(contact=CONTACT))
    with refuses(code):
        answer(receipt.ref, person.actor, answering(**changes))
    assert db.session.scalars(select(VoiceAnswer.id)).all() == []


def test_a_contact_is_erased_some_days_after_the_answer_and_not_before(ground: Any) -> None:
    person, waiting, answered = editor(), send(given(contact=CONTACT)), send(given(contact="a@b.example"))
    answer(answered.ref, person.actor)
    ground(MONDAY + timedelta(days=29))
    assert erase_old_contacts() == 0
    ground(MONDAY + timedelta(days=30))
    assert (erase_old_contacts(), erase_old_contacts()) == (1, 0)
    assert queries.contact_of(queries.voice_of(waiting.ref)) == CONTACT
    assert queries.contact_of(queries.voice_of(answered.ref)) == ""
    assert len(db.session.scalars(select(VoiceContact)).all()) == 1
    assert db.session.scalars(select(VoiceCount)).all() == [], "and yesterday's counts with them"


def test_the_figures_count_what_was_received_answered_in_time_and_overdue(ground: Any) -> None:
    person = editor()
    first, second, _third = send(), send(), send()
    answer(first.ref, person.actor)
    ground(MONDAY + timedelta(days=20))
    answer(second.ref, person.actor)
    fresh = send()
    assert queries.figures(date(2026, 3, 22)) == queries.Figures(4, 2, 1, 1)
    assert [row.voice.ref for row in queries.waiting(limit=9)][-1] == fresh.ref
    assert len(queries.overdue_voices(date(2026, 3, 22), 9)) == 1


def test_answered_voices_are_narrowed_and_found_by_what_they_are_about(ground: Any, query_counter: Any) -> None:
    person, service = editor(), make.make_listed_service()
    about, other, still_open = send(objection(service)), send(), send(objection(service))
    for receipt, outcome in ((about, Outcome.NOT_UPHELD), (other, Outcome.UPHELD)):
        answer(receipt.ref, person.actor, answering(outcome=outcome))
    with query_counter() as counted:
        total, newest = queries.answered_about(service.service_id)
    assert (total, [one.ref for one in newest], counted.count) == (1, [about.ref], 1)
    assert still_open.ref not in {one.ref for one in newest}
    for narrowed, refs in (
        (Narrowed(state="answered"), [other.ref, about.ref]),
        (Narrowed(state="answered", kind="objection"), [about.ref]),
        (Narrowed(state="answered", outcome="upheld"), [other.ref]),
        (Narrowed(state="answered", kind="objection", outcome="upheld"), []),
    ):
        assert [row.voice.ref for row in queries.answered(narrowed, limit=9)] == refs
        assert queries.count(narrowed) == len(refs)


def test_of_two_editors_at_once_one_answers_and_the_other_is_told(app: Flask) -> None:
    with app.app_context():
        make_ground()
        people = [editor().actor, editor().actor]
        receipt = send()
        db.session.remove()
    acts = [lambda actor=actor: answer(receipt.ref, actor) for actor in people * 2]
    assert together(app, *acts) == ["done", *["voice.answered_once"] * 3]
    with app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM voice_answer")).scalar() == 1
