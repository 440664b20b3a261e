"""Tables of the selection: requests, quotes, awards and merged requests; saved plans and the basket."""

from market.selection.models.merged import MergedRequest, RequestLot
from market.selection.models.plan import BasketItem, Plan, PlanCount
from market.selection.models.requests import Award, Quote, QuoteLine, Request, RequestLine

__all__ = [
    "Award",
    "BasketItem",
    "MergedRequest",
    "Plan",
    "PlanCount",
    "Quote",
    "QuoteLine",
    "Request",
    "RequestLine",
    "RequestLot",
]
