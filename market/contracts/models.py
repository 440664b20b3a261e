"""Contracts and what became of them. The lines repeat the awarded quote to the fen; the database sees to it."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.catalogue.models import Priced, priced_table
from market.contracts.rules import CONTRACT, ContractState
from market.selection.models import Request
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Prose, Whole, one_of


class Contract(Base):
    """The contract of an award.

    `due_on` is the last day of delivery, counted in working days from the signature; `actual_days` is how many working
    days it really took until the delivery that was accepted, by the calendar of that day.
    """

    __tablename__ = "contract"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    award_id: Mapped[int] = mapped_column(unique=True)
    request_id: Mapped[Whole]
    quote_id: Mapped[Whole]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    edition_id: Mapped[Whole]
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    payer: Mapped[Code]
    state: Mapped[Code]
    terms: Mapped[Prose]
    promised_days: Mapped[Whole]
    proposed_at: Mapped[Instant]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    signed_at: Mapped[Instant | None]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date | None]
    accepted_at: Mapped[Instant | None]
    actual_days: Mapped[Whole | None]
    row_version: Mapped[int] = mapped_column()
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")
    request: Mapped[Request] = relationship(
        lazy="raise", viewonly=True, primaryjoin=lambda: foreign(Contract.request_id) == Request.id
    )
    lines: Mapped[list["ContractLine"]] = relationship(lazy="raise", order_by="ContractLine.id")
    deliveries: Mapped[list["Delivery"]] = relationship(lazy="raise", order_by="Delivery.number")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        ForeignKeyConstraint(
            ["award_id", "request_id", "quote_id", "agency_id"],
            ["award.id", "award.request_id", "award.quote_id", "award.agency_id"],
        ),
        UniqueConstraint("id", "quote_id", "agency_id", "edition_id", "service_id", "payer"),
        UniqueConstraint("id", "agency_id"),
        UniqueConstraint("id", "agency_id", "organisation_id"),
        Index("ix_contract_organisation_id_state", "organisation_id", "state"),
        Index("ix_contract_agency_id_state", "agency_id", "state"),
        one_of("state", ContractState, "contract_state_known"),
        CheckConstraint(
            "state IN ('proposed', 'declined') OR signed_at IS NOT NULL AND signed_by IS NOT NULL AND due_on IS NOT NULL",
            name="contract_signed_is_complete",
        ),
        CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL AND actual_days IS NOT NULL)",
            name="contract_accepted_has_date",
        ),
        {
            "info": {
                "moves": Moves(CONTRACT),
                "frozen": (
                    Frozen(but=("state", "signed_at", "signed_by", "due_on", "accepted_at", "actual_days", "row_version")),
                    Frozen(but=("state", "accepted_at", "actual_days", "row_version"), when="OLD.signed_at IS NOT NULL"),
                    Frozen(when="OLD.state IN ('accepted', 'declined')"),
                ),
                "refuses": (
                    Refuses("contract.not_awarded", "(SELECT state FROM award WHERE id = NEW.award_id) <> 'active'"),
                    # Who buys is who asked: a rating by somebody else would begin here.
                    Refuses(
                        "contract.not_the_buyers",
                        "(SELECT organisation_id FROM request WHERE id = NEW.request_id) <> NEW.organisation_id",
                    ),
                ),
            }
        },
    )  # fmt: skip


class ContractLine(Priced, Base):
    """One priced line of a contract: the quote line to the fen."""

    __tablename__ = "contract_line"
    id: Mapped[Key]
    contract_id: Mapped[Whole]
    quote_id: Mapped[Whole]
    quote_line_id: Mapped[Whole]
    __table_args__ = priced_table(
        ForeignKeyConstraint(
            ["contract_id", "quote_id", "agency_id", "edition_id", "service_id", "payer"],
            ["contract.id", "contract.quote_id", "contract.agency_id", "contract.edition_id",
             "contract.service_id", "contract.payer"],
        ),
        ForeignKeyConstraint(
            ["quote_line_id", "quote_id", "band_id", "agency_id", "quantity", "coefficient", "amount_fen"],
            [f"quote_line.{column}" for column in (
                "id", "quote_id", "band_id", "agency_id", "quantity", "coefficient", "amount_fen")],
        ),
        UniqueConstraint("quote_line_id"),
        UniqueConstraint("id", "contract_id", "band_id", "agency_id", "quantity", "coefficient", "amount_fen"),
        {"info": {"frozen": Frozen()}},
    )  # fmt: skip


class Delivery(Base):
    """A delivery of the result, and what the buyer said to it."""

    __tablename__ = "delivery"
    id: Mapped[Key]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    number: Mapped[Whole]
    title: Mapped[Line]
    note: Mapped[Prose]
    delivered_at: Mapped[Instant]
    delivered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[Instant | None]
    accepted: Mapped[bool | None]
    reason: Mapped[Prose]
    __table_args__ = (
        UniqueConstraint("contract_id", "number"),
        CheckConstraint("(accepted IS NULL) = (answered_at IS NULL)", name="delivery_answer_is_complete"),
        {
            "info": {
                "frozen": (
                    Frozen(but=("answered_at", "accepted", "reason")),
                    Frozen(when="OLD.answered_at IS NOT NULL"),
                ),
                "refuses": (
                    Refuses(
                        "store.closed",
                        "(SELECT state FROM contract WHERE id = NEW.contract_id) IN ('proposed', 'declined', 'accepted')",
                    ),
                ),
            }
        },
    )
