"""The steps by which an agency fills in an application, and the law of what it types there."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from market.agencies.rules.entry import FilingField
from market.base.errors import BreaksRule
from market.base.words import N_, register_labels, register_sentences

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,37}[0-9]")


class FilingStep(StrEnum):
    """A page of the application, in the order of the pages."""

    KIND = "kind"
    DETAILS = "details"
    SERVICES = "services"
    PAPERS = "papers"
    PRACTITIONERS = "practitioners"
    PERSONS = "persons"
    ATTACHMENTS = "attachments"
    LETTER = "letter"
    CHECK = "check"


STEP_OF: Mapping[FilingField, FilingStep] = {
    FilingField.NAME: FilingStep.KIND,
    FilingField.USCC: FilingStep.KIND,
    FilingField.KIND: FilingStep.KIND,
    FilingField.LEGAL_REPRESENTATIVE: FilingStep.DETAILS,
    FilingField.CONTACT_NAME: FilingStep.DETAILS,
    FilingField.PHONE: FilingStep.DETAILS,
    FilingField.CONTACT_EMAIL: FilingStep.DETAILS,
    FilingField.ADDRESS: FilingStep.DETAILS,
    FilingField.SERVICES: FilingStep.SERVICES,
    FilingField.PAPERS: FilingStep.PAPERS,
    FilingField.PRACTITIONERS: FilingStep.PRACTITIONERS,
    FilingField.PERSONS: FilingStep.PERSONS,
    FilingField.ATTACHMENTS: FilingStep.ATTACHMENTS,
}
"""The page on which each field of an application is corrected."""

NEEDED = ("legal_representative", "phone", "address")
"""What must be filled in before an application is sent."""


def half_width(text: str) -> str:
    """A number as it is stored: half-width signs, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def check_phone(text: str) -> str:
    """A telephone number as it is stored; refuses filing.phone."""
    plain = half_width(text)
    if not _PHONE.fullmatch(plain):
        raise BreaksRule("filing.phone")
    return plain


def after(step: FilingStep) -> FilingStep:
    """The page that follows; the last one follows itself."""
    pages = list(FilingStep)
    return pages[min(pages.index(step) + 1, len(pages) - 1)]


register_labels(
    {
        "step.kind": N_("Kind and credit code"),
        "step.details": N_("Details and contacts"),
        "step.services": N_("Services applied for"),
        "step.papers": N_("Qualification papers"),
        "step.practitioners": N_("Practitioners"),
        "step.persons": N_("Authorised persons"),
        "step.attachments": N_("Attachments"),
        "step.letter": N_("Commitment letter"),
        "step.check": N_("Check and send"),
    }
)
register_sentences(
    {
        "filing.opened_elsewhere": N_(
            "This page was opened before something else was saved. What you typed is still here: look at it and save it again."
        ),
        "filing.phone": N_(
            "Write a telephone number: digits, and + ( ) - or spaces between them, for example 0743-8221234."
        ),
    }
)
