"""Pages of the list's desk."""

from market.catalogue.views import editions, entries, prices
from market.catalogue.views.blueprint import catalogue

__all__ = ["catalogue", "editions", "entries", "prices"]
