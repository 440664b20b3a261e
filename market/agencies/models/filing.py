"""Filings (申报): what an agency asks to have published of it, the services it applies for, and the desk's reasons."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.agencies.models.agency import Agency
from market.agencies.rules import (
    FIELDS_OF,
    FILING,
    OPEN,
    AgencyKind,
    FilingKind,
    FilingState,
    MediaType,
    Slot,
)
from market.agencies.rules.papers import MOST_ATTACHMENT_BYTES
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Prose, Whole, one_of

_OPEN = "state IN (" + ", ".join(f"'{state}'" for state in sorted(OPEN)) + ")"
_PAIRS = ", ".join(f"'{reason}:{field}'" for reason, fields in FIELDS_OF.items() for field in sorted(fields))
OWN = "('draft', 'returned')"
"""The states of a filing in which it is the agency's own to correct, in SQL."""


def sent_in(row: str, column: str = "filing_id") -> str:
    """The condition that a row's filing is out of the agency's hands."""
    return f"(SELECT state FROM filing WHERE id = {row}.{column}) NOT IN {OWN}"


class CommitmentText(Base):
    """A version of the commitment letter, a point on each line; who accepted which version stands in the filing."""

    __tablename__ = "commitment_text"
    version: Mapped[Code] = mapped_column(primary_key=True)
    first_day: Mapped[date] = mapped_column(unique=True)
    zh: Mapped[Prose]
    en: Mapped[Prose]
    __table_args__ = ({"info": {"frozen": Frozen()}},)


class Filing(Base):
    """One application: entry, change or return. While the desk has it, and once it is decided, it stays as it is."""

    __tablename__ = "filing"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[Code]
    state: Mapped[Code]
    # The name that the licence says; after the admission another one counts once this has passed.
    name: Mapped[Line]
    agency_kind: Mapped[Code]
    legal_representative: Mapped[Line]
    contact_name: Mapped[Line]
    contact_email: Mapped[Line]
    phone: Mapped[Code]
    address: Mapped[Line]
    introduction: Mapped[Prose]
    opened_at: Mapped[Instant]
    commitment_version: Mapped[str | None] = mapped_column(ForeignKey("commitment_text.version"))
    commitment_accepted_at: Mapped[Instant | None]
    commitment_accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # How often it was sent in; a return belongs to a round.
    round: Mapped[Whole]
    submitted_at: Mapped[Instant | None]
    check_due_on: Mapped[date | None]
    # When the supervisor was told that the desk's day has passed.
    escalated_at: Mapped[Instant | None]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    row_version: Mapped[int] = mapped_column()
    agency: Mapped[Agency] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        UniqueConstraint("id", "agency_id"),
        Index(
            "uq_filing_open", "agency_id", unique=True, sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)
        ),
        Index("ix_filing_agency_id_decided_at", "agency_id", "decided_at"),
        Index("ix_filing_state_check_due_on", "state", "check_due_on"),
        one_of("kind", FilingKind, "filing_kind_known"),
        one_of("state", FilingState, "filing_state_known"),
        one_of("agency_kind", AgencyKind, "filing_agency_kind_known"),
        CheckConstraint(
            "state IN ('draft', 'taken_back') OR commitment_version IS NOT NULL"
            " AND commitment_accepted_at IS NOT NULL AND commitment_accepted_by IS NOT NULL",
            name="filing_commitment_first",
        ),
        CheckConstraint(
            "state IN ('draft', 'taken_back') OR submitted_at IS NOT NULL AND check_due_on IS NOT NULL AND round >= 1",
            name="filing_sent_has_days",
        ),
        CheckConstraint("state NOT IN ('passed', 'taken_back') OR decided_at IS NOT NULL", name="filing_decided"),
        {
            "info": {
                "moves": Moves(FILING),
                # Nobody judges his own: who handed it in is who accepted the letter for it.
                "refuses": (
                    Refuses(
                        "filing.self_checked",
                        "NEW.state IN ('passed', 'returned') AND NEW.decided_by = NEW.commitment_accepted_by",
                        events=("UPDATE OF state",),
                    ),
                ),
                "frozen": (
                    Frozen(
                        but=("state", "decided_at", "decided_by", "escalated_at", "row_version"),
                        when="OLD.state = 'in_check'",
                    ),
                    Frozen(when="OLD.state IN ('passed', 'taken_back')"),
                    Frozen(but=("name", "agency_kind", "legal_representative", "contact_name", "contact_email", "phone",
                                "address", "introduction", "state", "commitment_version", "commitment_accepted_at",
                                "commitment_accepted_by", "round", "submitted_at", "check_due_on", "escalated_at",
                                "decided_at", "decided_by", "row_version")),
                ),
            }
        },
    )  # fmt: skip


class FilingService(Base):
    """A service of the list that a filing applies for."""

    __tablename__ = "filing_service"
    id: Mapped[Key]
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    __table_args__ = (
        UniqueConstraint("filing_id", "service_id"),
        Index("ix_filing_service_service_id", "service_id"),
        {
            "info": {
                "frozen": Frozen(when=sent_in("OLD"), arrives=sent_in("NEW")),
                "refuses": (Refuses("filing.being_checked", sent_in("NEW")),),
            }
        },
    )


class FilingReturn(Base):
    """A reason for which the desk returned a filing in one of its rounds, at the field it is about."""

    __tablename__ = "filing_return"
    id: Mapped[Key]
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    round: Mapped[Whole]
    reason: Mapped[Code]
    field: Mapped[Code]
    __table_args__ = (
        UniqueConstraint("filing_id", "round", "reason", "field"),
        CheckConstraint(f"reason || ':' || field IN ({_PAIRS})", name="filing_return_reason_at_its_field"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses("store.closed", "(SELECT state FROM filing WHERE id = NEW.filing_id) <> 'in_check'"),
                ),
            }
        },
    )


class Attachment(Base):
    """A file of a filing; its bytes are in a column that lists never load."""

    __tablename__ = "attachment"
    id: Mapped[Key]
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    slot: Mapped[Code]
    name: Mapped[Line]
    media_type: Mapped[Code]
    sha256: Mapped[Code]
    size: Mapped[Whole]
    added_at: Mapped[Instant]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    __table_args__ = (
        UniqueConstraint("filing_id", "slot", "sha256"),
        one_of("slot", Slot, "attachment_slot_known"),
        one_of("media_type", MediaType, "attachment_media_type_known"),
        CheckConstraint(f"size >= 1 AND size <= {MOST_ATTACHMENT_BYTES}", name="attachment_size"),
        CheckConstraint("size = length(content)", name="attachment_size_is_true"),
        CheckConstraint("length(sha256) = 64", name="attachment_sha256"),
        {
            "info": {
                "frozen": Frozen(when=sent_in("OLD"), arrives=sent_in("NEW")),
                "refuses": (Refuses("filing.being_checked", sent_in("NEW")),),
            }
        },
    )
