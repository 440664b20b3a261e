"""Messages to people: one row a message and addressee, written with the change it tells of."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from market.store.db import Base
from market.store.types import Code, Facts, Instant, Key, Line


class Notice(Base):
    """A message in an organisation's inbox. The sentence is made from `code` and `facts` in the reader's language."""

    __tablename__ = "notice"
    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[Code]
    facts: Mapped[Facts]
    link: Mapped[Line]
    created_at: Mapped[Instant]
    read_at: Mapped[Instant | None]
    __table_args__ = (Index("ix_notice_organisation_id_created_at", "organisation_id", "created_at"),)
