"""Acts as an edition has them, bundles, questions and what decides applicability.

Revision 0170, after 0160.
"""

import sqlalchemy as sa
from alembic import op

revision = "0170"
down_revision = "0160"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the six tables of the navigator."""
    op.create_table(
        "edition_act",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("promised_days", sa.BigInteger(), nullable=True),
        sa.Column("tolerates_missing", sa.Boolean(), nullable=False),
        sa.Column("by_commitment", sa.Boolean(), nullable=False),
        sa.Column("in_parallel", sa.Boolean(), nullable=False),
        sa.Column("rests_on", sa.String(length=300), nullable=False),
        sa.CheckConstraint("promised_days IS NULL OR promised_days BETWEEN 1 AND 1000", name=op.f("edition_act_days")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_edition_act_act_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_edition_act_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_act")),
        sa.UniqueConstraint("edition_id", "act_id", name=op.f("uq_edition_act_edition_id_act_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "bundle",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("summary_zh", sa.String(length=300), nullable=False),
        sa.Column("summary_en", sa.String(length=300), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_bundle_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
        sa.UniqueConstraint("edition_id", "code", name=op.f("uq_bundle_edition_id_code")),
        sa.UniqueConstraint("id", "edition_id", name=op.f("uq_bundle_id_edition_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "bundle_act",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id", "edition_id"],
            ["bundle.id", "bundle.edition_id"],
            name=op.f("fk_bundle_act_bundle_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id", "act_id"],
            ["edition_act.edition_id", "edition_act.act_id"],
            name=op.f("fk_bundle_act_edition_id_act_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_act")),
        sa.UniqueConstraint("bundle_id", "act_id", name=op.f("uq_bundle_act_bundle_id_act_id")),
        sa.UniqueConstraint(
            "bundle_id", "edition_id", "act_id", name=op.f("uq_bundle_act_bundle_id_edition_id_act_id")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_bundle_act_edition_id_act_id", "bundle_act", ["edition_id", "act_id"], unique=False)
    op.create_table(
        "bundle_order",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("before_act_id", sa.BigInteger(), nullable=False),
        sa.Column("after_act_id", sa.BigInteger(), nullable=False),
        sa.Column("rests_on", sa.String(length=300), nullable=False),
        sa.CheckConstraint("rests_on <> ''", name=op.f("bundle_order_rests_on_something")),
        sa.CheckConstraint("before_act_id <> after_act_id", name=op.f("bundle_order_of_two_acts")),
        sa.ForeignKeyConstraint(
            ["bundle_id", "edition_id", "after_act_id"],
            ["bundle_act.bundle_id", "bundle_act.edition_id", "bundle_act.act_id"],
            name="fk_bundle_order_after",
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id", "edition_id", "before_act_id"],
            ["bundle_act.bundle_id", "bundle_act.edition_id", "bundle_act.act_id"],
            name="fk_bundle_order_before",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_order")),
        sa.UniqueConstraint(
            "bundle_id",
            "before_act_id",
            "after_act_id",
            name=op.f("uq_bundle_order_bundle_id_before_act_id_after_act_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_bundle_order_edition_id", "bundle_order", ["edition_id"], unique=False)
    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("text_zh", sa.String(length=300), nullable=False),
        sa.Column("text_en", sa.String(length=300), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('choice', 'number', 'zone')", name=op.f("question_kind_known")),
        sa.CheckConstraint("rests_on <> ''", name=op.f("question_rests_on_something")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_question_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("edition_id", "code", name=op.f("uq_question_edition_id_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "applicability",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("alternative", sa.BigInteger(), nullable=False),
        sa.Column("question_code", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("reason_zh", sa.String(length=300), nullable=False),
        sa.Column("reason_en", sa.String(length=300), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=False),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "operator IN ('is', 'is_not', 'at_least', 'below')", name=op.f("applicability_operator_known")
        ),
        sa.CheckConstraint("rests_on <> ''", name=op.f("applicability_rests_on_something")),
        sa.ForeignKeyConstraint(
            ["edition_id", "question_code"],
            ["question.edition_id", "question.code"],
            name=op.f("fk_applicability_edition_id_question_code"),
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_applicability_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicability")),
        sa.UniqueConstraint(
            "edition_id",
            "service_id",
            "alternative",
            "question_code",
            "operator",
            name=op.f("uq_applicability_edition_id_service_id_alternative_question_code_operator"),
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("applicability", "bundle_order", "bundle_act", "bundle", "question", "edition_act"):
        op.drop_table(table)
