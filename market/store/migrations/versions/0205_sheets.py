"""Sheets with agencies, papers and prices.

Revision 0205, after 0204. The trigger by which nobody decides on what he handed in himself comes with `install`.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0205"
down_revision = "0204"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "sheet_upload",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", Moment(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("bad", sa.JSON(), nullable=False),
        sa.Column("written_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('own', 'entry')", name=op.f("sheet_upload_purpose_known")),
        sa.CheckConstraint(
            "state IN ('handed_in', 'refused', 'ready', 'written')", name=op.f("sheet_upload_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'written') = (written_at IS NOT NULL)", name=op.f("sheet_upload_written_has_date")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("sheet_upload_sha256")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_sheet_upload_organisation_id")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_sheet_upload_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_upload")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_sheet_upload_organisation_id_purpose", "sheet_upload", ["organisation_id", "purpose"], unique=False
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_sheet_upload_organisation_id_purpose", table_name="sheet_upload")
    op.drop_table("sheet_upload")
