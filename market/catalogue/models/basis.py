"""The register of legal bases: laws and documents, their articles, and what became of them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.catalogue.models.edition import list_law
from market.store.db import Base
from market.store.guards import Frozen
from market.store.types import Instant, Key, Line, Prose, Whole


class LegalBasis(Base):
    """A law or document (设定依据) by title and number (文号). `key` is the title without 中华人民共和国."""

    __tablename__ = "legal_basis"
    id: Mapped[Key]
    key: Mapped[Line]
    title: Mapped[Line]
    number: Mapped[Line]
    articles: Mapped[list["LegalArticle"]] = relationship(
        lazy="raise", order_by="LegalArticle.id", back_populates="basis"
    )
    __table_args__ = (
        UniqueConstraint("key", "number"),
        CheckConstraint("title <> '' AND key <> ''", name="legal_basis_has_title"),
        # A law cited without its number may get it later, once.
        {"info": {"frozen": (Frozen(but=("number",)), Frozen(when="OLD.number <> ''"))}},
    )


class LegalBasisChange(Base):
    """What is known of a basis since a moment; its newest row holds. In force on the days from `in_force_from` (None:
    always) up to and without `repealed_from` (None: until further notice)."""

    __tablename__ = "legal_basis_change"
    id: Mapped[Key]
    basis_id: Mapped[int] = mapped_column(ForeignKey("legal_basis.id"))
    organ: Mapped[Line]
    in_force_from: Mapped[date | None]
    repealed_from: Mapped[date | None]
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("legal_basis.id"))
    reason: Mapped[Line]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[Instant]
    __table_args__ = (
        Index("ix_legal_basis_change_basis_id", "basis_id"),
        CheckConstraint("superseded_by IS NULL OR superseded_by <> basis_id", name="legal_basis_own_successor"),
        CheckConstraint(
            "in_force_from IS NULL OR repealed_from IS NULL OR repealed_from >= in_force_from", name="legal_basis_interval"
        ),
        {"info": {"frozen": Frozen()}},
    )  # fmt: skip


class LegalArticle(Base):
    """An article (条款) of a basis; the number '' stands for the law as a whole. Its text is written once."""

    __tablename__ = "legal_article"
    id: Mapped[Key]
    basis_id: Mapped[int] = mapped_column(ForeignKey("legal_basis.id"))
    number: Mapped[Line]
    text: Mapped[Prose]
    basis: Mapped[LegalBasis] = relationship(lazy="raise", back_populates="articles")
    __table_args__ = (
        UniqueConstraint("basis_id", "number"),
        {"info": {"frozen": (Frozen(but=("text",)), Frozen(when="OLD.text <> ''"))}},
    )


class EntryArticle(Base):
    """An article that an entry rests on, in the order in which the list cites it."""

    __tablename__ = "entry_article"
    id: Mapped[Key]
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    article_id: Mapped[int] = mapped_column(ForeignKey("legal_article.id"))
    position: Mapped[Whole]
    article: Mapped[LegalArticle] = relationship(lazy="raise")
    __table_args__ = (
        ForeignKeyConstraint(["entry_id", "edition_id"], ["entry.id", "entry.edition_id"]),
        UniqueConstraint("entry_id", "article_id"),
        Index("ix_entry_article_edition_id", "edition_id"),
        Index("ix_entry_article_article_id", "article_id"),
        {"info": list_law()},
    )
