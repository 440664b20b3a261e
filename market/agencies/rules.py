"""Entry without a gate: what an agency goes through, what the desk may and may not say, and what a marked price is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.money import MAX_FEN
from market.base.pricing import COEFFICIENT_UNIT, MAX_QUANTITY, Band, closed, floated, narrowed, open_end, straight
from market.base.pricing.quantity import exact_decimal
from market.base.words import N_, register_labels, register_sentences

COMMITMENT_VERSION = "2026-1"


class AgencyKind(StrEnum):
    """What kind of body an agency is."""

    COMPANY = "company"
    BRANCH = "branch"
    INSTITUTION = "institution"
    SOCIAL_ORGANISATION = "social_organisation"
    SOLE_TRADER = "sole_trader"


class AgencyState(StrEnum):
    """From the first form to the public page."""

    DRAFT = "draft"
    IN_CHECK = "in_check"
    RETURNED = "returned"
    ADMITTED = "admitted"


class OfferState(StrEnum):
    """A marked price holds until it is withdrawn; it is never edited."""

    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    """The closed list of reasons for which the desk may return an application; there is no 'other'."""

    NAME_DIFFERS = "name_differs"
    CODE_DIFFERS = "code_differs"
    CONTACT_UNREACHABLE = "contact_unreachable"
    PAPER_UNREADABLE = "paper_unreadable"
    PAPER_EXPIRED = "paper_expired"


class Succession(StrEnum):
    """What becomes of an offer when the next edition of the list comes into force; all but the first two lapse."""

    CARRIED = "carried"
    MARKED_ANEW = "marked_anew"
    REMOVED = "removed"
    PRICING = "pricing"
    PRICE_RULE = "price_rule"
    DAYS = "days"


LAPSED = (Succession.REMOVED, Succession.PRICING, Succession.PRICE_RULE, Succession.DAYS)
"""Why an offer does not go on in the next edition, in the order in which the reasons are told."""

AGENCY = Lifecycle(
    "agency",
    tuple(AgencyState),
    (
        Move("submit", (AgencyState.DRAFT, AgencyState.RETURNED), AgencyState.IN_CHECK),
        Move("return", (AgencyState.IN_CHECK,), AgencyState.RETURNED),
        Move("admit", (AgencyState.IN_CHECK,), AgencyState.ADMITTED),
    ),
)
OFFER = Lifecycle("offer", tuple(OfferState), (Move("withdraw", (OfferState.IN_FORCE,), OfferState.WITHDRAWN),))

CORRECTABLE = frozenset({AgencyState.DRAFT, AgencyState.RETURNED})
"""The states in which an application is still the agency's own to correct."""

WHOLE = 1000
"""100 %, in thousandths."""
HIGHEST_SHARE = 10 * WHOLE
"""A market price may be at most ten times a reference; more is taken for a typing mistake."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One amount in fen, whatever the quantity."""

    amount_fen: int


@dataclass(frozen=True, slots=True)
class PerUnit:
    """`unit_fen` for each unit of the quantity, above a basic `base_fen`; both in fen."""

    unit_fen: int
    base_fen: int = 0


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of the listed standard (or of a reference standard), in thousandths."""

    thousandths: int


Mark = Fixed | PerUnit | Percent


def market_line(mark: Fixed | PerUnit, steps_per_unit: int, *, payer: str) -> Band:
    """The one band of a free mark: floor 0, and the marked price is the ceiling of every later fee.

    Refuses `offer.amount_range` and `price.band_overflows`.
    """
    base, unit = (mark.amount_fen, 0) if isinstance(mark, Fixed) else (mark.base_fen, mark.unit_fen)
    if not (0 <= base <= MAX_FEN and 0 <= unit <= MAX_FEN):
        raise BreaksRule("offer.amount_range")
    line = straight(base, Fraction(unit, steps_per_unit), payer=payer)
    return floated(line, Fraction(0), Fraction(1))


def share_of_reference(reference: Sequence[Band], mark: Percent, *, payer: str) -> list[Band]:
    """The bands of a reference schedule at a share of it, floor 0: how a market price follows a freed standard.

    Refuses `offer.percent_range` beyond ten times the reference, and `price.band_overflows`.
    """
    _inside(mark, Fraction(0), Fraction(HIGHEST_SHARE, WHOLE))
    share = Fraction(mark.thousandths, WHOLE)
    plain = [replace(band, payer=payer, coefficients=(COEFFICIENT_UNIT,)) for band in reference]
    shared = [floated(band, Fraction(0), share) for band in plain]
    last = max(band.q_to for band in shared)
    return [closed(band, min(band.q_to, open_end(band)) if band.q_to == last else band.q_to) for band in shared]


def share_range(bands: Sequence[Band], *, is_set: bool) -> tuple[Fraction, Fraction]:
    """The least and the greatest lawful share of the list's bands: 1 and 1 where the government sets the price."""
    if is_set:
        return Fraction(1), Fraction(1)
    lows = [Fraction(band.float_low, band.float_den) for band in bands]
    highs = [Fraction(band.float_high, band.float_den) for band in bands]
    return max(lows), min(highs)


def share_of_listed(bands: Sequence[Band], mark: Percent, *, is_set: bool) -> list[Band]:
    """The list's bands with the mark as their ceiling; a price the government sets is marked at exactly 100 %.

    Refuses `offer.percent_range`, and `offer.percent_too_fine` where tenths of a percent leave the register's range.
    """
    _inside(mark, *share_range(bands, is_set=is_set))
    share = Fraction(mark.thousandths, WHOLE)
    highs = [Fraction(band.float_high, band.float_den) if is_set else share for band in bands]
    try:
        return [narrowed(band, high.numerator, high.denominator) for band, high in zip(bands, highs, strict=True)]
    except BreaksRule as refusal:
        if refusal.code == "price.band_overflows" and mark.thousandths % 10:
            raise BreaksRule("offer.percent_too_fine") from refusal
        raise


def mark_of(bands: Sequence[Band], steps_per_unit: int) -> Mark:
    """The mark that made an agency's bands, for showing it and for changing it."""
    first = bands[0]
    share = Fraction(first.float_high, first.float_den)
    per_unit = first.slope * steps_per_unit
    if len(bands) == 1 and share == 1 and first.q0 == first.q_from == first.float_low == 0:
        if not first.slope_num and first.q_to == MAX_QUANTITY:
            return Fixed(first.y0)
        if per_unit.denominator == 1 and first.slope_num:
            return PerUnit(int(per_unit), first.y0)
    return Percent(int(share * WHOLE))


def mark_sentence(mark: Mark, unit: str, *, listed: bool) -> tuple[str, dict[str, object]]:
    """Code and facts of the sentence that tells a mark; `listed` when its percentage is of the list's own standard."""
    if isinstance(mark, Percent):
        percent = exact_decimal(Fraction(mark.thousandths, 10))
        return ("mark.of_listed" if listed else "mark.of_reference"), {"percent": percent}
    if isinstance(mark, Fixed):
        return "mark.fixed", {"amount_fen": mark.amount_fen}
    facts: dict[str, object] = {"unit_fen": mark.unit_fen, "unit": unit}
    if mark.base_fen:
        return "mark.base_and_unit", facts | {"base_fen": mark.base_fen}
    return "mark.per_unit", facts


def _inside(mark: Percent, low: Fraction, high: Fraction) -> None:
    if not low <= Fraction(mark.thousandths, WHOLE) <= high:
        raise BreaksRule("offer.percent_range", low=exact_decimal(low * 100), high=exact_decimal(high * 100))


register_labels(
    {
        "agency_kind.company": N_("Company"),
        "agency_kind.branch": N_("Branch"),
        "agency_kind.institution": N_("Public institution"),
        "agency_kind.social_organisation": N_("Social organisation"),
        "agency_kind.sole_trader": N_("Sole trader"),
        "agency.draft": N_("Being filled in"),
        "agency.in_check": N_("In formal check"),
        "agency.returned": N_("Returned for correction"),
        "agency.admitted": N_("Admitted"),
        "offer.in_force": N_("In force"),
        "offer.withdrawn": N_("Withdrawn"),
        "return_reason.name_differs": N_("The name differs from the licence"),
        "return_reason.code_differs": N_("The credit code differs from the licence"),
        "return_reason.contact_unreachable": N_("The contact cannot be reached"),
        "return_reason.paper_unreadable": N_("A paper cannot be read"),
        "return_reason.paper_expired": N_("A paper has expired"),
    }
)
register_labels(
    {
        "succession.carried": N_("Carried over"),
        "succession.marked_anew": N_("Marked anew"),
        "succession.removed": N_("No longer on the list"),
        "succession.pricing": N_("Price management changed"),
        "succession.price_rule": N_("Price rule changed"),
        "succession.days": N_("Promised days beyond the new time limit"),
        "succession_head.removed": N_("[No longer on the list]"),
        "succession_head.pricing": N_("[Price management changed]"),
        "succession_head.price_rule": N_("[Price rule changed]"),
        "succession_head.days": N_("[Promised days beyond the new time limit]"),
    }
)
register_sentences(
    {
        "notice.offer.lapsed": N_(
            "Edition {edition} of the list is in force. These marked prices could not be carried over; look at the list and mark them anew: {removed_head} {removed} {pricing_head} {pricing} {price_rule_head} {price_rule} {days_head} {days}"
        ),
        "agency.not_found": N_("There is no such agency here, or it has not been admitted."),
        "agency.commitment_needed": N_("Accept the commitment letter first; without it an application cannot be sent."),
        "agency.being_checked": N_(
            "The application is with the admission desk. Wait for its answer before changing it."
        ),
        "agency.paper_stays": N_("A paper that was sent in stays on record. Add the new one beside it."),
        "agency.reason_needed": N_(
            "Name at least one reason from the list; the desk may not return an application for any other."
        ),
        "agency_commitment_first": N_("Accept the commitment letter first; without it an application cannot be sent."),
        "paper.interval": N_("The paper ends before it begins. Check the two dates."),
        "paper.not_found": N_("There is no such paper, or it is not yours."),
        "paper.number_taken": N_("A paper with the number {number} is on record already. Check the number."),
        "paper.expired": N_("The paper expired on {day}. Add the renewed one."),
        "offer.not_found": N_("There is no such marked price, or it is not yours."),
        "offer.agency_not_admitted": N_("Only an admitted agency can mark prices. Finish the registration first."),
        "offer.edition_not_published": N_("Prices can be marked only against a published edition of the list."),
        "offer.not_in_force": N_(
            "That edition of the list is no longer in force. Mark your price against the one in force."
        ),
        "offer.days_beyond_limit": N_(
            "The list allows at most {limit} working days; you promised {days}. Promise fewer days."
        ),
        "offer.days_range": N_("Promise between 1 and 730 working days."),
        "offer.price_needed": N_("Enter a price for at least one fee item."),
        "offer.percent_range": N_(
            "A marked price may be from {low} % to {high} % of the listed standard. Enter a percentage in that range."
        ),
        "offer.percent_too_fine": N_(
            "A tenth of a percent is too fine for a price that reaches so far. Enter a whole percentage."
        ),
        "offer.amount_range": N_("The amount is more than the register holds. Check the amount and its unit."),
        "offer.percent_only": N_(
            "The government prices “{item}”: mark a percentage of the listed standard, not an amount of your own."
        ),
        "offer.no_reference": N_("“{item}” has no reference standard to take a percentage of. Mark an amount."),
        "offer.prices_overlap": N_("One quantity, one price: this marked price covers that quantity already."),
        "standing.not_published": N_("A grade comes from a published evaluation and from nowhere else."),
        "offer.not_markable": N_("No agency marks a price for “{item}”: the list fixes or withholds it."),
        "mark.fixed": N_("{amount_fen} in all"),
        "mark.per_unit": N_("{unit_fen} for each {unit}"),
        "mark.base_and_unit": N_("{base_fen}, and {unit_fen} for each {unit}"),
        "mark.of_listed": N_("{percent} % of the listed standard"),
        "mark.of_reference": N_("{percent} % of the reference standard"),
        "notice.agency.admitted": N_("Your registration passed the formal check. You can mark prices now."),
        "notice.agency.returned": N_(
            "Your registration was returned for correction. Its page names the reasons; correct it and send it again."
        ),
        "notice.agency.submitted": N_("{name} sent its registration; the formal check is due by {day}."),
    }
)
