"""Saved plans and baskets.

Revision 0180, after 0170.
"""

revision = "0180"
down_revision = "0170"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
