"""The public voice.

Revision 0140, after 0130.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0140"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "voice",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("aspect", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("edition_id", sa.BigInteger(), nullable=True),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("clean_up_id", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("demander", sa.String(length=64), nullable=True),
        sa.Column("demander_name", sa.String(length=300), nullable=False),
        sa.Column("demanded_on", sa.Date(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("once_hash", sa.String(length=64), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(entry_id IS NULL) = (service_id IS NULL) AND (entry_id IS NULL) = (edition_id IS NULL)",
            name=op.f("voice_entry_is_whole"),
        ),
        sa.CheckConstraint(
            "entry_id IS NOT NULL AND clean_up_id IS NULL AND said = ''"
            " OR entry_id IS NULL AND clean_up_id IS NOT NULL AND said = ''"
            " OR entry_id IS NULL AND clean_up_id IS NULL AND said <> ''",
            name=op.f("voice_is_about_one_thing"),
        ),
        sa.CheckConstraint("kind IN ('objection', 'demanded_outside')", name=op.f("voice_kind_known")),
        sa.CheckConstraint("state IN ('received', 'answered')", name=op.f("voice_state_known")),
        sa.CheckConstraint(
            "kind = 'objection' AND entry_id IS NOT NULL"
            " AND aspect IN ('basis', 'price', 'time_limit', 'self_service', 'wording')"
            " OR kind = 'demanded_outside' AND aspect IN ('service', 'fee')",
            name=op.f("voice_aspect_of_kind"),
        ),
        sa.CheckConstraint(
            "kind = 'objection' AND demander IS NULL OR kind = 'demanded_outside' AND demander IS NOT NULL"
            " AND demander IN ('department', 'agency') AND demander_name <> ''",
            name=op.f("voice_demander_of_kind"),
        ),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name=op.f("voice_amount")),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_on IS NOT NULL)", name=op.f("voice_answered_is_complete")
        ),
        sa.ForeignKeyConstraint(["clean_up_id"], ["clean_up.id"], name=op.f("fk_voice_clean_up_id")),
        sa.ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id"],
            ["entry.id", "entry.edition_id", "entry.service_id"],
            name=op.f("fk_voice_entry_id_edition_id_service_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice")),
        sa.UniqueConstraint("ref", name=op.f("uq_voice_ref")),
        sa.UniqueConstraint("once_hash", name=op.f("uq_voice_once_hash")),
        sqlite_strict=True,
    )
    op.create_index("ix_voice_state_due_on", "voice", ["state", "due_on"], unique=False)
    op.create_index("ix_voice_service_id", "voice", ["service_id"], unique=False)
    op.create_table(
        "voice_answer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("voice_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("passed_to", sa.String(length=300), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment(timezone=True), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('upheld', 'not_upheld', 'passed_on', 'not_about_the_list')",
            name=op.f("voice_answer_outcome_known"),
        ),
        sa.CheckConstraint("(outcome = 'passed_on') = (passed_to <> '')", name=op.f("voice_passed_to")),
        sa.CheckConstraint("question <> '' AND answer <> ''", name=op.f("voice_answer_says_something")),
        sa.CheckConstraint(
            "number >= 1 AND (number = 1) = (reason = '')", name=op.f("voice_answer_correction_has_a_reason")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_voice_answer_answered_by")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_answer_voice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_answer")),
        sa.UniqueConstraint("voice_id", "number", name=op.f("uq_voice_answer_voice_id_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "voice_contact",
        sa.Column("voice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact", sa.String(length=300), nullable=False),
        sa.CheckConstraint("contact <> ''", name=op.f("voice_contact_given")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_contact_voice_id")),
        sa.PrimaryKeyConstraint("voice_id", name=op.f("pk_voice_contact")),
        sqlite_strict=True,
    )
    op.create_table(
        "voice_count",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sender_hash", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('sent', 'wrong_code')", name=op.f("voice_count_what_known")),
        sa.CheckConstraint("times >= 1", name=op.f("voice_count_times")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_count")),
        sa.UniqueConstraint("sender_hash", "what", name=op.f("uq_voice_count_sender_hash_what")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("voice_count", "voice_contact", "voice_answer", "voice"):
        op.drop_table(table)
