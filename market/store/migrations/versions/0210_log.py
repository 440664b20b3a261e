"""The public log: numbers, tiles, signed heads, cosignatures; a journal row's private part can be erased.

Revision 0210, after 0209.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0210"
down_revision = "0209"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; every act so far waits for its number, in the order of the ids."""
    with op.batch_alter_table("journal_row", table_kwargs={"sqlite_strict": True}) as batch:
        batch.alter_column("salt", existing_type=sa.LargeBinary(), nullable=True)
        batch.alter_column("payload", existing_type=sa.JSON(), nullable=True)
        batch.create_check_constraint(op.f("journal_row_erased_whole"), sa.text("(salt IS NULL) = (payload IS NULL)"))
    op.create_table(
        "log_waiting",
        sa.Column("row_id", sa.BigInteger(), sa.ForeignKey("journal_row.id"), primary_key=True, autoincrement=False),
        sqlite_strict=True,
    )
    op.create_table(
        "log_entry",
        sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("row_id", sa.BigInteger(), sa.ForeignKey("journal_row.id"), nullable=False),
        sa.UniqueConstraint("row_id", name=op.f("uq_log_entry_row_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "log_tile",
        sa.Column("level", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(root) = 32 AND length(hashes) = 8192", name=op.f("log_tile_is_full")),
        sqlite_strict=True,
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.BigInteger(), sa.ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False),
        sa.Column("witness", sa.String(length=300), primary_key=True),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO log_waiting (row_id) SELECT id FROM journal_row")


def downgrade() -> None:
    """Drop them. A private part that was erased stays so, as an empty one."""
    for table in ("log_cosignature", "log_checkpoint", "log_tile", "log_entry", "log_waiting"):
        op.drop_table(table)
    op.execute("UPDATE journal_row SET salt = '', payload = '{}' WHERE salt IS NULL")
    with op.batch_alter_table("journal_row", table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_constraint(op.f("journal_row_erased_whole"), type_="check")
        batch.alter_column("salt", existing_type=sa.LargeBinary(), nullable=False)
        batch.alter_column("payload", existing_type=sa.JSON(), nullable=False)
