"""`flask list price` without a database: what it prints and how it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from market.cli.list_price import price

WORKS = "cn-jjg-2002-1980-works"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(price, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def answer(*arguments: str) -> dict[str, Any]:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_the_price_of_a_published_example_is_one_json_object() -> None:
    found = answer("--schedule", WORKS, "--quantity", "6000")
    assert found["base_fen"] == 22_550_000
    assert found["floor_fen"] == 18_040_000
    assert found["ceiling_fen"] == 27_060_000
    assert (found["status"], found["unit"], found["quantity"]) == ("reference", "万元", 6000)
    assert all({"step", "text"} <= set(step) for step in found["trace"])


@pytest.mark.parametrize(
    ("typed", "written"), [("６０００", "6000"), ("6,000", "6000"), ("0.000001", "0.000001"), ("6000.50", "6000.50")]
)
def test_the_quantity_is_printed_as_the_number_that_was_given(typed: str, written: str) -> None:
    _, out, _ = run("--schedule", WORKS, "--quantity", typed, "--json")
    assert f'"quantity": {written}}}' in out


def test_a_file_elsewhere_is_read(tmp_path: Path) -> None:
    brackets = [{"from": 0, "to": None, "rate_percent": 2}]
    row = {"id": "mine", "title_zh": "x", "in_force": None, "method": "progressive", "unit": "元", "base": "价款（元）"}
    path = tmp_path / "schedules.json"
    path.write_text("\ufeff" + json.dumps({"schedules": [{**row, "brackets": brackets}]}), encoding="utf-8")
    found = answer("--schedules", str(path), "--schedule", "mine", "--quantity", "100")
    assert (found["base_fen"], found["status"]) == (200, "unknown")


def test_where_no_price_is_published_the_values_are_null_and_the_reason_is_said() -> None:
    found = answer("--schedule", "cn-jjg-1999-1283-proposal", "--quantity", "60")
    assert [found[name] for name in ("base_fen", "floor_fen", "ceiling_fen")] == [None] * 3
    assert found["reason"].startswith("Price not published there")


def test_without_json_a_person_sees_a_table_and_the_trace() -> None:
    code, out, _ = run("--schedule", WORKS, "--quantity", "6000")
    assert code == 0
    assert "floor     ¥180,400.00" in out
    assert "4000 万元 above 1000 万元 at 0.35%: ¥140,000.00" in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--schedule", "nope", "--quantity", "1"], "schedules.unknown"),
        (["--schedule", "gd-2023-forensic", "--quantity", "1"], "schedule.no_brackets"),
        (["--schedules", "/does/not/exist", "--schedule", WORKS, "--quantity", "1"], "schedules.no_file"),
        (["--schedules", "/", "--schedule", WORKS, "--quantity", "1"], "schedules.no_file"),
        (["--schedule", WORKS, "--quantity", "abc"], "price.quantity_unreadable"),
        (["--schedule", WORKS, "--quantity", "a\nb"], "price.quantity_unreadable"),
        (["--schedule", WORKS, "--quantity", "1e999"], "price.quantity_unreadable"),
        (["--schedule", WORKS, "--quantity", "-1"], "price.quantity_not_positive"),
        (["--schedule", WORKS, "--quantity", "0"], "price.quantity_not_positive"),
        (["--schedule", WORKS, "--quantity", "0.0000001"], "price.quantity_too_precise"),
        (["--schedule", WORKS, "--quantity", "9" * 30], "price.quantity_too_large"),
        (["--schedule", WORKS], "price.quantity_needed"),
        (["--quantity", "1"], "price.schedule_needed"),
        (["--schedule", WORKS, "--quantity", "1", "--item", "x"], "price.item_unknown"),
        (["--schedule", "cn-2004-geohazard-report", "--quantity", "1"], "price.item_needed"),
        (["--schedule", WORKS, "--quantity", "1", "--coefficient", "1.5"], "price.coefficient_not_in_set"),
        (["--schedule", "cn-jjg-2002-10-design", "--quantity", "199"], "price.quantity_outside"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_refusal_is_exit_2_and_one_line_on_standard_error(arguments: list[str], code: str, form: list[str]) -> None:
    exit_code, out, err = run(*arguments, *form)
    assert (exit_code, out) == (2, "")
    assert err.startswith(f"{code}: ")
    assert err.count("\n") == 1


def test_a_lawful_coefficient_multiplies() -> None:
    found = answer(
        "--schedule", "cn-2004-geohazard-report", "--item", "报告编制 一级", "--quantity", "1", "--coefficient", "1.5"
    )
    assert (found["base_fen"], found["ceiling_fen"], found["coefficient"]) == (8_000_000, 12_000_000, "1.5")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schedules.json"
    path.write_bytes(b"\xff\xfe\x00")
    code, _, err = run("--schedules", str(path), "--schedule", WORKS, "--quantity", "1")
    assert code == 2
    assert err.startswith("schedules.no_file: ")


def mine(tmp_path: Path, **cells: Any) -> str:
    """A file with one schedule of tiers in yuan: 10 % up to 100, 5 % above."""
    brackets = [{"from": 0, "to": 100, "rate_percent": 10}, {"from": 100, "to": None, "rate_percent": 5}]
    row = {"id": "mine", "title_zh": "x", "in_force": True, "method": "progressive", "unit": "元", "base": "价款（元）"}
    path = tmp_path / "schedules.json"
    path.write_text(json.dumps({"schedules": [{**row, "brackets": brackets, **cells}]}), encoding="utf-8")
    return str(path)


def test_block_or_slab_and_the_rounding_are_part_of_the_answer(tmp_path: Path) -> None:
    block = answer("--schedules", mine(tmp_path), "--schedule", "mine", "--quantity", "101")
    assert (block["ceiling_fen"], block["mode"], block["rounding"]) == (1005, "block", "half_up")
    slab = answer("--schedules", mine(tmp_path, mode="slab", rounding="up"), "--schedule", "mine", "--quantity", "101")
    assert (slab["ceiling_fen"], slab["mode"], slab["rounding"]) == (505, "slab", "up")


def test_a_text_that_is_not_applied_stands_among_the_remarks_and_in_the_trace(tmp_path: Path) -> None:
    said = "疑难项目另行协商"
    found = answer("--schedules", mine(tmp_path, float_range=said), "--schedule", "mine", "--quantity", "1")
    assert found["remarks"] == [said]
    assert any(step["step"] == "unapplied" and said in step["text"] for step in found["trace"])


def test_a_day_outside_those_of_the_price_is_refused(tmp_path: Path) -> None:
    path = mine(tmp_path, effective_from="2026-02-01", effective_until="2026-12-31")
    asked = ("--schedules", path, "--schedule", "mine", "--quantity", "1")
    found = answer(*asked, "--on", "2026-12-31")
    assert (found["effective_from"], found["effective_until"]) == ("2026-02-01", "2026-12-31")
    assert answer(*asked)["ceiling_fen"] == 10
    for day, word in (("2026-01-31", "takes effect"), ("2027-01-01", "was in force until")):
        code, out, err = run(*asked, "--on", day)
        assert (code != 0, out) == (True, "")
        assert word in err


def test_a_coefficient_outside_its_set_is_refused_with_the_set_named(tmp_path: Path) -> None:
    path = mine(tmp_path, coefficients=[{"name_zh": "复杂程度", "values": [1, {"value": 1.15, "name_zh": "复杂"}]}])
    asked = ("--schedules", path, "--schedule", "mine", "--quantity", "100")
    found = answer(*asked, "--coefficient", "1.15")
    assert found["ceiling_fen"] == 1150
    assert any("复杂程度 1.15 复杂" in step["text"] for step in found["trace"])
    _, _, err = run(*asked, "--coefficient", "1.2")
    assert "复杂程度: 1, 1.15 复杂" in err
