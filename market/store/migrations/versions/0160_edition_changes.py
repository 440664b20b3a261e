"""What a change of edition leaves behind.

Revision 0160, after 0150.
"""

revision = "0160"
down_revision = "0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
