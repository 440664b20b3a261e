"""The list in full: legal bases, acts, regions, and every field of an entry.

Entries of editions published before have a fingerprint of their own, so that a difference with them is read, not
guessed; their legal basis stays the text that was published.

Revision 0120, after 0110.
"""

import sqlalchemy as sa
from alembic import op

from market.store.types import Moment

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None

STRICT = {"sqlite_strict": True}
ACT_KINDS = (
    "kind IN ('licence', 'penalty', 'enforcement', 'inspection', 'payment', 'collection', 'adjudication',"
    " 'confirmation', 'reward', 'other')"
)
TEXT_COLUMNS = {
    "standard_code": (sa.String(64), ""),
    "setup_level": (sa.String(64), "prefecture"),
    "industry_authority_zh": (sa.String(300), ""),
    "industry_authority_en": (sa.String(300), ""),
    "service_content": (sa.Text(), ""),
    "commissioned_by": (sa.String(64), "applicant"),
    "requirement_mode": (sa.String(64), "all"),
    "filing": (sa.String(300), ""),
    "remarks": (sa.Text(), ""),
    "source": (sa.Text(), ""),
    "fingerprint": (sa.String(64), ""),
    "price_fingerprint": (sa.String(64), ""),
}


def upgrade() -> None:
    """Create the tables, and give entries their new columns."""
    with op.batch_alter_table("act", table_kwargs=STRICT) as act:
        act.drop_constraint("act_kind_known", type_="check")
        act.create_check_constraint(op.f("act_kind_known"), ACT_KINDS)
    with op.batch_alter_table("edition", table_kwargs=STRICT) as edition:
        edition.add_column(sa.Column("digest", sa.String(64), nullable=False, server_default=""))
    with op.batch_alter_table("edition", table_kwargs=STRICT) as edition:
        edition.alter_column("digest", server_default=None)
    _entries()
    _bases()
    _belongings()


def _entries() -> None:
    with op.batch_alter_table("entry", table_kwargs=STRICT) as entry:
        for name, (kind, default) in TEXT_COLUMNS.items():
            entry.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        entry.add_column(sa.Column("time_limit_calendar_days", sa.BigInteger(), nullable=True))
        entry.add_column(sa.Column("commitment_only", sa.Boolean(), nullable=False, server_default=sa.false()))
        entry.create_unique_constraint(op.f("uq_entry_id_edition_id"), ["id", "edition_id"])
        entry.create_check_constraint(
            op.f("entry_setup_level_known"), "setup_level IN ('national', 'provincial', 'prefecture', 'county')"
        )
        entry.create_check_constraint(
            op.f("entry_commissioned_by_known"), "commissioned_by IN ('applicant', 'authority')"
        )
        entry.create_check_constraint(op.f("entry_requirement_mode_known"), "requirement_mode IN ('any', 'all')")
        entry.create_check_constraint(
            op.f("entry_time_limit_of_one_kind"),
            "time_limit_calendar_days IS NULL OR time_limit_workdays IS NULL AND time_limit_calendar_days > 0",
        )
    _without_triggers("UPDATE entry SET fingerprint = 'before-0120-' || id, price_fingerprint = 'before-0120-' || id")
    with op.batch_alter_table("entry", table_kwargs=STRICT) as entry:
        for name in (*TEXT_COLUMNS, "commitment_only"):
            entry.alter_column(name, server_default=None)
    op.create_index(op.f("ix_entry_service_id"), "entry", ["service_id"])


def _without_triggers(statement: str) -> None:
    """Run a statement that what is published refuses; on SQLite the triggers are gone during a migration anyway."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("ALTER TABLE entry DISABLE TRIGGER USER")
    op.execute(statement)
    if postgresql:
        op.execute("ALTER TABLE entry ENABLE TRIGGER USER")


def _bases() -> None:
    op.create_table(
        "legal_basis",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("number", sa.String(300), nullable=False),
        sa.CheckConstraint("title <> '' AND key <> ''", name=op.f("legal_basis_has_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_basis")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_legal_basis_key_number")),
        **STRICT,
    )
    op.create_table(
        "legal_basis_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("basis_id", sa.BigInteger(), nullable=False),
        sa.Column("organ", sa.String(300), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("repealed_from", sa.Date(), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by <> basis_id", name=op.f("legal_basis_own_successor")
        ),
        sa.CheckConstraint(
            "in_force_from IS NULL OR repealed_from IS NULL OR repealed_from >= in_force_from",
            name=op.f("legal_basis_interval"),
        ),
        sa.ForeignKeyConstraint(["basis_id"], ["legal_basis.id"], name=op.f("fk_legal_basis_change_basis_id")),
        sa.ForeignKeyConstraint(
            ["superseded_by"], ["legal_basis.id"], name=op.f("fk_legal_basis_change_superseded_by")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_legal_basis_change_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_basis_change")),
        **STRICT,
    )
    op.create_index(op.f("ix_legal_basis_change_basis_id"), "legal_basis_change", ["basis_id"])
    op.create_table(
        "legal_article",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("basis_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["basis_id"], ["legal_basis.id"], name=op.f("fk_legal_article_basis_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_article")),
        sa.UniqueConstraint("basis_id", "number", name=op.f("uq_legal_article_basis_id_number")),
        **STRICT,
    )


def _belongings() -> None:
    op.create_table(
        "region",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("level", sa.String(64), nullable=False),
        sa.Column("parent_code", sa.String(64), nullable=True),
        sa.Column("name_zh", sa.String(300), nullable=False),
        sa.Column("name_en", sa.String(300), nullable=False),
        sa.CheckConstraint("level IN ('prefecture', 'county')", name=op.f("region_level_known")),
        sa.CheckConstraint("length(code) = 6", name=op.f("region_code_has_six_digits")),
        sa.ForeignKeyConstraint(["parent_code"], ["region.code"], name=op.f("fk_region_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
        **STRICT,
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("region_code", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(300), nullable=False),
        sa.Column("name_en", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_zone_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        sa.UniqueConstraint("code", name=op.f("uq_zone_code")),
        **STRICT,
    )
    _of_entry(
        "entry_article",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["legal_article.id"], name=op.f("fk_entry_article_article_id")),
        sa.UniqueConstraint("entry_id", "article_id", name=op.f("uq_entry_article_entry_id_article_id")),
    )
    op.create_index(op.f("ix_entry_article_article_id"), "entry_article", ["article_id"])
    _of_entry(
        "entry_act",
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_entry_act_act_id")),
        sa.UniqueConstraint("entry_id", "act_id", name=op.f("uq_entry_act_entry_id_act_id")),
    )
    _of_entry(
        "entry_region",
        sa.Column("region_code", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_entry_region_region_code")),
        sa.UniqueConstraint("entry_id", "region_code", name=op.f("uq_entry_region_entry_id_region_code")),
    )
    _of_entry(
        "entry_zone",
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_entry_zone_zone_id")),
        sa.UniqueConstraint("entry_id", "zone_id", name=op.f("uq_entry_zone_entry_id_zone_id")),
    )
    _of_entry(
        "entry_requirement",
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("level", sa.String(300), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('qualification', 'practitioner')", name=op.f("entry_requirement_kind_known")
        ),
        sa.CheckConstraint("count >= 1 AND count <= 999", name=op.f("entry_requirement_count")),
        sa.UniqueConstraint("entry_id", "position", name=op.f("uq_entry_requirement_entry_id_position")),
    )


def _of_entry(table: str, *more: sa.Column | sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            ["entry_id", "edition_id"], ["entry.id", "entry.edition_id"], name=op.f(f"fk_{table}_entry_id_edition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        **STRICT,
    )
    op.create_index(op.f(f"ix_{table}_edition_id"), table, ["edition_id"])
