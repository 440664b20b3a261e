"""Uploads of the list.

Revision 0150, after 0140.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0150"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "list_import",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", Moment(timezone=True), nullable=False),
        sa.Column("checked_at", Moment(timezone=True), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("edition_number", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'checking', 'refused', 'drafted', 'failed')", name="list_import_state_known"
        ),
        sa.CheckConstraint("done >= 0 AND done <= total", name="list_import_progress"),
        sa.CheckConstraint(
            "(state = 'drafted') = (edition_number IS NOT NULL)", name="list_import_drafted_has_edition"
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_list_import_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_import")),
        sqlite_strict=True,
    )
    op.create_index("ix_list_import_state", "list_import", ["state"], unique=False)
    op.create_table(
        "list_import_file",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "role IN ('items', 'schedules', 'links', 'cleaned_up')", name="list_import_file_role_known"
        ),
        sa.ForeignKeyConstraint(["import_id"], ["list_import.id"], name=op.f("fk_list_import_file_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_import_file")),
        sa.UniqueConstraint("import_id", "role", name=op.f("uq_list_import_file_import_id_role")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("list_import_file")
    op.drop_index("ix_list_import_state", table_name="list_import")
    op.drop_table("list_import")
