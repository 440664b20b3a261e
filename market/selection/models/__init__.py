"""Tables of the selection: requests, quotes, awards, merged requests and draws; saved plans and the basket."""

from market.selection.models.awards import Award
from market.selection.models.beacons import BeaconValue, DrawSecret, LotteryEntry
from market.selection.models.draws import (
    Draw,
    DrawDecision,
    DrawExclusion,
    DrawPostponement,
    DrawRank,
    DrawRefusal,
    SignUp,
)
from market.selection.models.merged import MergedRequest, RequestLot
from market.selection.models.plan import BasketItem, Plan, PlanCount
from market.selection.models.requests import Quote, QuoteLine, Request, RequestLine

__all__ = [
    "Award",
    "BasketItem",
    "BeaconValue",
    "Draw",
    "DrawDecision",
    "DrawExclusion",
    "DrawPostponement",
    "DrawRank",
    "DrawRefusal",
    "DrawSecret",
    "LotteryEntry",
    "MergedRequest",
    "Plan",
    "PlanCount",
    "Quote",
    "QuoteLine",
    "Request",
    "RequestLine",
    "RequestLot",
    "SignUp",
]
