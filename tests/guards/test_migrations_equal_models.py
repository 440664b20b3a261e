"""The migrations that ship make exactly the tables that the models say: columns, keys, CHECKs and indexes."""

import re
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.pool import NullPool

from market.app import create_app
from market.store.db import db
from market.store.schema import create_all
from tests.databases import configuration_for


def plain(text: str) -> str:
    return re.sub(r"[\s()\"]+", "", text)


def _options(index: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in index.get("dialect_options", {}).items()))


def described(engine: Engine) -> dict[str, dict[str, Any]]:
    found = inspect(engine)
    tables = {}
    for table in set(found.get_table_names()) - {"alembic_version"}:
        tables[table] = {
            "columns": {(one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table)},
            "key": tuple(found.get_pk_constraint(table)["constrained_columns"]),
            "links": {
                (tuple(one["constrained_columns"]), one["referred_table"], tuple(one["referred_columns"]))
                for one in found.get_foreign_keys(table)
            },
            "unique": {tuple(one["column_names"]) for one in found.get_unique_constraints(table)},
            "checks": {(one["name"], plain(one["sqltext"])) for one in found.get_check_constraints(table)},
            "indexes": {
                (one["name"], tuple(one["column_names"]), one["unique"], _options(one))
                for one in found.get_indexes(table)
            },
        }
    return tables


def test_shipped_migrations_equal_the_models(empty_database: str, tmp_path: Path) -> None:
    app = create_app(configuration_for(empty_database, tmp_path))
    engine = create_engine(empty_database, poolclass=NullPool)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    migrated = described(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    if engine.dialect.name == "sqlite":
        engine.dispose()
        engine = create_engine(f"sqlite:///{tmp_path / 'models.sqlite'}", poolclass=NullPool)
    create_all(engine)
    modelled = described(engine)
    engine.dispose()
    assert set(migrated) == set(modelled)
    for table, said in modelled.items():
        assert migrated[table] == said, table
