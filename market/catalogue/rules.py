"""The list's own law: what an edition goes through, how a price is regulated, who pays."""

from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class EditionState(StrEnum):
    """Superseded is not a state: it is derived from the next edition's effective date."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"


class ActKind(StrEnum):
    """The kinds of administrative act that an intermediary service is tied to."""

    LICENCE = "licence"
    PENALTY = "penalty"
    ENFORCEMENT = "enforcement"


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


class SelfService(StrEnum):
    """Whether the applicant may do it itself (可自行编制)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class PriceState(StrEnum):
    """Where the binding price of a fee item comes from."""

    LISTED = "listed"
    MARKED = "marked"
    FREE = "free"
    UNPUBLISHED = "unpublished"


class Handling(StrEnum):
    """What a clean-up decision did to an item."""

    ABOLISHED = "abolished"
    AUTHORITY_COMMISSIONED = "authority_commissioned"
    SELF_PREPARE_ALLOWED = "self_prepare_allowed"


class ScheduleRole(StrEnum):
    """A schedule in force binds; a reference (freed, or not verified) is shown and never binds."""

    IN_FORCE = "in_force"
    REFERENCE = "reference"


class Confidence(StrEnum):
    """How far the compiler of the data trusts a row; shown to regulators only."""

    SOURCED = "sourced"
    GENERAL_KNOWLEDGE = "general_knowledge"


EDITION = Lifecycle(
    "edition",
    tuple(EditionState),
    (
        Move("submit", (EditionState.DRAFT,), EditionState.IN_REVIEW),
        Move("return", (EditionState.IN_REVIEW,), EditionState.DRAFT),
        Move("publish", (EditionState.IN_REVIEW,), EditionState.PUBLISHED),
    ),
)

register_labels(
    {
        "edition.draft": N_("Draft"),
        "edition.in_review": N_("In review"),
        "edition.published": N_("Published"),
        "act.licence": N_("Licensing"),
        "act.penalty": N_("Penalty"),
        "act.enforcement": N_("Enforcement"),
        "pricing.government_set": N_("Government-set price"),
        "pricing.government_guided": N_("Government-guided price"),
        "pricing.market_regulated": N_("Market-regulated price"),
        "pricing.fiscal": N_("Paid by government"),
        "self_service.yes": N_("You may do it yourself"),
        "self_service.no": N_("Needs an agency"),
        "self_service.unknown": N_("Ask the authority whether you may do it yourself"),
        "price_state.listed": N_("Price on the list"),
        "price_state.marked": N_("Price marked by each agency"),
        "price_state.free": N_("Free to the applicant"),
        "price_state.unpublished": N_("Price not published"),
        "handling.abolished": N_("Abolished"),
        "handling.authority_commissioned": N_("The authority commissions and pays"),
        "handling.self_prepare_allowed": N_("Nobody may force or assign it"),
        "schedule_role.in_force": N_("In force"),
        "schedule_role.reference": N_("Reference only, not binding"),
        "confidence.sourced": N_("Sourced"),
        "confidence.general_knowledge": N_("General knowledge, to be checked"),
    }
)

register_sentences(
    {
        "edition.published_stays": N_(
            "A published edition of the list cannot be changed. Draft a new edition instead."
        ),
        "edition_two_persons": N_("The person who drafted an edition cannot publish it. Ask another list approver."),
        "edition.not_found": N_("There is no such edition of the list."),
        "edition.none_in_force": N_(
            "No edition of the list is in force on that day, so nothing can be requested or charged."
        ),
        "edition.draft_exists": N_(
            "A draft of edition {number} already exists. Publish or return it before importing another."
        ),
        "edition.date_past": N_(
            "An edition cannot be in force from a day that has passed ({day}). Choose today or later."
        ),
        "edition.date_taken": N_(
            "The effective date {day} is not after that of the edition in force ({latest}). Choose a later date."
        ),
        "service.not_listed": N_(
            "“{service}” is not on the list in force. No service and no fee outside the list: nobody may ask you for it; report it if somebody does."
        ),
        "service.abolished": N_(
            "“{service}” was abolished by {decision}. Nobody may ask you for it; report it if somebody does."
        ),
        "fee_item.not_listed": N_(
            "The fee item “{item}” does not belong to this service in the edition in force. Choose one of the listed fee items."
        ),
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
    }
)
register_sentences(
    {
        "price.no_figure": N_(
            "The government sets or guides this price, but no published figure is known. Ask the price authority."
        ),
        "edition.not_a_draft": N_("Edition {number} is not a draft, so it cannot be thrown away."),
    }
)
