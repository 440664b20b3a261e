"""What an agency was told of its papers' ends and of services that rest for want of a paper: the clock's memory.

Whether a service rests follows from the days and is never read from here; these rows keep a message from coming twice.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from market.agencies.rules import RecordKind
from market.store.db import Base
from market.store.guards import Frozen
from market.store.types import Code, Instant, Key, Whole, one_of


class EndTold(Base):
    """A paper's or a certificate's end, told so many days before it."""

    __tablename__ = "end_told"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[Code]
    row_id: Mapped[Whole]
    days_before: Mapped[Whole]
    last_day: Mapped[date]
    told_at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint("kind", "row_id", "days_before"),
        one_of("kind", RecordKind, "end_told_kind_known"),
        CheckConstraint("days_before >= 0", name="end_told_not_after"),
        Index("ix_end_told_agency_id", "agency_id"),
        {"info": {"frozen": Frozen()}},
    )


class RestTold(Base):
    """A service of an agency that rests for want of a paper, as the agency was told; over once that was told too."""

    __tablename__ = "rest_told"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    told_at: Mapped[Instant]
    over_at: Mapped[Instant | None]
    __table_args__ = (
        Index(
            "uq_rest_told_open",
            "agency_id",
            "service_id",
            unique=True,
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
        {"info": {"frozen": (Frozen(but=("over_at",)), Frozen(when="OLD.over_at IS NOT NULL"))}},
    )
