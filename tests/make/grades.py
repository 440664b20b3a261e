"""Make the grades of a year: `make_grades(2025, A=[agency])`."""

from collections.abc import Sequence

from market.evaluation import actions as evaluation
from market.evaluation.models import Score
from market.store.db import db
from market.store.transaction import transaction
from tests.make.agencies import MadeAgency
from tests.make.people import make_person


def make_grades(year: int, **grades: Sequence[MadeAgency]) -> None:
    """Publish an evaluation of the year that gave these agencies these grades."""
    computer, publisher = make_person().actor, make_person().actor
    with transaction() as now:
        evaluation.seed_scheme(now)
        round_ = evaluation.open_round(year, "demo-1", actor=computer, now=now)
        scores = [
            Score(round_id=round_.id, agency_id=agency.id, n=9, score_milli=88_000, grade=grade, means={})
            for grade, agencies in grades.items()
            for agency in agencies
        ]
        db.session.add_all(scores)
        round_.state, round_.computed_at, round_.computed_by = "computed", now, computer.id
        db.session.flush()
        evaluation.publish(round_, actor=publisher, now=now)
