"""Agencies found by full text.

Revision 0190, after 0180.
"""

revision = "0190"
down_revision = "0180"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
