"""Importing the list: every bad cell is named, nothing is imported by halves, the draft holds what the files say."""

import csv
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from market.base.errors import BadState, BreaksRule
from market.base.people import Role
from market.catalogue import actions, queries
from market.catalogue.importing import ListFiles, Upload, read_list
from market.catalogue.models import CleanUp, Entry, FeeItem, PriceSchedule, Service
from market.store.db import db
from market.store.transaction import transaction
from tests.make import make_person

DATA = Path("market/catalogue/data")
PACKAGED = ListFiles(
    *(Upload.of(DATA / name) for name in ("items.csv", "price_schedules.json", "links.csv", "cleaned_up.csv"))
)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(path: Path) -> ListFiles:
    return ListFiles(Upload.of(path))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def drafted(files: ListFiles = PACKAGED) -> int:
    editor = make_person(role=Role.LIST_EDITOR)
    with transaction() as now:
        return actions.import_edition(read_list(files), "第1版", actor=editor.actor, now=now).number


def test_the_packaged_list_has_no_bad_cell() -> None:
    data = read_list(PACKAGED)
    assert data.bad == []
    assert (len(data.items), len(data.clean_ups), len(data.links), len(data.schedules)) == (131, 33, 23, 24)


def test_the_packaged_data_names_no_address() -> None:
    for path in DATA.iterdir():
        if path.is_file() and path.suffix in (".csv", ".json", ".md"):
            assert "http" not in path.read_text(encoding="utf-8"), path


def test_every_item_becomes_an_entry_with_a_code_in_file_order(app: Flask) -> None:
    with app.app_context():
        drafted()
        entries = queries.entries_of(queries.edition_numbered(1))
        assert [entry.code for entry in entries] == [f"ZJ-{n:04d}" for n in range(1, 132)]
        assert [entry.name_zh for entry in entries] == [row["name_zh"] for row in rows_of(DATA / "items.csv")]


def test_a_code_is_kept_for_ever_by_name_and_act(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        drafted()
        kept = dict(db.session.execute(select(Service.name_zh, Service.code)).all())
        editor = make_person(role=Role.LIST_EDITOR)
        with transaction() as now:
            actions.discard(queries.edition_numbered(1), actor=editor.actor, now=now)
        rows = rows_of(DATA / "items.csv")
        new = {**rows[0], "name_zh": "全新的事项"}
        path = write(tmp_path / "items.csv", [new, *reversed(rows[5:])])
        drafted(of(path))
        found = {entry.name_zh: entry.code for entry in queries.entries_of(queries.edition_numbered(1))}
        assert found.pop("全新的事项") == "ZJ-0132"
        assert all(kept[name] == code for name, code in found.items())


def test_schedules_in_force_become_bands_and_references_never_bind(app: Flask) -> None:
    with app.app_context():
        drafted()
        edition = queries.edition_numbered(1)
        states = dict(db.session.execute(select(FeeItem.price_state, func.count()).group_by(FeeItem.price_state)).all())
        assert set(states) == {"listed", "marked", "free", "unpublished"}
        notary = next(one for one in queries.entries_of(edition) if one.name_zh == "公证（证明合同、协议）")
        (item,) = queries.fee_items_of(notary.id)
        assert item.price_state == "listed"
        assert len(queries.list_bands([item.id])[item.id]) == 5
        references = select(PriceSchedule.entry_id).where(PriceSchedule.role == "reference")
        shown_only = select(FeeItem.id).where(FeeItem.entry_id.in_(references))
        assert queries.list_bands([*db.session.scalars(shown_only.where(FeeItem.price_state != "free"))]) == {}


def test_a_government_price_without_a_figure_is_listed_as_not_published(app: Flask) -> None:
    with app.app_context():
        drafted()
        ship = next(one for one in queries.entries_of(queries.edition_numbered(1)) if one.name_zh == "船舶检验")
        (item,) = queries.fee_items_of(ship.id)
        assert (item.price_state, item.reason) == ("unpublished", "price.no_figure")


def test_what_the_authority_commissions_is_never_charged_to_the_applicant(app: Flask) -> None:
    with app.app_context():
        drafted()
        quake = next(one for one in queries.entries_of(queries.edition_numbered(1)) if one.name_zh == "地震安全性评价")
        assert (quake.pricing, quake.payer, quake.mark) == ("fiscal", "authority", "authority_commissioned")
        assert quake.mark_decision == "国发〔2015〕58号"


def test_abolished_items_are_kept_as_not_on_the_list(app: Flask) -> None:
    with app.app_context():
        drafted()
        edition = queries.edition_numbered(1)
        gone = db.session.scalars(select(CleanUp).where(CleanUp.handling == "abolished")).all()
        listed = {entry.name_zh for entry in queries.entries_of(edition)}
        assert len(gone) == 10
        assert all(one.service_id is None and one.name_zh not in listed for one in gone)
        with pytest.raises(Exception, match=r"service\.abolished"):
            queries.require_listed("雷电灾害风险评估", edition)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("name_zh", "", "import.needed"),
        ("pricing", "free", "import.pricing"),
        ("act_type", "批准", "import.act_type"),
        ("time_limit_workdays", "-3", "import.days"),
        ("time_limit_workdays", "１５天", "import.days"),
        ("self_service_allowed", "maybe", "import.self_service_allowed"),
        ("code", "=1+1", "import.code"),
        ("legal_basis_zh", "x\x00y", "import.control_character"),
        ("price_rule", "长" * 4001, "import.cell_too_long"),
    ],
)
def test_a_bad_cell_is_named_by_line_column_value_and_reason(
    tmp_path: Path, column: str, value: str, code: str
) -> None:
    rows = rows_of(DATA / "items.csv")[:4]
    rows[2] = {**rows[2], column: value}
    data = read_list(of(write(tmp_path / "items.csv", rows)))
    assert [(cell.line, cell.column, cell.code) for cell in data.bad] == [(4, column, code)]
    assert len(data.items) == 3


def test_a_row_that_stands_twice_is_bad(tmp_path: Path) -> None:
    rows = rows_of(DATA / "items.csv")[:2]
    data = read_list(of(write(tmp_path / "items.csv", [*rows, rows[0]])))
    assert [(cell.line, cell.code) for cell in data.bad] == [(4, "import.twice")]


def test_a_row_with_too_many_cells_is_bad(tmp_path: Path) -> None:
    path = write(tmp_path / "items.csv", rows_of(DATA / "items.csv")[:1])
    path.write_text(path.read_text(encoding="utf-8") + "a,b,c\n", encoding="utf-8")
    assert [cell.code for cell in read_list(of(path)).bad] == ["import.cell_count"]


def test_links_must_join_an_item_and_a_schedule(tmp_path: Path) -> None:
    rows = rows_of(DATA / "links.csv")
    wrong = [
        {**rows[0], "name_zh": "没有的事项"},
        {**rows[1], "schedule_id": "nope"},
        {**rows[2], "role": "sometimes"},
        {**rows[3], "role": "in_force"},
    ]
    files = ListFiles(PACKAGED.items, PACKAGED.schedules, Upload.of(write(tmp_path / "links.csv", wrong)))
    assert {cell.code for cell in read_list(files).bad} == {
        "import.link_no_item",
        "import.link_no_schedule",
        "import.role",
        "import.link_not_government",
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.columns_missing"),
        (b"name_zh,act\n1,2\n", "import.columns_missing"),
        (b"\xff\xfe\x00\x00\xff", "import.file_unreadable"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_one_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(content)
    with pytest.raises(BreaksRule) as refused:
        read_list(of(path))
    assert refused.value.code == code


def test_gb18030_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(PACKAGED.items.content.decode().encode("gb18030"))
    assert len(read_list(of(path)).items) == 131


def test_there_is_one_draft_at_a_time_and_the_same_content_changes_nothing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        assert drafted() == drafted()
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 131
        with pytest.raises(BadState) as refused:
            drafted(of(write(tmp_path / "items.csv", rows_of(DATA / "items.csv")[:5])))
        assert refused.value.code == "edition.draft_exists"
