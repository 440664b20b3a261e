"""Lists handed in at the desk: the files as they came, how far the check is, and what came of it."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.catalogue.rules import LIST_IMPORT, FileRole, ImportState
from market.store.db import Base
from market.store.guards import Frozen, Moves
from market.store.types import Code, Facts, Instant, Key, Line, Whole, one_of


class ListImport(Base):
    """One try to make a draft of files. What came of it is written once."""

    __tablename__ = "list_import"
    id: Mapped[Key]
    state: Mapped[Code]
    title: Mapped[Line]
    # The present draft, if any, is thrown away for this one.
    replaces: Mapped[bool]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[Instant]
    checked_at: Mapped[Instant | None]
    done: Mapped[Whole]
    total: Mapped[Whole]
    # The bad cells as plain values, and the refusal of the whole with its facts.
    bad: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[Code]
    facts: Mapped[Facts]
    # Not a key: a draft may be thrown away, and what came of the import stays.
    edition_number: Mapped[Whole | None]
    files: Mapped[list["ListImportFile"]] = relationship(lazy="raise", order_by="ListImportFile.id")
    __table_args__ = (
        one_of("state", ImportState, "list_import_state_known"),
        CheckConstraint("done >= 0 AND done <= total", name="list_import_progress"),
        CheckConstraint("(state = 'drafted') = (edition_number IS NOT NULL)", name="list_import_drafted_has_edition"),
        Index("ix_list_import_state", "state"),
        {
            "info": {
                "moves": Moves(LIST_IMPORT),
                "frozen": Frozen(when="OLD.state IN ('refused', 'drafted', 'failed')"),
            }
        },
    )


class ListImportFile(Base):
    """A file of an import, byte for byte."""

    __tablename__ = "list_import_file"
    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("list_import.id"))
    role: Mapped[Code]
    name: Mapped[Line]
    sha256: Mapped[Code]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        UniqueConstraint("import_id", "role"),
        one_of("role", FileRole, "list_import_file_role_known"),
        {"info": {"frozen": Frozen()}},
    )
