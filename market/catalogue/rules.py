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
    INSPECTION = "inspection"
    PAYMENT = "payment"
    COLLECTION = "collection"
    ADJUDICATION = "adjudication"
    CONFIRMATION = "confirmation"
    REWARD = "reward"
    OTHER = "other"


class SetupLevel(StrEnum):
    """Who set the item up (设立层级)."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    PREFECTURE = "prefecture"
    COUNTY = "county"


class RequirementMode(StrEnum):
    """Whether any one of the qualifications asked for is enough, or all are needed."""

    ANY = "any"
    ALL = "all"


class RequirementKind(StrEnum):
    """What is asked of the agency: a qualification with its level, or a number of practitioners."""

    QUALIFICATION = "qualification"
    PRACTITIONER = "practitioner"


class RegionLevel(StrEnum):
    """The level of a division of GB/T 2260."""

    PREFECTURE = "prefecture"
    COUNTY = "county"


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


class ImportState(StrEnum):
    """Refused means bad cells, failed means one refusal of the whole."""

    WAITING = "waiting"
    CHECKING = "checking"
    REFUSED = "refused"
    DRAFTED = "drafted"
    FAILED = "failed"


class FileRole(StrEnum):
    """What a file of an import is."""

    ITEMS = "items"
    SCHEDULES = "schedules"
    LINKS = "links"
    CLEANED_UP = "cleaned_up"


LIST_IMPORT = Lifecycle(
    "list_import",
    tuple(ImportState),
    (
        Move("check", (ImportState.WAITING,), ImportState.CHECKING),
        Move("again", (ImportState.CHECKING,), ImportState.WAITING),
        Move("refuse", (ImportState.CHECKING,), ImportState.REFUSED),
        Move("draft", (ImportState.CHECKING,), ImportState.DRAFTED),
        Move("fail", (ImportState.CHECKING,), ImportState.FAILED),
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
        "act.inspection": N_("Inspection"),
        "act.payment": N_("Benefit payment"),
        "act.collection": N_("Collection"),
        "act.adjudication": N_("Adjudication"),
        "act.confirmation": N_("Confirmation"),
        "act.reward": N_("Reward"),
        "act.other": N_("Other administrative act"),
        "setup_level.national": N_("Set up by the state"),
        "setup_level.provincial": N_("Set up by the province"),
        "setup_level.prefecture": N_("Set up by the prefecture"),
        "setup_level.county": N_("Set up by the county"),
        "commissioned_by.applicant": N_("The applicant commissions it"),
        "commissioned_by.authority": N_("The authority commissions it"),
        "requirement_mode.any": N_("Any one of these is enough"),
        "requirement_mode.all": N_("All of these are needed"),
        "requirement.qualification": N_("Qualification"),
        "requirement.practitioner": N_("Practitioners"),
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
        "basis.under_revision": N_("Basis under revision"),
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
        "edition.basis_dead": N_(
            "An entry without a legal basis in force cannot enter an edition. Cite the law that is in force, or take the entry out."
        ),
        "edition.without_basis": N_(
            "These entries have no legal basis in force on {day}: {entries}. Cite the law that is in force, or take them out."
        ),
        "service.code_taken": N_(
            "The code {code} belongs to “{service}” for ever. Leave the code empty, or restore that name and act."
        ),
        "region.not_found": N_(
            "The region {code} is not among the regions of this site. Use a code of GB/T 2260 that is."
        ),
        "zone.not_found": N_("The zone {code} is not among the zones of this site. Register the zone first."),
        "place.bad_row": N_(
            "Line {line} is not a region or zone ({given}). Check its code, its level, and that its parent stands above it."
        ),
        "act.not_understood": N_("“{given}” is not an act. Write kind:name, for example licence:建设工程规划许可."),
        "notice.basis_repealed": N_(
            "“{title}” is repealed from {day}. Entries that cite it are marked as under revision; cite the law in force in the next edition."
        ),
        "basis.not_found": N_("There is no such law or document in the register of legal bases."),
        "basis.dates_contradict": N_("A law cannot end before it began. Check both dates."),
        "basis.own_successor": N_("A law cannot supersede itself. Name the law that took its place."),
        "basis.reason_needed": N_("Say on which document this rests: its title and number."),
        "basis.known_already": N_("This law or document is in the register already. Open its page instead."),
    }
)
register_labels(
    {
        "list_import.waiting": N_("Waiting"),
        "list_import.checking": N_("Being checked"),
        "list_import.refused": N_("Bad cells"),
        "list_import.drafted": N_("Draft made"),
        "list_import.failed": N_("Not imported"),
        "file_role.items": N_("Items"),
        "file_role.schedules": N_("Price schedules"),
        "file_role.links": N_("Links"),
        "file_role.cleaned_up": N_("Clean-up decisions"),
    }
)
register_sentences(
    {
        "list_import.not_found": N_("There is no such import. Hand the files in again."),
        "import.no_items": N_("No file of items was chosen. Choose the list's file."),
    }
)
