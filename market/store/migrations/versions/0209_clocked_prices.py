"""Indexes of the marked prices that begin or end by the clock alone.

Revision 0209, after 0208.
"""

import sqlalchemy as sa
from alembic import op

revision = "0209"
down_revision = "0208"
branch_labels = None
depends_on = None

_ANNOUNCED, _ENDING = sa.text("effective_from > marked_at"), sa.text("ends_at IS NOT NULL")


def upgrade() -> None:
    """Add both."""
    op.create_index(
        "ix_offer_announced", "offer", ["effective_from"], sqlite_where=_ANNOUNCED, postgresql_where=_ANNOUNCED
    )
    op.create_index("ix_offer_ends_at", "offer", ["ends_at"], sqlite_where=_ENDING, postgresql_where=_ENDING)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_offer_ends_at", table_name="offer", sqlite_where=_ENDING, postgresql_where=_ENDING)
    op.drop_index("ix_offer_announced", table_name="offer", sqlite_where=_ANNOUNCED, postgresql_where=_ANNOUNCED)
