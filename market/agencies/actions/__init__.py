"""Change agencies: registration, papers, the formal check, marked prices, standing."""

from market.agencies.actions.offers import (
    mark_price,
    pause_offer,
    remark,
    resume_offer,
    withdraw_offer,
)
from market.agencies.actions.planning import Marking, Terms, planned_bands
from market.agencies.actions.registration import (
    NewPaper,
    Profile,
    accept_commitment,
    add_paper,
    admit,
    begin,
    register,
    remove_paper,
    require_unchanged,
    save_profile,
    send_back,
    submit,
)
from market.agencies.actions.standing import set_standing
from market.agencies.actions.succession import carry_over

__all__ = [
    "Marking",
    "NewPaper",
    "Profile",
    "Terms",
    "accept_commitment",
    "add_paper",
    "admit",
    "begin",
    "carry_over",
    "mark_price",
    "pause_offer",
    "planned_bands",
    "register",
    "remark",
    "remove_paper",
    "resume_offer",
    "require_unchanged",
    "save_profile",
    "send_back",
    "set_standing",
    "submit",
    "withdraw_offer",
]
