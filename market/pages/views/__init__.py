"""The public pages: anybody may read them; all that anybody can keep here is a plan."""

from market.pages.views import (
    agencies,
    bases,
    downloads,
    editions,
    evaluation,
    help,
    home,
    item,
    listing,
    notices,
    plan,
    price_notice,
    prices,
    record,
    removed,
    saved_plan,
    search,
)
from market.pages.views.blueprint import in_force_or_none, pages

__all__ = [
    "agencies",
    "bases",
    "downloads",
    "editions",
    "in_force_or_none",
    "evaluation",
    "help",
    "home",
    "item",
    "listing",
    "notices",
    "pages",
    "plan",
    "price_notice",
    "prices",
    "record",
    "removed",
    "saved_plan",
    "search",
]
