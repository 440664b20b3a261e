"""Agencies, their papers, their marked prices (offers), and the standing a published evaluation gave them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from market.accounts.models import Organisation
from market.agencies.rules import AGENCY, OFFER, AgencyKind, AgencyState, OfferState, Succession
from market.catalogue.models import not_in_force
from market.store.db import Base
from market.store.fulltext import FullText
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Prose, Tokens, Whole, one_of


class Agency(Base):
    """An agency (中介服务机构) from its registration on. Public once admitted."""

    __tablename__ = "agency"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    state: Mapped[Code]
    kind: Mapped[Code]
    legal_representative: Mapped[Line]
    phone: Mapped[Code]
    address: Mapped[Line]
    introduction: Mapped[Prose]
    commitment_version: Mapped[Code]
    commitment_accepted_at: Mapped[Instant | None]
    commitment_accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submitted_at: Mapped[Instant | None]
    check_due_on: Mapped[date | None]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    return_reasons: Mapped[list[str]] = mapped_column(JSON)
    admitted_at: Mapped[Instant | None]
    row_version: Mapped[int] = mapped_column()
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        one_of("state", AgencyState, "agency_state_known"),
        one_of("kind", AgencyKind, "agency_kind_known"),
        CheckConstraint("state <> 'admitted' OR admitted_at IS NOT NULL", name="agency_admitted_has_date"),
        CheckConstraint(
            "state = 'draft' OR commitment_accepted_at IS NOT NULL AND commitment_accepted_by IS NOT NULL",
            name="agency_commitment_first",
        ),
        Index("ix_agency_state_admitted_at", "state", "admitted_at"),
        {"info": {"moves": Moves(AGENCY)}},
    )


def _sent_in(row: str) -> str:
    return f"(SELECT state FROM agency WHERE id = {row}.agency_id) NOT IN ('draft', 'returned')"


class AgencyPaper(Base):
    """A qualification paper of an agency, valid on the days from `valid_from` to `valid_until`, both included."""

    __tablename__ = "agency_paper"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    name: Mapped[Line]
    number: Mapped[Line]
    issuer: Mapped[Line]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    __table_args__ = (
        UniqueConstraint("agency_id", "number"),
        CheckConstraint("valid_until >= valid_from", name="agency_paper_interval"),
        {"info": {"frozen": Frozen(when=_sent_in("OLD"), arrives=_sent_in("NEW"))}},
    )


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


class Standing(Base):
    """The grade that a published evaluation gave an agency for a year."""

    __tablename__ = "standing"
    id: Mapped[Key]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    year: Mapped[Whole]
    round_ref: Mapped[Code]
    grade: Mapped[Code]
    score_milli: Mapped[Whole | None]
    set_at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint("agency_id", "year"),
        {
            "info": {
                "frozen": Frozen(),
                # No grade but one that two persons published.
                "refuses": (
                    Refuses(
                        "standing.not_published",
                        "NOT EXISTS (SELECT 1 FROM round JOIN score ON score.round_id = round.id"
                        " WHERE round.ref = NEW.round_ref AND round.year = NEW.year AND round.state = 'published'"
                        " AND score.agency_id = NEW.agency_id AND score.grade = NEW.grade)",
                    ),
                ),
            }
        },
    )


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
        # Counted by grade; the place makes the order of one grade readable from it.
        Index("ix_directory_row_grade_place", "grade", "place"),
        {"info": {"full_text": FullText("directory_text", column="tokens", place="place")}},
    )
