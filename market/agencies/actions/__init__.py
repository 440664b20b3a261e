"""Change agencies: filings and what they bring, the formal check, suspension and exit, marked prices, standing."""

from market.agencies.actions.admission import escalate_overdue, pass_filing, send_back
from market.agencies.actions.directory import follow_clock, list_agencies, recount_grades
from market.agencies.actions.ends import tell_of_ends, tell_of_rests
from market.agencies.actions.filings import (
    Profile,
    accept_commitment,
    begin,
    begin_change,
    choose_services,
    profile_of,
    register,
    require_unchanged,
    save_profile,
    submit,
    take_back,
)
from market.agencies.actions.leaving import (
    Proposal,
    confirm_suspension,
    end_suspension,
    leave,
    lift_ended,
    propose_suspension,
)
from market.agencies.actions.marking import mark_price, mark_prices
from market.agencies.actions.offers import pause_offer, remark, resume_offer, withdraw_offer
from market.agencies.actions.planning import Marking, Terms, planned_bands
from market.agencies.actions.records import (
    NewAttachment,
    NewPaper,
    NewPerson,
    NewPractitioner,
    add_paper,
    add_person,
    add_practitioner,
    attach,
    detach,
    keep,
    remove,
)
from market.agencies.actions.seeds import seed_commitments, seed_qualifications
from market.agencies.actions.standing import set_standing
from market.agencies.actions.succession import carry_on, carry_over

__all__ = [
    "Marking",
    "NewAttachment",
    "NewPaper",
    "NewPerson",
    "NewPractitioner",
    "Profile",
    "Proposal",
    "Terms",
    "accept_commitment",
    "add_paper",
    "add_person",
    "add_practitioner",
    "attach",
    "begin",
    "begin_change",
    "carry_on",
    "carry_over",
    "choose_services",
    "confirm_suspension",
    "detach",
    "end_suspension",
    "escalate_overdue",
    "keep",
    "leave",
    "follow_clock",
    "lift_ended",
    "list_agencies",
    "mark_price",
    "mark_prices",
    "pass_filing",
    "pause_offer",
    "planned_bands",
    "profile_of",
    "propose_suspension",
    "register",
    "recount_grades",
    "remark",
    "remove",
    "require_unchanged",
    "resume_offer",
    "save_profile",
    "seed_commitments",
    "seed_qualifications",
    "send_back",
    "set_standing",
    "submit",
    "take_back",
    "tell_of_ends",
    "tell_of_rests",
    "withdraw_offer",
]
