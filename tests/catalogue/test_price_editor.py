"""The price editor: what is typed is understood by the import's own reader, shown at once, saved in a draft only."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from market.base.people import Role
from market.catalogue import actions, queries, rules
from market.catalogue.forms import Source, Typed, schedule_document, typed_from, understand
from market.catalogue.forms.price_kinds import filled_rows
from market.catalogue.importing.exact import exact_json
from market.catalogue.models import Band, FeeItem, PriceSchedule
from market.catalogue.rules import ScheduleRole
from market.catalogue.schedules import read_schedules
from market.journal.queries import history
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.make import refuses

PUBLISHED = Path(rules.__file__).parents[1] / "data" / "price_schedules.json"
DOCUMENTS = [
    one
    for one in json.loads(PUBLISHED.read_text(), parse_float=Decimal, parse_int=Decimal)["schedules"]
    if one["brackets"]
]
HEAD = {
    "title": "某某收费标准",
    "document_no": "价格〔2026〕1号",
    "role": "in_force",
    "kind": "progressive",
    "fee_unit": "万元",
    "base_name": "中标金额",
    "base_unit": "万元",
    "float_kind": "none",
}


def rows(*given: Mapping[str, str]) -> dict[str, str]:
    """The table as the form sends it."""
    return {f"brackets-{number}-{cell}": text for number, row in enumerate(given) for cell, text in row.items()}


def bracket(low: str, high: str, rate: str) -> dict[str, str]:
    """A row of a progressive schedule."""
    return {"low": low, "high": high, "rate_kind": "percent", "rate": rate}


TWO = rows(bracket("0", "100", "1.50"), bracket("100", "", "0.80"))


def typed(head: Mapping[str, str], *given: Mapping[str, str]) -> Typed:
    """What stands in a form."""
    empty, blank = typed_from({})
    full = empty | {"example": ""} | HEAD | dict(head)
    return Typed(full, filled_rows(full["kind"], [(n, blank[0] | dict(row)) for n, row in enumerate(given)]))


def draft(price: str = "guided") -> make.Listed:
    """An entry of a draft edition."""
    return make.make_listed_service(price=price, edition_id=make.make_edition(), unit="万元")


def address(listed: make.Listed) -> str:
    """The editor's address."""
    return f"/desk/editions/1/entries/{listed.code}/price"


def editor(app: Flask, client: FlaskClient, price: str = "guided") -> make.Listed:
    """A list editor, signed in, before an entry of a draft."""
    with app.app_context():
        listed = draft(price)
        people.sign_in(client, people.cast().list_editor)
    return listed


def version(client: FlaskClient, listed: make.Listed) -> str:
    """The draft's version as the page carries it."""
    found = re.search(r'name="row_version"[^>]* value="(\d+)"', client.get(address(listed) + "?lang=en").text)
    assert found
    return found[1]


# --- the document


@pytest.mark.parametrize("document", DOCUMENTS, ids=[one["id"] for one in DOCUMENTS])
def test_every_published_schedule_can_be_typed_and_means_the_same(document: dict[str, object]) -> None:
    head, given = typed_from(document)
    form = Typed(head, filled_rows(head["kind"], list(enumerate(given))))
    again = schedule_document(form, Source(str(document["id"]), document["in_force"], document))
    plain = {key: value for key, value in document.items() if key != "source"}
    assert understand(again, form).schedule == read_schedules('{"schedules": [' + exact_json(plain) + "]}")[0]


def test_decimals_are_kept_exactly_as_typed() -> None:
    document = schedule_document(typed({"minimum_fee": "０.0300"}, bracket("0", "", "1.50")), Source("x", True))
    assert '"rate_percent": 1.50' in exact_json(document) and '"minimum_fee": 0.0300' in exact_json(document)


def problems(head: Mapping[str, str], *given: Mapping[str, str]) -> set[tuple[str, str]]:
    """Code and field of everything that is wrong."""
    form = typed(head, *given)
    return {(one.code, one.field) for one in understand(schedule_document(form, Source("x", True)), form).problems}


def test_overlap_and_gap_are_both_told_at_their_cells() -> None:
    found = problems({}, bracket("0", "100", "1"), bracket("90", "200", "2"), bracket("300", "", "3"))
    assert found == {
        ("schedule.brackets_overlap", "brackets-1-low"),
        ("schedule.brackets_gap", "brackets-2-low"),
    }


@pytest.mark.parametrize(
    ("head", "given", "told"),
    [
        ({}, [bracket("0", "0", "1")], ("schedule.bracket_descends", "brackets-0-high")),
        ({}, [bracket("0", "", "abc")], ("schedule.not_a_number", "brackets-0-rate")),
        ({}, [bracket("0", "", "1e309")], ("schedule.not_a_number", "brackets-0-rate")),
        ({}, [bracket("0", "", "NaN")], ("schedule.not_a_number", "brackets-0-rate")),
        ({}, [bracket("0", "", "-1")], ("schedule.negative", "brackets-0-rate")),
        ({}, [bracket("0", "", "")], ("schedule.cell_missing", "brackets-0-rate")),
        ({}, [bracket("", "100", "1")], ("schedule.cell_missing", "brackets-0-low")),
        ({}, [bracket("5", "", "1")], ("schedule.start_unknown", "brackets-0-low")),
        ({}, [bracket("0", "", "1"), bracket("9", "", "1")], ("schedule.open_not_last", "brackets-0-low")),
        ({"title": ""}, [bracket("0", "", "1")], ("schedule.cell_missing", "title")),
        ({"base_name": "", "base_unit": ""}, [bracket("0", "", "1")], ("schedule.cell_missing", "base_name")),
        ({"base_unit": ""}, [bracket("0", "", "1")], ("schedule.unit_missing", "base_unit")),
        ({"base_unit": "平方米"}, [bracket("0", "", "1")], ("schedule.unit_conflict", "brackets-0-rate")),
        ({"fee_unit": "美元"}, [bracket("0", "", "1")], ("schedule.unit_unknown", "fee_unit")),
        ({"minimum_fee": "9", "maximum_fee": "1"}, [bracket("0", "", "1")], ("schedule.limits_contradict", "minimum_fee")),
        ({"minimum_fee": "x"}, [bracket("0", "", "1")], ("schedule.not_a_number", "minimum_fee")),
        ({"below_first": "1"}, [bracket("0", "", "1")], ("schedule.key_unfit", "below_first")),
        ({"kind": "fixed", "above_last": "1"}, [{"rate": "9"}], ("schedule.key_unfit", "above_last")),
        ({"float_kind": "both", "float_up": "120"}, [bracket("0", "", "1")], ("schedule.float_ambiguous", "float_kind")),
        ({}, [], ("schedule.no_brackets", "brackets-0-low")),
        ({"kind": "ranges"}, [{"low": "0", "high": "9", "least": "3", "most": "2"}], ("schedule.fee_falls", "brackets-0-most")),
        ({"kind": "points"}, [{"low": "1", "least": "3"}, {"low": "2", "least": "2"}], ("schedule.fee_falls", "brackets-1-least")),
        ({"kind": "named"}, [{"item": "a", "figure": "range", "least": "3", "most": "2"}], ("schedule.range_falls", "brackets-0-most")),
        ({"kind": "named"}, [{"item": "a", "figure": "fee", "rate": "3"}] * 2, ("schedule.item_twice", "brackets-1-item")),
        ({"kind": "per_unit", "base_unit": ""}, [{"rate": "3"}], ("schedule.unit_missing", "base_unit")),
    ],
)  # fmt: skip
def test_each_problem_is_told_at_the_field_it_was_typed_in(
    head: Mapping[str, str], given: list[Mapping[str, str]], told: tuple[str, str]
) -> None:
    assert told in problems(head, *given)


def test_slab_coefficients_rounding_and_days_are_typed_and_come_back() -> None:
    head = {
        "kind": "slab", "coefficients": "复杂程度：1.0 一般 / 1.15 复杂\n规模：1/1.5", "rounding": "down",
        "effective_from": "2026-01-01", "effective_until": "2027-12-31",
        "float_kind": "apart", "float_down": "20", "float_up": "10",
    }  # fmt: skip
    form = typed(head, bracket("0", "100", "1.5"), bracket("100", "", "1"))
    document = schedule_document(form, Source("x", True))
    understood = understand(document, form)
    assert understood.problems == [] and understood.schedule
    [item] = understood.schedule.items.values()
    band = item.bands[0]
    assert (item.method, band.rounding, band.coefficients) == ("progressive_slab", "down", (10000, 11500, 15000, 17250))
    assert (band.float_low * 10, band.float_high * 10) == (8 * band.float_den, 11 * band.float_den)
    again, rows_again = typed_from(document)
    assert all(again[name] == text for name, text in head.items() if name != "coefficients")
    assert again["coefficients"].splitlines() == ["复杂程度：1.0 一般 / 1.15 复杂", "规模：1 / 1.5"]
    assert [row["rate"] for row in rows_again] == ["1.5", "1"]


def test_a_coefficient_outside_what_the_register_takes_is_told_at_its_field() -> None:
    assert ("schedule.coefficient_outside", "coefficients") in problems(
        {"coefficients": "规模：1/11"}, bracket("0", "", "1")
    )
    assert ("schedule.days_contradict", "effective_until") in problems(
        {"effective_from": "2026-02-01", "effective_until": "2026-01-01"}, bracket("0", "", "1")
    )


def test_a_slab_that_gets_cheaper_at_a_joint_is_said_to_fall(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    text = people.post(client, address(listed) + "/preview?lang=en", {**HEAD, **TWO, "kind": "slab"}).text
    assert "Falls by ¥7,000.00" in text and "Some greater quantity costs less" in text


# --- the page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_preview_shows_table_curve_and_proof_and_writes_nothing(
    app: Flask, client: FlaskClient, language: str
) -> None:
    listed = editor(app, client)
    with app.app_context():
        before = [db.session.scalar(select(func.count()).select_from(one)) for one in (Band, FeeItem, PriceSchedule)]
        acts = len(history("edition/1"))
    answer = people.post(client, address(listed) + f"/preview?lang={language}", {**HEAD, **TWO, "example": "250"})
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "<svg" in answer.text and "1.5%" in answer.text and "¥27,000.00" in answer.text
    assert ("Continuous" if language == "en" else "连续") in answer.text
    with app.app_context():
        after = [db.session.scalar(select(func.count()).select_from(one)) for one in (Band, FeeItem, PriceSchedule)]
        assert (after, len(history("edition/1"))) == (before, acts)


def test_the_preview_asks_the_database_the_same_for_one_row_and_for_sixty(
    app: Flask, client: FlaskClient, query_counter: object
) -> None:
    listed = editor(app, client)
    many = rows(*(bracket(str(n), str(n + 1), "1") for n in range(60)))
    counts = []
    for table in (TWO, many):
        token = people.token(client)
        with query_counter() as counted:  # type: ignore[operator]
            client.post(address(listed) + "/preview", data={**HEAD, **table, "csrf_token": token})
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 8


def test_a_jump_and_a_fall_at_a_joint_are_said(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    ranges = [
        {"low": "0", "high": "1", "least": "1", "most": "2"},
        {"low": "1", "high": "2", "least": "3", "most": "4"},
    ]
    given = {**HEAD, "kind": "ranges", **rows(*ranges)}
    text = people.post(client, address(listed) + "/preview?lang=en", given).text
    assert "Jumps by ¥10,000.00" in text and "No greater quantity costs less" in text


def test_problems_are_tied_to_their_inputs(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    given = {**HEAD, **rows(bracket("0", "100", "1"), bracket("90", "", "2")), "do": "show"}
    text = people.post(client, address(listed) + "?lang=en", given).text
    tag = re.search(r'<input[^>]* id="brackets-1-low"[^>]*>', text)
    assert tag and 'aria-describedby="why-brackets-1-low"' in tag[0] and 'aria-invalid="true"' in tag[0]
    assert re.search(r'id="why-brackets-1-low"[^>]*>Schedule [^<]* begins at 90, inside the bracket before it', text)


def test_a_row_is_added_and_removed_without_scripts_and_all_is_kept(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    text = people.post(client, address(listed), {**HEAD, **TWO, "do": "add"}).text
    assert 'id="brackets-2-low"' in text and 'value="1.50"' in text and 'value="中标金额"' in text
    text = people.post(client, address(listed), {**HEAD, **TWO, "do": "remove-brackets-0"}).text
    assert 'id="brackets-1-low"' not in text and 'value="0.80"' in text and 'value="1.50"' not in text


def entry_id(listed: make.Listed) -> int:
    """The id of the draft's entry, which a save writes anew."""
    return queries.entry_of(listed.code, queries.edition_numbered(1)).id


def save(client: FlaskClient, listed: make.Listed, given: Mapping[str, str]) -> tuple[int, str]:
    """Press save; the status and the page."""
    data = {**HEAD, **TWO, "row_version": version(client, listed), "do": "save", **given}
    answer = people.post(client, address(listed) + "?lang=en", data)
    return answer.status_code, answer.text


def test_a_saved_schedule_makes_the_entrys_price_and_is_journalled(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    assert save(client, listed, {})[0] == 302
    with app.app_context():
        [item] = queries.fee_items_of(entry_id(listed))
        bands = queries.list_bands([item.id])[item.id]
        [schedule] = queries.schedules_of(entry_id(listed))
        assert (item.price_state, item.document_no, len(bands)) == ("listed", "价格〔2026〕1号", 2)
        assert (schedule.role, '"rate_percent": 1.50' in schedule.data) == ("in_force", True)
        assert history("edition/1")[-1].act == "edition.set_price"
    text = client.get(address(listed) + "?lang=en").text
    assert 'value="1.50"' in text and 'value="0.80"' in text


def test_saving_again_replaces_the_schedule_and_does_not_double_it(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    save(client, listed, {})
    assert save(client, listed, {"brackets-1-rate": "0.7"})[0] == 302
    with app.app_context():
        [schedule] = queries.schedules_of(entry_id(listed))
        assert '"rate_percent": 0.7' in schedule.data and len(queries.fee_items_of(entry_id(listed))) == 1


def test_a_reference_is_shown_and_never_binds(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client, "market")
    assert save(client, listed, {"role": "reference"})[0] == 302
    with app.app_context():
        [item] = queries.fee_items_of(entry_id(listed))
        assert item.price_state == "marked" and queries.list_bands([item.id]) == {}
        assert queries.schedules_of(entry_id(listed))[0].role == "reference"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("price", "given", "status"),
    [
        ("market", {}, 422),  # import.link_not_government
        ("guided", {"brackets-1-low": "90"}, 422),
        ("guided", {"row_version": "99"}, 409),
        ("guided", {"title": "长" * 301}, 422),
        ("guided", {"kind": "nonsense"}, 422),
    ],
)
def test_every_refusal_keeps_what_was_typed(
    app: Flask, client: FlaskClient, language: str, price: str, given: Mapping[str, str], status: int
) -> None:
    listed = editor(app, client, price)
    data = {**HEAD, **TWO, "row_version": version(client, listed), "notes": "备注在此", "do": "save", **given}
    answer = people.post(client, f"{address(listed)}?lang={language}", data)
    assert answer.status_code == status
    assert 'value="1.50"' in answer.text and "备注在此" in answer.text and 'value="中标金额"' in answer.text
    with app.app_context():
        assert queries.schedules_of(entry_id(listed)) == []


def test_of_two_editors_the_second_is_told_and_keeps_what_he_typed(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    both = version(client, listed)
    assert save(client, listed, {"row_version": both})[0] == 302
    status, text = save(client, listed, {"row_version": both, "brackets-0-rate": "1.75"})
    assert status == 409 and "Somebody else changed this draft" in text and 'value="1.75"' in text
    assert f'value="{int(both) + 1}"' in text  # the next save is for the draft as it is now


def test_the_action_refuses_an_edition_that_is_no_draft(app: Flask) -> None:
    with app.app_context():
        listed = make.make_listed_service(price="guided")
        person = make.make_person(role=Role.LIST_EDITOR)
        document = schedule_document(typed({}, bracket("0", "", "1")), Source("x", True))
        given = actions.GivenSchedule(listed.code, document, ScheduleRole.IN_FORCE, 1)
        with refuses("edition.published_stays"), transaction() as now:
            actions.set_schedule(queries.edition_numbered(1), given, actor=person.actor, now=now)


def test_the_action_refuses_what_the_reader_refuses(app: Flask) -> None:
    with app.app_context():
        listed = draft()
        person = make.make_person(role=Role.LIST_EDITOR)
        document = schedule_document(typed({}, bracket("0", "9", "1"), bracket("8", "", "1")), Source("x", True))
        given = actions.GivenSchedule(listed.code, document, ScheduleRole.IN_FORCE, 1)
        with refuses("schedule.brackets_overlap"), transaction() as now:
            actions.set_schedule(queries.edition_numbered(1), given, actor=person.actor, now=now)


def test_a_published_edition_has_no_price_editor(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        listed = make.make_listed_service(price="guided")
        people.sign_in(client, people.cast().list_editor)
    assert client.get(address(listed)).status_code == 409
    assert people.post(client, address(listed) + "/preview", HEAD).status_code == 409


@pytest.mark.parametrize("who", ["list_approver", "auditor", "buyer"])
def test_only_who_may_draft_opens_the_editor(app: Flask, client: FlaskClient, who: str) -> None:
    with app.app_context():
        listed = draft()
        people.sign_in(client, getattr(people.cast(), who))
    assert client.get(address(listed)).status_code == 403
    assert people.post(client, address(listed) + "/preview", HEAD).status_code == 403
    assert people.post(client, address(listed), {**HEAD, **TWO}).status_code == 403


def test_a_preview_without_the_forms_token_is_refused(app: Flask, client: FlaskClient) -> None:
    listed = editor(app, client)
    assert client.post(address(listed) + "/preview", data=HEAD).status_code == 400
