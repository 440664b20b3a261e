"""The scripts in the documentation do what their pages say."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from market.base.people import Actor, Role
from market.evaluation import queries
from market.evaluation.actions import DEMO_SCHEME, seed_scheme
from market.evaluation.rules import score
from market.journal.actions import record
from market.ratings.rules import Factor
from market.store.transaction import transaction
from tests.docs.pages import blocks
from tests.docs.written import DOCS, ROOT

LEVELS = ((5, 4, 3, 5, 4), (4, 4, 5, 2, 3), (1, 5, 5, 4, 4))
only_sqlite = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def run(script: str, *arguments: object, database: Path) -> str:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "MARKET_INSTANCE": str(database.parent)}
    environment["SEARCH_INDEX"] = str(database.parent / "index")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-", *map(str, arguments)],
        input=script, capture_output=True, text=True, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def file_of(app: Flask) -> Path:
    return Path(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database or "")


@pytest.fixture
def audited(app: Flask, tmp_path: Path) -> Path:
    """Return a copy of a database with acts in its journal, and one computed score."""
    with app.app_context():
        with transaction() as now:
            for act in ("agency.register", "agency.submit", "agency.admit"):
                record(act, "agency/AG-1", actor=Actor(7, Role.AGENCY, 3), payload={"名": act}, now=now)
            seed_scheme(now)
        rules = queries.rules_of(queries.scheme_of(DEMO_SCHEME))
    result = score([dict(zip(Factor, levels, strict=True)) for levels in LEVELS], rules)
    with sqlite3.connect(file_of(app)) as source, sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        source.backup(copy)
    for number, levels in enumerate(LEVELS, 1):
        said = ", ".join(f'"{factor}"' for factor in Factor)
        copy.execute(
            f"INSERT INTO rating (id, ref, contract_id, agency_id, organisation_id, {said}, comment, rated_at, rated_by)"
            " VALUES (?, ?, ?, 1, 1, ?, ?, ?, ?, ?, '', '2025-05-05 00:00:00', 1)",
            (number, f"r{number}", number, *levels),
        )
        copy.execute("INSERT INTO score_evidence (score_id, round_id, rating_id) VALUES (1, 1, ?)", [number])
    copy.execute(
        "INSERT INTO round (id, ref, year, scheme_id, state, opened_at, opened_by, row_version)"
        " VALUES (1, 'e', 2025, 1, 'open', '2026-01-01 00:00:00', 1, 1)"
    )
    copy.execute(
        "INSERT INTO score (id, round_id, agency_id, n, score_milli, grade, means) VALUES (1, 1, 1, 3, ?, ?, '{}')",
        (result.score_milli, result.grade),
    )
    copy.commit()
    copy.close()
    source.close()
    return tmp_path / "copy.sqlite"


@only_sqlite
def test_the_auditors_script_finds_nothing_wrong_in_what_was_not_touched(audited: Path) -> None:
    [script] = blocks(DOCS / "users" / "auditor.md", "python")
    lines = run(script, audited, database=audited).splitlines()
    assert [line.split(", ")[1] for line in lines] == ["0 wrong", "0 wrong"]
    assert lines[0].startswith("4 journal rows")
    assert lines[1].startswith("1 scores")


@only_sqlite
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE journal_row SET act = 'agency.return' WHERE act = 'agency.admit'", "agency.return"),
        ("UPDATE journal_row SET payload = '{}' WHERE act = 'agency.admit'", "agency.admit"),
        ("DELETE FROM journal_row WHERE act = 'agency.submit'", "agency.admit"),
        ("UPDATE score SET score_milli = score_milli + 1", "score 1"),
        ("UPDATE score SET grade = 'A'", "score 1"),
        ("UPDATE rating SET charge = 5", "score 1"),
    ],
)
def test_the_auditors_script_finds_what_was_changed(audited: Path, tmp_path: Path, change: str, found: str) -> None:
    spoiled = tmp_path / "spoiled.sqlite"
    shutil.copyfile(audited, spoiled)
    with sqlite3.connect(spoiled) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(change)
    database.close()
    [script] = blocks(DOCS / "users" / "auditor.md", "python")
    assert found in run(script, spoiled, database=spoiled)


@only_sqlite
def test_the_operators_commands_enter_the_first_people(app: Flask) -> None:
    page = (DOCS / "users" / "operator.md").read_text(encoding="utf-8")
    # Both halves of the page show some of them.
    named = dict.fromkeys(line for line in page.splitlines() if line.startswith("    flask people add"))
    lines = [line.split()[1:] for line in named]
    assert len(lines) == 6
    for words in lines:
        answer = app.test_cli_runner().invoke(args=[*words, "--password", "a long enough phrase 7"])
        assert answer.exit_code == 0, answer.output
    with sqlite3.connect(file_of(app)) as database:
        roles = [role for (role,) in database.execute("SELECT role FROM membership ORDER BY id").fetchall()]
    database.close()
    assert roles == [words[words.index("--role") + 1] for words in lines]
