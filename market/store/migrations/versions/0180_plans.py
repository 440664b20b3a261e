"""Saved plans and baskets.

Revision 0180, after 0170.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0180"
down_revision = "0170"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("bundle", sa.String(length=64), nullable=False),
        sa.Column("acts", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("quantities", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("length(token) = 22", name="plan_token_long_enough"),
        sa.CheckConstraint("length(fingerprint) = 64", name="plan_fingerprint_is_a_digest"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_plan_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_plan_fingerprint")),
        sa.UniqueConstraint("token", name=op.f("uq_plan_token")),
        sqlite_strict=True,
    )
    op.create_table(
        "plan_count",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sender_hash", sa.String(length=64), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("times >= 1", name="plan_count_times"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_count")),
        sa.UniqueConstraint("sender_hash", name=op.f("uq_plan_count_sender_hash")),
        sqlite_strict=True,
    )
    op.create_table(
        "basket_item",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("amounts", sa.JSON(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_basket_item_added_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_basket_item_organisation_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_basket_item_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket_item")),
        sa.UniqueConstraint("organisation_id", "service_id", name=op.f("uq_basket_item_organisation_id_service_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_basket_item_service_id", "basket_item", ["service_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_basket_item_service_id", table_name="basket_item")
    op.drop_table("basket_item")
    op.drop_table("plan_count")
    op.drop_table("plan")
