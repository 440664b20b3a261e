"""Requests, quotes, awards.

Revision 0070, after 0060.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "request",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("case_number", sa.String(length=300), nullable=False),
        sa.Column("quotes_until", Moment(timezone=True), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("published_at", Moment(timezone=True), nullable=True),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "method <> 'lowest_quote' OR published_at IS NULL OR quotes_until IS NOT NULL",
            name=op.f("request_quotes_have_deadline"),
        ),
        sa.CheckConstraint("method IN ('direct', 'lowest_quote')", name=op.f("request_method_known")),
        sa.CheckConstraint("payer = 'applicant' OR method <> 'direct'", name=op.f("request_authority_never_names")),
        sa.CheckConstraint("payer IN ('applicant', 'authority')", name=op.f("request_payer_known")),
        sa.CheckConstraint(
            "state = 'draft' OR state = 'cancelled' OR published_at IS NOT NULL",
            name=op.f("request_published_has_date"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'awarded', 'failed', 'cancelled')", name=op.f("request_state_known")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_request_created_by")),
        sa.ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id"],
            ["entry.id", "entry.edition_id", "entry.service_id"],
            name=op.f("fk_request_entry_id_edition_id_service_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_request_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint(
            "id", "edition_id", "service_id", "payer", name=op.f("uq_request_id_edition_id_service_id_payer")
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_request_ref")),
        sqlite_strict=True,
    )
    op.create_index("ix_request_organisation_id_state", "request", ["organisation_id", "state"], unique=False)
    op.create_index("ix_request_state_published_at", "request", ["state", "published_at"], unique=False)
    op.create_table(
        "quote",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("promised_days", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("quote_withdrawn_has_date")),
        sa.CheckConstraint("origin IN ('submitted', 'marked')", name=op.f("quote_origin_known")),
        sa.CheckConstraint("state IN ('standing', 'withdrawn')", name=op.f("quote_state_known")),
        sa.CheckConstraint("promised_days >= 1 AND promised_days <= 730", name=op.f("quote_promised_days")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_quote_agency_id")),
        sa.ForeignKeyConstraint(
            ["offer_id", "agency_id", "edition_id", "service_id"],
            ["offer.id", "offer.agency_id", "offer.edition_id", "offer.service_id"],
            name=op.f("fk_quote_offer_id_agency_id_edition_id_service_id"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "edition_id", "service_id", "payer"],
            ["request.id", "request.edition_id", "request.service_id", "request.payer"],
            name=op.f("fk_quote_request_id_edition_id_service_id_payer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint(
            "id",
            "request_id",
            "agency_id",
            "offer_id",
            "edition_id",
            "service_id",
            "payer",
            name=op.f("uq_quote_id_request_id_agency_id_offer_id_edition_id_service_id_payer"),
        ),
        sa.UniqueConstraint("id", "request_id", "agency_id", name=op.f("uq_quote_id_request_id_agency_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_quote_ref")),
        sqlite_strict=True,
    )
    op.create_index("ix_quote_offer_id", "quote", ["offer_id"], unique=False)
    op.create_index(
        "uq_quote_standing",
        "quote",
        ["request_id", "agency_id"],
        unique=True,
        sqlite_where=sa.text("state = 'standing'"),
        postgresql_where=sa.text("state = 'standing'"),
    )
    op.create_table(
        "request_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_item_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("price_state", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("coefficient", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "price_state IN ('listed', 'marked') AND payer = 'applicant' OR price_state = 'free' AND payer = 'authority'",
            name=op.f("request_line_can_be_bought"),
        ),
        sa.CheckConstraint("quantity > 0 AND quantity <= 100000000000000", name=op.f("request_line_quantity")),
        sa.ForeignKeyConstraint(
            ["fee_item_id", "edition_id", "service_id", "price_state"],
            ["fee_item.id", "fee_item.edition_id", "fee_item.service_id", "fee_item.price_state"],
            name=op.f("fk_request_line_fee_item_id_edition_id_service_id_price_state"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "edition_id", "service_id", "payer"],
            ["request.id", "request.edition_id", "request.service_id", "request.payer"],
            name=op.f("fk_request_line_request_id_edition_id_service_id_payer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_line")),
        sa.UniqueConstraint(
            "id",
            "request_id",
            "fee_item_id",
            "edition_id",
            "service_id",
            "payer",
            "quantity",
            "coefficient",
            name=op.f("uq_request_line_id_request_id_fee_item_id_edition_id_service_id_payer_quantity_coefficient"),
        ),
        sa.UniqueConstraint("request_id", "fee_item_id", name=op.f("uq_request_line_request_id_fee_item_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "award",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("decided_at", Moment(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'void')", name=op.f("award_state_known")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_award_decided_by")),
        sa.ForeignKeyConstraint(
            ["quote_id", "request_id", "agency_id"],
            ["quote.id", "quote.request_id", "quote.agency_id"],
            name=op.f("fk_award_quote_id_request_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint(
            "id", "request_id", "quote_id", "agency_id", name=op.f("uq_award_id_request_id_quote_id_agency_id")
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_award_ref")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_award_active",
        "award",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "quote_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("request_line_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("band_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_item_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("q_from", sa.BigInteger(), nullable=False),
        sa.Column("q_to", sa.BigInteger(), nullable=False),
        sa.Column("q0", sa.BigInteger(), nullable=False),
        sa.Column("y0", sa.BigInteger(), nullable=False),
        sa.Column("slope_num", sa.BigInteger(), nullable=False),
        sa.Column("slope_den", sa.BigInteger(), nullable=False),
        sa.Column("float_low", sa.BigInteger(), nullable=False),
        sa.Column("float_high", sa.BigInteger(), nullable=False),
        sa.Column("float_den", sa.BigInteger(), nullable=False),
        sa.Column("min_fen", sa.BigInteger(), nullable=False),
        sa.Column("max_fen", sa.BigInteger(), nullable=False),
        sa.Column("limits", sa.String(length=64), nullable=False),
        sa.Column("coefficient_set_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("base_fen", sa.BigInteger(), nullable=False),
        sa.Column("charge_base_fen", sa.BigInteger(), nullable=False),
        sa.Column("coefficient", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(2 * amount_fen * 10000 * float_den > 2 * charge_base_fen * coefficient * float_low - 10000 * float_den OR limits = 'after' AND amount_fen >= max_fen) AND (limits = 'before' OR amount_fen >= min_fen)",
            name=op.f("price_below_floor"),
        ),
        sa.CheckConstraint(
            "(limits = 'after' AND charge_base_fen = base_fen) OR (limits = 'before' AND (base_fen < min_fen AND charge_base_fen = min_fen OR base_fen > max_fen AND charge_base_fen = max_fen OR base_fen >= min_fen AND base_fen <= max_fen AND charge_base_fen = base_fen))",
            name=op.f("price_base_not_limited"),
        ),
        sa.CheckConstraint(
            "amount_fen >= 0 AND amount_fen <= 1000000000000 AND (2 * amount_fen * 10000 * float_den <= 2 * charge_base_fen * coefficient * float_high + 10000 * float_den OR limits = 'after' AND amount_fen <= min_fen) AND (limits = 'before' OR amount_fen <= max_fen)",
            name=op.f("price_above_ceiling"),
        ),
        sa.CheckConstraint(
            "2 * (base_fen - y0) * slope_den - 2 * slope_num * (quantity - q0) > -slope_den AND 2 * (base_fen - y0) * slope_den - 2 * slope_num * (quantity - q0) <= slope_den",
            name=op.f("price_base_off_the_line"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("quote_line_positive")),
        sa.CheckConstraint("quantity > q_from AND quantity <= q_to", name=op.f("price_quantity_outside_band")),
        sa.ForeignKeyConstraint(
            [
                "band_id",
                "edition_id",
                "service_id",
                "fee_item_id",
                "agency_id",
                "payer",
                "float_low",
                "float_high",
                "float_den",
                "q_from",
                "q_to",
                "q0",
                "y0",
                "slope_num",
                "slope_den",
                "min_fen",
                "max_fen",
                "limits",
                "coefficient_set_id",
            ],
            [
                "band.id",
                "band.edition_id",
                "band.service_id",
                "band.fee_item_id",
                "band.agency_id",
                "band.payer",
                "band.float_low",
                "band.float_high",
                "band.float_den",
                "band.q_from",
                "band.q_to",
                "band.q0",
                "band.y0",
                "band.slope_num",
                "band.slope_den",
                "band.min_fen",
                "band.max_fen",
                "band.limits",
                "band.coefficient_set_id",
            ],
            name=op.f(
                "fk_quote_line_band_id_edition_id_service_id_fee_item_id_agency_id_payer_float_low_float_high_float_den_q_from_q_to_q0_y0_slope_num_slope_den_min_fen_max_fen_limits_coefficient_set_id"
            ),
        ),
        sa.ForeignKeyConstraint(
            ["coefficient_set_id", "coefficient"],
            ["coefficient.set_id", "coefficient.value"],
            name=op.f("fk_quote_line_coefficient_set_id_coefficient"),
        ),
        sa.ForeignKeyConstraint(
            ["offer_id", "agency_id", "band_id"],
            ["offer_band.offer_id", "offer_band.agency_id", "offer_band.band_id"],
            name=op.f("fk_quote_line_offer_id_agency_id_band_id"),
        ),
        sa.ForeignKeyConstraint(
            ["quote_id", "request_id", "agency_id", "offer_id", "edition_id", "service_id", "payer"],
            [
                "quote.id",
                "quote.request_id",
                "quote.agency_id",
                "quote.offer_id",
                "quote.edition_id",
                "quote.service_id",
                "quote.payer",
            ],
            name=op.f("fk_quote_line_quote_id_request_id_agency_id_offer_id_edition_id_service_id_payer"),
        ),
        sa.ForeignKeyConstraint(
            [
                "request_line_id",
                "request_id",
                "fee_item_id",
                "edition_id",
                "service_id",
                "payer",
                "quantity",
                "coefficient",
            ],
            [
                "request_line.id",
                "request_line.request_id",
                "request_line.fee_item_id",
                "request_line.edition_id",
                "request_line.service_id",
                "request_line.payer",
                "request_line.quantity",
                "request_line.coefficient",
            ],
            name=op.f(
                "fk_quote_line_request_line_id_request_id_fee_item_id_edition_id_service_id_payer_quantity_coefficient"
            ),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
        sa.UniqueConstraint(
            "id",
            "quote_id",
            "band_id",
            "agency_id",
            "quantity",
            "coefficient",
            "amount_fen",
            name=op.f("uq_quote_line_id_quote_id_band_id_agency_id_quantity_coefficient_amount_fen"),
        ),
        sa.UniqueConstraint("quote_id", "request_line_id", name=op.f("uq_quote_line_quote_id_request_line_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("quote_line")
    op.drop_index(
        "uq_award_active",
        table_name="award",
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.drop_table("award")
    op.drop_table("request_line")
    op.drop_index(
        "uq_quote_standing",
        table_name="quote",
        sqlite_where=sa.text("state = 'standing'"),
        postgresql_where=sa.text("state = 'standing'"),
    )
    op.drop_index("ix_quote_offer_id", table_name="quote")
    op.drop_table("quote")
    op.drop_index("ix_request_state_published_at", table_name="request")
    op.drop_index("ix_request_organisation_id_state", table_name="request")
    op.drop_table("request")
