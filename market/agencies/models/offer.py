"""Marked prices (offers), their bands, and what became of them in the next edition."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.agencies.models.agency import Agency
from market.agencies.rules import OFFER, OfferState, PauseReason, Succession
from market.catalogue.models import not_in_force
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Whole, one_of

_MINE = "other.agency_id = NEW.agency_id AND other.entry_id = NEW.entry_id AND other.region_code = NEW.region_code"
# Two prices of one agency for one entry and region never hold at one moment, withdrawn ones included: an interval ends
# where the row says so or where somebody withdrew it, whatever was earlier.
_AT_ONE_TIME = (
    f"EXISTS (SELECT 1 FROM offer other WHERE {_MINE}"
    " AND (other.ends_at IS NULL OR NEW.effective_from < other.ends_at)"
    " AND (other.withdrawn_at IS NULL OR NEW.effective_from < other.withdrawn_at"
    " AND other.effective_from < other.withdrawn_at)"
    " AND (NEW.ends_at IS NULL OR other.effective_from < NEW.ends_at))"
)
REGION_UNKNOWN = "NEW.region_code <> '' AND NOT EXISTS (SELECT 1 FROM region WHERE code = NEW.region_code)"
# Where the entry is limited to regions, the row's region is one of them or lies in one (two levels above suffice).
REGION_OUTSIDE = (
    "NEW.region_code <> '' AND EXISTS (SELECT 1 FROM entry_region WHERE entry_id = NEW.entry_id)"
    " AND NOT EXISTS (SELECT 1 FROM entry_region allowed JOIN region mine ON mine.code = NEW.region_code"
    " LEFT JOIN region above ON above.code = mine.parent_code LEFT JOIN region top ON top.code = above.parent_code"
    " WHERE allowed.entry_id = NEW.entry_id AND allowed.region_code IN (mine.code, above.code, top.code))"
)
_PAUSE_AGREES = (
    "(NEW.state = 'paused') <> EXISTS (SELECT 1 FROM offer_pause WHERE offer_id = NEW.id AND resumed_at IS NULL)"
)


class Offer(Base):
    """An agency's marked price for an entry of one edition, in one region ('' is the whole area of the list).

    A change withdraws it, or from a later moment on ends it (`ends_at`), and marks a new version.
    """

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
    # How many jobs the agency takes at once, as it says; null where it says nothing.
    capacity: Mapped[Whole | None]
    region_code: Mapped[Code]
    marked_at: Mapped[Instant]
    marked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    effective_from: Mapped[Instant]
    ends_at: Mapped[Instant | None]
    withdrawn_at: Mapped[Instant | None]
    # The offer of an earlier edition whose figures these are, where the clock carried them over.
    carried_from: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), unique=True)
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
            "uq_offer_open_ended",
            "agency_id",
            "entry_id",
            "region_code",
            unique=True,
            sqlite_where=text("ends_at IS NULL AND state <> 'withdrawn'"),
            postgresql_where=text("ends_at IS NULL AND state <> 'withdrawn'"),
        ),
        Index("ix_offer_entry_id_state_id", "entry_id", "state", "id"),
        # The prices of regions, of which there are few.
        Index(
            "ix_offer_of_region",
            "agency_id",
            "entry_id",
            sqlite_where=text("region_code <> ''"),
            postgresql_where=text("region_code <> ''"),
        ),
        # What begins or ends by the clock alone, of which there is little.
        Index(
            "ix_offer_announced",
            "effective_from",
            sqlite_where=text("effective_from > marked_at"),
            postgresql_where=text("effective_from > marked_at"),
        ),
        Index(
            "ix_offer_ends_at",
            "ends_at",
            sqlite_where=text("ends_at IS NOT NULL"),
            postgresql_where=text("ends_at IS NOT NULL"),
        ),
        one_of("state", OfferState, "offer_state_known"),
        CheckConstraint("promised_days >= 1 AND promised_days <= 730", name="offer_promised_days"),
        CheckConstraint("capacity >= 1 AND capacity <= 999", name="offer_capacity_range"),
        CheckConstraint("effective_from >= marked_at", name="offer_begins_in_the_past"),
        CheckConstraint("ends_at > effective_from", name="offer_ends_after_it_begins"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="offer_withdrawn_has_date"),
        {
            "info": {
                "moves": Moves(OFFER),
                "frozen": (Frozen(but=("state", "withdrawn_at", "ends_at")), Frozen(when="OLD.state = 'withdrawn'")),
                "refuses": (
                    Refuses(
                        "offer.agency_not_admitted", "(SELECT state FROM agency WHERE id = NEW.agency_id) <> 'admitted'"
                    ),
                    Refuses(
                        "offer.edition_not_published",
                        "(SELECT state FROM edition WHERE id = NEW.edition_id) <> 'published'",
                    ),
                    Refuses("offer.not_in_force", not_in_force("NEW.marked_at")),
                    Refuses("offer.region_unknown", REGION_UNKNOWN),
                    Refuses("offer.region_outside", REGION_OUTSIDE),
                    Refuses("offer.intervals_overlap", _AT_ONE_TIME),
                    Refuses(
                        "offer.end_only_nearer",
                        "OLD.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at)",
                        events=("UPDATE OF ends_at",),
                    ),
                    Refuses("offer.pause_not_open", _PAUSE_AGREES, events=("UPDATE OF state",)),
                ),
            }
        },
    )


class OfferPause(Base):
    """A time in which the agency took no orders at a price, and why; open until it resumes."""

    __tablename__ = "offer_pause"
    id: Mapped[Key]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    reason: Mapped[Code]
    paused_at: Mapped[Instant]
    resumed_at: Mapped[Instant | None]
    __table_args__ = (
        Index("ix_offer_pause_offer_id", "offer_id"),
        Index(
            "uq_offer_pause_open",
            "offer_id",
            unique=True,
            sqlite_where=text("resumed_at IS NULL"),
            postgresql_where=text("resumed_at IS NULL"),
        ),
        one_of("reason", PauseReason, "offer_pause_reason_known"),
        CheckConstraint("resumed_at >= paused_at", name="offer_pause_interval"),
        {
            "info": {
                "frozen": (Frozen(but=("resumed_at",)), Frozen(when="OLD.resumed_at IS NOT NULL")),
                "refuses": (
                    Refuses("offer.pause_not_open", "(SELECT state FROM offer WHERE id = NEW.offer_id) <> 'in_force'"),
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


# An own schedule leaves no quantity out between its rows. The list's own bands and a share of a reference schedule have
# the gaps that the document has.
_LEAVES_A_GAP = (
    "EXISTS (SELECT 1 FROM band mine JOIN fee_item ON fee_item.id = mine.fee_item_id WHERE mine.id = NEW.band_id"
    " AND mine.q_from > 0 AND mine.parent_id IS NULL AND fee_item.schedule_key IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM offer_band other JOIN band theirs ON theirs.id = other.band_id"
    " WHERE other.offer_id = NEW.offer_id AND other.agency_id = NEW.agency_id"
    " AND other.fee_item_id = NEW.fee_item_id AND theirs.payer = mine.payer AND theirs.q_to = mine.q_from))"
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
        # The comparison reads the bands of thousands of offers, which are those of one fee item.
        Index("ix_offer_band_fee_item_id", "fee_item_id", "offer_id", "band_id"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses("offer.prices_overlap", _OVERLAPS),
                    Refuses("offer.gap", _LEAVES_A_GAP),
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

    A carried offer's successor says so itself (`offer.carried_from`).
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


class CarryOn(Base):
    """An agency whose settled offers are still to be written again in the edition: work to do, gone when it is done."""

    __tablename__ = "carry_on"
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
