"""A request says where the work is done.

Revision 0208, after 0207.
"""

import sqlalchemy as sa
from alembic import op

revision = "0208"
down_revision = "0207"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the region; every request before it was for the whole area of the list."""
    op.add_column("request", sa.Column("region_code", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("request", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.alter_column(
            "region_code", existing_type=sa.String(length=64), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("request", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_column("region_code")


def _recreate() -> str:
    """SQLite copies the table; PostgreSQL changes it."""
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"
