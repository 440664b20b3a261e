"""Agencies and their papers."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.accounts.models import Organisation
from market.agencies.rules import AGENCY, AgencyKind, AgencyState
from market.store.db import Base
from market.store.guards import Frozen, Moves
from market.store.types import Code, Instant, Key, Line, Prose, one_of


class Agency(Base):
    """An agency (中介服务机构) from its registration on. Public once admitted."""

    __tablename__ = "agency"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    state: Mapped[Code]
    kind: Mapped[Code]
    legal_representative: Mapped[Line]
    phone: Mapped[Code]
    address: Mapped[Line]
    introduction: Mapped[Prose]
    commitment_version: Mapped[Code]
    commitment_accepted_at: Mapped[Instant | None]
    commitment_accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submitted_at: Mapped[Instant | None]
    check_due_on: Mapped[date | None]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    return_reasons: Mapped[list[str]] = mapped_column(JSON)
    admitted_at: Mapped[Instant | None]
    row_version: Mapped[int] = mapped_column()
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        one_of("state", AgencyState, "agency_state_known"),
        one_of("kind", AgencyKind, "agency_kind_known"),
        CheckConstraint("state <> 'admitted' OR admitted_at IS NOT NULL", name="agency_admitted_has_date"),
        CheckConstraint(
            "state = 'draft' OR commitment_accepted_at IS NOT NULL AND commitment_accepted_by IS NOT NULL",
            name="agency_commitment_first",
        ),
        Index("ix_agency_state_admitted_at", "state", "admitted_at"),
        {"info": {"moves": Moves(AGENCY)}},
    )


def _sent_in(row: str) -> str:
    return f"(SELECT state FROM agency WHERE id = {row}.agency_id) NOT IN ('draft', 'returned')"


class AgencyPaper(Base):
    """A qualification paper of an agency, valid on the days from `valid_from` to `valid_until`, both included."""

    __tablename__ = "agency_paper"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[Line]
    number: Mapped[Line]
    issuer: Mapped[Line]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    __table_args__ = (
        UniqueConstraint("agency_id", "number"),
        CheckConstraint("valid_until >= valid_from", name="agency_paper_interval"),
        {"info": {"frozen": Frozen(when=_sent_in("OLD"), arrives=_sent_in("NEW"))}},
    )
