"""A request's life, who buys for whom, when quotes may be read."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from market.base.clock import CHINA
from market.base.errors import BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.people import Role
from market.base.words import N_, register_labels, register_sentences
from market.catalogue.rules import Payer


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
    RANDOM = "random"


class Funding(StrEnum):
    """Whose money pays: the least number of participants of a draw depends on it."""

    STATE = "state"
    SOCIAL = "social"


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
        # Only after a draw: everybody in the ranking has refused, or two persons voided it.
        Move("give_up", (RequestState.AWARDED,), RequestState.FAILED),
        Move("cancel", (RequestState.DRAFT, RequestState.OPEN), RequestState.CANCELLED),
    ),
)

PAYER_OF: dict[Role, Payer] = {Role.ENTERPRISE: Payer.APPLICANT, Role.DEPARTMENT: Payer.AUTHORITY}
"""In whose name a buyer's role pays."""


def payer_for(role: Role, entry_payer: str, service: str) -> Payer:
    """Who pays when a buyer in `role` requests an entry that `entry_payer` bears.

    Refuses `price.free_to_applicant` (an enterprise has nothing to buy there) and `price.only_for_applicant`.
    """
    mine = PAYER_OF[role]
    if mine != entry_payer:
        code = "price.free_to_applicant" if mine == Payer.APPLICANT else "price.only_for_applicant"
        raise BreaksRule(code, service=service)
    return mine


def opened(quotes_until: datetime | None, closed_at: datetime | None, now: datetime) -> bool:
    """Whether sealed quotes may be read: the deadline came, and the request was not cancelled before it."""
    return quotes_until is not None and quotes_until <= (closed_at or now)


def written_deadline(moment: datetime) -> str:
    """A half-open deadline as the trade writes it in China's time: a day ends at its 24:00."""
    local = moment.astimezone(CHINA)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{(local - timedelta(days=1)).date().isoformat()} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def merged_together(groups: Mapping[str, str]) -> dict[str, str]:
    """Of services with what their entries say they may be merged into, those that share a group (多评合一), with it.

    An entry names several groups with a semicolon between. A regional assessment (区域评估) merges nothing: it makes a
    service needless. Who shares several groups is merged into the one named first.
    """
    named = {
        key: [part for part in re.split(r"\s*[；;]\s*", text) if part and not part.startswith("区域评估")]
        for key, text in groups.items()
    }
    times = Counter(part for parts in named.values() for part in set(parts))
    first = {key: next((part for part in parts if times[part] > 1), "") for key, parts in named.items()}
    shared = Counter(first.values())
    return {key: part for key, part in first.items() if part and shared[part] > 1}


_BY_WEIGHT = (
    RequestState.DRAFT, RequestState.OPEN, RequestState.AWARDED, RequestState.FAILED, RequestState.CANCELLED,
)  # fmt: skip


def merged_state(lots: Iterable[str]) -> RequestState:
    """What became of a merged request, by its lots: open while one is open, then awarded if any lot was."""
    states = set(lots)
    return next(state for state in _BY_WEIGHT if state in states)


CANCELLED_BY_RULE = "request.cancel_by_rule"
"""The journal's name for a cancellation by the clock, because the list in force has the service no more."""

QUOTE = Lifecycle("quote", tuple(QuoteState), (Move("withdraw", (QuoteState.STANDING,), QuoteState.WITHDRAWN),))
AWARD = Lifecycle("award", tuple(AwardState), (Move("void", (AwardState.ACTIVE,), AwardState.VOID),))

register_labels(
    {
        "request.draft": N_("Draft"),
        "request.open": N_("Open for selection"),
        "request.awarded": N_("Agency selected"),
        "request.failed": N_("Selection failed"),
        "request.cancelled": N_("Cancelled"),
        "method.direct": N_("Direct choice"),
        "method.lowest_quote": N_("Lowest valid quote"),
        "method.random": N_("Random selection (a draw that anybody can repeat)"),
        "funding.state": N_("State funds"),
        "funding.social": N_("Other funds"),
        "quote.standing": N_("Standing"),
        "quote.withdrawn": N_("Withdrawn"),
        "award.active": N_("In effect"),
        "award.void": N_("Voided"),
        "quote_origin.submitted": N_("Quoted"),
        "quote_origin.marked": N_("Marked price"),
        "deed.request.cancel_by_rule": N_("Cancelled by rule: no longer on the list"),
        "deed.request.accept_edition": N_("Draft taken over into the edition in force"),
    }
)
register_sentences(
    {
        "request.not_found": N_("There is no such request, or it is not yours."),
        "request.not_open": N_("This request is no longer open. Load the page again to see what became of it."),
        "merged.not_found": N_("There is no such merged request, or it is not yours."),
        "merged.not_drafts": N_(
            "This merged request was published or cancelled; its lots can no longer change. Load the page again."
        ),
        "merged.lots_refused": N_("Nothing was done, because not every lot could follow. Each reason is shown."),
        "merged.edition_superseded": N_(
            "The list has changed since the drafts were written. Accept the edition in force for all lots first."
        ),
        "merged.not_direct": N_("The agency of these lots is selected by quotes, lot by lot. Nobody can name one."),
        "merged.agency_not_for_all": N_(
            "That agency has no marked price for every lot. Choose another one, or choose lot by lot."
        ),
        "lot.with_the_others": N_(
            "This request is a lot of {merged}. Do it there for all lots at once, or take the lot out first."
        ),
        "lot.only_drafts": N_("Lots are put together while they are drafts. Nothing joins a published request."),
        "lot.published_together": N_(
            "The lots of a merged request are published together, for one region, by one method and with one deadline."
        ),
        "lot.sister_is_a_draft": N_(
            "Another lot of the merged request is not published yet, so this one takes no quote and no choice."
        ),
        "request.region_unknown": N_("There is no such region here. Choose one from the list."),
        "request.region_outside": N_("The list does not offer this service there. Choose one of its regions."),
        "quote.offer_elsewhere": N_("That price does not hold where the work is done. Choose one that does."),
        "request.line_needed": N_("Enter a quantity for at least one fee item."),
        "request.case_needed": N_("Give the case number of the approval that this service is for."),
        "request.deadline_passed": N_(
            "Quotes were taken until {until}; it is {now} now. A late quote cannot be accepted."
        ),
        "request.deadline_not_passed": N_(
            "Quotes are taken until {until}. Choose after that, so that every agency has the same time."
        ),
        "request.edition_superseded": N_(
            "The list has changed since the draft was written. Look at the new entry and publish again."
        ),
        "request.edition_changed": N_(
            "The list changed while the form was open: edition {edition} is in force now. What you typed is kept; look at what changed and send it again."
        ),
        "request.quantity_no_longer_fits": N_(
            "“{item}”: the edition in force has no price for {quantity}, so this quantity cannot be kept. Edit the draft and correct it."
        ),
        "service.off_the_list": N_(
            "“{service}” is off the list since {day}; edition {edition} was the last that had it. Nobody may ask you for it; report it if somebody does."
        ),
        "notice.request.unlisted": N_(
            "The request {ref} was cancelled by rule: “{service}” is not in edition {edition} of the list, which is in force now. Nobody may ask for it any more."
        ),
        "notice.request.unlisted_by_decision": N_(
            "The request {ref} was cancelled by rule: “{service}” is not in edition {edition} of the list, which is in force now; it was taken off by {decision}. Nobody may ask for it any more."
        ),
        "request.unlisted": N_("Cancelled by rule: “{service}” is not in edition {edition} of the list."),
        "request.unlisted_by_decision": N_(
            "Cancelled by rule: “{service}” is not in edition {edition} of the list; it was taken off by {decision}."
        ),
        "request.direct_only_by_applicant": N_(
            "An authority that pays must let agencies compete; it cannot choose one directly."
        ),
        "request_authority_never_names": N_(
            "An authority that pays must let agencies compete; it cannot choose one directly."
        ),
        "quote.no_offer": N_(
            "You have no marked price in force for this service where the work is done. Mark your price first; a quote may not exceed it."
        ),
        "quote.line_missing": N_("The quote lacks a price for “{item}”. Enter one amount for every line."),
        "quote.own_request": N_("An organisation cannot quote on its own request."),
        "quote.days_beyond_promise": N_(
            "You marked {promised} working days for this service; the quote cannot take longer."
        ),
        "quote.exists": N_("Your quote already stands. Withdraw it before sending another."),
        "choice.agency_needed": N_("Choose one agency from the list."),
        "choice.no_price_there": N_("That agency has marked no price for this quantity. Choose another one."),
        "choice.no_quotes": N_("No agency quoted in time, so the selection failed. You may publish a new request."),
        "quote.agency_not_admitted": N_("Only an admitted agency can quote. Finish the registration first."),
        "quote.after_deadline": N_("The deadline for quotes has passed: none is sent, none is taken back any more."),
        "award.before_deadline": N_("Quotes are still being taken. Choose after the deadline."),
        "award.quote_withdrawn": N_("This quote was withdrawn. Choose among the quotes that stand."),
        "request.not_the_payer": N_(
            "An authority buys what the authority pays for, an enterprise what it pays for itself. Look at who pays on the list."
        ),
        "quote.none_standing": N_("There is no quote of yours to withdraw. Load the page again."),
        "quote.days_range": N_("Promise between 1 and {promised} working days, no more than you marked."),
        "quote.amount_needed": N_("Enter an amount above zero for “{item}”."),
        "request.not_a_draft": N_(
            "This request was published; its conditions can no longer change. Cancel it and write a new one."
        ),
        "request.method_unknown": N_("Choose one of the selection methods offered here."),
        "request.deadline_too_far": N_("Quotes can be taken until {latest} at the latest. Choose an earlier day."),
        "request.deadline_in_past": N_(
            "The last day for quotes lies in the past. Choose a later day, or leave the field empty."
        ),
        "request.title_needed": N_("Give the request a title of at most 200 characters."),
        "quote.line_unknown": N_("A price was given for a line that is not of this request. Load the page again."),
        "quote.not_asked": N_("This request takes no quotes: its buyer chooses among the marked prices."),
        "choice.price_changed": N_(
            "{agency} changed its marked price meanwhile; it is {amount_fen} now. Look at it and choose again."
        ),
        "choice.own_agency": N_("An organisation cannot select its own agency."),
        "reason.no_quotes": N_("No agency quoted in time."),
        "reason.lowest": N_("{agency} quoted the lowest total, {amount_fen}, of {count} valid quotes."),
        "reason.only_quote": N_("{agency} sent the only valid quote, {amount_fen}."),
        "reason.equal_earlier": N_(
            "{count} quotes were equally low; the one of {agency} was sent first ({sent}) and therefore wins."
        ),
        "reason.direct": N_(
            "The buyer chose {agency} directly at its marked price of {amount_fen}; {count} agencies have marked prices for this, {lower} of them lower."
        ),
        "notice.request.chosen": N_("{agency} was selected for {service} ({ref}). Propose the contract next."),
        "notice.request.published": N_(
            "A request for {service} was published ({ref}). Quotes are taken until {until}."
        ),
        "notice.request.awarded": N_("You were selected for {service} ({ref}). The contract is the next step."),
        "notice.request.not_awarded": N_("The selection of {ref} ended; another agency was selected."),
        "notice.request.failed": N_("The selection of {ref} failed: no valid quote arrived in time."),
        "notice.request.cancelled": N_("The request {ref} was cancelled by its owner."),
        "notice.merged.published": N_(
            "{count} lots of the merged request {ref} were published: {services}. Quotes are taken until {until}."
        ),
        "notice.merged.cancelled": N_(
            "{count} lots of the merged request {ref} were cancelled by the owner: {services}."
        ),
        "notice.merged.awarded": N_(
            "You were selected for {count} lots of the merged request {ref}: {services}. Each gets a contract of its own."
        ),
        "notice.merged.chosen": N_(
            "{agency} was selected for {count} lots of {ref}: {services}. Propose the contract of each next."
        ),
        "notice.quote.received": N_("A quote arrived for {ref}. It stays sealed until the deadline."),
    }
)
