"""Marked prices (offers), their bands, and what became of them in the next edition."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.agencies.models.agency import Agency
from market.agencies.rules import OFFER, OfferState, Succession
from market.catalogue.models import not_in_force
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Whole, one_of


class Offer(Base):
    """An agency's marked price for an entry of one edition. A change withdraws it and marks a new version."""

    __tablename__ = "offer"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    pricing: Mapped[Code]
    state: Mapped[Code]
    version: Mapped[Whole]
    promised_days: Mapped[Whole]
    marked_at: Mapped[Instant]
    marked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[Instant | None]
    agency: Mapped[Agency] = relationship(lazy="raise")
    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id", "pricing"],
            ["entry.id", "entry.edition_id", "entry.service_id", "entry.pricing"],
        ),
        UniqueConstraint("id", "agency_id", "edition_id", "service_id"),
        UniqueConstraint("agency_id", "entry_id", "version"),
        # One price at a time: enterprises must not have to guess which one holds.
        Index(
            "uq_offer_in_force",
            "agency_id",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'in_force'"),
            postgresql_where=text("state = 'in_force'"),
        ),
        Index("ix_offer_entry_id_state", "entry_id", "state"),
        one_of("state", OfferState, "offer_state_known"),
        CheckConstraint("promised_days >= 1 AND promised_days <= 730", name="offer_promised_days"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="offer_withdrawn_has_date"),
        {
            "info": {
                "moves": Moves(OFFER),
                "frozen": (Frozen(but=("state", "withdrawn_at")), Frozen(when="OLD.state = 'withdrawn'")),
                "refuses": (
                    Refuses(
                        "offer.agency_not_admitted", "(SELECT state FROM agency WHERE id = NEW.agency_id) <> 'admitted'"
                    ),
                    Refuses(
                        "offer.edition_not_published",
                        "(SELECT state FROM edition WHERE id = NEW.edition_id) <> 'published'",
                    ),
                    Refuses("offer.not_in_force", not_in_force("NEW.marked_at")),
                ),
            }
        },
    )


# A second band over the same quantity would be a second price, and nobody could say which one holds.
_OVERLAPS = (
    "EXISTS (SELECT 1 FROM offer_band other JOIN band theirs ON theirs.id = other.band_id"
    " JOIN band mine ON mine.id = NEW.band_id WHERE other.offer_id = NEW.offer_id"
    " AND other.fee_item_id = NEW.fee_item_id AND other.agency_id = NEW.agency_id AND theirs.payer = mine.payer"
    " AND theirs.q_from < mine.q_to AND mine.q_from < theirs.q_to)"
)


class OfferBand(Base):
    """A band that belongs to an offer. A later priced row must name offer and band together."""

    __tablename__ = "offer_band"
    id: Mapped[Key]
    offer_id: Mapped[Whole]
    band_id: Mapped[Whole]
    agency_id: Mapped[Whole]
    fee_item_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    __table_args__ = (
        ForeignKeyConstraint(
            ["offer_id", "agency_id", "edition_id", "service_id"],
            ["offer.id", "offer.agency_id", "offer.edition_id", "offer.service_id"],
        ),
        ForeignKeyConstraint(
            ["band_id", "agency_id", "fee_item_id", "edition_id", "service_id"],
            ["band.id", "band.agency_id", "band.fee_item_id", "band.edition_id", "band.service_id"],
        ),
        UniqueConstraint("offer_id", "agency_id", "band_id"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses("offer.prices_overlap", _OVERLAPS),
                    # Whoever chose or quoted did so by the price as it was marked.
                    Refuses(
                        "store.closed",
                        "(SELECT state FROM offer WHERE id = NEW.offer_id) <> 'in_force'"
                        " OR EXISTS (SELECT 1 FROM quote WHERE offer_id = NEW.offer_id)",
                    ),
                ),
            }
        },
    )


class CarryOver(Base):
    """What became of an offer when a later edition came into force; said once for each offer.

    A carried offer's successor is the agency's version 1 for the entry of the later edition.
    """

    __tablename__ = "carry_over"
    offer_id: Mapped[Whole] = mapped_column(primary_key=True, autoincrement=False)
    agency_id: Mapped[Whole]
    from_edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    outcome: Mapped[Code]
    settled_at: Mapped[Instant]
    __table_args__ = (
        ForeignKeyConstraint(
            ["offer_id", "agency_id", "from_edition_id", "service_id"],
            ["offer.id", "offer.agency_id", "offer.edition_id", "offer.service_id"],
        ),
        Index("ix_carry_over_agency_id_edition_id", "agency_id", "edition_id"),
        one_of("outcome", Succession, "carry_over_outcome_known"),
        CheckConstraint("edition_id <> from_edition_id", name="carry_over_goes_on"),
        {"info": {"frozen": Frozen()}},
    )
