"""Read evaluations: the published ones for everybody, the unpublished ones for the evaluation's own desks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.agencies.rules import AgencyState
from market.base.errors import NotFound
from market.evaluation.models import Round, Scheme, Score, ScoreEvidence
from market.evaluation.rules import RoundState, SchemeRules, points_milli, ranks
from market.ratings.models import Rating
from market.ratings.queries import levels_of
from market.ratings.rules import Factor
from market.store.db import db


@dataclass(frozen=True, slots=True)
class TableRow:
    """One agency in the table of a round; rank, means and score are None where there is not enough data."""

    rank: int | None
    agency_id: int
    agency_ref: str
    name: str
    n: int
    means_milli: dict[str, int]
    score_milli: int | None
    grade: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A rating behind a score, and its points in thousandths: weight x level x 20 over the five factors."""

    ref: str
    rated_at: datetime
    levels: dict[str, int]
    comment: str
    points_milli: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """An agency's sheet: its row, the scheme's weights in thousandths, and every rating that was counted."""

    row: TableRow
    weights: dict[str, int]
    evidence: Sequence[EvidenceRow]

    @property
    def points_sum_milli(self) -> int:
        """The points of all ratings together; divided by n, half up, it is the score."""
        return sum(one.points_milli for one in self.evidence)

    @property
    def shares_milli(self) -> dict[str, int]:
        """What each factor gave to the score, in thousandths of a point (rounded half up); empty without a score."""
        n = len(self.evidence)
        if self.row.score_milli is None or not n:
            return {}
        sums = {factor: sum(one.levels[factor] for one in self.evidence) for factor in self.weights}
        return {factor: (40 * weight * sums[factor] + n) // (2 * n) for factor, weight in self.weights.items()}


def scheme_of(code: str) -> Scheme:
    """The scheme with weights and grades; NotFound("scheme.not_found")."""
    query = select(Scheme).where(Scheme.code == code)
    found = db.session.scalar(query.options(selectinload(Scheme.weights), selectinload(Scheme.grades)))
    if found is None:
        raise NotFound("scheme.not_found")
    return found


def schemes() -> list[Scheme]:
    """Every scheme, newest first."""
    return list(db.session.scalars(select(Scheme).order_by(Scheme.valid_from.desc(), Scheme.id.desc())))


def rules_of(scheme: Scheme) -> SchemeRules:
    """The scheme as the pure score knows it; weights in the order of Factor, best grade first."""
    weights = {row.factor: row.weight for row in scheme.weights}
    grades = [(row.grade, row.lowest_milli) for row in scheme.grades]
    return SchemeRules({factor.value: weights[factor] for factor in Factor}, grades, scheme.fewest_ratings)


def rounds() -> list[Round]:
    """Every round in any state, newest year first; for the desks."""
    return list(db.session.scalars(select(Round).options(joinedload(Round.scheme)).order_by(Round.year.desc())))


def round_of(year: int) -> Round:
    """The round of a year in any state, with its whole scheme, for the desks; NotFound("round.not_found")."""
    found = db.session.scalar(_whole().where(Round.year == year))
    if found is None:
        raise NotFound("round.not_found")
    return found


def published_round(year: int) -> Round:
    """The published round of a year, with its whole scheme; NotFound("round.not_found")."""
    found = db.session.scalar(_whole().where(Round.year == year, Round.state == RoundState.PUBLISHED))
    if found is None:
        raise NotFound("round.not_found")
    return found


def published_years() -> list[int]:
    """The years whose evaluation is published, newest first."""
    query = select(Round.year).where(Round.state == RoundState.PUBLISHED).order_by(Round.year.desc())
    return list(db.session.scalars(query))


def waiting_to_publish() -> list[Round]:
    """The rounds that were computed and wait for a second person, oldest year first."""
    return list(db.session.scalars(select(Round).where(Round.state == RoundState.COMPUTED).order_by(Round.year)))


def round_lock(year: int) -> Select[Any]:
    """The row to lock while a round changes."""
    return select(Round).where(Round.year == year)


def _whole() -> Any:
    scheme = joinedload(Round.scheme)
    return select(Round).options(scheme.selectinload(Scheme.weights), scheme.selectinload(Scheme.grades))


def candidates(before: datetime) -> list[int]:
    """The agencies that had been admitted by a moment, whose year can be evaluated."""
    query = select(Agency.id).where(Agency.state == AgencyState.ADMITTED, Agency.admitted_at < before)
    return list(db.session.scalars(query.order_by(Agency.id)))


def table_of(round_: Round) -> list[TableRow]:
    """Every agency of a round: best score first, equal scores by name, those without enough data at the end."""
    query = (
        select(Score, Agency.ref, Organisation.name)
        .join(Agency, Agency.id == Score.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .where(Score.round_id == round_.id)
    )
    rows = sorted(db.session.execute(query), key=lambda row: (-_points(row[0]), row[2]))
    places = ranks([row[0].score_milli for row in rows])
    return [
        TableRow(rank, one.agency_id, ref, name, one.n, one.means, one.score_milli, one.grade)
        for rank, (one, ref, name) in zip(places, rows, strict=True)
    ]


def _points(score: Score) -> int:
    return -1 if score.score_milli is None else score.score_milli


def sheet_of(round_: Round, agency_ref: str) -> Sheet:
    """One agency's sheet in a round with the rows behind it; NotFound("agency.not_found") when it is not in it."""
    row = next((one for one in table_of(round_) if one.agency_ref == agency_ref), None)
    if row is None:
        raise NotFound("agency.not_found")
    weights = dict(rules_of(round_.scheme).weights)
    query = (
        select(Rating)
        .join(ScoreEvidence, ScoreEvidence.rating_id == Rating.id)
        .join(Score, Score.id == ScoreEvidence.score_id)
        .where(Score.round_id == round_.id, Score.agency_id == row.agency_id)
        .order_by(Rating.rated_at, Rating.id)
    )
    return Sheet(row, weights, [_evidence(rating, weights) for rating in db.session.scalars(query)])


def _evidence(rating: Rating, weights: dict[str, int]) -> EvidenceRow:
    levels = levels_of(rating)
    return EvidenceRow(rating.ref, rating.rated_at, levels, rating.comment, points_milli(levels, weights))


def grades_in(round_: Round) -> dict[str, int]:
    """How many agencies got each grade."""
    query = select(Score.grade, func.count()).where(Score.round_id == round_.id).group_by(Score.grade)
    return dict(iter(db.session.execute(query)))
