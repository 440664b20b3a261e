"""Pages of oversight: the public voice for everybody, and the desk that answers."""

from market.oversight.views import desk, public
from market.oversight.views.blueprint import oversight_desk

__all__ = ["desk", "oversight_desk", "public"]
