"""Change the list: import a draft, send it to review, publish it by a second person."""

from market.catalogue.actions.editions import discard, import_edition, publish, send_back, submit

__all__ = ["discard", "import_edition", "publish", "send_back", "submit"]
