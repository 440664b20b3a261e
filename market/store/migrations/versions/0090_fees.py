"""Fee notes, fee lines, payments.

Revision 0090, after 0080.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0090"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "fee_note",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("issued_at", Moment(timezone=True), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", Moment(timezone=True), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name=op.f("fee_note_paid_has_date")),
        sa.CheckConstraint("state IN ('issued', 'declared', 'paid')", name=op.f("fee_note_state_known")),
        sa.ForeignKeyConstraint(
            ["contract_id", "agency_id"],
            ["contract.id", "contract.agency_id"],
            name=op.f("fk_fee_note_contract_id_agency_id"),
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_fee_note_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_note")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_fee_note_contract_id")),
        sa.UniqueConstraint("id", "contract_id", "agency_id", name=op.f("uq_fee_note_id_contract_id_agency_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_fee_note_ref")),
        sqlite_strict=True,
    )
    op.create_table(
        "fee_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fee_note_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_amount_fen", sa.BigInteger(), nullable=False),
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
        sa.CheckConstraint("amount_fen <= contract_amount_fen", name=op.f("fee_line_within_contract")),
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
                "fk_fee_line_band_id_edition_id_service_id_fee_item_id_agency_id_payer_float_low_float_high_float_den_q_from_q_to_q0_y0_slope_num_slope_den_min_fen_max_fen_limits_coefficient_set_id"
            ),
        ),
        sa.ForeignKeyConstraint(
            ["coefficient_set_id", "coefficient"],
            ["coefficient.set_id", "coefficient.value"],
            name=op.f("fk_fee_line_coefficient_set_id_coefficient"),
        ),
        sa.ForeignKeyConstraint(
            [
                "contract_line_id",
                "contract_id",
                "band_id",
                "agency_id",
                "quantity",
                "coefficient",
                "contract_amount_fen",
            ],
            [
                "contract_line.id",
                "contract_line.contract_id",
                "contract_line.band_id",
                "contract_line.agency_id",
                "contract_line.quantity",
                "contract_line.coefficient",
                "contract_line.amount_fen",
            ],
            name=op.f(
                "fk_fee_line_contract_line_id_contract_id_band_id_agency_id_quantity_coefficient_contract_amount_fen"
            ),
        ),
        sa.ForeignKeyConstraint(
            ["fee_note_id", "contract_id", "agency_id"],
            ["fee_note.id", "fee_note.contract_id", "fee_note.agency_id"],
            name=op.f("fk_fee_line_fee_note_id_contract_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_line")),
        sa.UniqueConstraint("contract_line_id", "amount_fen", name=op.f("uq_fee_line_contract_line_id_amount_fen")),
        sa.UniqueConstraint("contract_line_id", name=op.f("uq_fee_line_contract_line_id")),
        sa.UniqueConstraint("fee_note_id", "contract_line_id", name=op.f("uq_fee_line_fee_note_id_contract_line_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fee_note_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_line_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("declared_at", Moment(timezone=True), nullable=False),
        sa.Column("declared_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_line_id", "amount_fen"],
            ["fee_line.contract_line_id", "fee_line.amount_fen"],
            name=op.f("fk_payment_contract_line_id_amount_fen"),
        ),
        sa.ForeignKeyConstraint(["declared_by"], ["account.id"], name=op.f("fk_payment_declared_by")),
        sa.ForeignKeyConstraint(
            ["fee_note_id", "contract_line_id"],
            ["fee_line.fee_note_id", "fee_line.contract_line_id"],
            name=op.f("fk_payment_fee_note_id_contract_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("contract_line_id", name=op.f("uq_payment_contract_line_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("payment")
    op.drop_table("fee_line")
    op.drop_table("fee_note")
