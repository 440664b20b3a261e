"""Price law in full.

Revision 0130, after 0120.
"""

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
