"""Tables of the selection: requests, quotes and awards; saved plans and the basket they are requested from."""

from market.selection.models.plan import BasketItem, Plan, PlanCount
from market.selection.models.requests import Award, Quote, QuoteLine, Request, RequestLine

__all__ = ["Award", "BasketItem", "Plan", "PlanCount", "Quote", "QuoteLine", "Request", "RequestLine"]
