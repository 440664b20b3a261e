"""Entry without a gate: what an agency goes through, and what the desk may and may not say."""

from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
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


class ReturnReason(StrEnum):
    """The closed list of reasons for which the desk may return an application; there is no 'other'."""

    NAME_DIFFERS = "name_differs"
    CODE_DIFFERS = "code_differs"
    CONTACT_UNREACHABLE = "contact_unreachable"
    PAPER_UNREADABLE = "paper_unreadable"
    PAPER_EXPIRED = "paper_expired"


AGENCY = Lifecycle(
    "agency",
    tuple(AgencyState),
    (
        Move("submit", (AgencyState.DRAFT, AgencyState.RETURNED), AgencyState.IN_CHECK),
        Move("return", (AgencyState.IN_CHECK,), AgencyState.RETURNED),
        Move("admit", (AgencyState.IN_CHECK,), AgencyState.ADMITTED),
    ),
)

CORRECTABLE = frozenset({AgencyState.DRAFT, AgencyState.RETURNED})
"""The states in which an application is still the agency's own to correct."""

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
        "return_reason.name_differs": N_("The name differs from the licence"),
        "return_reason.code_differs": N_("The credit code differs from the licence"),
        "return_reason.contact_unreachable": N_("The contact cannot be reached"),
        "return_reason.paper_unreadable": N_("A paper cannot be read"),
        "return_reason.paper_expired": N_("A paper has expired"),
    }
)
register_sentences(
    {
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
        "notice.agency.admitted": N_("Your registration passed the formal check. You can mark prices now."),
        "notice.agency.returned": N_(
            "Your registration was returned for correction. Its page names the reasons; correct it and send it again."
        ),
        "notice.agency.submitted": N_("{name} sent its registration; the formal check is due by {day}."),
    }
)
