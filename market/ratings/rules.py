"""One job, one rating (一事一评), on five factors from 1 to 5."""

from enum import StrEnum

from market.base.words import N_, register_labels, register_sentences


class Factor(StrEnum):
    """What a buyer rates."""

    QUALITY = "quality"
    TIMELINESS = "timeliness"
    ATTITUDE = "attitude"
    CHARGE = "charge"
    NORMS = "norms"


LOWEST, HIGHEST, MEETS = 1, 5, 3
COMMENT_AT_LEAST = 10

register_labels(
    {
        "factor.quality": N_("Quality"),
        "factor.timeliness": N_("Timeliness"),
        "factor.attitude": N_("Attitude"),
        "factor.charge": N_("Charge"),
        "factor.norms": N_("Norms"),
        "level.1": N_("1 Most requirements missed"),
        "level.2": N_("2 Some requirement missed"),
        "level.3": N_("3 Meets the contract"),
        "level.4": N_("4 Exceeds it in part"),
        "level.5": N_("5 Exceeds it with a named benefit"),
    }
)
register_sentences(
    {
        "rating.not_accepted": N_("A job can be rated only after its result was accepted."),
        "rating.exists": N_("This job is rated already: one job, one rating. What happened stays."),
        "rating.level": N_("Rate every factor from 1 to 5."),
        "rating.comment_needed": N_("A rating of 1, 2 or 5 needs a comment of at least 10 characters that names a fact."),
        "notice.rating.received": N_("{buyer} rated the contract {ref}."),
    }
)
