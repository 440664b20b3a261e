"""Filings, records and suspensions: an agency's row is what serves, and what it asks for is a filing.

Revision 0190, after 0180.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from market.store.types import Moment

revision = "0190"
down_revision = "0185"
branch_labels = None
depends_on = None

_OPEN = "state IN ('draft', 'in_check', 'returned')"
# The old reasons named no field; each is about one.
_FIELDS = {
    "name_differs": "name",
    "code_differs": "uscc",
    "contact_unreachable": "phone",
    "paper_unreadable": "papers",
    "paper_expired": "papers",
}
_GONE = (
    *("commitment_version", "commitment_accepted_at", "commitment_accepted_by", "submitted_at", "check_due_on"),
    *("decided_at", "decided_by", "return_reasons"),
)
_PROFILE = ("legal_representative", "phone", "address", "introduction")


def upgrade() -> None:
    """Make the tables, give every agency the filing that its row was so far, and its papers to that filing."""
    _drop_triggers()
    _filings()
    _belongings()
    with _changed("agency") as agency:
        for name in ("agency_state_known", "agency_commitment_first", "agency_admitted_has_date"):
            agency.drop_constraint(op.f(name), type_="check")
        for name in ("contact_name", "contact_email"):
            agency.add_column(sa.Column(name, sa.String(length=300), nullable=False, server_default=""))
        agency.add_column(sa.Column("suspended_until", sa.Date(), nullable=True))
        agency.add_column(sa.Column("exited_at", Moment(timezone=True), nullable=True))
    with _changed("agency_paper") as paper:
        for name, size in (("qualification", 300), ("major", 300), ("grade", 64), ("state", 64)):
            paper.add_column(sa.Column(name, sa.String(length=size), nullable=False, server_default=""))
        for name in ("filing_id", "ended_filing_id"):
            paper.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
        for name in ("recorded_at", "ended_at"):
            paper.add_column(sa.Column(name, Moment(timezone=True), nullable=True))
    _move_rows()
    _finish_agency()
    _finish_paper()


def _finish_agency() -> None:
    with _changed("agency") as agency:
        agency.drop_constraint("fk_agency_commitment_accepted_by", type_="foreignkey")
        agency.drop_constraint("fk_agency_decided_by", type_="foreignkey")
        for name in _GONE:
            agency.drop_column(name)
        for name in ("contact_name", "contact_email"):
            agency.alter_column(name, existing_type=sa.String(length=300), existing_nullable=False, server_default=None)
        for name, condition in (
            ("agency_state_known", "state IN ('entering', 'admitted', 'suspended', 'exited')"),
            ("agency_admitted_has_date", "state = 'entering' OR admitted_at IS NOT NULL"),
            ("agency_suspended_until_a_day", "(state = 'suspended') = (suspended_until IS NOT NULL)"),
            ("agency_exited_has_date", "(state = 'exited') = (exited_at IS NOT NULL)"),
        ):
            agency.create_check_constraint(op.f(name), sa.text(condition))


def _finish_paper() -> None:
    with _changed("agency_paper") as paper:
        paper.drop_constraint("uq_agency_paper_agency_id_number", type_="unique")
        paper.drop_constraint("fk_agency_paper_agency_id", type_="foreignkey")
        for name, size in (("qualification", 300), ("major", 300), ("grade", 64), ("state", 64)):
            paper.alter_column(
                name, existing_type=sa.String(length=size), existing_nullable=False, server_default=None
            )
        paper.alter_column("filing_id", existing_type=sa.BigInteger(), nullable=False)
        for name, column in (("fk_agency_paper_filing", "filing_id"), ("fk_agency_paper_ended_filing", "ended_filing_id")):
            paper.create_foreign_key(name, "filing", [column, "agency_id"], ["id", "agency_id"])
        for name, condition in (
            ("agency_paper_state_known", "state IN ('filed', 'on_record', 'ended', 'taken_back')"),
            ("agency_paper_recorded_has_date", "(state IN ('on_record', 'ended')) = (recorded_at IS NOT NULL)"),
            ("agency_paper_ended_has_date", "(state = 'ended') = (ended_at IS NOT NULL)"),
        ):
            paper.create_check_constraint(op.f(name), sa.text(condition))
    op.create_index("ix_agency_paper_agency_id_state", "agency_paper", ["agency_id", "state"], unique=False)
    op.create_index("ix_agency_paper_filing_id", "agency_paper", ["filing_id"], unique=False)


def _filings() -> None:
    op.create_table('commitment_text',
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('zh', sa.Text(), nullable=False),
    sa.Column('en', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_commitment_text')),
    sa.UniqueConstraint('first_day', name=op.f('uq_commitment_text_first_day')),
    sqlite_strict=True
    )
    op.create_table('qualification',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('major', sa.String(length=300), nullable=False),
    sa.Column('grades', sa.JSON(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualification')),
    sa.UniqueConstraint('name', 'major', 'first_day', name=op.f('uq_qualification_name_major_first_day')),
    sqlite_strict=True
    )
    op.create_table('filing',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('agency_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('agency_kind', sa.String(length=64), nullable=False),
    sa.Column('legal_representative', sa.String(length=300), nullable=False),
    sa.Column('contact_name', sa.String(length=300), nullable=False),
    sa.Column('contact_email', sa.String(length=300), nullable=False),
    sa.Column('phone', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('introduction', sa.Text(), nullable=False),
    sa.Column('opened_at', Moment(timezone=True), nullable=False),
    sa.Column('commitment_version', sa.String(length=64), nullable=True),
    sa.Column('commitment_accepted_at', Moment(timezone=True), nullable=True),
    sa.Column('commitment_accepted_by', sa.BigInteger(), nullable=True),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('submitted_at', Moment(timezone=True), nullable=True),
    sa.Column('check_due_on', sa.Date(), nullable=True),
    sa.Column('escalated_at', Moment(timezone=True), nullable=True),
    sa.Column('decided_at', Moment(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('row_version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("agency_kind IN ('company', 'branch', 'institution', 'social_organisation', 'sole_trader')", name=op.f('filing_agency_kind_known')),
    sa.CheckConstraint("kind IN ('entry', 'change', 're_entry')", name=op.f('filing_kind_known')),
    sa.CheckConstraint("state IN ('draft', 'in_check', 'returned', 'passed', 'taken_back')", name=op.f('filing_state_known')),
    sa.CheckConstraint("state IN ('draft', 'taken_back') OR commitment_version IS NOT NULL AND commitment_accepted_at IS NOT NULL AND commitment_accepted_by IS NOT NULL", name=op.f('filing_commitment_first')),
    sa.CheckConstraint("state IN ('draft', 'taken_back') OR submitted_at IS NOT NULL AND check_due_on IS NOT NULL AND round >= 1", name=op.f('filing_sent_has_days')),
    sa.CheckConstraint("state NOT IN ('passed', 'taken_back') OR decided_at IS NOT NULL", name=op.f('filing_decided')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_filing_agency_id')),
    sa.ForeignKeyConstraint(['commitment_accepted_by'], ['account.id'], name=op.f('fk_filing_commitment_accepted_by')),
    sa.ForeignKeyConstraint(['commitment_version'], ['commitment_text.version'], name=op.f('fk_filing_commitment_version')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_filing_decided_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing')),
    sa.UniqueConstraint('id', 'agency_id', name=op.f('uq_filing_id_agency_id')),
    sqlite_strict=True
    )
    op.create_index('ix_filing_agency_id_decided_at', 'filing', ['agency_id', 'decided_at'], unique=False)
    op.create_index('ix_filing_state_check_due_on', 'filing', ['state', 'check_due_on'], unique=False)
    op.create_index('uq_filing_open', 'filing', ['agency_id'], unique=True, sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN))

    op.create_table('suspension',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('agency_id', sa.BigInteger(), nullable=False),
    sa.Column('ground', sa.String(length=64), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('proposed_at', Moment(timezone=True), nullable=False),
    sa.Column('proposed_by', sa.BigInteger(), nullable=False),
    sa.Column('confirmed_at', Moment(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', Moment(timezone=True), nullable=True),
    sa.Column('ended_by', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("ground IN ('entered_by_fraud', 'no_longer_qualified', 'commitment_broken', 'misconduct', 'punished', 'verified_complaints')", name=op.f('suspension_ground_known')),
    sa.CheckConstraint('(confirmed_at IS NULL) = (confirmed_by IS NULL)', name=op.f('suspension_confirmed_by_somebody')),
    sa.CheckConstraint('confirmed_by IS NULL OR confirmed_by <> proposed_by', name=op.f('suspension_two_persons')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_suspension_agency_id')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['account.id'], name=op.f('fk_suspension_confirmed_by')),
    sa.ForeignKeyConstraint(['ended_by'], ['account.id'], name=op.f('fk_suspension_ended_by')),
    sa.ForeignKeyConstraint(['proposed_by'], ['account.id'], name=op.f('fk_suspension_proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspension')),
    sqlite_strict=True
    )
    op.create_index('uq_suspension_open', 'suspension', ['agency_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))



def _belongings() -> None:
    op.create_table('attachment',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('filing_id', sa.BigInteger(), nullable=False),
    sa.Column('slot', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('media_type', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('added_at', Moment(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("media_type IN ('application/pdf', 'image/png', 'image/jpeg')", name=op.f('attachment_media_type_known')),
    sa.CheckConstraint("slot IN ('licence', 'identity', 'authority', 'paper', 'practitioner')", name=op.f('attachment_slot_known')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('attachment_sha256')),
    sa.CheckConstraint('size = length(content)', name=op.f('attachment_size_is_true')),
    sa.CheckConstraint('size >= 1 AND size <= 10485760', name=op.f('attachment_size')),
    sa.ForeignKeyConstraint(['filing_id'], ['filing.id'], name=op.f('fk_attachment_filing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sa.UniqueConstraint('filing_id', 'slot', 'sha256', name=op.f('uq_attachment_filing_id_slot_sha256')),
    sqlite_strict=True
    )
    op.create_table('authorised_person',
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('phone', sa.String(length=64), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('agency_id', sa.BigInteger(), nullable=False),
    sa.Column('filing_id', sa.BigInteger(), nullable=False),
    sa.Column('ended_filing_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', Moment(timezone=True), nullable=True),
    sa.Column('ended_at', Moment(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f('authorised_person_ended_has_date')),
    sa.CheckConstraint("(state IN ('on_record', 'ended')) = (recorded_at IS NOT NULL)", name=op.f('authorised_person_recorded_has_date')),
    sa.CheckConstraint("state IN ('filed', 'on_record', 'ended', 'taken_back')", name=op.f('authorised_person_state_known')),
    sa.CheckConstraint('valid_until >= valid_from', name=op.f('authorised_person_interval')),
    sa.ForeignKeyConstraint(['ended_filing_id', 'agency_id'], ['filing.id', 'filing.agency_id'], name='fk_authorised_person_ended_filing'),
    sa.ForeignKeyConstraint(['filing_id', 'agency_id'], ['filing.id', 'filing.agency_id'], name='fk_authorised_person_filing'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authorised_person')),
    sqlite_strict=True
    )
    op.create_index('ix_authorised_person_agency_id_state', 'authorised_person', ['agency_id', 'state'], unique=False)
    op.create_index('ix_authorised_person_filing_id', 'authorised_person', ['filing_id'], unique=False)

    op.create_table('filing_return',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('filing_id', sa.BigInteger(), nullable=False),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.CheckConstraint("reason || ':' || field IN ('name_differs:name', 'code_differs:uscc', 'kind_differs:kind', 'representative_differs:legal_representative', 'address_differs:address', 'contact_unreachable:contact_email', 'contact_unreachable:contact_name', 'contact_unreachable:phone', 'paper_unreadable:attachments', 'paper_unreadable:papers', 'paper_differs:papers', 'paper_expired:papers', 'paper_missing:papers', 'paper_missing:services', 'practitioner_differs:practitioners', 'practitioner_elsewhere:practitioners', 'person_not_authorised:persons', 'attachment_unreadable:attachments', 'attachment_missing:attachments')", name=op.f('filing_return_reason_at_its_field')),
    sa.ForeignKeyConstraint(['filing_id'], ['filing.id'], name=op.f('fk_filing_return_filing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_return')),
    sa.UniqueConstraint('filing_id', 'round', 'reason', 'field', name=op.f('uq_filing_return_filing_id_round_reason_field')),
    sqlite_strict=True
    )
    op.create_table('filing_service',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('filing_id', sa.BigInteger(), nullable=False),
    sa.Column('service_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['filing_id'], ['filing.id'], name=op.f('fk_filing_service_filing_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_filing_service_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_service')),
    sa.UniqueConstraint('filing_id', 'service_id', name=op.f('uq_filing_service_filing_id_service_id')),
    sqlite_strict=True
    )
    op.create_index('ix_filing_service_service_id', 'filing_service', ['service_id'], unique=False)

    op.create_table('practitioner',
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('certificate_kind', sa.String(length=300), nullable=False),
    sa.Column('certificate_number', sa.String(length=300), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('agency_id', sa.BigInteger(), nullable=False),
    sa.Column('filing_id', sa.BigInteger(), nullable=False),
    sa.Column('ended_filing_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', Moment(timezone=True), nullable=True),
    sa.Column('ended_at', Moment(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f('practitioner_ended_has_date')),
    sa.CheckConstraint("(state IN ('on_record', 'ended')) = (recorded_at IS NOT NULL)", name=op.f('practitioner_recorded_has_date')),
    sa.CheckConstraint("state IN ('filed', 'on_record', 'ended', 'taken_back')", name=op.f('practitioner_state_known')),
    sa.CheckConstraint('valid_until >= valid_from', name=op.f('practitioner_interval')),
    sa.ForeignKeyConstraint(['ended_filing_id', 'agency_id'], ['filing.id', 'filing.agency_id'], name='fk_practitioner_ended_filing'),
    sa.ForeignKeyConstraint(['filing_id', 'agency_id'], ['filing.id', 'filing.agency_id'], name='fk_practitioner_filing'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practitioner')),
    sqlite_strict=True
    )
    op.create_index('ix_practitioner_agency_id_state', 'practitioner', ['agency_id', 'state'], unique=False)
    op.create_index('ix_practitioner_filing_id', 'practitioner', ['filing_id'], unique=False)
    op.create_index('uq_practitioner_one_agency', 'practitioner', ['certificate_kind', 'certificate_number'], unique=True, sqlite_where=sa.text("state = 'on_record'"), postgresql_where=sa.text("state = 'on_record'"))



def _move_rows() -> None:
    bind = op.get_bind()
    tables = sa.MetaData()
    moments = dict.fromkeys(
        ("commitment_accepted_at", "submitted_at", "decided_at", "admitted_at", "created_at", "opened_at"),
        Moment(timezone=True),
    )
    agency, filing, organisation, letter, returned = (
        _table(name, tables, moments) for name in ("agency", "filing", "organisation", "commitment_text", "filing_return")
    )
    query = sa.select(agency, organisation.c.created_at).join(
        organisation, organisation.c.id == agency.c.organisation_id
    )
    rows = bind.execute(query.order_by(agency.c.id)).mappings().all()
    versions = {row["commitment_version"] for row in rows} - {""}
    for one in json.loads((files("market.agencies") / "data" / "commitments.json").read_text(encoding="utf-8")):
        if one["version"] in versions:
            texts = {language: "\n".join(one[language]) for language in ("zh", "en")}
            first_day = date.fromisoformat(one["first_day"])
            bind.execute(letter.insert().values(version=one["version"], first_day=first_day, **texts))
    for number, row in enumerate(rows, 1):
        bind.execute(filing.insert().values(_filing(row)))
        if row["state"] == "returned":
            for reason in row["return_reasons"]:
                values = {"filing_id": number, "round": 1, "reason": reason, "field": _FIELDS[reason]}
                bind.execute(returned.insert().values(values))
    its = "(SELECT {what} FROM filing WHERE filing.agency_id = agency_paper.agency_id)"
    passed = its.format(what="state") + " = 'passed'"
    bind.execute(
        sa.text(
            f"UPDATE agency_paper SET filing_id = {its.format(what='id')},"  # noqa: S608 - no word of it is from outside
            f" state = CASE WHEN {passed} THEN 'on_record' ELSE 'filed' END,"
            f" recorded_at = CASE WHEN {passed} THEN {its.format(what='decided_at')} END"
        )
    )
    bind.execute(sa.text("UPDATE agency SET state = 'entering' WHERE state <> 'admitted'"))


def _table(name: str, tables: sa.MetaData, moments: Mapping[str, Moment]) -> sa.Table:
    found = sa.Table(name, tables, autoload_with=op.get_bind(), resolve_fks=False)
    for column in found.columns:
        column.type = moments.get(column.name, column.type)
        if column.name == "check_due_on" or column.name == "first_day":
            column.type = sa.Date()
        if column.name == "return_reasons":
            column.type = sa.JSON()
    return found


def _filing(row: Mapping[str, Any]) -> dict[str, Any]:
    """The filing that an agency's row stood for."""
    state = "passed" if row["state"] == "admitted" else row["state"]
    sent = state != "draft"
    said = {name: row[name] for name in _PROFILE}
    return said | {
        "agency_id": row["id"],
        "kind": "entry",
        "state": state,
        "agency_kind": row["kind"],
        "contact_name": "",
        "contact_email": "",
        "opened_at": row["created_at"],
        "commitment_version": row["commitment_version"] or None,
        "commitment_accepted_at": row["commitment_accepted_at"],
        "commitment_accepted_by": row["commitment_accepted_by"],
        "round": int(sent),
        "submitted_at": row["submitted_at"] or (row["admitted_at"] or row["created_at"] if sent else None),
        "check_due_on": row["check_due_on"] or (row["created_at"].date() if sent else None),
        "decided_at": row["admitted_at"] if state == "passed" else row["decided_at"],
        "decided_by": row["decided_by"],
        "row_version": row["row_version"],
    }


def downgrade() -> None:
    """Refused: what filings said would be lost."""
    raise NotImplementedError("filings cannot be folded back into the agencies' rows")


@contextmanager
def _changed(table: str) -> Iterator[BatchOperations]:
    """The table as a batch, which SQLite copies."""
    copied = op.get_bind().dialect.name == "sqlite"
    strict = {"sqlite_strict": True}
    with op.batch_alter_table(table, recreate="always" if copied else "never", table_kwargs=strict) as batch:
        yield batch


def _drop_triggers() -> None:
    """Drop the triggers of PostgreSQL, which would keep the rows as they are; on SQLite it is done already."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        return
    ours = sa.text(
        "SELECT tgname, CAST(tgrelid AS regclass) FROM pg_trigger WHERE NOT tgisinternal"
        " AND tgrelid IN (CAST('agency' AS regclass), CAST('agency_paper' AS regclass))"
    )
    for name, table in bind.execute(ours).all():
        op.execute(sa.text(f"DROP TRIGGER {name} ON {table}"))
