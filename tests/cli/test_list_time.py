"""`flask list diff`, `as-of`, `regions`, `zones`: the list through time and its places at a terminal."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from market.base import clock
from market.base.people import Role
from tests.make import make_edition, make_listed_service, make_person, publish_edition


def two_editions(app: Flask) -> None:
    with app.app_context():
        first = make_edition()
        stays = make_listed_service(price="guided", edition_id=first, name="样例勘察")
        make_listed_service(edition_id=first, name="样例评估")
        publish_edition(edition_id=first)
        second = make_edition(effective_from=clock.today())
        make_listed_service(price="set", edition_id=second, code=stays.code, name="样例勘察")
        publish_edition(edition_id=second)


def test_the_difference_is_printed(app: Flask) -> None:
    two_editions(app)
    run = app.test_cli_runner().invoke
    told = json.loads(run(args=["list", "diff", "1", "2", "--json"]).output)
    assert (told["added"], told["removed"], told["repriced"], told["cut_permille"]) == (0, 1, 1, 500)
    assert "price" in told["moved"][1]["fields"]
    assert "1 removed" in run(args=["list", "diff", "1", "2"]).output
    missing = run(args=["list", "diff", "1", "9"])
    assert (missing.exit_code, "edition.not_found" in missing.stderr) == (2, True)


@pytest.mark.parametrize(
    "arguments", [("diff", "1", "9" * 30), ("submit", "9" * 20), ("publish", "9" * 20), ("discard", str(2**63))]
)
def test_a_number_that_no_database_holds_is_no_edition(app: Flask, arguments: tuple[str, ...]) -> None:
    with app.app_context():
        publish_edition(edition_id=make_edition())
        make_person(role=Role.LIST_EDITOR)
        make_person(role=Role.LIST_APPROVER)
    missing = app.test_cli_runner().invoke(args=["list", *arguments])
    assert (missing.exit_code, missing.stderr.split(":")[0]) == (2, "edition.not_found")


def test_the_list_of_a_day_is_printed(app: Flask) -> None:
    two_editions(app)
    run = app.test_cli_runner().invoke
    assert "样例评估" in run(args=["list", "as-of", str(clock.today() - timedelta(days=1))]).output
    assert "样例评估" not in run(args=["list", "as-of", str(clock.today())]).output
    assert run(args=["list", "as-of", "2019-01-01"]).exit_code == 2


def test_a_city_enters_its_own_regions_and_zones(app: Flask, tmp_path: Path) -> None:
    regions, zones = tmp_path / "regions.csv", tmp_path / "zones.csv"
    regions.write_text(
        "code,level,parent_code,name_zh,name_en\n990200,prefecture,,样例州,Sample\n990201,county,990200,样例县,County\n",
        encoding="utf-8",
    )
    zones.write_text("code,region_code,name_zh,name_en\nZ-1,990201,样例园区,Park\n", encoding="gb18030")
    run = app.test_cli_runner().invoke
    assert "2 regions" in run(args=["list", "regions", str(regions)]).output
    assert "2 regions" in run(args=["list", "regions", str(regions)]).output
    assert "1 zones" in run(args=["list", "zones", str(zones)]).output
    regions.write_text("code,level,parent_code,name_zh,name_en\n９９,county,990200,x,x\n", encoding="utf-8")
    refused = run(args=["list", "regions", str(regions)])
    assert (refused.exit_code, "place.bad_row" in refused.stderr) == (2, True)


def test_what_no_file_brings_stays_as_in_the_edition_in_force(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    with app.app_context():
        for role in (Role.LIST_EDITOR, Role.LIST_APPROVER):
            make_person(role=role)
    data = Path("market/catalogue/data")
    assert (
        run(
            args=["list", "import", str(data / "items.csv"), "--schedules", str(data / "price_schedules.json")]
        ).exit_code
        == 0
    )
    assert run(args=["list", "submit", "1"]).exit_code == 0
    assert run(args=["list", "publish", "1"]).exit_code == 0
    bare = tmp_path / "items.csv"
    bare.write_bytes((data / "items.csv").read_bytes())
    assert run(args=["list", "import", str(bare)]).exit_code == 0
    assert json.loads(run(args=["list", "diff", "1", "2", "--json"]).output)["unchanged"] == 131
