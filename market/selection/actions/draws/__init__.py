"""Draws: announced with the request, signed up for, frozen, drawn, given up; and what two persons decide."""

from market.selection.actions.draws.deciding import (
    commit_secret,
    confirm,
    enter_lottery,
    keep_round,
    propose,
    reveal_secret,
)
from market.selection.actions.draws.drawing import draw_now, follow_declined, refuse_award
from market.selection.actions.draws.freezing import freeze, postpone_unwitnessed
from market.selection.actions.draws.signing import leave, sign_up

__all__ = [
    "commit_secret",
    "confirm",
    "draw_now",
    "enter_lottery",
    "follow_declined",
    "freeze",
    "keep_round",
    "leave",
    "postpone_unwitnessed",
    "propose",
    "refuse_award",
    "reveal_secret",
    "sign_up",
]
