"""The selection methods, one small file of differences each. How to add one: docs/developers/selection-methods.md."""

from market.selection.methods import direct, lowest_quote, random
from market.selection.methods.outcome import Given, Outcome, QuoteFacts, Reason, SelectionMethod
from market.selection.rules import Method

METHODS: dict[Method, SelectionMethod] = {
    method.code: method for method in (direct.METHOD, lowest_quote.METHOD, random.METHOD)
}

__all__ = ["METHODS", "Given", "Outcome", "QuoteFacts", "Reason", "SelectionMethod"]
