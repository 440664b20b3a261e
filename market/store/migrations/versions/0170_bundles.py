"""Acts as an edition has them, bundles, questions and what decides applicability.

Revision 0170, after 0160.
"""

revision = "0170"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
