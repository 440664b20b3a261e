"""Marked prices with a region, a day from which they hold, an end, a capacity and pauses.

Revision 0200, after 0195.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0200"
down_revision = "0195"
branch_labels = None
depends_on = None

_OPEN_ENDED = sa.text("ends_at IS NULL AND state <> 'withdrawn'")
_IN_FORCE = sa.text("state = 'in_force'")
_NO_LONGER_PAUSED = "state IN ('in_force', 'withdrawn')"
_STATES = "state IN ('in_force', 'paused', 'withdrawn')"
_LAW = {
    "offer_capacity_range": "capacity >= 1 AND capacity <= 999",
    "offer_begins_in_the_past": "effective_from >= marked_at",
    "offer_ends_after_it_begins": "ends_at > effective_from",
}


def upgrade() -> None:
    """Add the columns, with what the rows that are there meant by having none, and the pauses."""
    _drop_triggers()
    op.drop_index("uq_offer_in_force", table_name="offer", sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE)
    op.add_column("offer", sa.Column("capacity", sa.BigInteger(), nullable=True))
    op.add_column("offer", sa.Column("region_code", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("offer", sa.Column("effective_from", Moment(timezone=True), nullable=True))
    op.add_column("offer", sa.Column("ends_at", Moment(timezone=True), nullable=True))
    op.add_column("offer", sa.Column("carried_from", sa.BigInteger(), nullable=True))
    op.execute(sa.text("UPDATE offer SET effective_from = marked_at"))
    with op.batch_alter_table("offer", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.alter_column(
            "region_code", existing_type=sa.String(length=64), existing_nullable=False, server_default=None
        )
        batch.alter_column("effective_from", existing_type=Moment(timezone=True), nullable=False)
        batch.drop_constraint(op.f("offer_state_known"), type_="check")
        batch.create_check_constraint(op.f("offer_state_known"), sa.text(_STATES))
        for name, condition in _LAW.items():
            batch.create_check_constraint(op.f(name), sa.text(condition))
        batch.create_unique_constraint(op.f("uq_offer_carried_from"), ["carried_from"])
        batch.create_foreign_key(op.f("fk_offer_carried_from"), "offer", ["carried_from"], ["id"])
    op.create_index(
        "uq_offer_open_ended",
        "offer",
        ["agency_id", "entry_id", "region_code"],
        unique=True,
        sqlite_where=_OPEN_ENDED,
        postgresql_where=_OPEN_ENDED,
    )
    # Which offer went on as which was the pair of keys; from now on the later one says it itself.
    op.execute(
        sa.text(
            "UPDATE offer SET carried_from = (SELECT carry_over.offer_id FROM carry_over"
            " WHERE carry_over.outcome = 'carried' AND carry_over.agency_id = offer.agency_id"
            " AND carry_over.edition_id = offer.edition_id AND carry_over.service_id = offer.service_id)"
            " WHERE version = 1"
        )
    )
    op.create_table(
        "offer_pause",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("paused_at", Moment(timezone=True), nullable=False),
        sa.Column("resumed_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('fully_booked', 'people_away', 'equipment', 'price_review')",
            name=op.f("offer_pause_reason_known"),
        ),
        sa.CheckConstraint("resumed_at >= paused_at", name=op.f("offer_pause_interval")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_pause_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_pause")),
        sqlite_strict=True,
    )
    op.create_index("ix_offer_pause_offer_id", "offer_pause", ["offer_id"], unique=False)
    op.create_index(
        "uq_offer_pause_open",
        "offer_pause",
        ["offer_id"],
        unique=True,
        sqlite_where=sa.text("resumed_at IS NULL"),
        postgresql_where=sa.text("resumed_at IS NULL"),
    )


def downgrade() -> None:
    """Take them away; a paused price is in force again, and two regions' prices for one entry are refused."""
    _drop_triggers()
    op.drop_table("offer_pause")
    op.drop_index("uq_offer_open_ended", table_name="offer", sqlite_where=_OPEN_ENDED, postgresql_where=_OPEN_ENDED)
    op.execute(sa.text("UPDATE offer SET state = 'in_force' WHERE state = 'paused'"))
    with op.batch_alter_table("offer", recreate=_recreate(), table_kwargs={"sqlite_strict": True}) as batch:
        batch.drop_constraint(op.f("fk_offer_carried_from"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_offer_carried_from"), type_="unique")
        for name in ("offer_state_known", *_LAW):
            batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f("offer_state_known"), sa.text(_NO_LONGER_PAUSED))
        for column in ("carried_from", "ends_at", "effective_from", "region_code", "capacity"):
            batch.drop_column(column)
    op.create_index(
        "uq_offer_in_force",
        "offer",
        ["agency_id", "entry_id"],
        unique=True,
        sqlite_where=_IN_FORCE,
        postgresql_where=_IN_FORCE,
    )


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
