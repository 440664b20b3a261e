"""The import law of the house: floors by import-linter, and what a floor cannot say, by reading the syntax trees."""

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MARKET = ROOT / "market"
SOURCES = sorted(path for path in MARKET.rglob("*.py") if "migrations" not in path.parts)

WEB_KIT = {"flask", "flask_login", "flask_wtf", "flask_babel", "wtforms"}
WEB_FLOORS = {"web", "pages", "api", "cli"}
FORBIDDEN_NAMES = {"utils", "helpers", "services", "managers", "common", "misc", "dao"}
LINES = 350


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of every module that the file imports (for `from a import b`: a and a.b)."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def roots(path: Path) -> Iterator[tuple[int, str]]:
    yield from ((line, name.split(".")[0]) for line, name in imported(path))


def place(path: Path) -> tuple[str, str]:
    """Return the domain and the layer of a file: market/fees/actions/pay.py is in ("fees", "actions")."""
    parts = path.relative_to(MARKET).with_suffix("").parts
    return parts[0], parts[1] if len(parts) > 1 else ""


def say(path: Path, line: int, what: str) -> str:
    return f"{path.relative_to(ROOT)}:{line} {what}"


def none_of(found: list[str]) -> None:
    if found:
        pytest.fail("\n".join(sorted(set(found))), pytrace=False)


def test_imports_go_down_the_floors_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_no_import_stands_inside_a_function() -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    none_of(
        [
            say(path, inner.lineno, "imports inside a function")
            for path in SOURCES
            for node in ast.walk(tree_of(path))
            if isinstance(node, functions)
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ]
    )


def test_no_module_escapes_by_type_checking_or_star() -> None:
    found = [say(path, line, "imports *") for path in SOURCES for line, name in imported(path) if name.endswith(".*")]
    found += [say(path, 1, "names TYPE_CHECKING") for path in SOURCES if "TYPE_CHECKING" in path.read_text("utf-8")]
    none_of(found)


def test_a_domain_keeps_its_forms_and_views_to_itself() -> None:
    found = []
    for path in SOURCES:
        domain, _ = place(path)
        for line, name in imported(path):
            parts = name.split(".")
            theirs = parts[0] == "market" and len(parts) > 2 and parts[2] in ("forms", "views")
            # web.forms is the base that every domain's forms stand on; app registers the views
            if theirs and parts[1] not in (domain, "web") and domain != "app":
                found.append(say(path, line, f"imports {name}"))
    none_of(found)


def test_only_doors_know_the_web() -> None:
    found = []
    for path in SOURCES:
        domain, layer = place(path)
        if domain in WEB_FLOORS or domain == "app" or layer in ("forms", "views"):
            continue
        found += [say(path, line, f"imports {name}") for line, name in roots(path) if name in WEB_KIT]
    none_of(found)


@pytest.mark.parametrize(
    ("library", "owner"),
    [
        ("whoosh", "search"),
        ("jieba", "search"),
        ("rjieba", "search"),
        ("flask_sqlalchemy", "store"),
        ("flask_migrate", "store"),
    ],
)
def test_a_library_stays_behind_its_one_package(library: str, owner: str) -> None:
    none_of(
        [
            say(path, line, f"imports {library}")
            for path in SOURCES
            if place(path)[0] != owner
            for line, name in roots(path)
            if name == library
        ]
    )


def test_the_session_is_used_in_queries_actions_and_store_only() -> None:
    found = []
    for path in SOURCES:
        domain, layer = place(path)
        if domain == "store" or layer in ("queries", "actions"):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr == "session" and getattr(node.value, "id", "") == "db":
                found.append(say(path, node.lineno, "uses db.session"))
    none_of(found)


def test_no_file_has_a_name_that_says_nothing() -> None:
    none_of(
        [
            say(path, 1, "says nothing")
            for path in SOURCES
            if set(path.parts) & FORBIDDEN_NAMES or path.stem in FORBIDDEN_NAMES
        ]
    )


def test_a_file_that_outgrows_its_reader_becomes_a_folder() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    none_of([say(path, length, "lines are too many") for path, length in lengths.items() if length > LINES])
