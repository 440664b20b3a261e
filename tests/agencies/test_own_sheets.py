"""An agency's own workbook: papers and prices, all of it or nothing, each bad cell by its address."""

import io
import zipfile
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from market.agencies import actions, queries
from market.agencies.actions import own_sheets
from market.agencies.importing import read_sheets
from market.agencies.importing.columns import SHEETS
from market.agencies.importing.writing import workbook as written
from market.agencies.models import AgencyPaper, Offer, SheetUpload
from market.agencies.queries.own_sheet import own_sheet
from market.agencies.rules import FilingKind, FilingState, Fixed, Percent
from market.agencies.rules.raising import dearer
from market.base import clock
from market.base.pricing import closed, floated, straight
from market.base.sheets.uploads import Upload
from market.catalogue.actions.seeds import seed_regions
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.agencies.sheets import PAPER, cells, part, workbook
from tests.journeys.visitor import Visitor
from tests.make import refuses
from tests.people import post, token

NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
RULE = [floated(straight(10_000_00, Fraction(0)), Fraction(4, 5), Fraction(6, 5))]


def prepared():
    """An admitted agency, and three services of one edition by their codes."""
    with transaction():
        seed_regions()
    edition = make.make_edition()
    free = make.make_listed_service(edition_id=edition, code="ZJ-1")
    two = make.make_listed_service(edition_id=edition, code="ZJ-2", fee_items=2)
    ruled = make.make_listed_service(edition_id=edition, code="ZJ-3", price="guided", bands=RULE)
    make.publish_edition(edition_id=edition)
    return make.make_agency(), {"ZJ-1": free, "ZJ-2": two, "ZJ-3": ruled}


@pytest.fixture
def ground(session, at):
    """What is prepared, at noon of a working day."""
    at(NOON)
    return prepared()


def code_of(agency):
    return queries.agency_of(agency.actor).organisation.uscc


def plan(agency, parts, **how):
    mine = queries.agency_of(agency.actor)
    return own_sheets.plan_own(mine, read_sheets(workbook(parts, **how)), now=clock.now())


def write(agency, parts):
    with transaction() as now:
        mine = queries.agency_of(agency.actor)
        made = own_sheets.plan_own(mine, read_sheets(workbook(parts)), now=now)
        assert not made.bad, [(one.place, one.sentence()) for one in made.bad]
        own_sheets.write_own(mine, made, actor=agency.actor, now=now)
        return made.counts


def price(agency, **said):
    return {
        "agency_code": code_of(agency),
        "service": "ZJ-1",
        "way": "固定总价",
        "base": "5,000",
        "promised_days": 10,
    } | said


def fee_item(service, at=0):
    items = queries.ground_of([entry_of(service.code, db.session.get_one(Edition, service.edition_id))], NOON.date())
    return items.items[service.entry_id][at].name_zh


def marks(agency):
    """What holds now, as it would be typed, by service and fee item."""
    rows = own_sheet(queries.agency_of(agency.actor))["offers"]
    return [
        {key: row[key] for key in ("service", "way", "base", "unit", "percent", "up_to") if row.get(key)}
        for row in rows
    ]


def test_every_way_of_pricing_is_written_read_back_and_changes_nothing(ground):
    agency, services = ground
    first, second = fee_item(services["ZJ-2"]), fee_item(services["ZJ-2"], 1)
    schedule = {"service": "ZJ-2", "fee_item": second, "way": "自定分段", "base": None}
    counts = write(
        agency,
        {
            "offers": [
                price(agency, base="５．２万元", capacity=3),
                price(agency, region="990101", base=4_000, promised_days="８个工作日"),
                price(agency, base="6,000", effective_from="2026年7月1日"),
                price(agency, service="ZJ-2", fee_item=first, way="单价", base=100, unit="2.5"),
                price(agency, **schedule, up_to="1,000", unit=3, promised_days=None),
                price(agency, **schedule, unit=2, promised_days=None),
                price(agency, service="ZJ-3", base="9,500.01"),
            ],
            "papers": [{**PAPER, "agency_code": code_of(agency), "valid_from": date(2025, 1, 1)}],
        },
    )
    assert counts == {
        "prices_new": 5, "prices_changed": 0, "prices_dearer": 0, "prices_same": 0, "papers_new": 1, "papers_same": 0,
    }  # fmt: skip
    assert {"service": "ZJ-1", "way": "fixed", "base": "52,000.00"} in marks(agency)
    assert {"service": "ZJ-3", "way": "fixed", "base": "9,500.01"} in marks(agency)
    assert {"service": "ZJ-2", "way": "schedule", "up_to": "1000", "base": "0.00", "unit": "3.00"} in marks(agency)
    filing = queries.filing_of(agency.id)
    assert (filing.kind, filing.state) == (FilingKind.CHANGE, FilingState.DRAFT)
    assert db.session.scalar(select(AgencyPaper.filing_id)) == filing.id
    mine = queries.agency_of(agency.actor)
    again = Upload("我的.xlsx", written(own_sheet(mine)))
    same = own_sheets.plan_own(mine, read_sheets(again), now=clock.now())
    assert (same.bad, same.prices.changes, same.papers) == ([], [], [])
    assert (same.prices.unchanged, same.papers_known) == (5, 1)


BAD = [
    ("offers", {"agency_code": make.make_uscc(7)[:17] + "?"}, "uscc.characters", "A"),
    (
        "offers",
        {"agency_code": make.make_uscc(7)[:17] + ("0" if make.make_uscc(7)[17] != "0" else "1")},
        "uscc.check_character",
        "A",
    ),
    ("offers", {"agency_code": "9199"}, "uscc.length", "A"),
    ("offers", {"service": "ZJ-99"}, "filing.unknown_service", "B"),
    ("offers", {"service_name": "另一事项"}, "sheets.service_name", "C"),
    ("offers", {"service": "ZJ-2"}, "sheets.fee_item", "D"),
    ("offers", {"fee_item": "没有的项目"}, "sheets.fee_item", "D"),
    ("offers", {"way": "面议"}, "sheets.closed", "E"),
    ("offers", {"way": "逐档比例", "base": None, "percent": 90}, "offer.no_reference", "E"),
    ("offers", {"way": "按标准比例", "base": None, "percent": 90}, "offer.no_reference", "E"),
    ("offers", {"counting": "全额"}, "sheets.not_of_way", "F"),
    ("offers", {"up_to": "很多"}, "number.unreadable", "G"),
    ("offers", {"base": "五千"}, "money.unreadable", "H"),
    ("offers", {"base": -1}, "money.negative", "H"),
    ("offers", {"base": "0.005"}, "money.too_precise", "H"),
    ("offers", {"base": "200亿元"}, "money.too_large", "H"),
    ("offers", {"base": "=1+1"}, "import.formula", "H"),
    ("offers", {"base": None}, "import.needed", "H"),
    ("offers", {"unit": 1}, "sheets.not_of_way", "I"),
    ("offers", {"way": "单价", "unit": None}, "import.needed", "I"),
    ("offers", {"way": "自定分段", "base": None}, "offer.row_without_price", "I"),
    ("offers", {"way": "按标准比例", "base": None, "percent": "95.55"}, "sheets.percent", "J"),
    ("offers", {"service": "ZJ-3", "way": "折扣", "base": None, "percent": 79.9}, "offer.percent_range", "J"),
    ("offers", {"promised_days": "十天"}, "sheets.whole", "K"),
    ("offers", {"promised_days": None}, "import.needed", "K"),
    ("offers", {"promised_days": 21}, "offer.days_beyond_limit", "K"),
    ("offers", {"promised_days": 0}, "offer.days_range", "K"),
    ("offers", {"region": "火星"}, "offer.region_unknown", "L"),
    ("offers", {"effective_from": "明天"}, "sheets.day", "M"),
    ("offers", {"effective_from": "2026-06-14"}, "offer.begins_in_the_past", "M"),
    ("offers", {"effective_from": "2028-01-01"}, "offer.begins_too_late", "M"),
    ("offers", {"ends_at": "2026-12-31"}, "sheets.end_not_marked", "N"),
    ("offers", {"capacity": 1000}, "offer.capacity_range", "O"),
    ("papers", {"qualification": "没有的资质"}, "paper.unknown_qualification", "B"),
    ("papers", {"qualification": "测绘资质", "grade": "戊级"}, "paper.unknown_", "BD"),
    ("papers", {"issuer": None}, "import.needed", "F"),
    ("papers", {"number": "长" * 101}, "import.longer_than", "G"),
    ("papers", {"valid_from": "2030-01-01", "valid_until": "2029-01-01"}, "paper.interval", "I"),
    ("papers", {"valid_until": "2026-06-14"}, "paper.expired", "I"),
]


@pytest.mark.parametrize(("where", "said", "code", "column"), BAD, ids=[f"{one[2]}-{at}" for at, one in enumerate(BAD)])
def test_a_bad_cell_is_named_by_its_address_with_what_to_do(ground, where, said, code, column):
    agency, _services = ground
    row = price(agency) if where == "offers" else {**PAPER, "agency_code": code_of(agency)}
    found = plan(agency, {where: [{**row, **said}]})
    assert [(one.code.startswith(code), one.place[:3], one.place[3] in column) for one in found.bad] == [
        (True, f"{SHEETS[where]}!", True)
    ], [(one.code, one.place) for one in found.bad]
    assert len(found.bad[0].sentence()) > 20


def test_one_fen_above_the_rule_is_refused_at_its_cell_with_the_ceiling(ground):
    agency, _services = ground
    row = price(agency, service="ZJ-3", base="12,000.00")
    assert not plan(agency, {"offers": [row]}).bad
    [bad] = plan(agency, {"offers": [row | {"base": "12,000.01"}]}).bad
    assert (bad.place, bad.code, bad.facts["high"]) == ("标价!H2", "offer.amount_outside", "¥12,000.00")


def test_rows_that_say_the_same_or_two_things_are_named_with_both_lines(ground):
    agency, _services = ground
    paper = {**PAPER, "agency_code": code_of(agency)}
    found = plan(
        agency,
        {
            "offers": [
                price(agency), price(agency, base=1), price(agency, region="990101"),
                price(agency, region="990101", promised_days=9, way="单价", unit=1, base=None),
            ],
            "papers": [paper, paper | {"valid_from": "2098-01-01", "valid_until": "2100-01-01"}],
        },
    )  # fmt: skip
    assert sorted((one.place, one.code) for one in found.bad) == [
        ("标价!D3", "sheets.same_price"), ("标价!E5", "sheets.two_ways"), ("标价!K5", "sheets.differs"),
        ("资质!G3", "sheets.papers_overlap"),
    ]  # fmt: skip


def test_somebody_elses_code_is_refused_without_telling_whether_it_exists(ground):
    agency, _services = ground
    theirs = code_of(make.make_agency())
    nobodys = make.make_uscc(999_999)
    found = plan(agency, {"offers": [price(agency, agency_code=one) for one in (theirs, nobodys)]})
    assert [(one.place, one.code) for one in found.bad] == [
        ("标价!A2", "sheets.not_yours"), ("标价!A3", "sheets.not_yours"),
    ]  # fmt: skip
    assert len({one.sentence() for one in found.bad}) == 1


def test_an_agency_that_is_not_admitted_marks_nothing_and_is_told_so(ground):
    entering = make.make_agency(filed=FilingState.IN_CHECK)
    paper = {**PAPER, "agency_code": code_of(entering)}
    found = plan(
        entering, {"offers": [price(entering)], "papers": [paper], "agencies": [{"agency_code": code_of(entering)}]}
    )
    assert {one.code for one in found.bad} >= {"offer.agency_not_admitted", "filing.being_checked"}


BOMB = {"xl/worksheets/sheet1.xml": b"0" * 90_000_000}


def packed(files):
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (Upload("标价.xlsx", b"a,b\n1,2\n"), "sheets.not_xlsx"),
        (Upload("标价.xlsx", b"%PDF-1.7 %%EOF"), "sheets.not_xlsx"),
        (Upload("标价.xlsx", b"<html></html>"), "import.web_page"),
        (Upload("标价.xlsx", b"PK torn"), "import.not_workbook"),
        (Upload("标价.xlsx", packed({"xl/workbook.xml": b"<x/>", **BOMB})), "import.bomb"),
        (workbook({"offers": []}, name="标价.csv"), "sheets.other_ending"),
        (workbook({"offers": []}), "sheets.nothing"),
    ],
    ids=range(7),
)
def test_a_file_that_is_no_workbook_of_ours_is_refused_whole(upload, code):
    with refuses(code):
        read_sheets(upload)


def test_a_strange_sheet_a_merge_and_a_stray_value_are_bad_cells():
    row = {"agency_code": make.make_uscc(1), "service": "ZJ-1", "way": "固定总价", "base": 1, "promised_days": 1}
    merged = read_sheets(workbook({"offers": [row, row]}, merge="B2:C3"))
    assert [(one.place, one.code) for one in merged.bad] == [("标价!B2", "import.merged")]
    strange = read_sheets(workbook({"offers": [row], "汇总": []}))
    assert [(one.place, one.code) for one in strange.bad] == [("汇总!A1", "sheets.unknown_sheet")]
    assert not read_sheets(workbook({"offers": [row]}, heads="key")).bad


def test_a_figure_that_the_cell_shows_as_a_percentage_is_that_percentage(ground):
    agency, _services = ground
    upload = workbook({"offers": [price(agency, service="ZJ-3", way="折扣", base=None, percent=0.875)]})
    book = load_workbook(io.BytesIO(upload.content))
    book["标价"]["J2"].number_format = "0.0%"
    saved = io.BytesIO()
    book.save(saved)
    sheets = read_sheets(Upload("比例.xlsx", saved.getvalue()))
    [change] = own_sheets.plan_own(queries.agency_of(agency.actor), sheets, now=clock.now()).prices.changes
    assert [mark for _item, mark in change.marks] == [Fixed(8_750_00)] or change.marks[0][1] == Percent(875)


def test_a_change_tells_what_was_and_whether_it_is_dearer(ground):
    agency, _services = ground
    write(agency, {"offers": [price(agency), price(agency, service="ZJ-3", base="9,000")]})
    rows = [price(agency, base="5,000.01"), price(agency, service="ZJ-3", base="8,999.99")]
    found = plan(agency, {"offers": rows}).prices
    assert [(one.was[0][1], one.marks[0][1], one.dearer) for one in found.changes] == [
        (Fixed(5_000_00), Fixed(5_000_01), True), (Percent(900), Fixed(8_999_99), False),
    ]  # fmt: skip
    # A price at once makes what was announced give way; the sheet says so, and marks again what it names itself.
    write(agency, {"offers": [price(agency, base=7, effective_from="2026-07-01")]})
    [one] = plan(agency, {"offers": [price(agency, base=8)]}).prices.changes
    assert one.drops == 1
    both = [price(agency, base=8), price(agency, base=7, effective_from="2026-07-01")]
    assert [one.drops for one in plan(agency, {"offers": both}).prices.changes] == [0, 0]
    write(agency, {"offers": both})
    assert [row["base"] for row in marks(agency) if row["service"] == "ZJ-1"] == ["7.00", "8.00"]


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (straight(100, Fraction(0)), straight(101, Fraction(0)), True),
        (straight(100, Fraction(0)), straight(100, Fraction(0)), False),
        # Cheaper to begin with, dearer far out.
        (straight(100, Fraction(1)), straight(0, Fraction(11, 10)), True),
    ],
)
def test_dearer_is_dearer_at_some_quantity(before, after, more):
    lines = [[closed(floated(one, Fraction(0), Fraction(1)), 10_000)] for one in (before, after)]
    assert dearer(*lines) is more


def test_statements_do_not_grow_with_the_rows(ground, query_counter):
    agency, _services = ground
    codes = ["990101", "990102"]

    def counted(rows):
        with query_counter() as found:
            write(agency, {"offers": rows})
        # SQLite hands back keys row by row; what is asked and changed does not grow.
        return sum(not one.startswith("INSERT") for one in found.statements)

    both = [price(agency, base=1), price(agency, service="ZJ-3", base=8_500)]
    more = [price(agency, base=2, region=one) for one in codes]
    write(agency, {"offers": [*both, *more]})
    few = counted([one | {"base": 9_000} for one in both])
    many = counted([one | {"base": 9_500} for one in (*both, *more)])
    assert many == few


def hand_in(client, upload):
    return client.post("/desk/sheets", data={"csrf_token": token(client), **part(upload)})


def test_the_desk_shows_what_changes_and_writes_it_once(app, client, at):
    at(NOON)
    with app.app_context():
        agency, services = prepared()
        rows = [price(agency), price(agency, service="ZJ-3", base="12,000.01")]
    post(client, "/account/sign-in", {"email": agency.email, "password": make.PASSWORD})
    client.get("/?lang=en")
    refused = hand_in(client, workbook({"offers": rows}))
    page = client.get(refused.location)
    assert "标价!H3" in page.text
    assert "12,000.00" in page.text
    assert "12,000.00" in cells(client.get(refused.location + "/marked.xlsx").data)["标价!H3"]
    assert post(client, refused.location + "/confirm", {}).status_code == 409
    rows[1]["base"] = "12,000"
    handed = hand_in(client, workbook({"offers": rows})).location
    assert "5,000.00" in client.get(handed).text
    # Somebody marks another price meanwhile: what is shown is shown anew, and nothing is written.
    with app.app_context(), transaction() as now:
        assert db.session.scalar(select(func.count()).select_from(Offer)) == 0
        entry = entry_of("ZJ-1", db.session.get_one(Edition, services["ZJ-1"].edition_id))
        given = actions.Marking(entry, dict.fromkeys(services["ZJ-1"].fee_item_ids, Fixed(4_000_00)), 5)
        actions.mark_price(queries.agency_of(agency.actor), given, actor=agency.actor, now=now)
    assert post(client, handed + "/confirm", {}).status_code == 302
    assert "4,000.00" in client.get(handed).text
    Visitor(app).sign_in(agency.email).send(handed, handed + "/confirm")
    assert post(client, handed + "/confirm", {}).status_code == 302
    assert "it is written once" in client.get(handed).text
    with app.app_context():
        assert [(row["way"], row.get("base")) for row in marks(agency)] == [("fixed", "5,000.00"), ("percent", None)]
        assert db.session.scalar(select(func.count()).select_from(Offer)) == 3
        assert db.session.scalars(select(SheetUpload.state).order_by(SheetUpload.id)).all() == ["refused", "written"]
    mine = client.get("/desk/sheets/mine.xlsx").data
    same = hand_in(client, Upload("我的.xlsx", mine))
    assert same.status_code == 422
    assert "changes nothing" in same.text


def test_a_sheet_is_its_own_agencys_only(app, client, at):
    at(NOON)
    with app.app_context():
        agency, _services = prepared()
        other = make.make_agency()
        rows = [price(agency)]
    post(client, "/account/sign-in", {"email": agency.email, "password": make.PASSWORD})
    handed = hand_in(client, workbook({"offers": rows})).location
    stranger = app.test_client()
    post(stranger, "/account/sign-in", {"email": other.email, "password": make.PASSWORD})
    assert [stranger.get(handed + end).status_code for end in ("", "/marked.xlsx")] == [404, 404]
    assert post(stranger, handed + "/confirm", {}).status_code == 404
    assert stranger.get("/desk/entry-sheets").status_code == 403
    assert [client.get(f"/desk/sheets/{name}.xlsx").status_code for name in ("template", "mine")] == [200, 200]
