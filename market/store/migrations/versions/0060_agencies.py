"""Agencies, papers, marked prices, standings.

Revision 0060, after 0050.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "agency",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("legal_representative", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("commitment_version", sa.String(length=64), nullable=False),
        sa.Column("commitment_accepted_at", Moment(timezone=True), nullable=True),
        sa.Column("commitment_accepted_by", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", Moment(timezone=True), nullable=True),
        sa.Column("check_due_on", sa.Date(), nullable=True),
        sa.Column("decided_at", Moment(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("return_reasons", sa.JSON(), nullable=False),
        sa.Column("admitted_at", Moment(timezone=True), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('company', 'branch', 'institution', 'social_organisation', 'sole_trader')",
            name=op.f("agency_kind_known"),
        ),
        sa.CheckConstraint("state <> 'admitted' OR admitted_at IS NOT NULL", name=op.f("agency_admitted_has_date")),
        sa.CheckConstraint(
            "state = 'draft' OR commitment_accepted_at IS NOT NULL AND commitment_accepted_by IS NOT NULL",
            name=op.f("agency_commitment_first"),
        ),
        sa.CheckConstraint("state IN ('draft', 'in_check', 'returned', 'admitted')", name=op.f("agency_state_known")),
        sa.ForeignKeyConstraint(
            ["commitment_accepted_by"], ["account.id"], name=op.f("fk_agency_commitment_accepted_by")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_agency_decided_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_agency_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_agency_organisation_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_agency_ref")),
        sqlite_strict=True,
    )
    op.create_index("ix_agency_state_admitted_at", "agency", ["state", "admitted_at"], unique=False)
    op.create_table(
        "agency_paper",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("number", sa.String(length=300), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("agency_paper_interval")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_paper_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_paper")),
        sa.UniqueConstraint("agency_id", "number", name=op.f("uq_agency_paper_agency_id_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "standing",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("round_ref", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("score_milli", sa.BigInteger(), nullable=True),
        sa.Column("set_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_standing_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("agency_id", "year", name=op.f("uq_standing_agency_id_year")),
        sqlite_strict=True,
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("pricing", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("promised_days", sa.BigInteger(), nullable=False),
        sa.Column("marked_at", Moment(timezone=True), nullable=False),
        sa.Column("marked_by", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("offer_withdrawn_has_date")),
        sa.CheckConstraint("state IN ('in_force', 'withdrawn')", name=op.f("offer_state_known")),
        sa.CheckConstraint("promised_days >= 1 AND promised_days <= 730", name=op.f("offer_promised_days")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_offer_agency_id")),
        sa.ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id", "pricing"],
            ["entry.id", "entry.edition_id", "entry.service_id", "entry.pricing"],
            name=op.f("fk_offer_entry_id_edition_id_service_id_pricing"),
        ),
        sa.ForeignKeyConstraint(["marked_by"], ["account.id"], name=op.f("fk_offer_marked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("agency_id", "entry_id", "version", name=op.f("uq_offer_agency_id_entry_id_version")),
        sa.UniqueConstraint(
            "id", "agency_id", "edition_id", "service_id", name=op.f("uq_offer_id_agency_id_edition_id_service_id")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_offer_entry_id_state", "offer", ["entry_id", "state"], unique=False)
    op.create_index(
        "uq_offer_in_force",
        "offer",
        ["agency_id", "entry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'in_force'"),
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "offer_band",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("band_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_item_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["band_id", "agency_id", "fee_item_id", "edition_id", "service_id"],
            ["band.id", "band.agency_id", "band.fee_item_id", "band.edition_id", "band.service_id"],
            name=op.f("fk_offer_band_band_id_agency_id_fee_item_id_edition_id_service_id"),
        ),
        sa.ForeignKeyConstraint(
            ["offer_id", "agency_id", "edition_id", "service_id"],
            ["offer.id", "offer.agency_id", "offer.edition_id", "offer.service_id"],
            name=op.f("fk_offer_band_offer_id_agency_id_edition_id_service_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_band")),
        sa.UniqueConstraint("offer_id", "agency_id", "band_id", name=op.f("uq_offer_band_offer_id_agency_id_band_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("offer_band")
    op.drop_index(
        "uq_offer_in_force",
        table_name="offer",
        sqlite_where=sa.text("state = 'in_force'"),
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.drop_index("ix_offer_entry_id_state", table_name="offer")
    op.drop_table("offer")
    op.drop_table("standing")
    op.drop_table("agency_paper")
    op.drop_index("ix_agency_state_admitted_at", table_name="agency")
    op.drop_table("agency")
