"""The list: editions, entries, price rules as bands.

Revision 0050, after 0040.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "act",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("authority_zh", sa.String(length=300), nullable=False),
        sa.Column("authority_en", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('licence', 'penalty', 'enforcement')", name=op.f("act_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sa.UniqueConstraint("name_zh", "authority_zh", name=op.f("uq_act_name_zh_authority_zh")),
        sqlite_strict=True,
    )
    op.create_table(
        "coefficient_set",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("values_text", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coefficient_set")),
        sa.UniqueConstraint("values_text", name=op.f("uq_coefficient_set_values_text")),
        sqlite_strict=True,
    )
    op.create_table(
        "service",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("official_code", sa.String(length=64), nullable=True),
        sa.Column("name_zh", sa.String(length=300), nullable=False),
        sa.Column("act_name_zh", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
        sa.UniqueConstraint("name_zh", "act_name_zh", name=op.f("uq_service_name_zh_act_name_zh")),
        sqlite_strict=True,
    )
    op.create_table(
        "coefficient",
        sa.Column("set_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("value > 0 AND value <= 100000", name=op.f("coefficient_sensible")),
        sa.ForeignKeyConstraint(["set_id"], ["coefficient_set.id"], name=op.f("fk_coefficient_set_id")),
        sa.PrimaryKeyConstraint("set_id", "value", name=op.f("pk_coefficient")),
        sqlite_strict=True,
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("drafted_by", sa.BigInteger(), nullable=False),
        sa.Column("drafted_at", Moment(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", Moment(timezone=True), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'published') = (approved_by IS NOT NULL AND published_at IS NOT NULL AND effective_from IS NOT NULL)",
            name=op.f("edition_published_is_complete"),
        ),
        sa.CheckConstraint("state IN ('draft', 'in_review', 'published')", name=op.f("edition_state_known")),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name=op.f("edition_two_persons")),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_edition_approved_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["account.id"], name=op.f("fk_edition_drafted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("number", name=op.f("uq_edition_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("category_zh", sa.String(length=300), nullable=False),
        sa.Column("category_en", sa.String(length=300), nullable=False),
        sa.Column("pricing", sa.String(length=64), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("self_service", sa.String(length=64), nullable=False),
        sa.Column("time_limit_workdays", sa.BigInteger(), nullable=True),
        sa.Column("merged_group", sa.String(length=300), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("qualification", sa.Text(), nullable=False),
        sa.Column("price_basis", sa.Text(), nullable=False),
        sa.Column("price_rule", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=True),
        sa.Column("mark_decision", sa.String(length=300), nullable=False),
        sa.Column("mark_handling", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(pricing = 'fiscal') = (payer = 'authority')", name=op.f("entry_fiscal_is_paid_by_authority")
        ),
        sa.CheckConstraint("confidence IN ('sourced', 'general_knowledge')", name=op.f("entry_confidence_known")),
        sa.CheckConstraint(
            "mark IS NULL OR mark IN ('authority_commissioned', 'self_prepare_allowed')", name=op.f("entry_mark_known")
        ),
        sa.CheckConstraint("payer IN ('applicant', 'authority')", name=op.f("entry_payer_known")),
        sa.CheckConstraint(
            "pricing IN ('government_set', 'government_guided', 'market_regulated', 'fiscal')",
            name=op.f("entry_pricing_known"),
        ),
        sa.CheckConstraint("self_service IN ('yes', 'no', 'unknown')", name=op.f("entry_self_service_known")),
        sa.CheckConstraint(
            "time_limit_workdays IS NULL OR time_limit_workdays > 0", name=op.f("entry_time_limit_positive")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_entry_act_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_entry_edition_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_entry_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("edition_id", "service_id", name=op.f("uq_entry_edition_id_service_id")),
        sa.UniqueConstraint(
            "id", "edition_id", "service_id", "pricing", name=op.f("uq_entry_id_edition_id_service_id_pricing")
        ),
        sa.UniqueConstraint("id", "edition_id", "service_id", name=op.f("uq_entry_id_edition_id_service_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "clean_up",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("name_zh", sa.String(length=300), nullable=False),
        sa.Column("act_name_zh", sa.String(length=300), nullable=False),
        sa.Column("decision", sa.String(length=300), nullable=False),
        sa.Column("handling", sa.String(length=64), nullable=False),
        sa.Column("handling_text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "handling <> 'abolished' OR service_id IS NULL", name=op.f("clean_up_abolished_is_not_listed")
        ),
        sa.CheckConstraint(
            "handling IN ('abolished', 'authority_commissioned', 'self_prepare_allowed')",
            name=op.f("clean_up_handling_known"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id", "service_id"],
            ["entry.edition_id", "entry.service_id"],
            name=op.f("fk_clean_up_edition_id_service_id"),
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_clean_up_edition_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_clean_up_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clean_up")),
        sa.UniqueConstraint(
            "edition_id", "name_zh", "act_name_zh", name=op.f("uq_clean_up_edition_id_name_zh_act_name_zh")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "fee_item",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("pricing", sa.String(length=64), nullable=False),
        sa.Column("price_state", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("base_name", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("steps_per_unit", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("document_no", sa.String(length=300), nullable=False),
        sa.Column("schedule_key", sa.String(length=64), nullable=True),
        sa.Column("schedule_item", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("coefficient_set_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(pricing = 'market_regulated') = (price_state = 'marked') AND (pricing = 'fiscal') = (price_state = 'free')",
            name=op.f("fee_item_state_follows_pricing"),
        ),
        sa.CheckConstraint(
            "price_state IN ('listed', 'marked', 'free', 'unpublished')", name=op.f("fee_item_price_state_known")
        ),
        sa.CheckConstraint(
            "pricing IN ('government_set', 'government_guided', 'market_regulated', 'fiscal')",
            name=op.f("fee_item_pricing_known"),
        ),
        sa.ForeignKeyConstraint(
            ["coefficient_set_id"], ["coefficient_set.id"], name=op.f("fk_fee_item_coefficient_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id", "pricing"],
            ["entry.id", "entry.edition_id", "entry.service_id", "entry.pricing"],
            name=op.f("fk_fee_item_entry_id_edition_id_service_id_pricing"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_item")),
        sa.UniqueConstraint(
            "id",
            "edition_id",
            "service_id",
            "price_state",
            name=op.f("uq_fee_item_id_edition_id_service_id_price_state"),
        ),
        sa.UniqueConstraint(
            "id", "edition_id", "service_id", "pricing", name=op.f("uq_fee_item_id_edition_id_service_id_pricing")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_fee_item_entry_id", "fee_item", ["entry_id"], unique=False)
    op.create_table(
        "price_schedule",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("document_no", sa.String(length=300), nullable=False),
        sa.Column("refused_code", sa.String(length=64), nullable=False),
        sa.Column("refused_text", sa.String(length=300), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('in_force', 'reference')", name=op.f("price_schedule_role_known")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_price_schedule_edition_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_price_schedule_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_schedule")),
        sa.UniqueConstraint("entry_id", "key", name=op.f("uq_price_schedule_entry_id_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "band",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("fee_item_id", sa.BigInteger(), nullable=False),
        sa.Column("pricing", sa.String(length=64), nullable=False),
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
        sa.Column("base_known", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_agency_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_float_low", sa.BigInteger(), nullable=False),
        sa.Column("parent_float_high", sa.BigInteger(), nullable=False),
        sa.Column("parent_float_den", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(agency_id = 0 AND parent_id IS NULL AND (pricing IN ('government_set', 'government_guided') AND payer = 'applicant' OR pricing = 'fiscal' AND payer = 'applicant' AND y0 = 0 AND slope_num = 0 AND min_fen = 0 AND max_fen = 0)) OR (agency_id > 0 AND (pricing = 'market_regulated' AND parent_id IS NULL AND payer = 'applicant' OR pricing = 'fiscal' AND parent_id IS NULL AND payer = 'authority' OR pricing IN ('government_set', 'government_guided') AND parent_id IS NOT NULL AND payer = 'applicant'))",
            name=op.f("band_by_pricing"),
        ),
        sa.CheckConstraint("limits IN ('before', 'after')", name=op.f("band_limits_known")),
        sa.CheckConstraint("payer IN ('applicant', 'authority')", name=op.f("band_payer_known")),
        sa.CheckConstraint("0 <= float_low AND float_low <= float_high", name=op.f("band_float")),
        sa.CheckConstraint(
            "0 <= min_fen AND min_fen <= max_fen AND max_fen <= 1000000000000", name=op.f("band_minimum_maximum")
        ),
        sa.CheckConstraint("parent_agency_id = 0", name=op.f("band_parent_is_the_lists")),
        sa.CheckConstraint(
            "parent_id IS NULL OR (float_high * parent_float_den <= parent_float_high * float_den AND float_high * parent_float_den >= parent_float_low * float_den AND float_low * parent_float_den = parent_float_low * float_den)",
            name=op.f("band_mark_inside_rule"),
        ),
        sa.CheckConstraint("q_from >= 0 AND q_to > q_from AND q_to <= 100000000000000", name=op.f("band_interval")),
        sa.CheckConstraint("slope_den > 0 AND float_den > 0", name=op.f("band_fractions")),
        sa.CheckConstraint("y0 >= 0 AND slope_num >= 0", name=op.f("band_never_falls")),
        sa.ForeignKeyConstraint(
            ["coefficient_set_id"], ["coefficient_set.id"], name=op.f("fk_band_coefficient_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["fee_item_id", "edition_id", "service_id", "pricing"],
            ["fee_item.id", "fee_item.edition_id", "fee_item.service_id", "fee_item.pricing"],
            name=op.f("fk_band_fee_item_id_edition_id_service_id_pricing"),
        ),
        sa.ForeignKeyConstraint(
            [
                "parent_id",
                "edition_id",
                "service_id",
                "fee_item_id",
                "parent_agency_id",
                "payer",
                "parent_float_low",
                "parent_float_high",
                "parent_float_den",
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
            name="fk_band_parent",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_band")),
        sa.UniqueConstraint(
            "id",
            "agency_id",
            "fee_item_id",
            "edition_id",
            "service_id",
            name=op.f("uq_band_id_agency_id_fee_item_id_edition_id_service_id"),
        ),
        sa.UniqueConstraint(
            "id",
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
            name="uq_band_key",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_band_fee_item_id_agency_id", "band", ["fee_item_id", "agency_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_band_fee_item_id_agency_id", table_name="band")
    op.drop_table("band")
    op.drop_table("price_schedule")
    op.drop_index("ix_fee_item_entry_id", table_name="fee_item")
    op.drop_table("fee_item")
    op.drop_table("clean_up")
    op.drop_table("entry")
    op.drop_table("edition")
    op.drop_table("coefficient")
    op.drop_table("service")
    op.drop_table("coefficient_set")
    op.drop_table("act")
