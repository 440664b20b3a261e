"""The cheating operator: whoever owns the tables can take their triggers off and write what he likes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool


def past_the_laws(owner_url: str, *statements: str) -> None:
    """Run statements as the tables' owner, with every trigger off; afterwards they are on again, as if nothing was."""
    _as_owner(owner_url, lambda offs, ons: (*offs, *statements, *ons))


@contextmanager
def without_laws(owner_url: str) -> Iterator[Callable[..., None]]:
    """Yield a function that runs statements as the tables' owner; every trigger is off until the end."""
    laws: list[str] = []
    _as_owner(owner_url, lambda offs, ons: (laws.extend(ons), offs)[1])
    yield lambda *statements: _as_owner(owner_url, lambda _offs, _ons: statements)
    _as_owner(owner_url, lambda _offs, _ons: laws)


def _as_owner(owner_url: str, chosen: Callable[[list[str], list[str]], Iterable[str]]) -> None:
    engine = create_engine(owner_url, poolclass=NullPool, execution_options={"writes": True})
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            laws = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            offs, ons = [f'DROP TRIGGER "{name}"' for name, _ in laws], [sql for _, sql in laws]
        else:
            named = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            names = connection.execute(named).scalars().all()
            offs, ons = (
                [f'ALTER TABLE "{name}" {able} TRIGGER USER' for name in names] for able in ("DISABLE", "ENABLE")
            )
        for statement in chosen(offs, ons):
            connection.execute(text(statement.replace(":", r"\:")))
    engine.dispose()
