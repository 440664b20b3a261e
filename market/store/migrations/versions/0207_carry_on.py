"""Agencies whose marked prices are still to be written again in an edition; prices of a region that lapses.

Revision 0207, after 0206.
"""

import sqlalchemy as sa
from alembic import op

revision = "0207"
down_revision = "0206"
branch_labels = None
depends_on = None

_BEFORE = ("carried", "marked_anew", "removed", "pricing", "price_rule", "days")


def upgrade() -> None:
    """Make the table; every settlement before it wrote everything at once. Widen what may become of a price."""
    op.create_table(
        "carry_on",
        sa.Column("edition_id", sa.BigInteger(), sa.ForeignKey("edition.id"), primary_key=True),
        sa.Column("agency_id", sa.BigInteger(), sa.ForeignKey("agency.id"), primary_key=True),
        sqlite_strict=True,
    )
    _outcomes((*_BEFORE, "region"))


def downgrade() -> None:
    """Take it away."""
    _outcomes(_BEFORE)
    op.drop_table("carry_on")


def _outcomes(known: tuple[str, ...]) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table(
        "carry_over", recreate="always" if sqlite else "never", table_kwargs={"sqlite_strict": True}
    ) as batch:
        batch.drop_constraint(op.f("carry_over_outcome_known"), type_="check")
        listed = ", ".join(f"'{one}'" for one in known)
        batch.create_check_constraint(op.f("carry_over_outcome_known"), sa.text(f"outcome IN ({listed})"))
