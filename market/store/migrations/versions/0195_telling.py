"""What agencies were told of ends and rests.

Revision 0195, after 0190.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0195"
down_revision = "0190"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "end_told",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("days_before", sa.BigInteger(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("told_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("days_before >= 0", name=op.f("end_told_not_after")),
        sa.CheckConstraint("kind IN ('paper', 'practitioner')", name=op.f("end_told_kind_known")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_end_told_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_end_told")),
        sa.UniqueConstraint("kind", "row_id", "days_before", name=op.f("uq_end_told_kind_row_id_days_before")),
        sqlite_strict=True,
    )
    op.create_index("ix_end_told_agency_id", "end_told", ["agency_id"], unique=False)
    op.create_table(
        "rest_told",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("told_at", Moment(timezone=True), nullable=False),
        sa.Column("over_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_rest_told_agency_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_rest_told_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rest_told")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_rest_told_open",
        "rest_told",
        ["agency_id", "service_id"],
        unique=True,
        sqlite_where=sa.text("over_at IS NULL"),
        postgresql_where=sa.text("over_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("rest_told")
    op.drop_table("end_told")
