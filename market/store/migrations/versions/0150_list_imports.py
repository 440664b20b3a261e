"""Uploads of the list.

Revision 0150, after 0140.
"""

revision = "0150"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
