"""`flask list` as a list editor uses it: import, refusals, review, publication, price."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from market.base import clock
from market.base.people import Role
from market.catalogue.models import Edition
from market.store.db import db
from tests.catalogue.test_import import DATA, rows_of, write
from tests.make import make_person

FILES = (str(DATA / "items.csv"), "--schedules", str(DATA / "price_schedules.json"))


def run(app: Flask, *words: str) -> tuple[int, str, str]:
    with app.app_context():
        db.session.remove()
    answer = app.test_cli_runner().invoke(args=["list", *words])
    return answer.exit_code, answer.stdout, answer.stderr


@pytest.fixture
def people(app: Flask) -> None:
    with app.app_context():
        make_person(role=Role.LIST_EDITOR)
        make_person(role=Role.LIST_APPROVER)


def editions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Edition)) or 0


@pytest.mark.usefixtures("people")
def test_two_persons_bring_the_real_list_into_force(app: Flask) -> None:
    code, out, _ = run(app, "import", *FILES)
    assert code == 0
    assert "Draft edition 1: 131 entries" in out
    assert "Schedule gd-2023-forensic refused" in out
    assert run(app, "publish", "1")[0] == 2
    assert run(app, "submit", "1")[0] == 0
    code, out, _ = run(app, "publish", "1")
    assert (code, f"in force from {clock.today()}" in out) == (0, True)
    assert "published" in run(app, "editions")[1]
    code, out, err = run(app, "price", "ZJ-0106", "--quantity", "80", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["base_fen"], found["status"], found["unit"], found["quantity"]) == (116_000, "in_force", "万元", 80)


@pytest.mark.usefixtures("people")
def test_a_bad_row_is_listed_and_nothing_is_imported(app: Flask, tmp_path: Path) -> None:
    rows = rows_of(DATA / "items.csv")[:5]
    rows[3]["pricing"] = "whatever"
    path = write(tmp_path / "items.csv", rows)
    code, _, err = run(app, "import", str(path))
    assert code == 2
    assert "items.csv, line 5, column pricing: “whatever”: import.pricing" in err
    assert editions(app) == 0
    code, out, _ = run(app, "import", str(path), "--skip-bad")
    assert (code, "4 entries, 1 rows left out" in out) == (0, True)


def test_without_a_list_editor_nobody_can_import(app: Flask) -> None:
    code, _, err = run(app, "import", *FILES)
    assert code == 2
    assert err.startswith("cli.no_such_person: ")


@pytest.mark.usefixtures("people")
def test_a_draft_can_be_thrown_away_and_a_published_edition_cannot(app: Flask) -> None:
    run(app, "import", *FILES)
    assert run(app, "discard", "1")[0] == 0
    assert editions(app) == 0
    run(app, "import", *FILES)
    run(app, "submit", "1")
    run(app, "publish", "1")
    code, _, err = run(app, "discard", "1")
    assert (code, err.split(":")[0]) == (2, "edition.not_a_draft")


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("ZJ-9999", "--quantity", "1"), "service.not_listed"),
        (("ZJ-0106", "--quantity", "0"), "price.quantity_not_positive"),
        (("ZJ-0106",), "price.quantity_needed"),
        (("ZJ-0060", "--quantity", "1"), "price.item_needed"),
        (("ZJ-0106", "--quantity", "80", "--coefficient", "1.5"), "price.coefficient_not_in_set"),
        (("ZJ-0106", "--schedule", "x", "--quantity", "80"), "price.code_or_schedule"),
    ],
)
def test_a_price_that_is_not_on_the_list_is_refused_in_one_line(
    app: Flask, words: tuple[str, ...], refusal: str
) -> None:
    run(app, "import", *FILES)
    run(app, "submit", "1")
    run(app, "publish", "1")
    code, out, err = run(app, "price", *words, "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.split(":")[0] == refusal


@pytest.mark.usefixtures("people")
def test_the_same_content_again_changes_nothing(app: Flask) -> None:
    assert run(app, "import", *FILES)[0] == 0
    code, out, err = run(app, "import", *FILES)
    assert (code, out.strip(), err) == (0, "Nothing changed: draft edition 1 was made of this content.", "")
    assert editions(app) == 1


@pytest.mark.usefixtures("people")
def test_a_draft_gives_way_only_when_told_to(app: Flask, tmp_path: Path) -> None:
    run(app, "import", *FILES)
    other = str(write(tmp_path / "items.csv", rows_of(DATA / "items.csv")[:5]))
    code, _, err = run(app, "import", other)
    assert (code, err.split(":")[0]) == (2, "edition.draft_exists")
    code, out, _ = run(app, "import", other, "--replace")
    assert (code, "5 entries" in out, editions(app)) == (0, True, 1)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("kind", ["xlsx", "json"])
def test_an_exported_edition_imports_as_the_same_edition(app: Flask, tmp_path: Path, kind: str) -> None:
    run(app, "import", *FILES)
    first, second = tmp_path / f"first.{kind}", tmp_path / f"second.{kind}"
    assert run(app, "export", "1", "--format", kind, "--out", str(first))[0] == 0
    code, out, err = run(app, "import", str(first), "--replace", "--title", "items.csv")
    assert (code, "131 entries" in out, err) == (0, True, "")
    assert run(app, "export", "1", "--format", kind, "--out", str(second))[0] == 0
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.usefixtures("people")
def test_a_marked_copy_is_written_for_bad_cells(app: Flask, tmp_path: Path) -> None:
    rows = rows_of(DATA / "items.csv")[:5]
    rows[3]["pricing"] = "whatever"
    path, copy = write(tmp_path / "items.csv", rows), tmp_path / "marked.csv"
    assert run(app, "import", str(path), "--marked-copy", str(copy))[0] == 2
    marked = rows_of(copy)
    assert ["pricing" in row["问题"] for row in marked] == [False, False, False, True, False]


def test_the_template_is_written_without_an_edition(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"
    assert run(app, "template", "--out", str(out))[0] == 0
    assert out.read_bytes().startswith(b"PK")
    code, _, err = run(app, "template", "--out", str(tmp_path / "no" / "template.xlsx"))
    assert (code, err.split(":")[0]) == (2, "export.not_written")


@pytest.mark.usefixtures("people")
def test_an_edition_that_is_not_there_is_not_exported(app: Flask, tmp_path: Path) -> None:
    code, _, err = run(app, "export", "7", "--out", str(tmp_path / "x.xlsx"))
    assert (code, err.split(":")[0]) == (2, "edition.not_found")
