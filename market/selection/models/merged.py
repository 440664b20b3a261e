"""Merged requests (合并采购需求) and their lots (标段): a lot is a request like any other, and these rows bind it."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from market.store.db import Base
from market.store.guards import Frozen, Refuses
from market.store.types import Code, Instant, Key, Line, Whole


def _begun(merged_id: str) -> str:
    """Whether a lot of the merged request is no longer a draft: then all lots were published or cancelled together."""
    return (
        "EXISTS (SELECT 1 FROM request_lot bound JOIN request ON request.id = bound.request_id"
        f" WHERE bound.merged_request_id = {merged_id} AND request.state <> 'draft')"
    )


class MergedRequest(Base):
    """Requests for the services of one merged group (多评合一) under one reference and one title.

    It has no state: what became of it is what became of its lots. `group_name` as the list writes it.
    """

    __tablename__ = "merged_request"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    group_name: Mapped[Line]
    title: Mapped[Line]
    case_number: Mapped[Line]
    created_at: Mapped[Instant]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    row_version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        UniqueConstraint("id", "organisation_id", "edition_id"),
        CheckConstraint("group_name <> '' AND title <> ''", name="merged_request_named"),
        {"info": {"frozen": Frozen(but=("row_version",), when=_begun("OLD.id"))}},
    )


class RequestLot(Base):
    """A request as a lot of a merged request: of one at most, and of the same buyer and edition by both keys.

    Nothing is added or taken once a lot is no longer a draft.
    """

    __tablename__ = "request_lot"
    id: Mapped[Key]
    merged_request_id: Mapped[Whole]
    request_id: Mapped[Whole] = mapped_column(unique=True)
    organisation_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    position: Mapped[Whole]
    __table_args__ = (
        ForeignKeyConstraint(
            ["merged_request_id", "organisation_id", "edition_id"],
            ["merged_request.id", "merged_request.organisation_id", "merged_request.edition_id"],
        ),
        ForeignKeyConstraint(
            ["request_id", "organisation_id", "edition_id"],
            ["request.id", "request.organisation_id", "request.edition_id"],
        ),
        UniqueConstraint("merged_request_id", "position"),
        CheckConstraint("position >= 1", name="request_lot_position"),
        {
            "info": {
                "frozen": Frozen(
                    when=_begun("OLD.merged_request_id"),
                    arrives=f"{_begun('NEW.merged_request_id')}"
                    " OR (SELECT state FROM request WHERE id = NEW.request_id) <> 'draft'",
                ),
                "refuses": (
                    Refuses(
                        "lot.only_drafts",
                        "(SELECT state FROM request WHERE id = NEW.request_id) <> 'draft'"
                        f" OR {_begun('NEW.merged_request_id')}",
                    ),
                ),
            }
        },
    )
