"""Open a year's evaluation, compute it from its rows, and publish it by a second person."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import delete, select

from market.agencies.actions import set_standing
from market.agencies.models import Agency
from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.base.refs import RefKind
from market.evaluation import queries
from market.evaluation.models import Round, Scheme, SchemeGrade, SchemeWeight, Score, ScoreEvidence
from market.evaluation.rules import ROUND, RoundState, check_scheme, check_year, score
from market.journal.actions import record
from market.notices.actions import queue
from market.ratings.queries import RatingOfYear, levels_of, ratings_in_year
from market.ratings.rules import Factor
from market.store.db import db
from market.store.references import next_reference


class RoundAct(Protocol):
    """An act on a round, such as `compute` or `publish`."""

    def __call__(self, round_: Round, /, *, actor: Actor, now: datetime) -> None:
        """Act in the running transaction."""


DEMO_SCHEME = "demo-1"
_WEIGHTS = {Factor.QUALITY: 300, Factor.TIMELINESS: 250, Factor.ATTITUDE: 100, Factor.CHARGE: 200, Factor.NORMS: 150}
_GRADES = {"A": 90_000, "B": 80_000, "C": 60_000, "D": 0}
_FIRST_YEAR = 2000


def seed_scheme(now: datetime) -> None:
    """Write the scheme `demo-1` when it is not there yet: an example of this project's own, not a regulation."""
    if db.session.scalar(select(Scheme.id).where(Scheme.code == DEMO_SCHEME)) is not None:
        return
    scheme = Scheme(
        code=DEMO_SCHEME,
        title="示例方案一（本项目自拟，非规范性文件）",
        source="本项目自拟的示例，不是任何地方的规定",
        valid_from=date(2020, 1, 1),
        fewest_ratings=3,
    )
    db.session.add(scheme)
    db.session.flush()
    weights = [SchemeWeight(scheme_id=scheme.id, factor=factor, weight=weight) for factor, weight in _WEIGHTS.items()]
    grades = [SchemeGrade(scheme_id=scheme.id, grade=grade, lowest_milli=low) for grade, low in _GRADES.items()]
    db.session.add_all([*weights, *grades])
    db.session.flush()
    record("scheme.seed", f"scheme/{DEMO_SCHEME}", actor=Actor.system(), payload={"code": DEMO_SCHEME}, now=now)


def open_round(year: int, scheme_code: str, *, actor: Actor, now: datetime) -> Round:
    """Open the evaluation of a year by a scheme; the running year may be opened but not computed yet.

    Refuses `round.year_range`, `round.exists`, `scheme.not_found` and `scheme.weights`.
    """
    if not _FIRST_YEAR <= year <= clock.china_date(now).year:
        raise BreaksRule("round.year_range", year=year)
    if db.session.scalar(select(Round.id).where(Round.year == year)) is not None:
        raise BadState("round.exists", year=year)
    scheme = queries.scheme_of(scheme_code)
    check_scheme(scheme.code, queries.rules_of(scheme))
    opened = Round(
        ref=next_reference(RefKind.ROUND, now),
        year=year,
        scheme_id=scheme.id,
        state=RoundState.OPEN,
        opened_at=now,
        opened_by=actor.id,
    )
    db.session.add(opened)
    db.session.flush()
    record("round.open", _obj(opened), actor=actor, payload={"year": year, "scheme": scheme.code}, now=now)
    return opened


def compute(round_: Round, *, actor: Actor, now: datetime) -> None:
    """Compute every agency's score from the year's ratings; what an earlier computation wrote is replaced.

    Counted are the agencies that were admitted before the year's end, and the ratings given in the year. Refuses
    `round.year_not_over`, and a published round by its lifecycle.
    """
    state = ROUND.step(round_.state, "compute")
    check_year(round_.year, clock.china_date(now))
    rules = queries.rules_of(queries.scheme_of(db.session.get_one(Scheme, round_.scheme_id).code))
    by_agency: dict[int, list[RatingOfYear]] = defaultdict(list)
    for row in ratings_in_year(round_.year):
        by_agency[row.agency_id].append(row)
    for agency_id in queries.candidates(clock.end_of_day(date(round_.year, 12, 31))):
        by_agency.setdefault(agency_id, [])
    _forget(round_)
    scores = {}
    for agency_id, rows in sorted(by_agency.items()):
        result = score([levels_of(row) for row in rows], rules)
        scores[agency_id] = Score(
            round_id=round_.id,
            agency_id=agency_id,
            n=result.n,
            score_milli=result.score_milli,
            grade=result.grade,
            means=dict(result.means_milli),
        )
    db.session.add_all(scores.values())
    db.session.flush()
    _keep_evidence(round_, scores, by_agency)
    round_.state, round_.computed_at, round_.computed_by = state, now, actor.id
    counted = sum(len(rows) for rows in by_agency.values())
    facts = {"year": round_.year, "agencies": len(scores), "ratings": counted}
    record("round.compute", _obj(round_), actor=actor, payload=facts, now=now)


def _forget(round_: Round) -> None:
    for table in (ScoreEvidence, Score):
        db.session.execute(delete(table).where(table.round_id == round_.id))


def _keep_evidence(round_: Round, scores: Mapping[int, Score], by_agency: Mapping[int, Sequence[RatingOfYear]]) -> None:
    db.session.add_all(
        ScoreEvidence(score_id=scores[agency].id, round_id=round_.id, rating_id=row.id)
        for agency, rows in sorted(by_agency.items())
        for row in rows
    )
    db.session.flush()


def publish(round_: Round, *, actor: Actor, now: datetime) -> None:
    """Publish a computed round by a person who did not compute it; every agency gets its standing and a message.

    Refuses `round_two_persons`, and a round that is not computed by its lifecycle.
    """
    state = ROUND.step(round_.state, "publish")
    if actor.id == round_.computed_by:
        raise BreaksRule("round_two_persons")
    table = queries.table_of(round_)
    rows = [(row.agency_id, row.grade, row.score_milli) for row in table]
    round_.state, round_.published_at, round_.published_by = state, now, actor.id
    db.session.flush()
    set_standing(rows, year=round_.year, round_ref=round_.ref, now=now)
    facts = {"year": round_.year, "agencies": len(rows)}
    record("round.publish", _obj(round_), actor=actor, payload=facts, now=now)
    _tell_agencies(round_, {row.agency_id: row.grade for row in table}, now=now)


def _tell_agencies(round_: Round, grades: Mapping[int, str], *, now: datetime) -> None:
    query = select(Agency.id, Agency.ref, Agency.organisation_id).where(Agency.id.in_(list(grades)))
    for agency_id, ref, organisation in db.session.execute(query.order_by(Agency.id)):
        link = f"/evaluation/{round_.year}/{ref}"
        facts = {"year": round_.year, "grade": f"grade.{grades[agency_id]}", "link": link}
        queue("notice.round.published", to=[organisation], facts=facts, now=now)


def _obj(round_: Round) -> str:
    return f"round/{round_.ref}"
