"""Pages of the selection: the buyer's requests, and the agency's opportunities and quotes."""

from market.selection.views import (
    basket,
    drafts,
    draw_acts,
    draw_desk,
    draws,
    editions,
    merged,
    opportunities,
    requests,
)
from market.selection.views.blueprint import selection

__all__ = [
    "basket",
    "drafts",
    "draw_acts",
    "draw_desk",
    "draws",
    "editions",
    "merged",
    "opportunities",
    "requests",
    "selection",
]
