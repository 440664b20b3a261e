"""Price law in full: how a band rounds, in the key of every priced row, and the days between which a price is in force.

Revision 0130, after 0120.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None

_PRICED = ("quote_line", "contract_line", "fee_line")
_LIMITS = ("q_from", "q_to", "q0", "y0", "slope_num", "slope_den", "min_fen", "max_fen", "limits")
_OLD_LINE, _NEW_LINE = (*_LIMITS, "coefficient_set_id"), (*_LIMITS, "rounding", "coefficient_set_id")
_KEY = ("id", "edition_id", "service_id", "fee_item_id", "agency_id", "payer", "float_low", "float_high", "float_den")
_PARENT = (
    *("parent_id", "edition_id", "service_id", "fee_item_id", "parent_agency_id", "payer"),
    *("parent_float_low", "parent_float_high", "parent_float_den"),
)

_DEVIATION = "2 * (base_fen - y0) * slope_den - 2 * slope_num * (quantity - q0)"
_AMOUNT = "2 * amount_fen * 10000 * float_den"
_MOST = "2 * charge_base_fen * coefficient * float_high"
_LEAST = "2 * charge_base_fen * coefficient * float_low"
_NEW_LAW = {
    "price_base_off_the_line": (
        f"rounding = 'half_up' AND {_DEVIATION} > -slope_den AND {_DEVIATION} <= slope_den OR rounding = "
        f"'half_even' AND {_DEVIATION} >= -slope_den AND {_DEVIATION} <= slope_den AND ({_DEVIATION} > "
        f"-slope_den AND {_DEVIATION} < slope_den OR (base_fen & 1) = 0) OR rounding = 'down' AND {_DEVIATION} >"
        f" -2 * slope_den AND {_DEVIATION} <= 0 OR rounding = 'up' AND {_DEVIATION} >= 0 AND {_DEVIATION} < 2 "
        f"* slope_den"
    ),
    "price_above_ceiling": (
        f"amount_fen >= 0 AND amount_fen <= 1000000000000 AND (rounding = 'half_up' AND {_AMOUNT} <= {_MOST} +"
        f" 10000 * float_den OR rounding = 'half_even' AND ({_AMOUNT} < {_MOST} + 10000 * float_den OR "
        f"{_AMOUNT} = {_MOST} + 10000 * float_den AND (amount_fen & 1) = 0) OR rounding = 'down' AND {_AMOUNT} "
        f"<= {_MOST} OR rounding = 'up' AND {_AMOUNT} < {_MOST} + 2 * 10000 * float_den OR limits = 'after' "
        f"AND amount_fen <= min_fen) AND (limits = 'before' OR amount_fen <= max_fen)"
    ),
    "price_below_floor": (
        f"(rounding = 'half_up' AND {_AMOUNT} > {_LEAST} - 10000 * float_den OR rounding = 'half_even' AND "
        f"({_AMOUNT} > {_LEAST} - 10000 * float_den OR {_AMOUNT} = {_LEAST} - 10000 * float_den AND (amount_fen"
        f" & 1) = 0) OR rounding = 'down' AND {_AMOUNT} > {_LEAST} - 2 * 10000 * float_den OR rounding = 'up' "
        f"AND {_AMOUNT} >= {_LEAST} OR limits = 'after' AND amount_fen >= max_fen) AND (limits = 'before' OR "
        f"amount_fen >= min_fen)"
    ),
}
_OLD_LAW = {
    "price_base_off_the_line": (f"{_DEVIATION} > -slope_den AND {_DEVIATION} <= slope_den"),
    "price_above_ceiling": (
        f"amount_fen >= 0 AND amount_fen <= 1000000000000 AND ({_AMOUNT} <= {_MOST} + 10000 * float_den OR "
        f"limits = 'after' AND amount_fen <= min_fen) AND (limits = 'before' OR amount_fen <= max_fen)"
    ),
    "price_below_floor": (
        f"({_AMOUNT} > {_LEAST} - 10000 * float_den OR limits = 'after' AND amount_fen >= max_fen) AND (limits"
        f" = 'before' OR amount_fen >= min_fen)"
    ),
}
_DAYS = {"fee_item_days_in_order": "effective_from <= effective_until"}
_BAND_LAW = {"band_rounding_known": "rounding IN ('half_up', 'half_even', 'down', 'up')"}


def upgrade() -> None:
    """Add the rounding to the band's key and to every priced row, and the days of a price to the fee item."""
    _drop_triggers()
    for table in ("band", *_PRICED):
        # The default is for the rows that are there; whoever writes a new one says how it rounds.
        op.add_column(table, sa.Column("rounding", sa.String(length=64), nullable=False, server_default="half_up"))
    _untie()
    with _changed("band") as batch:
        batch.alter_column("rounding", existing_type=sa.String(length=64), existing_nullable=False, server_default=None)
        _law(batch, _BAND_LAW)
        _key(batch, _NEW_LINE)
    _tie(_NEW_LINE, _NEW_LAW)
    _values_as(sa.Text())
    op.add_column("fee_item", sa.Column("effective_from", sa.Date(), nullable=True))
    op.add_column("fee_item", sa.Column("effective_until", sa.Date(), nullable=True))
    with _changed("fee_item") as batch:
        _law(batch, _DAYS)


def downgrade() -> None:
    """Take them away; what was rounded otherwise than half up breaks the law as it was, and is refused."""
    _drop_triggers()
    _untie()
    with _changed("band", gone=_BAND_LAW) as batch:
        _key(batch, _OLD_LINE)
        batch.drop_column("rounding")
    _tie(_OLD_LINE, _OLD_LAW)
    _values_as(sa.String(length=300))
    with _changed("fee_item", gone=_DAYS) as batch:
        batch.drop_column("effective_until")
        batch.drop_column("effective_from")


def _values_as(kind: sa.types.TypeEngine[str]) -> None:
    """How long the text of a closed set may be; SQLite has one kind of text only."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("coefficient_set", "values_text", type_=kind, existing_nullable=False)


def _untie() -> None:
    """Let go of the band's key, and of the laws that change."""
    for table in _PRICED:
        with _changed(table, gone=_NEW_LAW) as batch:
            batch.drop_constraint(_link(table), type_="foreignkey")
    with _changed("band") as batch:
        batch.drop_constraint("fk_band_parent", type_="foreignkey")
        batch.drop_constraint("uq_band_key", type_="unique")


def _key(batch: BatchOperations, line: Sequence[str]) -> None:
    batch.create_unique_constraint("uq_band_key", [*_KEY, *line])
    batch.create_foreign_key("fk_band_parent", "band", [*_PARENT, *line], [*_KEY, *line])


def _tie(line: Sequence[str], law: Mapping[str, str]) -> None:
    for table in _PRICED:
        columns = ["band_id", *_KEY[1:], *line]
        with _changed(table) as batch:
            if "rounding" in line:
                batch.alter_column(
                    "rounding", existing_type=sa.String(length=64), existing_nullable=False, server_default=None
                )
            else:
                batch.drop_column("rounding")
            _law(batch, law)
            batch.create_foreign_key(op.f(f"fk_{table}_{'_'.join(columns)}"), "band", columns, [*_KEY, *line])


def _law(batch: BatchOperations, law: Mapping[str, str]) -> None:
    for name, condition in law.items():
        batch.create_check_constraint(op.f(name), sa.text(condition))


def _link(table: str) -> str:
    """The name of the link to the band's key, which PostgreSQL has cut short."""
    links = sa.inspect(op.get_bind()).get_foreign_keys(table)
    return next(
        str(one["name"]) for one in links if one["referred_table"] == "band" and len(one["referred_columns"]) > 9
    )


@contextmanager
def _changed(table: str, *, gone: Collection[str] = ()) -> Iterator[BatchOperations]:
    """The table as a batch, which SQLite copies, without the CHECKs in `gone`."""
    copied = op.get_bind().dialect.name == "sqlite"
    strict = {"sqlite_strict": True}
    with op.batch_alter_table(table, recreate="always" if copied else "never", table_kwargs=strict) as batch:
        for name in gone:
            batch.drop_constraint(op.f(name), type_="check")
        yield batch


def _drop_triggers() -> None:
    """Drop every trigger: none may name a column or a table that is taken away. All are written again by an upgrade."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for name in bind.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            op.execute(sa.text(f"DROP TRIGGER {name}"))
        return
    ours = sa.text("SELECT tgname, CAST(tgrelid AS regclass) FROM pg_trigger WHERE NOT tgisinternal")
    for name, table in bind.execute(ours).all():
        op.execute(sa.text(f"DROP TRIGGER {name} ON {table}"))
