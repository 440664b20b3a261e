"""The directory of agencies as a projection with full text. It is filled by `flask setup`.

Revision 0182, after 0180.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Tokens

revision = "0182"
down_revision = "0180"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; its full text is made by `install_full_text`."""
    op.create_table(
        "directory_row",
        sa.Column("agency_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("offers", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("tokens", Tokens(), nullable=False),
        sa.CheckConstraint("offers >= 0", name="directory_row_counts"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_directory_row_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_directory_row")),
        sa.UniqueConstraint("place", name=op.f("uq_directory_row_place")),
        sqlite_strict=True,
    )
    op.create_index("ix_directory_row_grade_place", "directory_row", ["grade", "place"], unique=False)


def downgrade() -> None:
    """Drop it, and on SQLite what was derived from it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS directory_text")
    op.drop_index("ix_directory_row_grade_place", table_name="directory_row")
    op.drop_table("directory_row")
