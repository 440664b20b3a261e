"""Fee notes and payments: only what the contract's lines say, only after acceptance."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from market.base.errors import BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.money import format_yuan
from market.base.words import N_, register_labels, register_sentences


class FeeNoteState(StrEnum):
    """Issued by the agency, payment declared by the payer, receipt confirmed by the agency."""

    ISSUED = "issued"
    DECLARED = "declared"
    PAID = "paid"


FEE_NOTE = Lifecycle(
    "fee_note",
    tuple(FeeNoteState),
    (
        Move("declare", (FeeNoteState.ISSUED,), FeeNoteState.DECLARED),
        Move("confirm", (FeeNoteState.DECLARED,), FeeNoteState.PAID),
    ),
)

LONGEST_REFERENCE = 300


@dataclass(frozen=True, slots=True)
class Declared:
    """What a payer says: the payment's reference (such as the bank's serial number) and the sum it typed, in fen."""

    reference: str
    amount_fen: int


def check_amounts(agreed: Mapping[int, int], charged: Mapping[int, int]) -> None:
    """Every contract line (by id) has its fee, no other line has one, and none is above what was agreed; all in fen.

    Refuses `fee.line_missing` and `fee.above_contract`.
    """
    if agreed.keys() != charged.keys():
        raise BreaksRule("fee.line_missing")
    for line, ceiling in agreed.items():
        if charged[line] > ceiling:
            raise BreaksRule("fee.above_contract", amount=format_yuan(charged[line]), ceiling=format_yuan(ceiling))


def check_declared(declared: Declared, due_fen: int) -> str:
    """The reference, stripped; refuses `payment.reference_needed` and `payment.other_sum`."""
    reference = declared.reference.strip()
    if not reference:
        raise BreaksRule("payment.reference_needed")
    if declared.amount_fen != due_fen:
        raise BreaksRule("payment.other_sum", amount=format_yuan(due_fen))
    return reference


register_labels(
    {
        "fee_note.issued": N_("Waiting for payment"),
        "fee_note.declared": N_("Payment declared, waiting for confirmation"),
        "fee_note.paid": N_("Paid and confirmed"),
    }
)
register_sentences(
    {
        "fee.not_found": N_("There is no such fee note, or it is not yours."),
        "fee.contract_not_accepted": N_("A fee note can be issued only after the result was accepted."),
        "fee.exists": N_("There is already a fee note for this contract."),
        "fee.above_contract": N_(
            "A fee of {amount} is above the contract's {ceiling} for this line. Charge at most what was agreed."
        ),
        "fee_line_within_contract": N_("A fee cannot be above what the contract agreed for its line."),
        "fee.line_missing": N_("Every line of the contract needs its fee, and no other line can be charged."),
        "payment.other_sum": N_("The payment must be exactly {amount}, the fee note's sum. Enter that amount."),
        "payment.reference_needed": N_("Give the reference of the payment, such as the bank's serial number."),
        "notice.fee.issued": N_("{agency} issued the fee note {ref} of {amount}. Pay nothing else."),
        "notice.fee.declared": N_("The payment of {ref} was declared. Confirm when it has arrived."),
        "notice.fee.paid": N_("{agency} confirmed the payment of {ref}."),
    }
)
