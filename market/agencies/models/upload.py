"""Sheets that were handed in: the file as it came, what it would change as it was shown, and that it was written."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from market.agencies.rules.uploads import SHEET_UPLOAD, UploadPurpose, UploadState
from market.store.db import Base
from market.store.guards import Frozen, Moves
from market.store.types import Code, Facts, Instant, Key, Line, one_of


class SheetUpload(Base):
    """A sheet of an organisation. What was shown may be shown anew until it is confirmed; then nothing changes."""

    __tablename__ = "sheet_upload"
    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    purpose: Mapped[Code]
    state: Mapped[Code]
    name: Mapped[Line]
    sha256: Mapped[Code]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[Instant]
    # What was shown: a digest of all of it, how much of each kind, and its first rows.
    digest: Mapped[Code]
    counts: Mapped[Facts]
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    bad: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    written_at: Mapped[Instant | None]
    __table_args__ = (
        one_of("purpose", UploadPurpose, "sheet_upload_purpose_known"),
        one_of("state", UploadState, "sheet_upload_state_known"),
        CheckConstraint("(state = 'written') = (written_at IS NOT NULL)", name="sheet_upload_written_has_date"),
        CheckConstraint("length(sha256) = 64", name="sheet_upload_sha256"),
        Index("ix_sheet_upload_organisation_id_purpose", "organisation_id", "purpose"),
        {
            "info": {
                "moves": Moves(SHEET_UPLOAD),
                "frozen": (
                    Frozen(but=("state", "digest", "counts", "told", "bad", "written_at")),
                    Frozen(when="OLD.state IN ('refused', 'written')"),
                ),
            }
        },
    )
