"""What a change of edition leaves behind.

Revision 0160, after 0150.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0160"
down_revision = "0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What became of each offer when a later edition came into force."""
    op.create_table(
        "carry_over",
        sa.Column("offer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("from_edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("settled_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("edition_id <> from_edition_id", name=op.f("carry_over_goes_on")),
        sa.CheckConstraint(
            "outcome IN ('carried', 'marked_anew', 'removed', 'pricing', 'price_rule', 'days')",
            name=op.f("carry_over_outcome_known"),
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_carry_over_edition_id")),
        sa.ForeignKeyConstraint(
            ["offer_id", "agency_id", "from_edition_id", "service_id"],
            ["offer.id", "offer.agency_id", "offer.edition_id", "offer.service_id"],
            name=op.f("fk_carry_over_offer_id_agency_id_from_edition_id_service_id"),
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_carry_over")),
        sqlite_strict=True,
    )
    op.create_index("ix_carry_over_agency_id_edition_id", "carry_over", ["agency_id", "edition_id"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_carry_over_agency_id_edition_id", table_name="carry_over")
    op.drop_table("carry_over")
