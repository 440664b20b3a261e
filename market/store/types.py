"""Column types and constraint makers. SQLite tables are STRICT, so every type there is INTEGER or TEXT."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Boolean, CheckConstraint, Date, DateTime, Dialect, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeEngine

LARGEST_KEY = 2**63 - 1
"""The largest whole number that both databases hold; asking them for a larger one is an error and no answer."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps it as sortable ISO text, PostgreSQL as timestamptz."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody can know what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite cannot keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


GAP = "·"
"""Stands between two tokens that are no neighbours; itself no token that anybody looks for."""
_LAST_POSITION = 16383


class Tokens(TypeDecorator[Sequence[str]]):
    """Tokens of a full text in their order, without blanks in them; `GAP` parts neighbours. Written, never read.

    A text parted by blanks on SQLite, a tsvector with positions on PostgreSQL.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the dialect's type."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        """Write the tokens as the dialect reads them."""
        if value is None or dialect.name != "postgresql":
            return None if value is None else " ".join(value)
        placed = ((token, min(at, _LAST_POSITION)) for at, token in enumerate(value, 1) if token != GAP)
        return " ".join(f"{quoted(token)}:{at}" for token, at in placed)


def quoted(token: str) -> str:
    """`token` as a lexeme of a tsvector or a tsquery."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


@compiles(String, "sqlite")
@compiles(Text, "sqlite")
@compiles(DateTime, "sqlite")
@compiles(Date, "sqlite")
@compiles(JSON, "sqlite")
def _text(_type: Any, _compiler: Any, **_: Any) -> str:
    return "TEXT"


@compiles(BigInteger, "sqlite")
@compiles(Boolean, "sqlite")
def _integer(_type: Any, _compiler: Any, **_: Any) -> str:
    return "INTEGER"


Key = Annotated[int, mapped_column(BigInteger, primary_key=True)]
Whole = Annotated[int, mapped_column(BigInteger)]
Code = Annotated[str, mapped_column(String(64))]
Line = Annotated[str, mapped_column(String(300))]
Prose = Annotated[str, mapped_column(Text)]
Instant = Annotated[datetime, mapped_column(Moment)]
Facts = Annotated[dict[str, Any], mapped_column(JSON)]


def one_of(column: str, values: Iterable[str], name: str) -> CheckConstraint:
    """A CHECK that `column` holds one of an enum's values; the SQL is made from the enum so the two cannot drift."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)
