"""Entry without a gate: what an agency and its filings go through, and what the desk may and may not say."""

from collections.abc import Mapping
from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class AgencyKind(StrEnum):
    """What kind of body an agency is."""

    COMPANY = "company"
    BRANCH = "branch"
    INSTITUTION = "institution"
    SOCIAL_ORGANISATION = "social_organisation"
    SOLE_TRADER = "sole_trader"


class AgencyState(StrEnum):
    """From the first form to the public page, and out again."""

    ENTERING = "entering"
    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    EXITED = "exited"


class FilingKind(StrEnum):
    """What an application (申报) is for."""

    ENTRY = "entry"
    CHANGE = "change"
    RE_ENTRY = "re_entry"


class FilingState(StrEnum):
    """One application, from the first field to the desk's answer. There is no "rejected"."""

    DRAFT = "draft"
    IN_CHECK = "in_check"
    RETURNED = "returned"
    PASSED = "passed"
    TAKEN_BACK = "taken_back"


class FilingField(StrEnum):
    """What a reason of a return can be tied to."""

    NAME = "name"
    USCC = "uscc"
    KIND = "kind"
    LEGAL_REPRESENTATIVE = "legal_representative"
    CONTACT_NAME = "contact_name"
    PHONE = "phone"
    CONTACT_EMAIL = "contact_email"
    ADDRESS = "address"
    SERVICES = "services"
    PAPERS = "papers"
    PRACTITIONERS = "practitioners"
    PERSONS = "persons"
    ATTACHMENTS = "attachments"


class ReturnReason(StrEnum):
    """The closed list of reasons for which the desk may return an application; there is no 'other'."""

    NAME_DIFFERS = "name_differs"
    CODE_DIFFERS = "code_differs"
    KIND_DIFFERS = "kind_differs"
    REPRESENTATIVE_DIFFERS = "representative_differs"
    ADDRESS_DIFFERS = "address_differs"
    CONTACT_UNREACHABLE = "contact_unreachable"
    PAPER_UNREADABLE = "paper_unreadable"
    PAPER_DIFFERS = "paper_differs"
    PAPER_EXPIRED = "paper_expired"
    PAPER_MISSING = "paper_missing"
    PRACTITIONER_DIFFERS = "practitioner_differs"
    PRACTITIONER_ELSEWHERE = "practitioner_elsewhere"
    PERSON_NOT_AUTHORISED = "person_not_authorised"
    ATTACHMENT_UNREADABLE = "attachment_unreadable"
    ATTACHMENT_MISSING = "attachment_missing"


class SuspensionGround(StrEnum):
    """The closed list of grounds for which an agency may be suspended, by two persons and until a day."""

    ENTERED_BY_FRAUD = "entered_by_fraud"
    NO_LONGER_QUALIFIED = "no_longer_qualified"
    COMMITMENT_BROKEN = "commitment_broken"
    MISCONDUCT = "misconduct"
    PUNISHED = "punished"
    VERIFIED_COMPLAINTS = "verified_complaints"


AGENCY = Lifecycle(
    "agency",
    tuple(AgencyState),
    (
        Move("admit", (AgencyState.ENTERING,), AgencyState.ADMITTED),
        Move("suspend", (AgencyState.ADMITTED,), AgencyState.SUSPENDED),
        Move("lift", (AgencyState.SUSPENDED,), AgencyState.ADMITTED),
        Move("exit", (AgencyState.ADMITTED, AgencyState.SUSPENDED), AgencyState.EXITED),
        Move("come_back", (AgencyState.EXITED,), AgencyState.ENTERING),
    ),
)
FILING = Lifecycle(
    "filing",
    tuple(FilingState),
    (
        Move("submit", (FilingState.DRAFT, FilingState.RETURNED), FilingState.IN_CHECK),
        Move("return", (FilingState.IN_CHECK,), FilingState.RETURNED),
        Move("pass", (FilingState.IN_CHECK,), FilingState.PASSED),
        Move("take_back", (FilingState.DRAFT, FilingState.RETURNED), FilingState.TAKEN_BACK),
    ),
)

CORRECTABLE = frozenset({FilingState.DRAFT, FilingState.RETURNED})
"""The states in which a filing is still the agency's own to correct."""
OPEN = CORRECTABLE | {FilingState.IN_CHECK}
"""The states of a filing that is not decided; an agency has one of them at most."""

_F, _R = FilingField, ReturnReason
FIELDS_OF: Mapping[ReturnReason, frozenset[FilingField]] = {
    _R.NAME_DIFFERS: frozenset({_F.NAME}),
    _R.CODE_DIFFERS: frozenset({_F.USCC}),
    _R.KIND_DIFFERS: frozenset({_F.KIND}),
    _R.REPRESENTATIVE_DIFFERS: frozenset({_F.LEGAL_REPRESENTATIVE}),
    _R.ADDRESS_DIFFERS: frozenset({_F.ADDRESS}),
    _R.CONTACT_UNREACHABLE: frozenset({_F.PHONE, _F.CONTACT_NAME, _F.CONTACT_EMAIL}),
    _R.PAPER_UNREADABLE: frozenset({_F.PAPERS, _F.ATTACHMENTS}),
    _R.PAPER_DIFFERS: frozenset({_F.PAPERS}),
    _R.PAPER_EXPIRED: frozenset({_F.PAPERS}),
    _R.PAPER_MISSING: frozenset({_F.PAPERS, _F.SERVICES}),
    _R.PRACTITIONER_DIFFERS: frozenset({_F.PRACTITIONERS}),
    _R.PRACTITIONER_ELSEWHERE: frozenset({_F.PRACTITIONERS}),
    _R.PERSON_NOT_AUTHORISED: frozenset({_F.PERSONS}),
    _R.ATTACHMENT_UNREADABLE: frozenset({_F.ATTACHMENTS}),
    _R.ATTACHMENT_MISSING: frozenset({_F.ATTACHMENTS}),
}
"""The fields that each reason can be tied to; the first in the order of the form is meant when none is named."""


def usual_field(reason: ReturnReason) -> FilingField:
    """The field that a reason is tied to when the desk names none."""
    return next(field for field in FilingField if field in FIELDS_OF[reason])


register_labels(
    {
        "agency_kind.company": N_("Company"),
        "agency_kind.branch": N_("Branch"),
        "agency_kind.institution": N_("Public institution"),
        "agency_kind.social_organisation": N_("Social organisation"),
        "agency_kind.sole_trader": N_("Sole trader"),
        "agency.entering": N_("Entering"),
        "agency.admitted": N_("Admitted"),
        "agency.suspended": N_("Suspended"),
        "agency.exited": N_("Left"),
        "filing_kind.entry": N_("Entry"),
        "filing_kind.change": N_("Change"),
        "filing_kind.re_entry": N_("Return to the market"),
        "filing.draft": N_("Being filled in"),
        "filing.in_check": N_("In formal check"),
        "filing.returned": N_("Returned for correction"),
        "filing.passed": N_("Passed"),
        "filing.taken_back": N_("Taken back"),
        "filing_field.name": N_("Name of the agency"),
        "filing_field.uscc": N_("Credit code"),
        "filing_field.kind": N_("Kind of body"),
        "filing_field.legal_representative": N_("Legal representative"),
        "filing_field.contact_name": N_("Contact person"),
        "filing_field.phone": N_("Phone for clients"),
        "filing_field.contact_email": N_("Contact mail address"),
        "filing_field.address": N_("Address"),
        "filing_field.services": N_("Services applied for"),
        "filing_field.papers": N_("Qualification papers"),
        "filing_field.practitioners": N_("Practitioners"),
        "filing_field.persons": N_("Authorised persons"),
        "filing_field.attachments": N_("Attachments"),
        "return_reason.name_differs": N_("The name differs from the licence"),
        "return_reason.code_differs": N_("The credit code differs from the licence"),
        "return_reason.kind_differs": N_("The kind of body differs from the licence"),
        "return_reason.representative_differs": N_("The legal representative differs from the licence"),
        "return_reason.address_differs": N_("The address differs from the licence"),
        "return_reason.contact_unreachable": N_("The contact cannot be reached"),
        "return_reason.paper_unreadable": N_("A paper cannot be read"),
        "return_reason.paper_differs": N_("A paper says something else than the form"),
        "return_reason.paper_expired": N_("A paper has expired"),
        "return_reason.paper_missing": N_("A paper that a service asks for is missing"),
        "return_reason.practitioner_differs": N_("A certificate says something else than the form"),
        "return_reason.practitioner_elsewhere": N_("A practitioner is on record with another agency"),
        "return_reason.person_not_authorised": N_("The letter of authority does not name the person"),
        "return_reason.attachment_unreadable": N_("An attachment cannot be read"),
        "return_reason.attachment_missing": N_("An attachment is missing"),
        "suspension_ground.entered_by_fraud": N_("Entered with false papers"),
        "suspension_ground.no_longer_qualified": N_("No longer has what the law asks for"),
        "suspension_ground.commitment_broken": N_("Commitment letter broken"),
        "suspension_ground.misconduct": N_("Professional misconduct or secrets given away"),
        "suspension_ground.punished": N_("Punished by an authority"),
        "suspension_ground.verified_complaints": N_("Three verified complaints within a year"),
    }
)
register_sentences(
    {
        "agency.not_found": N_("There is no such agency here, or it has not been admitted."),
        "agency.not_then": N_("The agency was not admitted yet on that day. Choose a later one."),
        "agency.not_admitted": N_("Only an admitted agency can do this."),
        "agency.suspended": N_("The agency is suspended until {day}; what it offers rests until then."),
        "agency.self_confirmed": N_("Two persons suspend an agency: whoever proposed it cannot confirm it."),
        "agency.suspension_ends": N_("A suspension ends on a day after today and within two years. Name that day."),
        "agency.suspension_open": N_("A suspension of this agency is proposed already. Confirm it or drop it first."),
        "agency.work_open": N_(
            "An application is open. Take it back, or wait for the desk's answer, before you leave."
        ),
        "suspension.not_found": N_("There is no such proposal to suspend an agency."),
        "suspension_two_persons": N_("Two persons suspend an agency: whoever proposed it cannot confirm it."),
        "filing.not_found": N_("There is no such application, or it is not yours."),
        "filing.no_letter": N_("There is no commitment letter in force. Tell the operator: the site was not set up."),
        "filing.commitment_needed": N_("Accept the commitment letter first; without it an application cannot be sent."),
        "filing.being_checked": N_(
            "The application is with the admission desk, or was decided. It cannot be changed any more."
        ),
        "filing.incomplete": N_("The application is not complete yet. Fill in what the legal part asks for: {field}."),
        "filing.kind_stays": N_("After admission the kind of body stays what was checked."),
        "filing.one_at_a_time": N_("An application is open already. Go on with it, or take it back first."),
        "filing.wrong_kind": N_("This kind of application does not fit the state the agency is in."),
        "filing.unknown_service": N_("Service {code} is not on the list in force."),
        "filing.reason_needed": N_(
            "Name at least one reason from the list, at the field it is about; the desk may not return an application for any other."
        ),
        "filing_commitment_first": N_("Accept the commitment letter first; without it an application cannot be sent."),
        "notice.filing.passed": N_("Your application passed the formal check and counts from now on."),
        "notice.filing.returned": N_(
            "Your application was returned for correction. Its page names the reasons at the fields; correct it and send it again."
        ),
        "notice.filing.submitted": N_("{name} sent an application; the formal check is due by {day}."),
        "notice.filing.overdue": N_("The formal check of {name} was due by {day} and has no answer yet."),
        "notice.agency.suspended": N_("Your agency is suspended until {day}. What you offer rests until then."),
        "notice.agency.lifted": N_("The suspension of your agency is lifted. What you offer can be chosen again."),
        "notice.suspension.proposed": N_("{name} is proposed for suspension until {day}. A second person decides."),
    }
)
