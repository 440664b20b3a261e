"""A voice stays as it was sent, is answered by its answer, once, and its contact goes only after that: by raw SQL."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from market.base.errors import Refusal
from market.base.people import Role
from market.oversight import queries
from market.oversight.models import Voice, VoiceAnswer, VoiceContact
from market.oversight.rules import Outcome
from market.store.db import db
from tests import make
from tests.guards.raw import columns_of, insert, refused_check, refused_insert, refused_sql, run
from tests.oversight.around import answer, answering, correct, given, make_ground, objection, send

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _ground(session: Any, at: Any) -> None:
    at(NOW)
    make_ground()


def sent(**changes: Any) -> tuple[str, int]:
    """Return reference and key of a voice with a contact."""
    ref = send(given(contact="13800001111", **changes)).ref
    return ref, queries.voice_of(ref).id


def row_of(voice: int, **changes: Any) -> dict[str, Any]:
    """Return a voice that the database would take."""
    return columns_of(Voice, voice) | {"ref": "VO-2026-000077X", "once_hash": "another"} | changes


def answer_of(voice: int, **changes: Any) -> dict[str, Any]:
    """Return a first answer that the database would take."""
    values = {
        "voice_id": voice, "number": 1, "outcome": "upheld", "passed_to": "", "question": "问", "answer": "答",
        "reason": "", "answered_at": NOW, "answered_by": make.make_person(role=Role.LIST_EDITOR).actor.id,
    }  # fmt: skip
    return values | changes


def test_what_was_sent_is_never_changed_nor_removed() -> None:
    _ref, voice = sent()
    for column, value in (("text", "'x'"), ("due_on", "'2030-01-01'"), ("code_hash", "'x'"), ("demander_name", "'x'")):
        refused_sql("store.frozen", f"UPDATE voice SET {column} = {value} WHERE id = :voice", voice=voice)
    refused_sql("store.frozen", "DELETE FROM voice")


def test_a_voice_is_answered_by_its_answer_only_and_on_its_day() -> None:
    _ref, voice = sent()
    becomes = "UPDATE voice SET state = 'answered', answered_on = :on"
    refused_sql("voice.answer_needed", becomes, on=date(2026, 3, 2).isoformat())
    insert(VoiceAnswer, answer_of(voice))
    refused_sql("voice.answer_needed", becomes, on=date(2026, 3, 1).isoformat())
    run(becomes, on=date(2026, 3, 2).isoformat())


def test_a_voice_is_never_born_answered_and_never_becomes_open_again() -> None:
    ref, voice = sent()
    born = row_of(voice, state="answered", answered_on=date(2026, 3, 2))
    refused_insert("store.no_such_move", Voice, born)
    answer(ref, make.make_person(role=Role.LIST_EDITOR).actor)
    for change in ("answered_on = '2026-03-01'", "state = 'received', answered_on = NULL", "row_version = 9"):
        with pytest.raises(Refusal) as refused:
            run(f"UPDATE voice SET {change}")
        assert refused.value.code in ("store.frozen", "store.no_such_move", "voice.answer_needed")


def test_an_answer_is_given_once_and_corrected_in_order() -> None:
    ref, voice = sent()
    refused_insert("voice.not_answered", VoiceAnswer, answer_of(voice, number=2, reason="更正"))
    person = make.make_person(role=Role.LIST_EDITOR).actor
    answer(ref, person)
    refused_insert("voice.answered_once", VoiceAnswer, answer_of(voice))
    refused_insert("voice.not_answered", VoiceAnswer, answer_of(voice, number=3, reason="更正"))
    correct(ref, person, answering(reason="更正"))
    for statement in ("UPDATE voice_answer SET answer = 'x'", "DELETE FROM voice_answer"):
        refused_sql("store.frozen", statement)


def test_an_answer_lacks_no_part_and_has_none_too_many() -> None:
    _ref, voice = sent()
    for name, changes in (
        ("voice_passed_to", {"outcome": Outcome.PASSED_ON}),
        ("voice_passed_to", {"passed_to": "某局"}),
        ("voice_answer_says_something", {"question": ""}),
        ("voice_answer_says_something", {"answer": ""}),
        ("voice_answer_correction_has_a_reason", {"reason": "为何"}),
        ("voice_answer_outcome_known", {"outcome": "maybe"}),
    ):
        refused_check(name, VoiceAnswer, answer_of(voice, **changes))


def test_a_voice_is_about_exactly_one_thing_that_there_is() -> None:
    service = make.make_listed_service()
    _ref, free = sent()
    listed = queries.voice_of(send(objection(service)).ref).id
    named = columns_of(Voice, listed)
    for name, changes in (
        ("voice_is_about_one_thing", {"said": ""}),
        ("voice_entry_is_whole", {"service_id": service.service_id}),
        ("voice_aspect_of_kind", {"aspect": "price"}),
        ("voice_aspect_of_kind voice_demander_of_kind", {"kind": "objection", "demander": None, "demander_name": ""}),
        ("voice_demander_of_kind", {"demander": None}),
        ("voice_demander_of_kind", {"demander_name": ""}),
        ("voice_amount", {"amount_fen": -1}),
    ):
        refused_check(name, Voice, row_of(free, **changes))
    other = make.make_listed_service()
    refused_insert("store.link_broken", Voice, row_of(listed, service_id=other.service_id))
    refused_check("voice_is_about_one_thing", Voice, row_of(listed, said="x"))
    refused_insert("store.link_broken", Voice, row_of(free, said="", clean_up_id=999))
    assert named["entry_id"] == service.entry_id


def test_a_form_and_a_reference_are_used_once() -> None:
    _ref, voice = sent()
    refused_insert("changed.meanwhile", Voice, columns_of(Voice, voice) | {"ref": "VO-2026-000078X"})
    refused_insert("changed.meanwhile", Voice, columns_of(Voice, voice) | {"once_hash": "another"})


def test_a_contact_is_never_changed_and_not_erased_before_the_answer() -> None:
    ref, voice = sent()
    refused_sql("store.frozen", "UPDATE voice_contact SET contact = 'x'")
    refused_sql("store.frozen", "DELETE FROM voice_contact")
    answer(ref, make.make_person(role=Role.LIST_EDITOR).actor)
    refused_sql("store.frozen", "UPDATE voice_contact SET contact = 'x'")
    run("DELETE FROM voice_contact")
    refused_check("voice_contact_given", VoiceContact, {"voice_id": voice, "contact": ""})
    assert db.session.execute(text("SELECT count(*) FROM voice_contact")).scalar() == 0
