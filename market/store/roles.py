"""The application's role on PostgreSQL owns nothing: it reads and writes rows, and that is all.

It can neither drop a trigger nor truncate a table, so the database's laws hold against the application too.
"""

from sqlalchemy import Connection, text

from market.store.db import Base


def grant_application_role(connection: Connection, role: str) -> None:
    """Give `role` exactly the rights to the rows of our tables; run by the tables' owner after every upgrade.

    The migrations' own table stays readable only. SQLite knows no roles: there, the call is refused with ValueError.
    """
    if connection.dialect.name != "postgresql":
        raise ValueError("roles exist on PostgreSQL only")
    quoted = connection.dialect.identifier_preparer.quote(role)
    tables = ", ".join(connection.dialect.identifier_preparer.format_table(t) for t in Base.metadata.sorted_tables)
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quoted}",
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
    ):
        connection.execute(text(statement))
