"""Triggers: what happened stays, by every door, raw SQL included.

A table says in `info` what is frozen; `install` writes the triggers for the dialect at hand and is called after every
upgrade, because Alembic's batch mode drops a table's triggers without a word. `expected` lets a test compare.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, Table, text

from market.base.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class Frozen:
    """Rows of the table cannot be deleted, and no column but those in `but` can be updated.

    `when` is an SQL condition on OLD; without it the law holds from the row's birth. `arrives` is a condition on NEW
    under which an UPDATE is refused as well: a row must not be moved to where it would be frozen.
    """

    but: tuple[str, ...] = ()
    when: str = ""
    arrives: str = ""


@dataclass(frozen=True, slots=True)
class Refuses:
    """An INSERT is refused with `code` when the SQL condition on NEW holds; or each of the `events` named.

    `china_date(moment)` in a condition is the day in China, which the two databases write differently.
    """

    code: str
    when: str
    events: tuple[str, ...] = ("INSERT",)


@dataclass(frozen=True, slots=True)
class Follows:
    """Every row written is followed by the SQL statement, in which NEW is the row; whichever door wrote it."""

    statement: str


@dataclass(frozen=True, slots=True)
class Moves:
    """A row begins in a lifecycle's first state and changes it only by its moves; triggers made from its one table."""

    lifecycle: Lifecycle


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger in words that both dialects can be written from; without a message it refuses nothing, but `does`."""

    name: str
    table: str
    event: str
    when: str
    message: str
    does: str = ""


def expected(metadata: MetaData) -> list[Trigger]:
    """Every trigger that the models ask for, by name."""
    return sorted((t for table in metadata.tables.values() for t in _of(table)), key=lambda trigger: trigger.name)


def _of(table: Table) -> Iterator[Trigger]:
    for number, frozen in enumerate(_several(table.info.get("frozen", ())), 1):
        columns = ", ".join(column.name for column in table.columns if column.name not in frozen.but)
        message = f"frozen:{table.name}"
        update = f"({frozen.when}) OR ({frozen.arrives})" if frozen.arrives else frozen.when
        suffix = "" if number == 1 else str(number)
        yield Trigger(f"{table.name}_stays{suffix}", table.name, f"UPDATE OF {columns}", update, message)
        yield Trigger(f"{table.name}_kept{suffix}", table.name, "DELETE", frozen.when, message)
    moves: Moves | None = table.info.get("moves")
    if moves is not None:
        lawful = {(source, move.target) for move in moves.lifecycle.moves for source in move.sources}
        pairs = " OR ".join(f"OLD.state = '{old}' AND NEW.state = '{new}'" for old, new in sorted(lawful))
        unlawful = f"OLD.state <> NEW.state AND NOT ({pairs})"
        yield Trigger(f"{table.name}_moves", table.name, "UPDATE OF state", unlawful, "refused:store.no_such_move")
        begun = f"NEW.state <> '{moves.lifecycle.states[0]}'"
        # PostgreSQL fires by name: whoever says more about the same row speaks before.
        yield Trigger(f"{table.name}_within_life", table.name, "INSERT", begun, "refused:store.no_such_move")
    for refuses in table.info.get("refuses", ()):
        for event in refuses.events:
            name = f"{table.name}_{refuses.code.replace('.', '_')}"
            name += "" if event == "INSERT" else "_later"
            yield Trigger(name, table.name, event, refuses.when, f"refused:{refuses.code}")
    follows: Follows | None = table.info.get("follows")
    if follows is not None:
        yield Trigger(f"{table.name}_followed", table.name, "INSERT", "", "", follows.statement)


def _several(frozen: Frozen | tuple[Frozen, ...]) -> tuple[Frozen, ...]:
    return (frozen,) if isinstance(frozen, Frozen) else frozen


_CHINA_DATE = re.compile(r"china_date\(([\w.]+)\)")
_TABLE = re.compile(r"\b(FROM|JOIN) (?=\w)")


def install(connection: Connection, metadata: MetaData) -> None:
    """Drop and write every expected trigger."""
    for trigger in expected(metadata):
        statements = _sqlite(trigger) if connection.dialect.name == "sqlite" else _postgresql(trigger)
        for statement in statements:
            connection.execute(text(statement.replace(":", r"\:")))


def drop_triggers(connection: Connection) -> None:
    """Take every trigger off a SQLite database, for a migration that `install` follows."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    for name in names:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def _sqlite(trigger: Trigger) -> list[str]:
    condition = _CHINA_DATE.sub(r"date(\1, '+8 hours')", trigger.when)
    when = f" WHEN {condition}" if condition else ""
    moment, does = ("AFTER", trigger.does) if trigger.does else ("BEFORE", f"SELECT RAISE(ABORT, '{trigger.message}')")
    return [
        f"DROP TRIGGER IF EXISTS {trigger.name}",
        f"CREATE TRIGGER {trigger.name} {moment} {trigger.event} ON {trigger.table} FOR EACH ROW{when} BEGIN {does}; END",
    ]


def _postgresql(trigger: Trigger) -> list[str]:
    condition = _CHINA_DATE.sub(r"(\1 AT TIME ZONE 'Asia/Shanghai')::date", trigger.when)
    # Otherwise a temporary table of the same name would answer in place of ours. (To pin the function's search_path
    # does the same, and costs a third of the time of a million rows.)
    condition = _TABLE.sub(r"\1 public.", condition)
    answer = "OLD" if trigger.event == "DELETE" else "NEW"
    raises = (
        f"RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'integrity_constraint_violation',"
        f" CONSTRAINT = '{trigger.message}';"
    )
    # What needs no other row is asked before the function is called, which a million rows at a time are thankful for;
    # a WHEN clause may not hold a subquery, so such a condition moves into the function's body.
    asks = "SELECT" in condition
    when = f" WHEN ({condition})" if condition and not asks else ""
    body = f"IF {condition} THEN {raises} END IF; RETURN {answer};" if asks else raises
    moment = "BEFORE"
    if trigger.does:
        moment, body = "AFTER", f"{trigger.does}; RETURN NULL;"
    statements = [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}",
        f"CREATE TRIGGER {trigger.name} {moment} {trigger.event} ON {trigger.table}"
        f" FOR EACH ROW{when} EXECUTE FUNCTION {trigger.name}()",
    ]
    if trigger.event == "DELETE":
        statements += [
            f"CREATE OR REPLACE FUNCTION {trigger.table}_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'integrity_constraint_violation',"
            f" CONSTRAINT = '{trigger.message}'; END $$",
            f"DROP TRIGGER IF EXISTS {trigger.table}_never_emptied ON {trigger.table}",
            f"CREATE TRIGGER {trigger.table}_never_emptied BEFORE TRUNCATE ON {trigger.table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {trigger.table}_never_emptied()",
        ]
    return statements
