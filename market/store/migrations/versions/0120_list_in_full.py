"""The list in full: legal bases, acts, regions, and every field of an entry.

Revision 0120, after 0110.
"""

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
