"""What happened: one row an act, written in the act's transaction, never changed."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.store.db import Base
from market.store.guards import Frozen
from market.store.types import Code, Instant, Key, Line, Whole


class JournalRow(Base):
    """An act on an object. `rev` counts the object's acts from 1; `prev` is the leaf hash of the one before.

    `actor` names a role and an organisation, never a person; the person's id is in the private payload.
    """

    __tablename__ = "journal_row"
    id: Mapped[Key]
    t: Mapped[Instant]
    act: Mapped[Code]
    obj: Mapped[Line]
    rev: Mapped[Whole]
    actor: Mapped[Line]
    ph: Mapped[Code]
    prev: Mapped[Code]
    leaf: Mapped[Code]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    __table_args__ = (
        UniqueConstraint("obj", "rev"),
        CheckConstraint("rev >= 1", name="journal_row_counts_from_one"),
        {"info": {"frozen": Frozen()}},
    )
