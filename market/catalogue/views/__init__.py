"""Pages of the list's desk."""

from market.catalogue.views import bundle_files, bundles, editions, entries, imports, prices
from market.catalogue.views.bases import bases_desk
from market.catalogue.views.blueprint import catalogue

__all__ = ["bases_desk", "bundle_files", "bundles", "catalogue", "editions", "entries", "imports", "prices"]
