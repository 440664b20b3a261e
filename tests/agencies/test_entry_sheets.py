"""Agencies brought in from a workbook: each waits for the formal check, by another person than who brought it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from market.accounts import actions as account_actions
from market.accounts.models import Organisation, User
from market.accounts.rules import passwords
from market.agencies import actions, queries
from market.agencies.actions.bringing import bring_in, plan_entry
from market.agencies.importing import read_sheets
from market.agencies.importing.writing import ENTRY_PARTS, template
from market.agencies.models import Agency, AgencyPaper, DirectoryRow, Filing, Offer
from market.agencies.rules import AgencyState, FilingState, RecordState
from market.base import clock
from market.base.people import Actor, Role
from market.base.sheets.uploads import Upload
from market.journal.queries import history
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.agencies.sheets import ENTRY, PAPER, cells, part, workbook
from tests.make import refuses
from tests.people import post, token

NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)


def entry(number, **said):
    code = make.make_uscc(40_000 + number)
    return {**ENTRY, "agency_code": code, "account_email": f"a{number}@example.invalid"} | said


def plan(parts):
    return plan_entry(read_sheets(workbook(parts)), now=clock.now())


def bring(*rows, papers=()):
    """Bring agencies in by somebody of the desk; returns who that was."""
    desk = make.make_person(role=Role.ADMISSION_DESK)
    with transaction() as now:
        made = plan_entry(read_sheets(workbook({"agencies": rows, "papers": papers})), now=now)
        assert not made.bad, [(one.place, one.sentence()) for one in made.bad]
        bring_in(made, actor=desk.actor, now=now)
    return desk


@pytest.fixture
def ground(session, at):
    at(NOON)
    return make.make_listed_service(code="ZJ-1")


def filing_of(row):
    found = select(Filing).join(Agency, Agency.id == Filing.agency_id).join(Organisation)
    return db.session.scalars(found.where(Organisation.uscc == row["agency_code"])).one()


def test_what_is_brought_in_waits_for_another_persons_check_and_is_published_by_it_alone(ground):
    first, second = entry(1, services="ＺＪ－１"), entry(2)
    desk = bring(first, second, papers=[{**PAPER, "agency_code": first["agency_code"]}])
    filing = filing_of(first)
    assert (filing.state, filing.phone, filing.round) == (FilingState.IN_CHECK, "0743-8221234", 1)
    assert filing.check_due_on is not None
    assert db.session.scalar(select(func.count()).select_from(DirectoryRow)) == 0
    ref = db.session.scalar(select(Agency.ref).where(Agency.id == filing.agency_id))
    assert [(row.act, row.payload["signed_on"]) for row in history(f"agency/{ref}")] == [
        ("filing.bring_in", ENTRY["letter_signed_on"])
    ]
    with refuses("agency.not_found"):
        queries.admitted_agency(ref)
    for decide in (lambda now: actions.pass_filing(queries.sent_filing(ref), actor=desk.actor, now=now),
                   lambda now: actions.send_back(queries.sent_filing(ref), ["name_differs"], actor=desk.actor, now=now)):  # fmt: skip
        with refuses("filing.self_checked"), transaction() as now:
            decide(now)
    own = update(Filing).where(Filing.agency_id == filing_of(first).agency_id)
    with refuses("filing.self_checked"), transaction() as now:
        db.session.execute(own.values(state="passed", decided_by=desk.actor.id, decided_at=now))
    other = make.make_person(role=Role.ADMISSION_DESK)
    with transaction() as now:
        actions.pass_filing(queries.sent_filing(ref), actor=other.actor, now=now)
    known = queries.admitted_agency(ref).agency
    assert (known.state, known.legal_representative) == (AgencyState.ADMITTED, "【虚构】某某")
    assert [paper.state for paper in db.session.scalars(select(AgencyPaper))] == [RecordState.ON_RECORD]
    assert [one.code for one in queries.listed_services(ground.edition_id, {"ZJ-1"})] == ["ZJ-1"]


def test_nobody_signs_in_as_an_agency_that_was_brought_in_before_a_password_is_set(ground):
    bring(entry(1))
    mine = select(User).where(User.email == "a1@example.invalid")
    for guess in ("", "nobody has this password"):
        assert not passwords.fits(guess, db.session.scalars(mine).one().password_hash)
    with transaction() as now:
        user = db.session.scalars(mine).one()
        account_actions.set_password(user, make.PASSWORD, actor=Actor.system(), now=now)
    assert passwords.fits(make.PASSWORD, db.session.scalars(mine).one().password_hash)


BAD = [
    ({"agency_code": "91"}, "uscc.length", "A"),
    ({"name": None}, "import.needed", "B"),
    ({"name": "长" * 201}, "import.name_too_long", "B"),
    ({"kind": "作坊"}, "sheets.closed", "C"),
    ({"phone": "没有"}, "filing.phone", "G"),
    ({"contact_email": "不是邮箱"}, "account.email", "I"),
    ({"account_email": None}, "import.needed", "J"),
    ({"services": "ZJ-1；ZJ-99"}, "filing.unknown_service", "L"),
    ({"services": "测绘?"}, "sheets.services", "L"),
    ({"letter_signed_on": None}, "import.needed", "M"),
    ({"letter_signed_on": "2026-06-16"}, "sheets.letter_later", "M"),
    ({"letter_signed_on": "1999-01-01"}, "sheets.letter_older", "M"),
]


def test_each_bad_cell_of_an_agency_is_named_by_its_address(ground):
    rows = [entry(number, **said) for number, (said, _code, _column) in enumerate(BAD)]
    found = sorted((one.line, one.code, one.address[0]) for one in plan({"agencies": rows}).bad)
    assert found == [(line, code, column) for line, (_said, code, column) in enumerate(BAD, 2)]


def test_what_is_registered_what_stands_twice_and_prices_are_refused(ground):
    bring(entry(1))
    rows = [
        entry(1, account_email="new@example.invalid"),
        entry(2, account_email="a1@example.invalid"),
        entry(3),
        entry(3),
    ]
    price = {
        "agency_code": entry(3)["agency_code"],
        "service": "ZJ-1",
        "way": "固定总价",
        "base": 1,
        "promised_days": 1,
    }
    papers = [
        {**PAPER, "agency_code": make.make_uscc(77)},
        {**PAPER, "agency_code": entry(3)["agency_code"], "valid_until": "2026-01-02"},
    ]
    found = plan({"agencies": rows, "offers": [price], "papers": papers})
    assert sorted((one.place, one.code) for one in found.bad) == [
        ("机构!A2", "sheets.agency_known"), ("机构!A5", "sheets.row_twice"), ("机构!J3", "account.email_taken"),
        ("机构!J5", "sheets.row_twice"), ("标价!A2", "sheets.prices_are_own"), ("资质!A2", "sheets.agency_not_here"),
        ("资质!I3", "paper.expired"),
    ]  # fmt: skip


def test_the_check_asks_as_often_for_forty_agencies_as_for_two(ground, query_counter):
    counts = []
    for many in (2, 40):
        sheets = read_sheets(workbook({"agencies": [entry(number, services="ZJ-1") for number in range(many)]}))
        with query_counter() as counted:
            assert not plan_entry(sheets, now=clock.now()).bad
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 8


def test_the_desk_brings_agencies_in_once_and_the_operator_may_too(app, client, at):
    at(NOON)
    with app.app_context():
        make.make_listed_service(code="ZJ-1")
        operator = make.make_person(role=Role.OPERATOR)
    post(client, "/account/sign-in", {"email": operator.email, "password": make.PASSWORD})
    empty = client.get("/desk/entry-sheets/template.xlsx").data
    assert (
        client.post(
            "/desk/entry-sheets", data={"csrf_token": token(client), **part(Upload("模板.xlsx", empty))}
        ).status_code
        == 422
    )
    rows = [entry(1), entry(2, kind="作坊")]
    handed = client.post("/desk/entry-sheets", data={"csrf_token": token(client), **part(workbook({"agencies": rows}))})
    assert "机构!C3" in client.get(handed.location).text
    assert "企业" in cells(client.get(handed.location + "/marked.xlsx").data)["机构!C3"]
    rows[1]["kind"] = "企业"
    handed = client.post("/desk/entry-sheets", data={"csrf_token": token(client), **part(workbook({"agencies": rows}))})
    assert rows[0]["agency_code"] in client.get(handed.location).text
    for _press in range(2):
        assert post(client, handed.location + "/confirm", {}).status_code == 302
    with app.app_context():
        assert db.session.scalars(select(Filing.state)).all() == ["in_check", "in_check"]


def run(app, *words):
    answer = app.test_cli_runner().invoke(args=["agencies", *map(str, words)])
    return answer.exit_code, answer.stdout, answer.stderr


def test_the_command_line_checks_marks_and_brings_in(app, at, tmp_path):
    at(NOON)
    with app.app_context():
        make.make_listed_service(code="ZJ-1")
        make.make_person(role=Role.OPERATOR)
    file, copy = tmp_path / "机构.xlsx", tmp_path / "标注.xlsx"
    file.write_bytes(workbook({"agencies": [entry(1), entry(2, phone="x")]}).content)
    code, _out, err = run(app, "import", file, "--marked-copy", copy)
    assert (code, "filing.phone" in err, "机构!G3" in err) == (2, True, True)
    assert "telephone" in cells(copy.read_bytes())["机构!G3"]
    file.write_bytes(workbook({"agencies": [entry(1), entry(2)]}).content)
    assert "nothing was written" in run(app, "import", file, "--check")[1]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Agency)) == 0
    assert "2 agencies" in run(app, "import", file)[1]
    again = run(app, "import", file)
    assert (again[0], "sheets.agency_known" in again[2]) == (2, True)
    with app.app_context():
        assert db.session.scalars(select(Agency.state)).all() == ["entering", "entering"]
        assert db.session.scalar(select(func.count()).select_from(Offer)) == 0
    assert run(app, "template", "--out", tmp_path / "t.xlsx")[0] == 0
    assert (tmp_path / "t.xlsx").read_bytes() == template(ENTRY_PARTS)
