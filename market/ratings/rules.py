"""One job, one rating (一事一评), on five factors from 1 to 5."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isqrt

from market.base.errors import BreaksRule
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
LONGEST_COMMENT = 2000
FEWEST_SHOWN = 5
"""Below so many ratings no mean is shown: there is not enough data."""
_Z = 12816
"""The normal quantile of a two-sided interval of 80 %, in ten-thousandths."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a buyer says of a job: a level from 1 to 5 on each factor, and a comment."""

    levels: Mapping[str, int]
    comment: str


def check_given(given: Given) -> str:
    """The comment, stripped; refuses `rating.level` and `rating.comment_needed`."""
    levels = given.levels
    if set(levels) != set(Factor) or not all(LOWEST <= level <= HIGHEST for level in levels.values()):
        raise BreaksRule("rating.level")
    comment = given.comment.strip()
    if len(comment) < COMMENT_AT_LEAST and any(level < MEETS or level == HIGHEST for level in levels.values()):
        raise BreaksRule("rating.comment_needed")
    return comment


@dataclass(frozen=True, slots=True)
class Summary:
    """An agency's `n` ratings in thousandths of a level; all None below FEWEST_SHOWN.

    `low_milli` to `high_milli` is an 80 % normal interval of the mean of all factors.
    """

    n: int
    mean_milli: int | None = None
    low_milli: int | None = None
    high_milli: int | None = None
    means_milli: Mapping[str, int] | None = None


NO_RATINGS = Summary(0)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a summary is made of: the sum of levels by factor, and the sum of squares of each rating's five together."""

    n: int
    by_factor: Mapping[str, int]
    squares: int


def summary(sums: Sums) -> Summary:
    """The means of `sums` with their interval, in whole numbers only; None where there is not enough data."""
    n = sums.n
    if n < FEWEST_SHOWN:
        return Summary(n)
    total, factors = sum(sums.by_factor.values()), len(Factor)
    mean = _half_up(1000 * total, n * factors)
    half = _half_width(n, n * sums.squares - total * total)
    lowest, highest = 1000 * LOWEST, 1000 * HIGHEST
    means = {factor: _half_up(1000 * level, n) for factor, level in sums.by_factor.items()}
    return Summary(n, mean, max(lowest, mean - half), min(highest, mean + half), means)


def _half_width(n: int, spread: int) -> int:
    # The variance of a rating's five levels together is spread / n(n-1). A level is a whole number for what lies
    # within half of it, so equal ratings are no certainty: the variance of that rounding (1/12 of a level, hence
    # 25/12 of five) is added. The half width in thousandths of a level is z * sqrt(variance / n) * 1000 / 5.
    variance_times = 12 * spread + 25 * n * (n - 1)
    return isqrt(variance_times * (_Z * 1000) ** 2 // (12 * n * n * (n - 1) * (10_000 * len(Factor)) ** 2))


def _half_up(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


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
        "rating.comment_needed": N_(
            "A rating of 1, 2 or 5 needs a comment of at least 10 characters that names a fact."
        ),
        "notice.rating.received": N_("{buyer} rated the contract {ref}."),
    }
)
