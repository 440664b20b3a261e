"""Published fee schedules, normalised: uneven documents in, bands of the one price formula out, or a refusal."""

from market.catalogue.schedules.named import COLUMNS
from market.catalogue.schedules.reading import (
    IN_FORCE,
    KEYS,
    REFERENCE,
    UNKNOWN,
    NormalSchedule,
    RefusedSchedule,
    choose_item,
    find_schedule,
    read_schedules,
)

__all__ = [
    "COLUMNS",
    "IN_FORCE",
    "KEYS",
    "REFERENCE",
    "UNKNOWN",
    "NormalSchedule",
    "RefusedSchedule",
    "choose_item",
    "find_schedule",
    "read_schedules",
]
