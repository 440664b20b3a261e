"""What `flask setup` begins with: tables and seeds, made once and kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, update

from market.app import create_app
from market.cli.setup import seeds
from market.store.db import Base, db
from market.store.models import CalendarDay, DatedSetting
from market.store.schema import bring_up_to_date
from tests.databases import configuration_for


@pytest.fixture
def site(empty_database: str, tmp_path: Path) -> Iterator[Flask]:
    """Yield an application on a database without tables."""
    app = create_app(configuration_for(empty_database, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def rows() -> tuple[int, ...]:
    found = tuple(
        db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (DatedSetting, CalendarDay)
    )
    db.session.rollback()
    return found


def test_an_empty_database_gets_all_tables_settings_and_working_days(site: Flask) -> None:
    bring_up_to_date()
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())
    seeds()
    assert all(rows())


def test_a_second_run_changes_nothing_and_keeps_what_the_operator_set(site: Flask) -> None:
    bring_up_to_date()
    seeds()
    before = rows()
    key = "request.quoting_workdays"
    db.session.execute(update(DatedSetting).where(DatedSetting.key == key).values(value=7))
    db.session.commit()
    bring_up_to_date()
    seeds()
    assert rows() == before
    assert db.session.scalar(select(DatedSetting.value).where(DatedSetting.key == key)) == 7
    db.session.rollback()
