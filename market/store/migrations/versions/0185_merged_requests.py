"""Merged requests and their lots.

Revision 0185, after 0182.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0185"
down_revision = "0182"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and the key by which a lot is bound to its request's buyer and edition."""
    op.create_index("uq_request_of_edition", "request", ["id", "organisation_id", "edition_id"], unique=True)
    op.create_table(
        "merged_request",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("group_name", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("case_number", sa.String(length=300), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("group_name <> '' AND title <> ''", name="merged_request_named"),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_merged_request_created_by")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_merged_request_edition_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_merged_request_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_request")),
        sa.UniqueConstraint("ref", name=op.f("uq_merged_request_ref")),
        sa.UniqueConstraint(
            "id", "organisation_id", "edition_id", name=op.f("uq_merged_request_id_organisation_id_edition_id")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "request_lot",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("merged_request_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("position >= 1", name="request_lot_position"),
        sa.ForeignKeyConstraint(
            ["merged_request_id", "organisation_id", "edition_id"],
            ["merged_request.id", "merged_request.organisation_id", "merged_request.edition_id"],
            name=op.f("fk_request_lot_merged_request_id_organisation_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "organisation_id", "edition_id"],
            ["request.id", "request.organisation_id", "request.edition_id"],
            name=op.f("fk_request_lot_request_id_organisation_id_edition_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_lot")),
        sa.UniqueConstraint(
            "merged_request_id", "position", name=op.f("uq_request_lot_merged_request_id_position")
        ),
        sa.UniqueConstraint("request_id", name=op.f("uq_request_lot_request_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("request_lot")
    op.drop_table("merged_request")
    op.drop_index("uq_request_of_edition", table_name="request")
