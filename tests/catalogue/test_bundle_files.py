"""Bundles, marks, questions and rules as one file: what is taken away reads back; what is wrong changes nothing."""

import copy
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.base.errors import Refusal
from market.base.people import Role
from market.catalogue import queries
from market.catalogue.actions.bundle_files import set_from_file
from market.catalogue.actions.bundles import packaged_bundles
from market.catalogue.importing import Upload
from market.catalogue.importing.bundles import read_bundles
from market.catalogue.queries import bundles as read
from market.catalogue.queries.beside import beside_of
from market.catalogue.queries.bundle_file import bundles_document, bundles_file
from market.store.transaction import transaction
from tests import make, people
from tests.catalogue.test_import import PACKAGED, drafted

Change = Callable[[dict[str, Any]], object]


def handed(data: Any) -> Upload:
    return Upload("bundles.json", json.dumps(data).encode())


def test_what_is_taken_away_is_what_was_put_in_and_reads_back(app: Flask) -> None:
    with app.app_context():
        first = make.make_real_list()
        edition = queries.edition_numbered(1)
        document = bundles_document(edition)
        packaged = {part: rows for part, rows in packaged_bundles().items() if part != "note"}
        for part in ("acts", "applicability"):  # neither has an order of its own
            packaged[part], document[part] = (sorted(one[part], key=str) for one in (packaged, document))
        assert document == packaged
        content = bundles_file(edition)
        draft = queries.edition_numbered(drafted(PACKAGED))
        second, number = draft.id, draft.number
        editor = make.make_person(role=Role.LIST_EDITOR)
        with transaction() as now:
            document = read_bundles(Upload("x", content))
            set_from_file(queries.edition_numbered(number), document, actor=editor.actor, now=now)
        assert beside_of(first, second) == []


WRONG: list[tuple[Change, str]] = [
    (lambda data: data.pop("bundles"), "bundles_file.bad_place"),
    (lambda data: data["bundles"][0].update(name_zh=None), "bundles_file.bad_place"),
    (lambda data: data["bundles"][0].update(code="Not a code"), "bundles_file.bad_place"),
    (lambda data: data["bundles"][0].update(acts="取水许可审批"), "bundles_file.bad_place"),
    (lambda data: data["bundles"][0]["order"][0].update(rests_on=""), "bundles_file.bad_place"),
    (lambda data: data["acts"][0].update(promised_days=10**9), "bundles_file.bad_place"),
    (lambda data: data["acts"][0].update(promised_days=True), "bundles_file.bad_place"),
    (lambda data: data["questions"][0].update(kind="essay"), "bundles_file.bad_place"),
    (lambda data: data["questions"][0].update(text_zh="\ud800"), "bundles_file.bad_place"),
    (lambda data: data["applicability"][0].update(operator="like"), "bundles_file.bad_place"),
    (lambda data: data["bundles"].append(data["bundles"][0]), "bundles_file.twice"),
    (lambda data: data["applicability"].append(data["applicability"][0]), "bundles_file.twice"),
    (lambda data: data["applicability"][0].update(service="没有的服务"), "bundles_file.service_unknown"),
    (lambda data: data["applicability"][0].update(question="nothing"), "rule.question_unknown"),
    (lambda data: data["applicability"][0].update(operator="at_least", value="much"), "rule.value_unknown"),
    (lambda data: data["bundles"][0]["acts"].append(data["bundles"][0]["acts"][0]), "bundle.act_twice"),
    (lambda data: data["bundles"][0]["acts"].append("没有的事项"), "bundle.act_not_listed"),
    (lambda data: data["acts"][0].update(rests_on=""), "act.no_ground"),
    (lambda data: data["questions"][-1].update(options=[]), "question.options"),
    (
        lambda data: data["bundles"][0]["order"].append(
            {
                "before": data["bundles"][0]["order"][0]["after"],
                "after": data["bundles"][0]["order"][0]["before"],
                "rests_on": "x",
            }
        ),
        "bundle.order_circular",
    ),
]


def test_a_wrong_file_is_refused_at_its_place_and_changes_nothing(app: Flask) -> None:
    with app.app_context():
        first = make.make_real_list()
        number = drafted(PACKAGED)
        second = queries.edition_numbered(number).id
        editor = make.make_person(role=Role.LIST_EDITOR)
        for change, code in WRONG:
            data = copy.deepcopy(packaged_bundles())
            change(data)
            with pytest.raises(Refusal) as refused, transaction() as now:
                set_from_file(queries.edition_numbered(number), read_bundles(handed(data)), actor=editor.actor, now=now)
            assert refused.value.code == code, refused.value.facts
        assert beside_of(first, second) == []


@pytest.mark.parametrize(
    "content", [b"[]", b"{", b"{" * 100_000, b"null", b"code,name\n1,2", b"\x00\xff", b'{"a": NaN}']
)
def test_what_is_no_such_file_is_said_so(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_bundles(Upload("x.json", content))
    assert refused.value.code.startswith(("bundles_file.", "import."))


def test_the_desk_and_the_command_line_hand_a_file_in_and_everybody_takes_it_away(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    with app.app_context():
        make.make_real_list()
        drafted(PACKAGED)
        people.sign_in(client, people.cast().list_editor)
    client.set_cookie("lang", "en")
    public = app.test_client()
    taken = public.get("/editions/1/bundles.json")
    assert taken.status_code == 200 and "bundles.json" in public.get("/editions/1?lang=en").text
    assert public.get("/editions/2/bundles.json").status_code == 404
    data = taken.get_json()
    data["bundles"] = data["bundles"][1:]
    path = tmp_path / "bundles.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    page = client.get("/desk/editions/2/bundles-file").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)

    def send(content: bytes) -> Any:
        form = {"csrf_token": token[1] if token else "", "file": (io.BytesIO(content), "bundles.json")}
        return client.post("/desk/editions/2/bundles-file", data=form, content_type="multipart/form-data")

    assert send(path.read_bytes()).status_code == 302
    with app.app_context():  # what stays keeps its place, so nothing else differs
        first, second = (queries.edition_numbered(number).id for number in (1, 2))
        assert [(one.kind, one.thing) for one in beside_of(first, second)] == [("removed", "bundle")]
    refused = send(b"{}")
    assert refused.status_code == 422 and "“acts” is missing" in refused.text
    assert len(client.get("/desk/editions/2/bundles.json").get_json()["bundles"]) == len(data["bundles"])
    run = app.test_cli_runner().invoke
    out = tmp_path / "out.json"
    assert run(args=["list", "export", "1", "--format", "bundles", "--out", str(out)]).exit_code == 0
    assert run(args=["list", "bundles", "2", str(out)]).exit_code == 0
    assert run(args=["list", "bundles", "1", str(out)]).stderr.startswith("edition.published_stays")
    with app.app_context():
        assert len(read.bundles_of(queries.edition_numbered(2).id)) == len(data["bundles"]) + 1
