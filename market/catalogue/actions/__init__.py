"""Change the list: import a draft, send it to review, publish it by a second person."""

from market.catalogue.actions.drafts import require_draft
from market.catalogue.actions.editions import come_into_force, discard, import_edition, publish, send_back, submit
from market.catalogue.actions.entries import GivenEntry, remove_entry, set_entry
from market.catalogue.actions.prices import BINDING, GivenSchedule, drop_schedule, set_schedule

__all__ = [
    "BINDING",
    "GivenEntry",
    "GivenSchedule",
    "come_into_force",
    "discard",
    "drop_schedule",
    "import_edition",
    "publish",
    "remove_entry",
    "require_draft",
    "send_back",
    "set_entry",
    "set_schedule",
    "submit",
]
