"""A request's life, and who may be chosen how."""

from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class RequestState(StrEnum):
    """From the buyer's draft to the award or the failure."""

    DRAFT = "draft"
    OPEN = "open"
    AWARDED = "awarded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Method(StrEnum):
    """How the agency is selected."""

    DIRECT = "direct"
    LOWEST_QUOTE = "lowest_quote"


class QuoteState(StrEnum):
    """A quote stands until its agency withdraws or replaces it, before the deadline."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class QuoteOrigin(StrEnum):
    """Submitted by the agency, or taken from its marked price at a direct choice."""

    SUBMITTED = "submitted"
    MARKED = "marked"


class AwardState(StrEnum):
    """An award is never edited; it can only be voided by a later act."""

    ACTIVE = "active"
    VOID = "void"


REQUEST = Lifecycle(
    "request",
    tuple(RequestState),
    (
        Move("publish", (RequestState.DRAFT,), RequestState.OPEN),
        Move("award", (RequestState.OPEN,), RequestState.AWARDED),
        Move("fail", (RequestState.OPEN,), RequestState.FAILED),
        Move("cancel", (RequestState.DRAFT, RequestState.OPEN), RequestState.CANCELLED),
    ),
)

register_labels(
    {
        "request.draft": N_("Draft"),
        "request.open": N_("Open"),
        "request.awarded": N_("Awarded"),
        "request.failed": N_("Failed"),
        "request.cancelled": N_("Cancelled"),
        "method.direct": N_("Direct choice"),
        "method.lowest_quote": N_("Lowest valid quote"),
        "quote.standing": N_("Standing"),
        "quote.withdrawn": N_("Withdrawn"),
        "quote_origin.submitted": N_("Quoted"),
        "quote_origin.marked": N_("Marked price"),
    }
)
register_sentences(
    {
        "request.not_found": N_("There is no such request, or it is not yours."),
        "request.not_open": N_("This request is no longer open. Load the page again to see what became of it."),
        "request.line_needed": N_("Enter a quantity for at least one fee item."),
        "request.case_needed": N_("Give the case number of the approval that this service is for."),
        "request.deadline_passed": N_("Quotes were taken until {until}; it is {now} now. A late quote cannot be accepted."),
        "request.deadline_not_passed": N_("Quotes are taken until {until}. Choose after that, so that every agency has the same time."),
        "request.edition_superseded": N_("The list has changed since the draft was written. Look at the new entry and publish again."),
        "request.direct_only_by_applicant": N_("An authority that pays must let agencies compete; it cannot choose one directly."),
        "request_authority_never_names": N_("An authority that pays must let agencies compete; it cannot choose one directly."),
        "request.quotes_exist": N_("This request was made for quotes. Agencies quote; the lowest valid quote is chosen after the deadline."),
        "quote.not_found": N_("There is no such quote, or it is not yours."),
        "quote.no_offer": N_("You have no marked price in force for this service. Mark your price first; a quote may not exceed it."),
        "quote.line_missing": N_("The quote lacks a price for “{item}”. Enter one amount for every line."),
        "quote.own_request": N_("An organisation cannot quote on its own request."),
        "quote.days_beyond_promise": N_("You marked {promised} working days for this service; the quote cannot take longer."),
        "quote.exists": N_("Your quote already stands. Withdraw it before sending another."),
        "choice.agency_needed": N_("Choose one agency from the list."),
        "choice.no_price_there": N_("That agency has marked no price for this quantity. Choose another one."),
        "choice.no_quotes": N_("No agency quoted in time, so the selection failed. You may publish a new request."),
        "notice.request.published": N_("A request for {service} was published ({ref}). Quotes are taken until {until}."),
        "notice.request.awarded": N_("You were selected for {service} ({ref}). The contract is the next step."),
        "notice.request.not_awarded": N_("The selection of {ref} ended; another agency was selected."),
        "notice.request.failed": N_("The selection of {ref} failed: no valid quote arrived in time."),
        "notice.request.cancelled": N_("The request {ref} was cancelled by its owner."),
        "notice.quote.received": N_("A quote arrived for {ref}. It stays sealed until the deadline."),
    }
)
