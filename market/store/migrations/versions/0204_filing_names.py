"""An application says the agency's name: a change of it is checked like any other, and what was said stays.

Revision 0204, after 0202.
"""

import sqlalchemy as sa
from alembic import op

revision = "0204"
down_revision = "0202"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the name; until now an admitted agency had one only, so every application said the one it has."""
    _drop_triggers()
    op.add_column("filing", sa.Column("name", sa.String(length=300), nullable=False, server_default=""))
    op.execute(
        sa.text(
            "UPDATE filing SET name = (SELECT organisation.name FROM agency"
            " JOIN organisation ON organisation.id = agency.organisation_id WHERE agency.id = filing.agency_id)"
        )
    )
    with op.batch_alter_table("filing", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.alter_column("name", existing_type=sa.String(length=300), existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Take it away; former names are then in the journal only."""
    _drop_triggers()
    with op.batch_alter_table("filing", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_column("name")


def _recreate() -> str:
    """SQLite copies the table; PostgreSQL changes it."""
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"


def _drop_triggers() -> None:
    """Drop every trigger: none may hold a row that is filled in here. All are written again by an upgrade."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for name in bind.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            op.execute(sa.text(f"DROP TRIGGER {name}"))
        return
    ours = sa.text("SELECT tgname, CAST(tgrelid AS regclass) FROM pg_trigger WHERE NOT tgisinternal")
    for name, table in bind.execute(ours).all():
        op.execute(sa.text(f"DROP TRIGGER {name} ON {table}"))
