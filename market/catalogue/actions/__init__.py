"""Change the list: import a draft, send it to review, publish it by a second person."""

from market.catalogue.actions.editions import come_into_force, discard, import_edition, publish, send_back, submit

__all__ = ["come_into_force", "discard", "import_edition", "publish", "send_back", "submit"]
