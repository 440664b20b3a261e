"""Raw SQL by the application's own connection: what the database refuses when nobody asks the actions."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Table, select, text

from market.base.errors import Refusal
from market.store.db import Base, db
from market.store.transaction import transaction


def columns_of(model: type[Base], row_id: int) -> dict[str, Any]:
    """The stored columns of a row, without its key."""
    table: Table = model.__table__  # type: ignore[assignment]
    row = db.session.execute(select(table).where(table.c.id == row_id)).mappings().one()
    return {name: value for name, value in row.items() if name != "id"}


def insert(model: type[Base], values: Mapping[str, Any]) -> None:
    """INSERT a row as it is, past every action."""
    table: Table = model.__table__  # type: ignore[assignment]
    with transaction():
        db.session.execute(table.insert().values(**values))


def refused_insert(code: str, model: type[Base], values: Mapping[str, Any]) -> None:
    """The database refuses the row with `code`."""
    with pytest.raises(Refusal) as refusal:
        insert(model, values)
    assert refusal.value.code == code, (refusal.value.code, refusal.value.facts)


def refused_check(names: str, model: type[Base], values: Mapping[str, Any]) -> None:
    """A named CHECK (one of several in `names`) refuses the row, with or without a sentence of its own."""
    with pytest.raises(Refusal) as refusal:
        insert(model, values)
    said = {refusal.value.code, str(refusal.value.facts.get("name"))}
    assert said & set(names.split()), said


def refused_sql(code: str, statement: str, **values: Any) -> None:
    """The database refuses the statement with `code`."""
    with pytest.raises(Refusal) as refusal, transaction():
        db.session.execute(text(statement), values)
    assert refusal.value.code == code, (refusal.value.code, refusal.value.facts)


def run(statement: str, **values: Any) -> None:
    """Execute a statement as it is, past every action."""
    with transaction():
        db.session.execute(text(statement), values)
