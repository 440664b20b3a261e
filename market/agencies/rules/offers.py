"""The life of a marked price: in force, paused by its agency, withdrawn; and where, from when and how much it holds."""

from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences

EVERYWHERE = ""
"""The region code of a price that holds in the whole area of the list."""
MOST_DAYS = 730
MOST_JOBS = 999


class OfferState(StrEnum):
    """A marked price is never edited. That a later one took its place follows from the moments and is not written."""

    IN_FORCE = "in_force"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


OFFER = Lifecycle(
    "offer",
    tuple(OfferState),
    (
        Move("pause", (OfferState.IN_FORCE,), OfferState.PAUSED),
        Move("resume", (OfferState.PAUSED,), OfferState.IN_FORCE),
        Move("withdraw", (OfferState.IN_FORCE, OfferState.PAUSED), OfferState.WITHDRAWN),
    ),
)


class PauseReason(StrEnum):
    """Why an agency takes no further orders at a price for a while; a closed list, shown to everybody."""

    FULLY_BOOKED = "fully_booked"
    PEOPLE_AWAY = "people_away"
    EQUIPMENT = "equipment"
    PRICE_REVIEW = "price_review"


class DaysSource(StrEnum):
    """Where the greatest number of days that may be promised comes from."""

    LIST_WORKDAYS = "list_workdays"
    LIST_CALENDAR_DAYS = "list_calendar_days"
    OPERATOR = "operator"


register_labels(
    {
        "offer.in_force": N_("In force"),
        "offer.paused": N_("Paused"),
        "offer.withdrawn": N_("Withdrawn"),
        "offer.planned": N_("Begins later"),
        "offer.ended": N_("Replaced"),
        "offer.rests": N_("Cannot be chosen now"),
        "pause_reason.fully_booked": N_("No free capacity for now"),
        "pause_reason.people_away": N_("Staff not available for now"),
        "pause_reason.equipment": N_("Equipment or laboratory not available"),
        "pause_reason.price_review": N_("The price is being reviewed"),
        "mark_kind.base_unit": N_("A basic amount and an amount for each unit"),
        "mark_kind.fixed": N_("One fixed amount"),
        "mark_kind.per_unit": N_("An amount for each unit"),
        "mark_kind.schedule": N_("A schedule of my own, by quantity"),
        "mark_kind.percent": N_("A percentage of the standard"),
        "mark_kind.by_band": N_("A percentage for each row of the standard"),
        "mark_kind.amount": N_("An amount in yuan, inside the rule"),
        "days_source.list_workdays": N_("the list's limit"),
        "days_source.list_calendar_days": N_("the list's limit in calendar days"),
        "days_source.operator": N_("this site's own default; the list sets no limit"),
    }
)
register_sentences(
    {
        "offer.not_found": N_("There is no such marked price, or it is not yours."),
        "offer.agency_not_admitted": N_("Only an admitted agency can mark prices. Finish the registration first."),
        "offer.edition_not_published": N_("Prices can be marked only against a published edition of the list."),
        "offer.not_in_force": N_(
            "That edition of the list is no longer in force. Mark your price against the one in force."
        ),
        "offer.days_beyond_limit": N_(
            "The list allows at most {limit} working days; you promised {days}. Promise fewer days."
        ),
        "offer.days_beyond_default": N_(
            "The list sets no limit here, and this site allows at most {limit} working days; you promised {days}. Promise fewer days."
        ),
        "offer.days_range": N_("Promise between 1 and 730 working days."),
        "offer.capacity_range": N_("State between 1 and 999 jobs at once, or leave it empty."),
        "offer.begins_in_the_past": N_("A price cannot begin in the past. Choose today or a later day."),
        "offer.begins_too_late": N_("A price can be announced at most a year ahead. Choose an earlier day."),
        "offer.region_unknown": N_("There is no such region on this site. Choose one from the list."),
        "offer.region_outside": N_("The list offers this service only in certain regions. Choose one of them."),
        "offer.intervals_overlap": N_(
            "You have a price for that service, region and time already. Load the page again to see it."
        ),
        "offer.end_only_nearer": N_("The end of a marked price can be brought forward and never put off."),
        "offer.changed_meanwhile": N_(
            "This price was changed meanwhile, perhaps in another window. Both versions are shown below; choose one."
        ),
        "offer.pause_not_open": N_("The pauses of a price and its state do not fit together."),
        "offer.row_without_price": N_("A row of the schedule has a quantity and no price. Fill it or empty it."),
        "offer.reason_needed": N_("Choose a reason for the pause from the list."),
        "offer.nothing_to_remark": N_("There is no price to mark again here, or it was marked already."),
    }
)
