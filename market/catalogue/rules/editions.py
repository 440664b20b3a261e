"""What an edition of the list goes through, and what it must rest on."""

from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class EditionState(StrEnum):
    """Superseded is not a state: it is derived from the next edition's effective date."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"


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
        "basis.under_revision": N_("Basis under revision"),
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
        "edition.not_a_draft": N_("Edition {number} is not a draft, so it cannot be thrown away."),
        "edition.basis_dead": N_(
            "An entry without a legal basis in force cannot enter an edition. Cite the law that is in force, or take the entry out."
        ),
        "edition.without_basis": N_(
            "These entries have no legal basis in force on {day}: {entries}. Cite the law that is in force, or take them out."
        ),
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
