"""How a price of the list is regulated, who pays it, and what the law refuses."""

from enum import StrEnum

from market.base.words import N_, register_labels, register_sentences


class Pricing(StrEnum):
    """How the price of an entry is regulated (价格管理方式)."""

    GOVERNMENT_SET = "government_set"
    GOVERNMENT_GUIDED = "government_guided"
    MARKET_REGULATED = "market_regulated"
    FISCAL = "fiscal"


class Payer(StrEnum):
    """Who bears the price: the applicant, or the authority that must buy the service itself (财政承担)."""

    APPLICANT = "applicant"
    AUTHORITY = "authority"


class PriceState(StrEnum):
    """Where the binding price of a fee item comes from."""

    LISTED = "listed"
    MARKED = "marked"
    FREE = "free"
    UNPUBLISHED = "unpublished"


class ScheduleRole(StrEnum):
    """A schedule in force binds; a reference (freed, or not verified) is shown and never binds."""

    IN_FORCE = "in_force"
    REFERENCE = "reference"


register_labels(
    {
        "pricing.government_set": N_("Government-set price"),
        "pricing.government_guided": N_("Government-guided price"),
        "pricing.market_regulated": N_("Market-regulated price"),
        "pricing.fiscal": N_("Paid by government"),
        "price_state.listed": N_("Price on the list"),
        "price_state.marked": N_("Price marked by each agency"),
        "price_state.free": N_("Free to the applicant"),
        "price_state.unpublished": N_("Price not published"),
        "schedule_role.in_force": N_("In force"),
        "schedule_role.reference": N_("Reference only, not binding"),
    }
)

register_sentences(
    {
        "price.not_published": N_(
            "The government's price for “{item}” is not published, so it cannot be requested or charged. Ask the price authority."
        ),
        "price.free_to_applicant": N_(
            "“{service}” is paid for by the authority. Charging the applicant is a violation; there is nothing for you to buy."
        ),
        "price.only_for_applicant": N_(
            "“{service}” is bought by the applicant, not by an authority. An authority cannot request it."
        ),
        "price.no_coefficient": N_(
            "The coefficient {coefficient} is not one of the schedule's closed set. Choose a listed one."
        ),
        "price.outside_rule": N_(
            "The amount {amount} is outside what the rule allows here: {floor} to {ceiling}. Enter an amount between them."
        ),
        "price_line_overflow": N_("The quantity is larger than this price can be computed for. Check the unit."),
        "price_base_off_the_line": N_("The base price does not follow the list's schedule for that quantity."),
        "price_base_not_limited": N_("The base price does not respect the list's minimum or maximum."),
        "price_above_ceiling": N_("The amount is above the ceiling that the list or the agency's marked price sets."),
        "price_below_floor": N_("The amount is below the floor that the list sets."),
        "price_quantity_outside_band": N_("The quantity lies outside the bracket of the list that was named."),
        "band.mark_needs_published_edition": N_("Prices can be marked only against a published edition of the list."),
        "band_mark_inside_rule": N_(
            "The marked price lies outside what the list's price rule allows. Mark a price between floor and ceiling."
        ),
        "band_by_pricing": N_(
            "A price of this kind cannot exist for this service: the list's price management mode forbids it."
        ),
        "price.no_figure": N_(
            "The government sets or guides this price, but no published figure is known. Ask the price authority."
        ),
    }
)
