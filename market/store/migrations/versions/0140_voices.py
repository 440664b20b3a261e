"""The public voice.

Revision 0140, after 0130.
"""

revision = "0140"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
