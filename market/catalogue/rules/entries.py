"""What an entry of the list says: acts, levels, places, requirements, and what a clean-up decision did."""

from enum import StrEnum

from market.base.words import N_, register_labels, register_sentences


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


class RegionLevel(StrEnum):
    """The level of a division of GB/T 2260."""

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


class SelfService(StrEnum):
    """Whether the applicant may do it itself (可自行编制)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Handling(StrEnum):
    """What a clean-up decision did to an item."""

    ABOLISHED = "abolished"
    AUTHORITY_COMMISSIONED = "authority_commissioned"
    SELF_PREPARE_ALLOWED = "self_prepare_allowed"


register_labels(
    {
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
        "self_service.yes": N_("You may do it yourself"),
        "self_service.no": N_("Needs an agency"),
        "self_service.unknown": N_("Ask the authority whether you may do it yourself"),
        "handling.abolished": N_("Abolished"),
        "handling.authority_commissioned": N_("The authority commissions and pays"),
        "handling.self_prepare_allowed": N_("Nobody may force or assign it"),
    }
)

register_sentences(
    {
        "service.not_listed": N_(
            "“{service}” is not on the list in force. No service and no fee outside the list: nobody may ask you for it; report it if somebody does."
        ),
        "service.abolished": N_(
            "“{service}” was abolished by {decision}. Nobody may ask you for it; report it if somebody does."
        ),
        "fee_item.not_listed": N_(
            "The fee item “{item}” does not belong to this service in the edition in force. Choose one of the listed fee items."
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
    }
)
