"""The directory of agencies as rows that can be found by words: a projection."""

from collections.abc import Sequence

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from market.store.db import Base
from market.store.fulltext import FullText
from market.store.types import Code, Prose, Tokens, Whole


class DirectoryRow(Base):
    """An admitted agency as the directory finds and orders it: a projection, written by `list_agencies` alone.

    `place` is the agency's place in the directory, smaller is earlier: those with more marked prices first, then by id.
    `offers` counts its marked prices in the edition in force when the row was written.
    """

    __tablename__ = "directory_row"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True, autoincrement=False)
    place: Mapped[Whole] = mapped_column(unique=True)
    offers: Mapped[Whole]
    grade: Mapped[Code]
    name_key: Mapped[Prose]
    tokens: Mapped[Sequence[str]] = mapped_column(Tokens)
    __table_args__ = (
        CheckConstraint("offers >= 0", name="directory_row_counts"),
        {"info": {"full_text": FullText("directory_text", column="tokens", place="place")}},
    )


class DirectoryGrade(Base):
    """How many rows of the directory have which grade, "" for none: counted as they are written, by `list_agencies`."""

    __tablename__ = "directory_grade"
    grade: Mapped[Code] = mapped_column(primary_key=True)
    agencies: Mapped[Whole]
    __table_args__ = (CheckConstraint("agencies >= 0", name="directory_grade_counts"),)
