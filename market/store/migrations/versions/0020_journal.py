"""The journal of acts.

Revision 0020, after 0010.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "journal_row",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("t", Moment(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("obj", sa.String(length=300), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=300), nullable=False),
        sa.Column("ph", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.CheckConstraint("rev >= 1", name=op.f("journal_row_counts_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_row")),
        sa.UniqueConstraint("obj", "rev", name=op.f("uq_journal_row_obj_rev")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("journal_row")
