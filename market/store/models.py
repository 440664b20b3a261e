"""The store's own tables: outbox, reference counters, dated settings, calendar."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.store.db import Base
from market.store.types import Code, Facts, Instant, Key, Line, Whole


class Outbox(Base):
    """What must follow from a change, written in the change's transaction and drained by kind afterwards."""

    __tablename__ = "outbox"
    id: Mapped[Key]
    kind: Mapped[Code]
    topic: Mapped[Line]
    payload: Mapped[Facts]
    created_at: Mapped[Instant]
    done_at: Mapped[Instant | None]
    __table_args__ = (Index("ix_outbox_kind_done_at", "kind", "done_at", "id"),)


class ReferenceCounter(Base):
    """The last number given in a kind and year."""

    __tablename__ = "reference_counter"
    id: Mapped[Key]
    kind: Mapped[Code]
    year: Mapped[Whole]
    last: Mapped[Whole]
    __table_args__ = (
        UniqueConstraint("kind", "year"),
        CheckConstraint("last >= 1 AND last <= 999999", name="reference_counter_in_six_digits"),
    )


class DatedSetting(Base):
    """A number of the law or of the operator's rules, in force from a day until the next row of its key."""

    __tablename__ = "dated_setting"
    id: Mapped[Key]
    key: Mapped[Code]
    valid_from: Mapped[date]
    value: Mapped[Any] = mapped_column(JSON)
    source: Mapped[Line]
    __table_args__ = (UniqueConstraint("key", "valid_from"),)


class CalendarDay(Base):
    """A day whose nature the State Council's notice announced (调休)."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    source: Mapped[Line]
