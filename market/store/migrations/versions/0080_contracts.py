"""Contracts, their lines, deliveries.

Revision 0080, after 0070.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("promised_days", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", Moment(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", Moment(timezone=True), nullable=True),
        sa.Column("signed_by", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("accepted_at", Moment(timezone=True), nullable=True),
        sa.Column("actual_days", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL AND actual_days IS NOT NULL)",
            name=op.f("contract_accepted_has_date"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'declined') OR signed_at IS NOT NULL AND signed_by IS NOT NULL AND due_on IS NOT NULL",
            name=op.f("contract_signed_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'in_service', 'delivered', 'accepted', 'declined')",
            name=op.f("contract_state_known"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_contract_agency_id")),
        sa.ForeignKeyConstraint(
            ["award_id", "request_id", "quote_id", "agency_id"],
            ["award.id", "award.request_id", "award.quote_id", "award.agency_id"],
            name=op.f("fk_contract_award_id_request_id_quote_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_contract_proposed_by")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_contract_service_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["account.id"], name=op.f("fk_contract_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("award_id", name=op.f("uq_contract_award_id")),
        sa.UniqueConstraint(
            "id", "agency_id", "organisation_id", name=op.f("uq_contract_id_agency_id_organisation_id")
        ),
        sa.UniqueConstraint("id", "agency_id", name=op.f("uq_contract_id_agency_id")),
        sa.UniqueConstraint(
            "id",
            "quote_id",
            "agency_id",
            "edition_id",
            "service_id",
            "payer",
            name=op.f("uq_contract_id_quote_id_agency_id_edition_id_service_id_payer"),
        ),
        sa.UniqueConstraint("ref", name=op.f("uq_contract_ref")),
        sqlite_strict=True,
    )
    op.create_index("ix_contract_agency_id_state", "contract", ["agency_id", "state"], unique=False)
    op.create_index("ix_contract_organisation_id_state", "contract", ["organisation_id", "state"], unique=False)
    op.create_table(
        "contract_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_line_id", sa.BigInteger(), nullable=False),
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
                "fk_contract_line_band_id_edition_id_service_id_fee_item_id_agency_id_payer_float_low_float_high_float_den_q_from_q_to_q0_y0_slope_num_slope_den_min_fen_max_fen_limits_coefficient_set_id"
            ),
        ),
        sa.ForeignKeyConstraint(
            ["coefficient_set_id", "coefficient"],
            ["coefficient.set_id", "coefficient.value"],
            name=op.f("fk_contract_line_coefficient_set_id_coefficient"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "quote_id", "agency_id", "edition_id", "service_id", "payer"],
            [
                "contract.id",
                "contract.quote_id",
                "contract.agency_id",
                "contract.edition_id",
                "contract.service_id",
                "contract.payer",
            ],
            name=op.f("fk_contract_line_contract_id_quote_id_agency_id_edition_id_service_id_payer"),
        ),
        sa.ForeignKeyConstraint(
            ["quote_line_id", "quote_id", "band_id", "agency_id", "quantity", "coefficient", "amount_fen"],
            [
                "quote_line.id",
                "quote_line.quote_id",
                "quote_line.band_id",
                "quote_line.agency_id",
                "quote_line.quantity",
                "quote_line.coefficient",
                "quote_line.amount_fen",
            ],
            name=op.f("fk_contract_line_quote_line_id_quote_id_band_id_agency_id_quantity_coefficient_amount_fen"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_line")),
        sa.UniqueConstraint(
            "id",
            "contract_id",
            "band_id",
            "agency_id",
            "quantity",
            "coefficient",
            "amount_fen",
            name=op.f("uq_contract_line_id_contract_id_band_id_agency_id_quantity_coefficient_amount_fen"),
        ),
        sa.UniqueConstraint("quote_line_id", name=op.f("uq_contract_line_quote_line_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("delivered_at", Moment(timezone=True), nullable=False),
        sa.Column("delivered_by", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(accepted IS NULL) = (answered_at IS NULL)", name=op.f("delivery_answer_is_complete")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_delivery_contract_id")),
        sa.ForeignKeyConstraint(["delivered_by"], ["account.id"], name=op.f("fk_delivery_delivered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_delivery_contract_id_number")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("delivery")
    op.drop_table("contract_line")
    op.drop_index("ix_contract_organisation_id_state", table_name="contract")
    op.drop_index("ix_contract_agency_id_state", table_name="contract")
    op.drop_table("contract")
