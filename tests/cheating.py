"""The cheating operator: whoever owns the tables can take their triggers off and write what he likes."""

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool


def past_the_laws(owner_url: str, *statements: str) -> None:
    """Run statements as the tables' owner, with every trigger off. The laws stay off; the fixture makes tables anew."""
    engine = create_engine(owner_url, poolclass=NullPool, execution_options={"writes": True})
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            offs = [f'DROP TRIGGER "{name}"' for name in names]
        else:
            names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
            offs = [f'ALTER TABLE "{name}" DISABLE TRIGGER USER' for name in names]
        for statement in (*offs, *statements):
            connection.execute(text(statement.replace(":", r"\:")))
    engine.dispose()
