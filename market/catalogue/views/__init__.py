"""Pages of the list's desk."""

from market.catalogue.views import bundles, editions, entries, imports, prices
from market.catalogue.views.bases import bases_desk
from market.catalogue.views.blueprint import catalogue

__all__ = ["bases_desk", "bundles", "catalogue", "editions", "entries", "imports", "prices"]
