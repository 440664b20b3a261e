"""The bands of one fee item's marked prices are found by an index: the comparison reads thousands of them at once.

Revision 0202, after 0200.
"""

from alembic import op

revision = "0202"
down_revision = "0200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_offer_band_fee_item_id", "offer_band", ["fee_item_id", "offer_id", "band_id"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_offer_band_fee_item_id", table_name="offer_band")
