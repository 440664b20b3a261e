"""What people type at the list's desk."""

from market.catalogue.forms.editions import PublishForm

__all__ = ["PublishForm"]
