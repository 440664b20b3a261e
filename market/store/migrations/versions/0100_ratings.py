"""Ratings.

Revision 0100, after 0090.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0100"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "rating",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("quality", sa.BigInteger(), nullable=False),
        sa.Column("timeliness", sa.BigInteger(), nullable=False),
        sa.Column("attitude", sa.BigInteger(), nullable=False),
        sa.Column("charge", sa.BigInteger(), nullable=False),
        sa.Column("norms", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("rated_at", Moment(timezone=True), nullable=False),
        sa.Column("rated_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("attitude BETWEEN 1 AND 5", name=op.f("rating_attitude_level")),
        sa.CheckConstraint("charge BETWEEN 1 AND 5", name=op.f("rating_charge_level")),
        sa.CheckConstraint("norms BETWEEN 1 AND 5", name=op.f("rating_norms_level")),
        sa.CheckConstraint("quality BETWEEN 1 AND 5", name=op.f("rating_quality_level")),
        sa.CheckConstraint("timeliness BETWEEN 1 AND 5", name=op.f("rating_timeliness_level")),
        sa.ForeignKeyConstraint(
            ["contract_id", "agency_id", "organisation_id"],
            ["contract.id", "contract.agency_id", "contract.organisation_id"],
            name=op.f("fk_rating_contract_id_agency_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["rated_by"], ["account.id"], name=op.f("fk_rating_rated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_rating_contract_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_rating_ref")),
        sqlite_strict=True,
    )
    op.create_index("ix_rating_agency_id_rated_at", "rating", ["agency_id", "rated_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_rating_agency_id_rated_at", table_name="rating")
    op.drop_table("rating")
