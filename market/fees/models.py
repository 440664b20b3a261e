"""Fee notes, their priced lines, and payments bound to the fen."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from market.catalogue.models import Priced, priced_table
from market.contracts.models import Contract
from market.fees.rules import FEE_NOTE, FeeNoteState
from market.store.db import Base
from market.store.guards import Frozen, Moves, Refuses
from market.store.types import Code, Instant, Key, Line, Whole, one_of


class FeeNote(Base):
    """The agency's fee note (收费通知单) for an accepted contract."""

    __tablename__ = "fee_note"
    id: Mapped[Key]
    ref: Mapped[Code] = mapped_column(unique=True)
    contract_id: Mapped[int] = mapped_column(unique=True)
    agency_id: Mapped[Whole]
    state: Mapped[Code]
    issued_at: Mapped[Instant]
    issued_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    paid_at: Mapped[Instant | None]
    row_version: Mapped[int] = mapped_column()
    contract: Mapped[Contract] = relationship(
        lazy="raise", viewonly=True, primaryjoin=lambda: foreign(FeeNote.contract_id) == Contract.id
    )
    lines: Mapped[list["FeeLine"]] = relationship(lazy="raise", order_by="FeeLine.id")
    __mapper_args__ = {"version_id_col": row_version}
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "agency_id"], ["contract.id", "contract.agency_id"]),
        UniqueConstraint("id", "contract_id", "agency_id"),
        one_of("state", FeeNoteState, "fee_note_state_known"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="fee_note_paid_has_date"),
        {
            "info": {
                "moves": Moves(FEE_NOTE),
                "frozen": (Frozen(but=("state", "paid_at", "row_version")), Frozen(when="OLD.state = 'paid'")),
                "refuses": (
                    Refuses(
                        "fee.contract_not_accepted",
                        "(SELECT state FROM contract WHERE id = NEW.contract_id) <> 'accepted'",
                    ),
                ),
            }
        },
    )


class FeeLine(Priced, Base):
    """One fee: a contract line's band, quantity and coefficient, at most what the contract agreed."""

    __tablename__ = "fee_line"
    id: Mapped[Key]
    fee_note_id: Mapped[Whole]
    contract_id: Mapped[Whole]
    contract_line_id: Mapped[int] = mapped_column(unique=True)
    contract_amount_fen: Mapped[Whole]
    __table_args__ = priced_table(
        ForeignKeyConstraint(
            ["fee_note_id", "contract_id", "agency_id"], ["fee_note.id", "fee_note.contract_id", "fee_note.agency_id"]
        ),
        ForeignKeyConstraint(
            ["contract_line_id", "contract_id", "band_id", "agency_id", "quantity", "coefficient", "contract_amount_fen"],
            [f"contract_line.{column}" for column in (
                "id", "contract_id", "band_id", "agency_id", "quantity", "coefficient", "amount_fen")],
        ),
        UniqueConstraint("contract_line_id", "amount_fen"),
        UniqueConstraint("fee_note_id", "contract_line_id"),
        CheckConstraint("amount_fen <= contract_amount_fen", name="fee_line_within_contract"),
        {
            "info": {
                "frozen": Frozen(),
                "refuses": (
                    Refuses("store.closed", "(SELECT state FROM fee_note WHERE id = NEW.fee_note_id) <> 'issued'"),
                ),
            }
        },
    )  # fmt: skip


class Payment(Base):
    """The payment of one fee line, exactly its sum. Declared by the payer; the fee note says when it was confirmed."""

    __tablename__ = "payment"
    id: Mapped[Key]
    fee_note_id: Mapped[Whole]
    contract_line_id: Mapped[int] = mapped_column(unique=True)
    amount_fen: Mapped[Whole]
    reference: Mapped[Line]
    declared_at: Mapped[Instant]
    declared_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        ForeignKeyConstraint(["contract_line_id", "amount_fen"], ["fee_line.contract_line_id", "fee_line.amount_fen"]),
        ForeignKeyConstraint(
            ["fee_note_id", "contract_line_id"], ["fee_line.fee_note_id", "fee_line.contract_line_id"]
        ),
        {"info": {"frozen": Frozen()}},
    )
