"""The yearly evaluation: a scheme's weights are rows, the score is a pure function of rows.

`demo-1` is a simple scheme of this project's own, not a regulation: the weighted mean of the five factors over the
year's ratings, as a share of the best possible, in thousandths of a point of 100.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from market.base.errors import BadState, BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class RoundState(StrEnum):
    """Opened for a year, computed from its rows, published by a second person."""

    OPEN = "open"
    COMPUTED = "computed"
    PUBLISHED = "published"


ROUND = Lifecycle(
    "round",
    tuple(RoundState),
    (
        Move("compute", (RoundState.OPEN, RoundState.COMPUTED), RoundState.COMPUTED),
        Move("publish", (RoundState.COMPUTED,), RoundState.PUBLISHED),
    ),
)
NO_GRADE = "none"


@dataclass(frozen=True, slots=True)
class SchemeRules:
    """`weights` in thousandths by factor, together 1000; `grades` as (grade, lowest milli-points), best first."""

    weights: Mapping[str, int]
    grades: Sequence[tuple[str, int]]
    fewest_ratings: int


@dataclass(frozen=True, slots=True)
class Result:
    """`n` ratings, factor means in thousandths of a level, score in thousandths of a point (None below `fewest`)."""

    n: int
    means_milli: Mapping[str, int]
    score_milli: int | None
    grade: str


WHOLE = 1000
"""The weights of a scheme together, in thousandths."""

HIGHEST_LEVEL = 5


def check_scheme(code: str, scheme: SchemeRules) -> None:
    """Refuse a scheme whose weights do not make 1000 thousandths (`scheme.weights`)."""
    total = sum(scheme.weights.values())
    if total != WHOLE:
        raise BreaksRule("scheme.weights", scheme=code, total=total)


def check_year(year: int, today: date) -> None:
    """Refuse to compute a year that is not over in China (`round.year_not_over`)."""
    if today.year <= year:
        raise BadState("round.year_not_over", year=year)


def points_milli(levels: Mapping[str, int], weights: Mapping[str, int]) -> int:
    """What one rating says in thousandths of a point: the sum of weight x level x 20, a whole number.

    A score is the plain mean of its ratings' points, half up, so it can be recomputed with a pencil.
    """
    return sum(weight * levels[factor] * 100 // HIGHEST_LEVEL for factor, weight in weights.items())


def ranks(scores: Sequence[int | None]) -> list[int | None]:
    """The rank of each score, best first from 1; equal scores share the better rank, and who has none has no rank."""
    known = [one for one in scores if one is not None]
    return [None if one is None else 1 + sum(other > one for other in known) for one in scores]


def score(ratings: Sequence[Mapping[str, int]], scheme: SchemeRules) -> Result:
    """The result of one agency's ratings of the year; each rating maps factor to level 1 to 5."""
    n = len(ratings)
    if n < scheme.fewest_ratings:
        return Result(n, {}, None, NO_GRADE)
    means = {factor: Fraction(sum(rating[factor] for rating in ratings), n) for factor in scheme.weights}
    weighted = sum((means[factor] * weight for factor, weight in scheme.weights.items()), Fraction(0))
    milli = _half_up(weighted / 5 * 100)  # weights are thousandths: 1000 x mean 5 / 5 x 100 = 100.000 points
    return Result(n, {factor: _half_up(mean * 1000) for factor, mean in means.items()}, milli, _grade(milli, scheme))


def _grade(milli: int, scheme: SchemeRules) -> str:
    return next((grade for grade, lowest in scheme.grades if milli >= lowest), NO_GRADE)


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


register_labels(
    {
        "round.open": N_("Open, not computed yet"),
        "round.computed": N_("Computed, waiting for a second person"),
        "round.published": N_("Published"),
        "grade.A": N_("A"),
        "grade.B": N_("B"),
        "grade.C": N_("C"),
        "grade.D": N_("D"),
        "grade.none": N_("Not enough data"),
    }
)
register_sentences(
    {
        "round.not_found": N_("There is no evaluation of that year, or it is not published yet."),
        "round.year_range": N_("The year {year} cannot be evaluated yet. Choose the running year or one before it."),
        "round.exists": N_("There is already an evaluation of the year {year}."),
        "round.year_not_over": N_(
            "The year {year} is not over; its evaluation can be opened but not computed before 1 January."
        ),
        "round_two_persons": N_("The person who computed an evaluation cannot publish it. Ask a supervisor."),
        "round.published_stays": N_(
            "A published evaluation cannot be changed. A correction is a new record with its reason."
        ),
        "scheme.not_found": N_("There is no evaluation scheme of that name."),
        "scheme.weights": N_("The weights of the scheme {scheme} make {total} thousandths instead of 1000."),
        "notice.round.published": N_("The evaluation of {year} was published: your grade is {grade}."),
    }
)
