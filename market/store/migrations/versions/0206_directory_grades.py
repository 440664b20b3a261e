"""How many agencies of the directory have which grade.

Revision 0206, after 0205.
"""

import sqlalchemy as sa
from alembic import op

revision = "0206"
down_revision = "0205"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and count what is there, for which an index was read before."""
    op.create_table(
        "directory_grade",
        sa.Column("grade", sa.String(length=64), primary_key=True),
        sa.Column("agencies", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("agencies >= 0", name=op.f("directory_grade_counts")),
        sqlite_strict=True,
    )
    op.execute(
        sa.text(
            "INSERT INTO directory_grade (grade, agencies) SELECT grade, count(*) FROM directory_row GROUP BY grade"
        )
    )
    op.drop_index("ix_directory_row_grade_place", table_name="directory_row")


def downgrade() -> None:
    """Drop it."""
    op.create_index("ix_directory_row_grade_place", "directory_row", ["grade", "place"], unique=False)
    op.drop_table("directory_grade")
