"""The database: base class, naming convention, SQLite's pragmas, and the transactions' beginning."""

from typing import Any, ClassVar

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import Pool

from market.store import turns

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table: singular name, bigint key, STRICT on SQLite."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {int: BigInteger}


@event.listens_for(Base.metadata, "before_create")
def _strict(metadata: MetaData, _connection: Any, **_: Any) -> None:
    make_strict(metadata)


def make_strict(metadata: MetaData) -> None:
    """Mark every table STRICT on SQLite; otherwise an integer column would take 300000000.5."""
    for table in metadata.tables.values():
        table.dialect_options["sqlite"]["strict"] = True


db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate(directory="market/store/migrations", render_as_batch=True, compare_type=True)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None  # BEGIN is ours, see below
    cursor = connection.cursor()
    # recursive_triggers: without it INSERT OR REPLACE removes rows behind the triggers that keep them. cache_size (32
    # MB) and mmap_size (2 GB): a page that compares thousands of prices reads more than the 2 MB of old, and what the
    # cache does not hold is read from the system's own pages without being copied. Writes go their usual way.
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "busy_timeout=5000",
        "synchronous=NORMAL",
        "recursive_triggers=ON",
        "cache_size=-32768",
        "mmap_size=2147418112",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    turns.join(connection, record.info)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes")
        if writes:
            turns.queue_up(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@event.listens_for(Engine, "rollback")
def _keep_prepared(connection: Any) -> None:
    """Let psycopg keep the statements that it has prepared: it forgets all of them when a transaction is rolled back.

    Every request that only reads ends so, and PostgreSQL takes longer to plan its statements than to run most of them.
    What has no transaction number has written nothing; to commit it is the same as to roll it back.
    """
    given = connection.connection.dbapi_connection
    if connection.dialect.driver != "psycopg" or given.info.transaction_status.name != "INTRANS":
        return
    if given.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,):
        given.execute("COMMIT", prepare=False)


@event.listens_for(Pool, "checkin")
def _give_turn(_connection: Any, record: Any) -> None:
    turns.next_one(record.info)


@event.listens_for(Pool, "close")
def _leave_queue(_connection: Any, record: Any) -> None:
    turns.leave(record.info)
