"""A contract's life from proposal to acceptance."""

from enum import StrEnum

from market.base.errors import BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class ContractState(StrEnum):
    """Proposed by the buyer, signed by the agency, delivered, accepted (or returned and delivered again)."""

    PROPOSED = "proposed"
    IN_SERVICE = "in_service"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DECLINED = "declined"


CONTRACT = Lifecycle(
    "contract",
    tuple(ContractState),
    (
        Move("sign", (ContractState.PROPOSED,), ContractState.IN_SERVICE),
        Move("decline", (ContractState.PROPOSED,), ContractState.DECLINED),
        Move("deliver", (ContractState.IN_SERVICE,), ContractState.DELIVERED),
        Move("return", (ContractState.DELIVERED,), ContractState.IN_SERVICE),
        Move("accept", (ContractState.DELIVERED,), ContractState.ACCEPTED),
    ),
)

REASON_AT_LEAST = 10
LONGEST_TEXT = 5000


def check_reason(text: str) -> str:
    """The reason of a return, stripped; refuses `contract.reason_needed` below REASON_AT_LEAST characters."""
    reason = text.strip()
    if len(reason) < REASON_AT_LEAST:
        raise BreaksRule("contract.reason_needed")
    return reason


def check_title(text: str) -> str:
    """The title of a result, stripped; refuses `contract.result_needed` when nothing is said."""
    title = text.strip()
    if not title:
        raise BreaksRule("contract.result_needed")
    return title


register_labels(
    {
        "contract.proposed": N_("Waiting for the agency's signature"),
        "contract.in_service": N_("In service"),
        "contract.delivered": N_("Delivered, waiting for acceptance"),
        "contract.accepted": N_("Accepted"),
        "contract.declined": N_("Declined by the agency"),
    }
)
register_sentences(
    {
        "contract.not_found": N_("There is no such contract, or it is not yours."),
        "contract.not_awarded": N_("A contract needs an award. Choose an agency first."),
        "contract.not_the_buyers": N_(
            "A contract belongs to the organisation that made the request, and to nobody else."
        ),
        "contract.no_award": N_("There is no award of yours by that reference. Choose an agency first."),
        "contract.exists": N_("There is already a contract for this award."),
        "contract.result_needed": N_("Say what was delivered: the title of the result is needed."),
        "contract.reason_needed": N_(
            "Say in at least 10 characters what does not meet the contract, so that the agency can correct it."
        ),
        "notice.contract.proposed": N_("{buyer} proposed the contract {ref}. Read it and sign."),
        "notice.contract.signed": N_("{agency} signed the contract {ref}. Delivery is due on {day}."),
        "notice.contract.declined": N_("{agency} declined the contract {ref}."),
        "notice.contract.delivered": N_("{agency} delivered the result of {ref}. Look at it and accept or return it."),
        "notice.contract.returned": N_("The result of {ref} was returned: {reason}"),
        "notice.contract.accepted": N_("The result of {ref} was accepted. You can issue the fee note now."),
    }
)
