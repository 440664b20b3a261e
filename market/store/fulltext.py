"""Full text in SQL: FTS5 on SQLite, a GIN index over a tsvector on PostgreSQL, both over tokens that we cut ourselves.

A table says in `info` which of its columns holds tokens (`types.Tokens`). What is searched by them is derived from that
column alone, so that it can be made anew at any time: on SQLite a virtual table that triggers keep, on PostgreSQL an
index. `install_full_text` writes both after every upgrade, as `guards.install` writes the law's triggers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData


@dataclass(frozen=True, slots=True)
class FullText:
    """`column` holds tokens; answers come in the order of `place`, a unique whole number of the table.

    `name` is the virtual table's on SQLite and the index's on PostgreSQL.
    """

    name: str
    column: str
    place: str


def full_texts(metadata: MetaData) -> Iterator[tuple[str, FullText]]:
    """Every table that is searched, with how."""
    for table in metadata.sorted_tables:
        if "full_text" in table.info:
            yield table.name, table.info["full_text"]


def full_text_names(metadata: MetaData) -> set[str]:
    """What `install_full_text` makes beside the models: tables and triggers of SQLite, the index of PostgreSQL."""
    parts = ("", "_data", "_idx", "_docsize", "_config", "_added", "_removed", "_changed")
    return {f"{text.name}{part}" for _, text in full_texts(metadata) for part in parts}


def install_full_text(connection: Connection, metadata: MetaData) -> None:
    """Make what is missing, and fill it from the rows that are there."""
    for table, text in full_texts(metadata):
        statements = _sqlite(table, text) if connection.dialect.name == "sqlite" else _postgresql(table, text)
        for statement in statements:
            connection.exec_driver_sql(statement)


def _postgresql(table: str, text: FullText) -> list[str]:
    return [
        # Without the list of pending entries no reader pays for the writers before it.
        f"CREATE INDEX IF NOT EXISTS {text.name} ON {table} USING gin ({text.column}) WITH (fastupdate = off)",
        # A planner that knows how common a token is reads the whole table for it, and does not know that to unpack
        # every row's tokens costs a hundred times what it reckons. Without statistics it takes the index.
        f"ALTER TABLE {table} ALTER COLUMN {text.column} SET STATISTICS 0",
    ]


def _sqlite(table: str, text: FullText) -> list[str]:
    name, column, place = text.name, text.column, text.place
    add = f"INSERT INTO {name} (rowid, {column}) VALUES (NEW.{place}, NEW.{column})"  # noqa: S608
    remove = f"INSERT INTO {name} ({name}, rowid, {column}) VALUES ('delete', OLD.{place}, OLD.{column})"  # noqa: S608
    # The tokenizer `ascii` takes every sign beyond ASCII for part of a token: ours are parted by blanks alone.
    made = f"fts5({column}, content='{table}', content_rowid='{place}', tokenize='ascii')"
    events = (("added", "INSERT", add), ("removed", "DELETE", remove), ("changed", "UPDATE", f"{remove}; {add}"))
    return [
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING {made}",
        *(f"DROP TRIGGER IF EXISTS {name}_{what}" for what, _, _ in events),
        *(f"CREATE TRIGGER {name}_{what} AFTER {event} ON {table} BEGIN {do}; END" for what, event, do in events),
        f"INSERT INTO {name} ({name}) VALUES ('rebuild')",  # noqa: S608
    ]
