"""Change requests, quotes and awards.

Every function runs in the door's transaction, under the lock of `queries.request_lock`, and takes `actor` and `now`.
"""

from market.selection.actions import basket, draws, merged
from market.selection.actions.choice import choose, close_due
from market.selection.actions.editions import accept_edition, cancel_unlisted
from market.selection.actions.quotes import Quoted, submit_quote, withdraw_quote
from market.selection.actions.requests import Amount, Terms, cancel, draft_request, edit_draft, publish

__all__ = [
    "Amount",
    "Quoted",
    "Terms",
    "accept_edition",
    "basket",
    "cancel",
    "cancel_unlisted",
    "choose",
    "close_due",
    "draft_request",
    "draws",
    "edit_draft",
    "merged",
    "publish",
    "submit_quote",
    "withdraw_quote",
]
