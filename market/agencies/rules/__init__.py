"""The law of agencies: entry without a gate, marked prices, and what an edition's day does to them."""

from market.agencies.rules.entry import AGENCY, COMMITMENT_VERSION, CORRECTABLE, AgencyKind, AgencyState, ReturnReason
from market.agencies.rules.marks import (
    HIGHEST_SHARE,
    OFFER,
    WHOLE,
    Fixed,
    Mark,
    OfferState,
    Percent,
    PerUnit,
    mark_of,
    mark_sentence,
    market_line,
    share_of_listed,
    share_of_reference,
    share_range,
)
from market.agencies.rules.succession import LAPSED, Succession

__all__ = [
    "AGENCY",
    "AgencyKind",
    "AgencyState",
    "COMMITMENT_VERSION",
    "CORRECTABLE",
    "Fixed",
    "HIGHEST_SHARE",
    "LAPSED",
    "Mark",
    "OFFER",
    "OfferState",
    "PerUnit",
    "Percent",
    "ReturnReason",
    "Succession",
    "WHOLE",
    "mark_of",
    "mark_sentence",
    "market_line",
    "share_of_listed",
    "share_of_reference",
    "share_range",
]
