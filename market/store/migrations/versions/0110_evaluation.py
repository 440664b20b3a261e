"""Schemes, rounds, scores with their evidence.

Revision 0110, after 0100.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0110"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "scheme",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("fewest_ratings", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fewest_ratings >= 1", name=op.f("scheme_fewest_ratings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme")),
        sa.UniqueConstraint("code", name=op.f("uq_scheme_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "round",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("opened_at", Moment(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", Moment(timezone=True), nullable=True),
        sa.Column("computed_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", Moment(timezone=True), nullable=True),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'published') = (published_by IS NOT NULL AND published_at IS NOT NULL)",
            name=op.f("round_published_is_complete"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR computed_by IS NOT NULL AND computed_at IS NOT NULL",
            name=op.f("round_computed_is_complete"),
        ),
        sa.CheckConstraint("state IN ('open', 'computed', 'published')", name=op.f("round_state_known")),
        sa.CheckConstraint("published_by IS NULL OR published_by <> computed_by", name=op.f("round_two_persons")),
        sa.ForeignKeyConstraint(["computed_by"], ["account.id"], name=op.f("fk_round_computed_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_round_opened_by")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_round_published_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_round_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("ref", name=op.f("uq_round_ref")),
        sa.UniqueConstraint("year", name=op.f("uq_round_year")),
        sqlite_strict=True,
    )
    op.create_table(
        "scheme_grade",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("lowest_milli", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lowest_milli BETWEEN 0 AND 100000", name=op.f("scheme_grade_in_points")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_scheme_grade_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_grade")),
        sa.UniqueConstraint("scheme_id", "grade", name=op.f("uq_scheme_grade_scheme_id_grade")),
        sqlite_strict=True,
    )
    op.create_table(
        "scheme_weight",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("scheme_id", sa.BigInteger(), nullable=False),
        sa.Column("factor", sa.String(length=64), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "factor IN ('quality', 'timeliness', 'attitude', 'charge', 'norms')",
            name=op.f("scheme_weight_factor_known"),
        ),
        sa.CheckConstraint("weight BETWEEN 0 AND 1000", name=op.f("scheme_weight_thousandths")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_scheme_weight_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_weight")),
        sa.UniqueConstraint("scheme_id", "factor", name=op.f("uq_scheme_weight_scheme_id_factor")),
        sqlite_strict=True,
    )
    op.create_table(
        "score",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("score_milli", sa.BigInteger(), nullable=True),
        sa.Column("grade", sa.String(length=64), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("score_counts")),
        sa.CheckConstraint("score_milli IS NULL OR score_milli BETWEEN 0 AND 100000", name=op.f("score_in_points")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_score_agency_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_score_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("id", "round_id", name=op.f("uq_score_id_round_id")),
        sa.UniqueConstraint("round_id", "agency_id", name=op.f("uq_score_round_id_agency_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "score_evidence",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("score_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("rating_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name=op.f("fk_score_evidence_rating_id")),
        sa.ForeignKeyConstraint(
            ["score_id", "round_id"], ["score.id", "score.round_id"], name=op.f("fk_score_evidence_score_id_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_evidence")),
        sa.UniqueConstraint("round_id", "rating_id", name=op.f("uq_score_evidence_round_id_rating_id")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("score_evidence")
    op.drop_table("score")
    op.drop_table("scheme_weight")
    op.drop_table("scheme_grade")
    op.drop_table("round")
    op.drop_table("scheme")
