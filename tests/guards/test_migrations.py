"""Migrations run as the owner, put every trigger back and leave nothing of the law behind, on both databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import migrate, upgrade
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from market.app import MIGRATIONS, create_app
from market.store.db import Base, db
from market.store.fulltext import full_text_names
from market.store.guards import expected
from tests.databases import configuration_for


@pytest.fixture
def site(empty_database: str, tmp_path: Path) -> Iterator[Flask]:
    """Yield an application on a database without tables, with migrations written for the models as they are."""
    app = create_app(configuration_for(empty_database, tmp_path))
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("versions", "__pycache__"))
    (folder / "versions").mkdir()
    with app.app_context():
        app.extensions["migrate"].directory = str(folder)
        migrate(directory=str(folder), message="all tables")
        upgrade(directory=str(folder))
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def engine(site: Flask, empty_database: str) -> Iterator[Engine]:
    """Yield an engine on the migrated database."""
    engine = create_engine(empty_database, poolclass=NullPool)
    yield engine
    engine.dispose()


def triggers(engine: Engine) -> set[str]:
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname NOT LIKE '%never_emptied'",
    }
    with engine.connect() as connection:
        return set(connection.execute(text(names[engine.dialect.name])).scalars())


def test_a_migrated_database_has_every_table_and_every_trigger(engine: Engine) -> None:
    derived = full_text_names(Base.metadata)
    assert set(inspect(engine).get_table_names()) - derived == set(Base.metadata.tables) | {"alembic_version"}
    assert triggers(engine) - derived == {trigger.name for trigger in expected(Base.metadata)}


def test_every_table_is_strict_on_sqlite(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        loose = connection.execute(
            text("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0")
        ).scalars()
        assert set(loose) - {"sqlite_schema", "sqlite_temp_schema", "sqlite_sequence", "alembic_version"} == set()


def test_an_upgrade_with_nothing_to_do_puts_a_lost_trigger_back(site: Flask, engine: Engine) -> None:
    with engine.begin() as connection:
        on = "" if engine.dialect.name == "sqlite" else " ON journal_row"
        connection.execute(text(f"DROP TRIGGER journal_row_kept{on}"))
    assert "journal_row_kept" not in triggers(engine)
    upgrade(directory=site.extensions["migrate"].directory)
    assert "journal_row_kept" in triggers(engine)


def test_a_migration_that_breaks_a_link_is_rolled_back(
    site: Flask, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL checks its links at every statement
    broken = Path(site.extensions["migrate"].directory) / "versions" / "zz_broken.py"
    with engine.connect() as connection:
        last = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    broken.write_text(
        f"from alembic import op\nrevision, down_revision = 'zz', '{last}'\nbranch_labels = depends_on = None\n"
        "def upgrade():\n"
        "    op.execute(\"INSERT INTO session VALUES (1, 'x', 7, 7, '2026-01-01 00:00:00', '2026-01-01 00:00:00')\")\n"
    )
    with pytest.raises(SystemExit):
        upgrade(directory=site.extensions["migrate"].directory)
    assert "broke 2 links, the first in session" in caplog.text
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == last
        assert connection.execute(text("SELECT count(*) FROM session")).scalar_one() == 0
