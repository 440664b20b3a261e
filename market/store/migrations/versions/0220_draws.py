"""Draws: sign-up, freeze, beacon, ranking, refusals, decisions of two persons; whose money a request spends.

Revision 0220, after 0210.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0220"
down_revision = "0210"
branch_labels = None
depends_on = None

_METHODS = ("direct", "lowest_quote", "random")
_AUTHORITY = "payer = 'applicant' OR funding = 'state'"


def upgrade() -> None:
    """Create the tables, and say of every request whose money it spends: an authority's is the State's."""
    _drop_triggers()
    op.add_column("request", sa.Column("funding", sa.String(length=64), nullable=False, server_default="social"))
    op.execute(sa.text("UPDATE request SET funding = 'state' WHERE payer = 'authority'"))
    with op.batch_alter_table("request", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.alter_column("funding", existing_type=sa.String(length=64), existing_nullable=False, server_default=None)
        batch.create_check_constraint(op.f("request_funding_known"), sa.text("funding IN ('state', 'social')"))
        batch.create_check_constraint(op.f("request_authority_spends_state_funds"), sa.text(_AUTHORITY))
        _methods(batch, _METHODS, "method = 'direct' OR published_at IS NULL OR quotes_until IS NOT NULL")
    op.create_table(
        "beacon_value",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("randomness", sa.String(length=64), nullable=False),
        sa.Column("known_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('drand_quicknet', 'lottery', 'commit_reveal')", name=op.f("beacon_value_kind_known")
        ),
        sa.CheckConstraint("length(randomness) = 64", name=op.f("beacon_value_randomness")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beacon_value")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_beacon_value_kind_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "lottery_entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("drawn_on", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("entered_at", Moment(timezone=True), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_lottery_entry_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_entry")),
        sa.UniqueConstraint("drawn_on", "entered_by", name=op.f("uq_lottery_entry_drawn_on_entered_by")),
        sqlite_strict=True,
    )
    op.create_table(
        "draw",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("algorithm", sa.String(length=64), nullable=False),
        sa.Column("algorithm_sha256", sa.String(length=64), nullable=False),
        sa.Column("beacon", sa.String(length=64), nullable=False),
        sa.Column("beacon_name", sa.String(length=64), nullable=False),
        sa.Column("announced_time", sa.BigInteger(), nullable=False),
        sa.Column("beacon_time", sa.BigInteger(), nullable=False),
        sa.Column("signup_until", Moment(timezone=True), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=False),
        sa.Column("witnesses", sa.BigInteger(), nullable=False),
        sa.Column("announced_at", Moment(timezone=True), nullable=False),
        sa.Column("pool_root", sa.String(length=64), nullable=True),
        sa.Column("frozen_time", sa.BigInteger(), nullable=True),
        sa.Column("beacon_value_id", sa.BigInteger(), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("drawn_at", Moment(timezone=True), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(pool_root IS NULL) = (state IN ('announced', 'cancelled')) AND (pool_root IS NULL) = (frozen_time IS NULL)",
            name=op.f("draw_frozen_is_complete"),
        ),
        sa.CheckConstraint(
            "beacon <> 'drand_quicknet' OR beacon_name = CAST((beacon_time - 1692803367) / 3 + 1 AS VARCHAR(64))",
            name=op.f("draw_round_of_time"),
        ),
        sa.CheckConstraint("beacon IN ('drand_quicknet', 'lottery', 'commit_reveal')", name=op.f("draw_beacon_known")),
        sa.CheckConstraint(
            "state <> 'drawn' OR seed IS NOT NULL AND beacon_value_id IS NOT NULL AND drawn_at IS NOT NULL",
            name=op.f("draw_drawn_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('announced', 'frozen', 'drawn', 'failed', 'void', 'cancelled')", name=op.f("draw_state_known")
        ),
        sa.CheckConstraint("frozen_time < beacon_time", name=op.f("draw_frozen_before_beacon")),
        sa.CheckConstraint("least >= 1 AND least <= 99 AND witnesses >= 0", name=op.f("draw_least_range")),
        sa.ForeignKeyConstraint(["beacon_value_id"], ["beacon_value.id"], name=op.f("fk_draw_beacon_value_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_draw_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("id", "request_id", name=op.f("uq_draw_id_request_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_draw_ref")),
        sa.UniqueConstraint("request_id", name=op.f("uq_draw_request_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_draw_state_beacon_time", "draw", ["state", "beacon_time"], unique=False)
    op.create_table(
        "draw_decision",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("explained", sa.String(length=300), nullable=False),
        sa.Column("asked_at", Moment(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", Moment(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("decision IN ('void', 'fallback')", name=op.f("draw_decision_known")),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("draw_decision_confirmed_has_date")
        ),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("draw_decision_two_persons")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_draw_decision_asked_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_draw_decision_confirmed_by")),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_decision_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_decision")),
        sa.UniqueConstraint("draw_id", "decision", name=op.f("uq_draw_decision_draw_id_decision")),
        sqlite_strict=True,
    )
    op.create_table(
        "draw_postponement",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("from_time", sa.BigInteger(), nullable=False),
        sa.Column("to_time", sa.BigInteger(), nullable=False),
        sa.Column("at_time", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("reason = 'frozen_late' OR at_time < from_time", name=op.f("draw_postponement_in_time")),
        sa.CheckConstraint(
            "reason IN ('frozen_late', 'witnesses_missing')", name=op.f("draw_postponement_reason_known")
        ),
        sa.CheckConstraint(
            "to_time > from_time AND (to_time - from_time) / 86400 * 86400 = to_time - from_time AND to_time > at_time",
            name=op.f("draw_postponement_by_days"),
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_postponement_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_postponement")),
        sa.UniqueConstraint("draw_id", "from_time", name=op.f("uq_draw_postponement_draw_id_from_time")),
        sqlite_strict=True,
    )
    op.create_table(
        "draw_secret",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=300), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("committed_at", Moment(timezone=True), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("revealed_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("(secret IS NULL) = (revealed_at IS NULL)", name=op.f("draw_secret_revealed_has_date")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draw_secret_account_id")),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_secret_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_secret")),
        sa.UniqueConstraint("draw_id", "account_id", name=op.f("uq_draw_secret_draw_id_account_id")),
        sa.UniqueConstraint("draw_id", "number", name=op.f("uq_draw_secret_draw_id_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "sign_up",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("length(ticket) = 18 AND length(nonce) = 32", name=op.f("sign_up_ticket_and_nonce")),
        sa.ForeignKeyConstraint(
            ["draw_id", "request_id"], ["draw.id", "draw.request_id"], name=op.f("fk_sign_up_draw_id_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["quote_id", "request_id", "agency_id"],
            ["quote.id", "quote.request_id", "quote.agency_id"],
            name=op.f("fk_sign_up_quote_id_request_id_agency_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
        sa.UniqueConstraint("id", "draw_id", name=op.f("uq_sign_up_id_draw_id")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_sign_up_quote_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_up_agency_id", "sign_up", ["agency_id"], unique=False)
    op.create_index(
        "uq_sign_up_ticket",
        "sign_up",
        ["draw_id", "ticket"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "draw_exclusion",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("sign_up_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("reason IN ('not_serving')", name=op.f("draw_exclusion_reason_known")),
        sa.ForeignKeyConstraint(
            ["sign_up_id", "draw_id"],
            ["sign_up.id", "sign_up.draw_id"],
            name=op.f("fk_draw_exclusion_sign_up_id_draw_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_exclusion")),
        sa.UniqueConstraint("sign_up_id", name=op.f("uq_draw_exclusion_sign_up_id")),
        sqlite_strict=True,
    )
    op.create_index("ix_draw_exclusion_draw_id", "draw_exclusion", ["draw_id"], unique=False)
    op.create_table(
        "draw_rank",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sign_up_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("draw_rank_position")),
        sa.ForeignKeyConstraint(
            ["sign_up_id", "draw_id"], ["sign_up.id", "sign_up.draw_id"], name=op.f("fk_draw_rank_sign_up_id_draw_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_rank")),
        sa.UniqueConstraint("draw_id", "position", name=op.f("uq_draw_rank_draw_id_position")),
        sa.UniqueConstraint("sign_up_id", name=op.f("uq_draw_rank_sign_up_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "draw_refusal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("explained", sa.Text(), nullable=False),
        sa.Column("refused_at", Moment(timezone=True), nullable=False),
        sa.Column("refused_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('agency_refused', 'contract_declined', 'draw_voided')", name=op.f("draw_refusal_reason_known")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_draw_refusal_award_id")),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_refusal_draw_id")),
        sa.ForeignKeyConstraint(["refused_by"], ["account.id"], name=op.f("fk_draw_refusal_refused_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_refusal")),
        sa.UniqueConstraint("award_id", name=op.f("uq_draw_refusal_award_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_draw_refusal_draw_id"), "draw_refusal", ["draw_id"], unique=False)
    # ### end Alembic commands ###


def downgrade() -> None:
    """Take them away. A request that was drawn is kept by no older law, so that it must not exist."""
    _drop_triggers()
    for table in (
        "draw_secret",
        "draw_decision",
        "draw_refusal",
        "draw_rank",
        "draw_postponement",
        "draw_exclusion",
        "sign_up",
        "draw",
        "lottery_entry",
        "beacon_value",
    ):
        op.drop_table(table)
    with op.batch_alter_table("request", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_constraint(op.f("request_funding_known"), type_="check")
        batch.drop_constraint(op.f("request_authority_spends_state_funds"), type_="check")
        _methods(batch, _METHODS[:2], "method <> 'lowest_quote' OR published_at IS NULL OR quotes_until IS NOT NULL")
        batch.drop_column("funding")


def _methods(batch: object, known: tuple[str, ...], deadline: str) -> None:
    listed = ", ".join(f"'{one}'" for one in known)
    for name, law in (("request_method_known", f"method IN ({listed})"), ("request_quotes_have_deadline", deadline)):
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), sa.text(law))


def _recreate() -> str:
    """SQLite copies the table; PostgreSQL changes it."""
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"


def _drop_triggers() -> None:
    """Drop every trigger: none may hold a row that is filled in here. All are written again by an upgrade."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for name in bind.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            op.execute(sa.text(f"DROP TRIGGER {name}"))
        return
    ours = sa.text("SELECT tgname, CAST(tgrelid AS regclass) FROM pg_trigger WHERE NOT tgisinternal")
    for name, table in bind.execute(ours).all():
        op.execute(sa.text(f"DROP TRIGGER {name} ON {table}"))
