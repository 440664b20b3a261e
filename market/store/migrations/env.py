"""Runs migrations as the tables' owner, and puts back what a migration may have taken away.

On SQLite a table is changed by copying it, so foreign keys are off (said before BEGIN: inside it the pragma does
nothing) and checked afterwards. A copy cannot take its table's name while a trigger elsewhere still speaks of that
table, so all triggers are dropped before, and `install` writes them again after every upgrade. On PostgreSQL the application's role gets its rights to new tables.
"""

from alembic import context
from alembic.operations.ops import CreateTableOp, MigrationScript
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from market.store.db import Base, db, make_strict
from market.store.fulltext import full_text_names, install_full_text
from market.store.guards import drop_triggers, install
from market.store.roles import grant_application_role


def migrate() -> None:
    """Run what Alembic's command asks for, in one transaction."""
    owner = current_app.config["OWNER_DATABASE_URL"] or db.engine.url
    engine = create_engine(owner, poolclass=NullPool, execution_options={"writes": True})
    make_strict(Base.metadata)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transactional_ddl=True,
            process_revision_directives=_without_info,
            include_name=_is_modelled,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            if sqlite and _upgrades():
                drop_triggers(connection)
            context.run_migrations()
            if _upgrades():
                install(connection, Base.metadata)
                install_full_text(connection, Base.metadata)
                _check_links(connection) if sqlite else _grant(connection)


def _without_info(_context: MigrationContext, _revision: object, directives: list[MigrationScript]) -> None:
    # A table's `info` speaks to `install`, not to the database.
    for script in directives:
        for step in script.upgrade_ops.ops:
            if isinstance(step, CreateTableOp):
                step.info = {}
                step.kw.pop("info", None)


def _is_modelled(name: str | None, _kind: str, _parents: object) -> bool:
    # What full text derives from a table is made by `install_full_text`, not by migrations.
    return name not in full_text_names(Base.metadata)


def _upgrades() -> bool:
    # Alembic runs this file for `check` and `migrate` too, which must not write.
    return context.get_context().opts["fn"].__name__ == "upgrade"


def _check_links(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"the migration broke {len(broken)} links, the first in {broken[0][0]}")


def _grant(connection: Connection) -> None:
    role = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).username
    if role and role != connection.engine.url.username:
        grant_application_role(connection, role)


if context.is_offline_mode():
    raise SystemExit("Migrations read the database; they are not printed as SQL.")
migrate()
