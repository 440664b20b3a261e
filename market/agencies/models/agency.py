"""Agencies as the public sees them, and why one was suspended."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.accounts.models import Organisation
from market.agencies.rules import AGENCY, AgencyKind, AgencyState, SuspensionGround
from market.store.db import Base
from market.store.guards import Frozen, Moves
from market.store.types import Code, Instant, Key, Line, Prose, one_of


class Agency(Base):
    """An agency (中介服务机构): the row that serves. What it says of itself is what its last passed filing said."""

    __tablename__ = "agency"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    state: Mapped[Code]
    kind: Mapped[Code]
    legal_representative: Mapped[Line]
    contact_name: Mapped[Line] = mapped_column(default="")
    contact_email: Mapped[Line] = mapped_column(default="")
    phone: Mapped[Code]
    address: Mapped[Line]
    introduction: Mapped[Prose]
    admitted_at: Mapped[Instant | None]
    # The last day of a suspension: after it the agency serves again by the clock alone.
    suspended_until: Mapped[date | None]
    exited_at: Mapped[Instant | None]
    row_version: Mapped[int] = mapped_column()
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        one_of("state", AgencyState, "agency_state_known"),
        one_of("kind", AgencyKind, "agency_kind_known"),
        CheckConstraint("state = 'entering' OR admitted_at IS NOT NULL", name="agency_admitted_has_date"),
        CheckConstraint("(state = 'suspended') = (suspended_until IS NOT NULL)", name="agency_suspended_until_a_day"),
        CheckConstraint("(state = 'exited') = (exited_at IS NOT NULL)", name="agency_exited_has_date"),
        Index("ix_agency_state_admitted_at", "state", "admitted_at"),
        {"info": {"moves": Moves(AGENCY)}},
    )


class Suspension(Base):
    """A proposal of one person to suspend an agency; it counts once a second person confirmed it."""

    __tablename__ = "suspension"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    ground: Mapped[Code]
    last_day: Mapped[date]
    proposed_at: Mapped[Instant]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[Instant | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # Lifted after it was confirmed, dropped before.
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    agency: Mapped[Agency] = relationship(lazy="raise")
    __table_args__ = (
        one_of("ground", SuspensionGround, "suspension_ground_known"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="suspension_two_persons"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="suspension_confirmed_by_somebody"),
        Index(
            "uq_suspension_open",
            "agency_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        {
            "info": {
                "frozen": (
                    Frozen(but=("confirmed_at", "confirmed_by", "ended_at", "ended_by")),
                    Frozen(but=("ended_at", "ended_by"), when="OLD.confirmed_at IS NOT NULL"),
                    Frozen(when="OLD.ended_at IS NOT NULL"),
                )
            }
        },
    )
