"""The editor of bundles, questions, rules and marks: in a draft only, each with the law it rests on."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.catalogue import queries
from market.catalogue.queries import bundles as read
from market.journal.queries import history
from tests import make, people
from tests.catalogue.test_import import drafted

DESK = "/desk/editions/1"
WELL = {
    "code": "deep_well", "name_zh": "打一口深井", "name_en": "Drill a deep well", "summary_zh": "", "summary_en": "",
    "acts": "取水许可审批\n饮用水供水单位卫生许可", "orders": "取水许可审批 → 饮用水供水单位卫生许可 | 《样例条例》第一条",
}  # fmt: skip


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> FlaskClient:
    """Return a list editor before a draft of the real list."""
    with app.app_context():
        drafted()
        people.sign_in(client, people.cast().list_editor)
    client.set_cookie("lang", "en")
    return client


def send(desk: FlaskClient, path: str, **cells: str) -> tuple[int, str]:
    """Send the form of a page with some fields typed anew, as a browser does."""
    text = desk.get(DESK + path).text
    form = text[text.index('<form method="post" class="form wide"') : text.index("Save in the draft")]
    form = re.sub(r'<input(?![^>]*checked)[^>]*type="checkbox"[^>]*>', "", form)
    found = dict(re.findall(r'<input[^>]*? name="([a-z_]+)"[^>]*? value="([^"]*)"', form))
    found |= {name: value.strip() for name, value in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*([^<]*)', form)}
    answer = desk.post(DESK + path, data={**found, **cells})
    return answer.status_code, answer.text


def test_a_bundle_is_added_changed_and_taken_out(app: Flask, desk: FlaskClient) -> None:
    assert send(desk, "/bundles/new", **WELL)[0] == 302
    assert "deep_well" in desk.get(f"{DESK}/bundles").text
    assert send(desk, "/bundles/deep_well", name_zh="深井", orders="")[0] == 302
    with app.app_context():
        edition = queries.edition_numbered(1)
        found = read.bundle_of(edition, "deep_well")
        assert (found.name_zh, len(read.acts_in(found.id)), read.orders_in(found.id)) == ("深井", 2, [])
        assert [row.act for row in history("edition/1")][-2:] == ["edition.set_bundle", "edition.set_bundle"]
    page = desk.get(f"{DESK}/bundles/deep_well").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    given = {"csrf_token": token[1]} if token else {}
    assert desk.post(f"{DESK}/bundles/deep_well/remove", data=given).status_code == 302
    assert "deep_well" not in desk.get(f"{DESK}/bundles").text


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"code": "well"}, "already"),
        ({"code": "Well!"}, "Use small letters"),
        ({"acts": "没有的事项"}, "is not an act of this draft"),
        ({"acts": ""}, "Fill this in"),
        ({"acts": WELL["acts"] + "\n取水许可审批"}, "stands here twice"),
        ({"orders": WELL["orders"] + "\n" + WELL["orders"]}, "stands here twice"),
        ({"code": "new"}, "not the word new"),
        ({"orders": "取水许可审批 然后"}, "not written as asked"),
        ({"orders": "取水许可审批 → 建筑工程施工许可 | 《样例条例》"}, "is no order of this bundle"),
        (
            {"orders": WELL["orders"] + "\n饮用水供水单位卫生许可 -> 取水许可审批 | 《样例条例》"},
            "wait for each other in a circle",
        ),
    ],
)
def test_a_refused_bundle_keeps_what_was_typed(desk: FlaskClient, cells: dict[str, str], told: str) -> None:
    status, text = send(desk, "/bundles/new", **{**WELL, **cells})
    assert status == 422 and told in text and "打一口深井" in text


def test_a_rule_is_written_and_its_question_kept_answerable(app: Flask, desk: FlaskClient) -> None:
    typed = {"reason_zh": "只有", "reason_en": "Only", "rests_on": "《样例条例》", "judged": "y"}
    assert send(desk, "/rules/ZJ-0049", conditions="land at_least 2 & civil is yes\nearth below 9", **typed)[0] == 302
    assert "land at_least 2 &amp; civil is yes" in desk.get(f"{DESK}/bundles").text
    for conditions in (
        *("land is yes", "civil at_least 5", "eia is nonsense", "nothing is yes", "land at_least", "land equals 5"),
        *("land at_least -1", "land at_least 1e99", "land at_least " + "9" * 40, "land below ∞", "land below NaN"),
        "land at_least 2 &amp; land at_least 3",
    ):
        conditions = conditions.replace("&amp;", "&")
        status, text = send(desk, "/rules/ZJ-0049", conditions=conditions, **typed)
        assert status == 422 and conditions.replace("&", "&amp;") in text, conditions
    status, text = send(desk, "/questions/civil", kind="choice", options="no | 否 | No\nmaybe | 也许 | Maybe")
    assert status == 422 and "compares its answers with" in text
    assert send(desk, "/questions/civil", kind="choice", options="no | 否 | No\nyes | 是 | Yes")[0] == 302
    assert send(desk, "/rules/ZJ-0049", conditions="")[0] == 302
    with app.app_context():
        assert not [one for one in read.rules_of(queries.edition_numbered(1).id) if one.code == "ZJ-0049"]


def test_a_question_is_added_and_one_that_is_asked_stays(desk: FlaskClient) -> None:
    typed = {"code": "depth", "kind": "number", "unit": "米", "text_zh": "多深？", "text_en": "How deep?", "rests_on": "《样例条例》"}  # fmt: skip
    assert send(desk, "/questions/new", **typed)[0] == 302
    assert send(desk, "/questions/new", **typed)[0] == 422
    page = desk.get(f"{DESK}/questions/land").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    given = {"csrf_token": token[1]} if token else {}
    assert desk.post(f"{DESK}/questions/land/remove", data=given).status_code == 422
    for options in ("yes | 是 | Yes", "yes | 是 | Yes\nyes | 对 | Right", "a b | 甲 | A\nc | 乙 | B"):
        status, text = send(desk, "/questions/new", **typed | {"code": "other", "kind": "choice", "options": options})
        assert status == 422 and "Options of a choice" in text and options.splitlines()[0] in text, options
    assert desk.post(f"{DESK}/questions/depth/remove", data=given).status_code == 302


def test_a_mark_rests_on_something(app: Flask, desk: FlaskClient) -> None:
    with app.app_context():
        act = read.acts_of(queries.edition_numbered(1).id)[0].id
    assert send(desk, f"/acts/{act}", promised_days="12", rests_on="")[0] == 422
    assert send(desk, f"/acts/{act}", promised_days="0", rests_on="《样例条例》")[0] == 422
    assert send(desk, f"/acts/{act}", promised_days="12", rests_on="《样例条例》", in_parallel="y")[0] == 302
    with app.app_context():
        mark = read.marks_of(queries.edition_numbered(1).id)[act]
        assert (mark.promised_days, mark.in_parallel, mark.by_commitment) == (12, True, False)


def test_two_editors_do_not_write_over_each_other(desk: FlaskClient) -> None:
    status, text = send(desk, "/bundles/new", **WELL, row_version="0")
    assert status == 409 and "Somebody else changed this draft" in text and "打一口深井" in text


def test_a_bundle_taken_out_while_another_editor_types_is_not_lost(desk: FlaskClient) -> None:
    text = desk.get(f"{DESK}/bundles/well").text
    version = re.search(r'name="row_version"[^>]*value="(\d+)"', text)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    given = {"csrf_token": token[1]} if token else {}
    typed = WELL | given | {"code": "well", "row_version": version[1] if version else ""}
    assert desk.post(f"{DESK}/bundles/well/remove", data=given).status_code == 302
    answer = desk.post(f"{DESK}/bundles/well", data=typed)
    assert (
        answer.status_code == 409 and "Somebody else changed this draft" in answer.text and "打一口深井" in answer.text
    )
    version = re.search(r'name="row_version"[^>]*value="(\d+)"', answer.text)
    again = desk.post(f"{DESK}/bundles/well", data=typed | {"row_version": version[1] if version else ""})
    assert again.status_code == 302 and desk.get(f"{DESK}/bundles/well").status_code == 200
    assert desk.get(f"{DESK}/bundles/nothing").status_code == 404


def test_a_bundle_moves_up_the_shelf(app: Flask, desk: FlaskClient) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', desk.get(f"{DESK}/bundles").text)
    given = {"csrf_token": token[1]} if token else {}

    def codes() -> list[str]:
        with app.app_context():
            return [one.code for one in read.bundles_of(queries.edition_numbered(1).id)]

    before = codes()
    for code in (before[2], before[0]):  # the first stays where it is
        assert desk.post(f"{DESK}/bundles/{code}/raise", data=given).status_code == 302
    assert codes() == [before[0], before[2], before[1], *before[3:]]


def test_a_published_editions_bundles_cannot_be_edited(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_real_list()
        people.sign_in(client, people.cast().list_editor)
    for path in (
        "/bundles",
        "/bundles-file",
        "/bundles/new",
        "/bundles/well",
        "/questions/land",
        "/rules/ZJ-0011",
        "/acts/1",
    ):
        assert client.get(DESK + path).status_code == 409


def test_only_who_drafts_may_edit_bundles(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        drafted()
        people.sign_in(client, people.cast().list_approver)
    assert client.get(f"{DESK}/bundles").status_code == 403
