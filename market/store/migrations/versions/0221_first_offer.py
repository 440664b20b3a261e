"""Two indexes of marked prices: the first that holds is found in order, and those of regions by themselves.

Revision 0221, after 0220.
"""

import sqlalchemy as sa
from alembic import op

revision = "0221"
down_revision = "0220"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the offer's number into the one, and make the other."""
    op.drop_index("ix_offer_entry_id_state", table_name="offer")
    op.create_index("ix_offer_entry_id_state_id", "offer", ["entry_id", "state", "id"], unique=False)
    regional = sa.text("region_code <> ''")
    op.create_index(
        "ix_offer_of_region", "offer", ["agency_id", "entry_id"], sqlite_where=regional, postgresql_where=regional
    )


def downgrade() -> None:
    """As they were."""
    op.drop_index("ix_offer_of_region", table_name="offer")
    op.drop_index("ix_offer_entry_id_state_id", table_name="offer")
    op.create_index("ix_offer_entry_id_state", "offer", ["entry_id", "state"], unique=False)
