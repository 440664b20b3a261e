"""Requests and quotes. Every sum in them is a Priced row; later rows inherit the request's edition."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.agencies.models.offer import REGION_OUTSIDE, REGION_UNKNOWN
from market.catalogue.models import Entry, Priced, Region, not_in_force, priced_table
from market.catalogue.rules import Payer
from market.selection.rules import QUOTE, REQUEST, Funding, Method, QuoteOrigin, QuoteState, RequestState
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Prose, Whole, one_of

SISTERS = (
    "SELECT 1 FROM request_lot mine JOIN request_lot sister ON sister.merged_request_id = mine.merged_request_id"
    " AND sister.id <> mine.id JOIN request other ON other.id = sister.request_id"
)
"""The other lots of the merged request that a request is a lot of, for a condition on `mine` and `other`."""


_REGION_SAID = ("INSERT", "UPDATE OF region_code, entry_id")
# A price answers where the work is done if it holds there, in what that lies in (two levels suffice), or everywhere.
_OFFER_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM offer JOIN request ON request.id = NEW.request_id"
    " LEFT JOIN region mine ON mine.code = request.region_code"
    " LEFT JOIN region above ON above.code = mine.parent_code LEFT JOIN region top ON top.code = above.parent_code"
    " WHERE offer.id = NEW.offer_id AND offer.region_code <> ''"
    " AND offer.region_code NOT IN (COALESCE(mine.code, ''), COALESCE(above.code, ''), COALESCE(top.code, '')))"
)


class Request(Base):
    """A buyer's request (采购需求) for one service of the edition in force when it was published.

    `region_code` says where the work is done; '' is the whole area of the list.
    """

    __tablename__ = "request"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    entry_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    payer: Mapped[Code]
    method: Mapped[Code]
    funding: Mapped[Code]
    state: Mapped[Code]
    title: Mapped[Line]
    description: Mapped[Prose]
    case_number: Mapped[Line]
    region_code: Mapped[Code]
    quotes_until: Mapped[Instant | None]
    created_at: Mapped[Instant]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    row_version: Mapped[int] = mapped_column()
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    entry: Mapped[Entry] = relationship(lazy="raise")
    # No foreign key: the whole area is no row of the regions. The triggers know both.
    region: Mapped[Region | None] = relationship(
        lazy="raise", viewonly=True, primaryjoin=lambda: foreign(Request.region_code) == Region.code
    )
    lines: Mapped[list["RequestLine"]] = relationship(lazy="raise", order_by="RequestLine.id")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "edition_id", "service_id"], ["entry.id", "entry.edition_id", "entry.service_id"]
        ),
        UniqueConstraint("id", "edition_id", "service_id", "payer"),
        Index("ix_request_organisation_id_state", "organisation_id", "state"),
        # A lot of a merged request is bound by it to the buyer and the edition.
        Index("uq_request_of_edition", "id", "organisation_id", "edition_id", unique=True),
        Index("ix_request_state_published_at", "state", "published_at"),
        one_of("state", RequestState, "request_state_known"),
        one_of("method", Method, "request_method_known"),
        one_of("payer", Payer, "request_payer_known"),
        one_of("funding", Funding, "request_funding_known"),
        CheckConstraint("payer = 'applicant' OR funding = 'state'", name="request_authority_spends_state_funds"),
        CheckConstraint("state = 'draft' OR state = 'cancelled' OR published_at IS NOT NULL", name="request_published_has_date"),
        CheckConstraint(
            "method = 'direct' OR published_at IS NULL OR quotes_until IS NOT NULL", name="request_quotes_have_deadline"
        ),
        # Red-hat rule: an authority may name no agency, so what it buys itself is always competed for.
        CheckConstraint("payer = 'applicant' OR method <> 'direct'", name="request_authority_never_names"),
        {
            "info": {
                "moves": Moves(REQUEST),
                "frozen": (
                    Frozen(but=("state", "closed_at", "row_version"), when="OLD.published_at IS NOT NULL"),
                    Frozen(but=("state", "row_version"), when="OLD.state = 'awarded'"),
                    Frozen(when="OLD.state IN ('failed', 'cancelled')"),
                ),
                "refuses": (
                    Refuses(
                        "offer.edition_not_published",
                        "(SELECT state FROM edition WHERE id = NEW.edition_id) <> 'published'",
                        events=("INSERT", "UPDATE"),
                    ),
                    Refuses(
                        "request.edition_superseded",
                        "OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND (" + not_in_force("NEW.published_at") + ")",
                        events=("UPDATE",),
                    ),
                    # A price of the edition in force may still begin later, or have ended: no request is opened on it.
                    Refuses(
                        "price.not_in_force",
                        "OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND EXISTS (SELECT 1 FROM request_line line"
                        " JOIN fee_item item ON item.id = line.fee_item_id WHERE line.request_id = NEW.id"
                        " AND (item.effective_from > china_date(NEW.published_at)"
                        " OR item.effective_until < china_date(NEW.published_at)))",
                        events=("UPDATE",),
                    ),
                    Refuses("request.region_unknown", REGION_UNKNOWN, events=_REGION_SAID),
                    Refuses("request.region_outside", REGION_OUTSIDE, events=_REGION_SAID),
                    # The lots of a merged request are one publication: one moment, method, region and deadline.
                    Refuses(
                        "lot.published_together",
                        "OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND EXISTS (" + SISTERS + " WHERE"
                        " mine.request_id = NEW.id AND other.published_at IS NOT NULL AND"
                        " (other.published_at <> NEW.published_at OR other.method <> NEW.method OR"
                        " other.region_code <> NEW.region_code OR"
                        " COALESCE(other.quotes_until, other.published_at) <> COALESCE(NEW.quotes_until, NEW.published_at)))",
                        events=("UPDATE",),
                    ),
                    Refuses("request.not_a_draft", "NEW.published_at IS NOT NULL"),
                    # An award is the end, but for a draw: everybody may have refused, or two persons voided it.
                    Refuses(
                        "request.only_drawn_again",
                        "OLD.state = 'awarded' AND NEW.state = 'failed' AND NEW.method <> 'random'",
                        events=("UPDATE",),
                    ),
                    Refuses(
                        "request.award_stands",
                        "OLD.state = 'awarded' AND NEW.state = 'failed' AND EXISTS (SELECT 1 FROM award"
                        " WHERE request_id = NEW.id AND state = 'active')",
                        events=("UPDATE",),
                    ),
                    # From the freeze on only the draw decides: nobody cancels because he dislikes the pool.
                    Refuses(
                        "draw.frozen_already",
                        "NEW.state = 'cancelled' AND OLD.state = 'open' AND EXISTS (SELECT 1 FROM draw"
                        " WHERE request_id = NEW.id AND state <> 'cancelled')",
                        events=("UPDATE",),
                    ),
                    # What is free to the applicant is bought by the authority; an enterprise cannot pose as one.
                    Refuses(
                        "request.not_the_payer",
                        "(NEW.payer = 'authority') <> ((SELECT kind FROM organisation WHERE id = NEW.organisation_id) = 'department')",
                        events=("INSERT", "UPDATE"),
                    ),
                ),
            }
        },
    )  # fmt: skip


class RequestLine(Base):
    """How much of which fee item is asked for. What is free, or has no published price, can have no line."""

    __tablename__ = "request_line"
    id: Mapped[Key]
    request_id: Mapped[Whole]
    fee_item_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    payer: Mapped[Code]
    price_state: Mapped[Code]
    quantity: Mapped[Whole]
    coefficient: Mapped[Whole]
    __table_args__ = (
        ForeignKeyConstraint(
            ["request_id", "edition_id", "service_id", "payer"],
            ["request.id", "request.edition_id", "request.service_id", "request.payer"],
        ),
        ForeignKeyConstraint(
            ["fee_item_id", "edition_id", "service_id", "price_state"],
            ["fee_item.id", "fee_item.edition_id", "fee_item.service_id", "fee_item.price_state"],
        ),
        UniqueConstraint("request_id", "fee_item_id"),
        UniqueConstraint("id", "request_id", "fee_item_id", "edition_id", "service_id", "payer", "quantity", "coefficient"),
        CheckConstraint("quantity > 0 AND quantity <= 100000000000000", name="request_line_quantity"),
        CheckConstraint(
            "price_state IN ('listed', 'marked') AND payer = 'applicant' OR price_state = 'free' AND payer = 'authority'",
            name="request_line_can_be_bought",
        ),
        {
            "info": {
                "frozen": Frozen(
                    when="(SELECT published_at FROM request WHERE id = OLD.request_id) IS NOT NULL",
                    arrives="(SELECT published_at FROM request WHERE id = NEW.request_id) IS NOT NULL",
                ),
                "refuses": (
                    Refuses("request.not_draft", "(SELECT state FROM request WHERE id = NEW.request_id) <> 'draft'"),
                ),
            }
        },
    )  # fmt: skip


class Quote(Base):
    """An agency's quote on a request, or its marked price taken at a direct choice."""

    __tablename__ = "quote"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    request_id: Mapped[Whole]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    offer_id: Mapped[Whole]
    edition_id: Mapped[Whole]
    service_id: Mapped[Whole]
    payer: Mapped[Code]
    origin: Mapped[Code]
    state: Mapped[Code]
    promised_days: Mapped[Whole]
    submitted_at: Mapped[Instant]
    withdrawn_at: Mapped[Instant | None]
    agency: Mapped[Agency] = relationship(lazy="raise")
    lines: Mapped[list["QuoteLine"]] = relationship(lazy="raise", order_by="QuoteLine.id")
    __table_args__ = (
        ForeignKeyConstraint(
            ["request_id", "edition_id", "service_id", "payer"],
            ["request.id", "request.edition_id", "request.service_id", "request.payer"],
        ),
        ForeignKeyConstraint(
            ["offer_id", "agency_id", "edition_id", "service_id"],
            ["offer.id", "offer.agency_id", "offer.edition_id", "offer.service_id"],
        ),
        UniqueConstraint("id", "request_id", "agency_id", "offer_id", "edition_id", "service_id", "payer"),
        UniqueConstraint("id", "request_id", "agency_id"),
        Index(
            "uq_quote_standing", "request_id", "agency_id", unique=True,
            sqlite_where=text("state = 'standing'"), postgresql_where=text("state = 'standing'"),
        ),
        Index("ix_quote_offer_id", "offer_id"),
        one_of("state", QuoteState, "quote_state_known"),
        one_of("origin", QuoteOrigin, "quote_origin_known"),
        CheckConstraint("promised_days >= 1 AND promised_days <= 730", name="quote_promised_days"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="quote_withdrawn_has_date"),
        {
            "info": {
                "moves": Moves(QUOTE),
                # Once the request is decided, no quote is taken back or put forward any more.
                "frozen": (
                    Frozen(but=("state", "withdrawn_at")),
                    Frozen(when="(SELECT state FROM request WHERE id = OLD.request_id) <> 'open' OR OLD.state = 'withdrawn'"),
                ),
                "refuses": (
                    Refuses("request.not_open", "(SELECT state FROM request WHERE id = NEW.request_id) <> 'open'"),
                    # A lot that was published without its sisters can be neither quoted on nor awarded.
                    Refuses(
                        "lot.sister_is_a_draft",
                        f"EXISTS ({SISTERS} WHERE mine.request_id = NEW.request_id AND other.state = 'draft')",
                    ),
                    # The price must hold at the moment of the quote: not paused, not withdrawn, begun and not over.
                    Refuses(
                        "quote.no_offer",
                        "NOT EXISTS (SELECT 1 FROM offer WHERE id = NEW.offer_id AND state = 'in_force'"
                        " AND effective_from <= NEW.submitted_at AND (ends_at IS NULL OR ends_at > NEW.submitted_at))",
                    ),
                    Refuses("quote.offer_elsewhere", _OFFER_ELSEWHERE),
                    # Sealed until the deadline, and as it is from then on.
                    Refuses(
                        "quote.after_deadline",
                        "COALESCE(NEW.withdrawn_at, NEW.submitted_at) >= (SELECT quotes_until FROM request"
                        " WHERE id = NEW.request_id AND method <> 'direct')",
                        events=("INSERT", "UPDATE"),
                    ),
                ),
            }
        },
    )  # fmt: skip


class QuoteLine(Priced, Base):
    """One priced line of a quote: the request line's fee item, quantity and coefficient at the agency's price."""

    __tablename__ = "quote_line"
    id: Mapped[Key]
    quote_id: Mapped[Whole]
    request_id: Mapped[Whole]
    request_line_id: Mapped[Whole]
    offer_id: Mapped[Whole]
    __table_args__ = priced_table(
        ForeignKeyConstraint(
            ["quote_id", "request_id", "agency_id", "offer_id", "edition_id", "service_id", "payer"],
            ["quote.id", "quote.request_id", "quote.agency_id", "quote.offer_id", "quote.edition_id",
             "quote.service_id", "quote.payer"],
        ),
        ForeignKeyConstraint(
            ["request_line_id", "request_id", "fee_item_id", "edition_id", "service_id", "payer", "quantity", "coefficient"],
            [f"request_line.{column}" for column in (
                "id", "request_id", "fee_item_id", "edition_id", "service_id", "payer", "quantity", "coefficient")],
        ),
        ForeignKeyConstraint(
            ["offer_id", "agency_id", "band_id"], ["offer_band.offer_id", "offer_band.agency_id", "offer_band.band_id"]
        ),
        UniqueConstraint("quote_id", "request_line_id"),
        UniqueConstraint("id", "quote_id", "band_id", "agency_id", "quantity", "coefficient", "amount_fen"),
        CheckConstraint("amount_fen > 0", name="quote_line_positive"),
        {"info": {"frozen": Frozen()}},
    )  # fmt: skip
