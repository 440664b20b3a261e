"""The entry editor: what is typed goes through the import's own checks and writer, in a draft only."""

import re
from collections.abc import Mapping
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.base.people import Role
from market.catalogue import actions, queries
from market.catalogue.models import CleanUp, Edition
from market.catalogue.queries.export import export_of
from market.journal.queries import history
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.make import refuses

NEW = {
    "name_zh": "【虚构】样例评估", "name_en": "Sample assessment", "category_zh": "样例", "category_en": "Sample",
    "code": "", "standard_code": "SB-9", "act_type": "inspection", "act_name_zh": "样例检查", "act_name_en": "Sample check",
    "authority_zh": "【虚构】某局", "authority_en": "Fictitious bureau", "more_acts": "处罚：样例处罚\n奖励:样例奖励",
    "setup_level": "county", "legal_basis_zh": "《样例条例》第三条", "service_output_zh": "报告",
    "time_limit_workdays": "１０个工作日", "self_service_allowed": "yes", "commissioned_by": "",
    "qualifications": "甲类资质/一级\n乙类资质", "qualification_mode": "any", "practitioners": "工程师/2", "commitment_only": "yes",
    "pricing": "market_regulated", "payer": "", "unit_zh": "元/次", "confidence": "sourced", "remarks": "备注在此",
}  # fmt: skip


def editor(app: Flask, client: FlaskClient) -> tuple[make.Listed, make.Listed]:
    """A list editor, signed in, before a draft of two entries."""
    with app.app_context():
        edition = make.make_edition()
        first = make.make_listed_service(edition_id=edition, unit="平方米")
        second = make.make_listed_service(edition_id=edition, price="guided")
        people.sign_in(client, people.cast().list_editor)
    return first, second


def fields(client: FlaskClient, address: str) -> dict[str, str]:
    """Every field of the page's form with its value, as a browser would send it."""
    text = client.get(address + "?lang=en").text
    form = text[text.index('<form method="post" class="form wide editor-entry"') : text.index("stick")]
    found = dict(re.findall(r'<input[^>]*? name="([a-z_]+)"[^>]*? value="([^"]*)"', form))
    found |= {name: value.strip() for name, value in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*([^<]*)', form)}
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


def row(app: Flask, code: str) -> dict[str, str]:
    """The draft's row of a code."""
    with app.app_context():
        return next(one for one in export_of(queries.edition_numbered(1)).items if one["local_code"] == code)


def test_an_entry_saved_untouched_says_what_it_said(app: Flask, client: FlaskClient) -> None:
    listed, _second = editor(app, client)
    before = row(app, listed.code)
    address = f"/desk/editions/1/entries/{listed.code}"
    answer = people.post(client, address, fields(client, address))
    assert answer.status_code == 302, re.findall(r'field-error"[^>]*>(.*?)</p>', answer.text)
    assert row(app, listed.code) == before


def test_a_changed_entry_is_written_by_the_imports_writer_and_journalled(app: Flask, client: FlaskClient) -> None:
    listed, _second = editor(app, client)
    address = f"/desk/editions/1/entries/{listed.code}"
    given = {
        **fields(client, address),
        "time_limit_workdays": "１５个工作日",
        "remarks": "新备注",
        "more_acts": "奖励:某奖",
    }
    assert people.post(client, address, given).status_code == 302
    after = row(app, listed.code)
    assert (after["time_limit_workdays"], after["remarks"], after["more_acts"]) == ("15", "新备注", "reward:某奖")
    with app.app_context():
        last = history("edition/1")[-1]
        assert last.act == "edition.set_entry" and set(last.payload["changed"]) >= {"remarks", "more_acts"}
        entry = queries.entry_of(listed.code, queries.edition_numbered(1))
        assert len(entry.fingerprint) == len(entry.price_fingerprint) == 64


def test_a_new_entry_gets_the_next_code_and_stands_last(app: Flask, client: FlaskClient) -> None:
    editor(app, client)
    ground = fields(client, "/desk/editions/1/entries/new")
    answer = people.post(client, "/desk/editions/1/entries/new", {**ground, **NEW})
    assert answer.status_code == 302
    code = answer.location.rpartition("/")[2]
    saved = row(app, code)
    assert saved["time_limit_workdays"] == "10" and saved["qualifications"] == "甲类资质/一级；乙类资质"
    with app.app_context():
        assert queries.entries_of(queries.edition_numbered(1))[-1].code == code
        assert history("edition/1")[-1].act == "edition.add_entry"
        assert len(queries.fee_items_of(queries.entry_of(code, queries.edition_numbered(1)).id)) == 1


def test_another_name_is_another_service_with_a_code_of_its_own(app: Flask, client: FlaskClient) -> None:
    listed, _second = editor(app, client)
    address = f"/desk/editions/1/entries/{listed.code}"
    answer = people.post(client, address, {**fields(client, address), "name_zh": "【虚构】改名后"})
    code = answer.location.rpartition("/")[2]
    assert code != listed.code and row(app, code)["name_zh"] == "【虚构】改名后"
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("given", "at", "status"),
    [
        ({"name_zh": ""}, "name_zh", 422),
        ({"name_en": "x" * 201}, "name_en", 422),
        ({"time_limit_workdays": "1e309"}, "time_limit_workdays", 422),
        ({"time_limit_workdays": "-5"}, "time_limit_workdays", 422),
        ({"time_limit_calendar_days": "9"}, "time_limit_calendar_days", 422),
        ({"act_type": "nonsense"}, "act_type", 422),
        ({"more_acts": "没有类别"}, "more_acts", 422),
        ({"regions": "12"}, "regions", 422),
        ({"regions": "999999"}, "regions", 422),
        ({"zones": "NOWHERE"}, "zones", 422),
        ({"practitioners": "工程师/零"}, "practitioners", 422),
        ({"qualifications": ""}, "qualification_mode", 422),
        ({"payer": "authority"}, "payer", 422),
        ({"row_version": "99"}, "", 409),
    ],
)
def test_every_refusal_stands_at_its_field_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, language: str, given: Mapping[str, str], at: str, status: int
) -> None:
    editor(app, client)
    ground = fields(client, "/desk/editions/1/entries/new")
    answer = people.post(client, f"/desk/editions/1/entries/new?lang={language}", {**ground, **NEW, **given})
    assert answer.status_code == status
    assert "备注在此" in answer.text and 'value="Sample"' in answer.text
    assert not at or f'id="{at}-error"' in answer.text
    with app.app_context():
        assert len(queries.entries_of(queries.edition_numbered(1))) == 2


def test_two_entries_cannot_be_one_service_nor_claim_one_code(app: Flask, client: FlaskClient) -> None:
    first, second = editor(app, client)
    address = f"/desk/editions/1/entries/{first.code}"
    other = row(app, second.code)
    twin = {key: other[key] for key in ("name_zh", "act_name_zh")}
    answer = people.post(client, address, {**fields(client, address), **twin})
    assert answer.status_code == 422 and 'id="name_zh-error"' in answer.text
    people.post(client, address, {**fields(client, address), "code": "A-1"})
    address = f"/desk/editions/1/entries/{second.code}"
    answer = people.post(client, address, {**fields(client, address), "code": "a-1"})
    assert answer.status_code == 422 and 'id="code-error"' in answer.text


def test_an_entry_is_taken_out_and_those_behind_it_move_up(app: Flask, client: FlaskClient) -> None:
    first, second = editor(app, client)
    with app.app_context():
        old = queries.entry_of(second.code, queries.edition_numbered(1)).position
    version = fields(client, f"/desk/editions/1/entries/{first.code}")["row_version"]
    gone = f"/desk/editions/1/entries/{first.code}/remove"
    assert people.post(client, gone, {"row_version": version}).status_code == 302
    with app.app_context():
        [left] = queries.entries_of(queries.edition_numbered(1))
        assert (left.code, left.position) == (second.code, old - 1)
        assert history("edition/1")[-1].act == "edition.remove_entry"
    assert people.post(client, gone, {"row_version": version}).status_code == 409


def test_a_clean_up_decision_stays_tied_to_the_rewritten_entry(app: Flask) -> None:
    with app.app_context():
        edition = make.make_edition()
        listed = make.make_listed_service(edition_id=edition)
        editor = make.make_person(role=Role.LIST_EDITOR).actor
        with transaction():
            db.session.add(
                CleanUp(
                    edition_id=edition, service_id=listed.service_id, name_zh=listed.name, act_name_zh="",
                    decision="某决定", handling="self_prepare_allowed", handling_text="可自行编制", confidence="sourced",
                )
            )  # fmt: skip
        cells = row_of(listed.code)
        with transaction() as now:
            draft = queries.edition_numbered(1)
            given = actions.GivenEntry(listed.code, {**cells, "remarks": "新"}, draft.row_version)
            actions.set_entry(draft, given, actor=editor, now=now)
        [decision] = queries.clean_ups_of(queries.edition_numbered(1))
        entry = queries.entry_of(listed.code, queries.edition_numbered(1))
        assert decision.service_id == entry.service_id and entry.mark == "self_prepare_allowed"


def row_of(code: str) -> dict[str, str]:
    """The draft's row of a code, inside a context."""
    return next(one for one in export_of(queries.edition_numbered(1)).items if one["local_code"] == code)


def test_nothing_of_a_published_edition_or_one_in_review_can_be_edited(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        listed = make.make_listed_service()
        actor = make.make_person(role=Role.LIST_EDITOR).actor
        given = actions.GivenEntry(listed.code, row_of(listed.code), 1)
        for act in (actions.set_entry, actions.remove_entry):
            with refuses("edition.published_stays"), transaction() as now:
                act(queries.edition_numbered(1), given, actor=actor, now=now)
        draft = make.make_edition(effective_from=date(2027, 1, 1))
        with transaction():
            db.session.get_one(Edition, draft).state = "in_review"
        with refuses("edition.not_editable"), transaction() as now:
            actions.set_entry(queries.edition_numbered(2), given, actor=actor, now=now)
        people.sign_in(client, people.cast().list_editor)
    assert client.get(f"/desk/editions/1/entries/{listed.code}").status_code == 409
    assert client.get("/desk/editions/2/entries/new").status_code == 409


@pytest.mark.parametrize("who", ["list_approver", "auditor", "agency"])
def test_only_who_may_draft_edits_entries(app: Flask, client: FlaskClient, who: str) -> None:
    with app.app_context():
        listed = make.make_listed_service(edition_id=make.make_edition())
        people.sign_in(client, getattr(people.cast(), who))
    assert client.get(f"/desk/editions/1/entries/{listed.code}").status_code == 403
    assert client.get("/desk/editions/1/entries/new").status_code == 403
    assert people.post(client, f"/desk/editions/1/entries/{listed.code}/remove").status_code == 403


def test_a_draft_leads_to_both_editors_of_each_entry(app: Flask, client: FlaskClient) -> None:
    first, second = editor(app, client)
    text = client.get("/desk/editions/1").text
    for listed in (first, second):
        assert f'href="/desk/editions/1/entries/{listed.code}"' in text
        assert f'href="/desk/editions/1/entries/{listed.code}/price"' in text
