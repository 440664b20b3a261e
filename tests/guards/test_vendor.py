"""Front-end files and Python packages are exactly the ones that were chosen, and no address of a registry is told."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
LOCK = json.loads((VENDOR / "vendor.lock.json").read_text(encoding="utf-8"))
COMPILED = ("base", "test", "fast", "uv")


@pytest.mark.parametrize("row", LOCK, ids=lambda row: row["file"])
def test_a_vendored_file_is_what_its_lock_says(row: dict[str, str]) -> None:
    content = (VENDOR / row["file"]).read_bytes()
    assert row["sha384"] == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def test_no_vendored_file_is_without_a_lock() -> None:
    folders = [path for path in VENDOR.iterdir() if path.is_dir() and path.name != "node_modules"]
    files = {path.relative_to(VENDOR).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert files == {row["file"] for row in LOCK}


def test_the_lock_has_the_exact_version_that_package_json_asks_for() -> None:
    wanted = json.loads((VENDOR / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert {(row["file"].split("/")[0], row["version"]) for row in LOCK} == {
        (f"{name}-{version}", version) for name, version in wanted.items()
    }


@pytest.mark.parametrize("name", COMPILED)
def test_every_python_package_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.findall(r"^\S.*?(?=^\S|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    loose = [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert not loose


@pytest.mark.parametrize("name", COMPILED)
def test_what_is_asked_for_was_compiled(name: str) -> None:
    asked = _asked(ROOT / "requirements" / f"{name}.in")
    assert asked <= _pinned(name).keys()


def test_tests_run_on_the_packages_that_are_served() -> None:
    assert _pinned("base").items() <= _pinned("test").items()


def _pinned(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {found[1]: found[2] for found in re.finditer(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", text, flags=re.MULTILINE)}


def _asked(file: Path) -> set[str]:
    names: set[str] = set()
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            names |= _asked(file.with_name(line.removeprefix("-r ").strip()))
        elif line and line[0].isalnum():
            names.add(re.split(r"[\[=<>~ ]", line)[0].lower())
    return names


def test_no_registry_address_is_committed() -> None:
    files = [*(ROOT / "requirements").iterdir(), VENDOR / "package-lock.json"]
    telling = [f.name for f in files if re.search(r"index-url|find-links|resolved\"|file://", f.read_text("utf-8"))]
    assert not telling
