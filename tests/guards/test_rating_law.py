"""One job, one rating; nobody publishes what he computed; what was published stays: by raw SQL, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from market.agencies.models import Standing
from market.base.errors import Refusal
from market.base.people import Role
from market.evaluation import actions as evaluation
from market.evaluation import queries
from market.evaluation.models import Round, Score, ScoreEvidence
from market.ratings.models import Rating
from market.store.db import db
from market.store.transaction import transaction
from tests.contracts.chain import MadeContract, levels, make_contract, make_rating
from tests.guards.raw import columns_of, insert, refused_check, refused_insert, refused_sql, run
from tests.make import make_agency, make_enterprise, make_person

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
YEAR = 2025
pytestmark = pytest.mark.usefixtures("session")


def rating_of(made: MadeContract) -> dict[str, Any]:
    """A rating that the database would take."""
    return {
        "ref": "RT-2026-000001X",
        "contract_id": made.id,
        "agency_id": made.agency.id,
        "organisation_id": made.buyer.organisation_id,
        **levels(4),
        "comment": "",
        "rated_at": NOW,
        "rated_by": made.buyer.actor.id,
    }


@pytest.mark.parametrize("reach", ["proposed", "in_service", "delivered"])
def test_a_rating_without_an_accepted_contract_is_refused(reach: str) -> None:
    refused_insert("rating.not_accepted", Rating, rating_of(make_contract(reach=reach)))


def test_a_rating_without_any_contract_is_refused() -> None:
    made = make_contract()
    refused_insert("store.link_broken", Rating, rating_of(made) | {"contract_id": made.id + 999})


def test_a_second_rating_of_a_job_is_refused() -> None:
    made = make_contract()
    insert(Rating, rating_of(made))
    refused_insert("changed.meanwhile", Rating, rating_of(made) | {"ref": "RT-2026-000002X"})


def test_a_rating_by_somebody_else_or_of_another_agency_is_refused() -> None:
    made, stranger, other = make_contract(), make_enterprise(), make_agency()
    refused_insert("store.link_broken", Rating, rating_of(made) | {"organisation_id": stranger.organisation_id})
    refused_insert("store.link_broken", Rating, rating_of(made) | {"agency_id": other.id})


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_outside_one_to_five_is_refused(level: int) -> None:
    refused_check("rating_charge_level", Rating, rating_of(make_contract()) | {"charge": level})


def test_a_rating_is_never_changed_nor_removed() -> None:
    make_rating()
    refused_sql("store.frozen", "UPDATE rating SET quality = 5")
    refused_sql("store.frozen", "UPDATE rating SET comment = ''")
    refused_sql("store.frozen", "DELETE FROM rating")


@pytest.fixture
def officer() -> Any:
    """Return the person who opens and computes."""
    return make_person(role=Role.EVALUATION_OFFICER).actor


def computed(officer: Any, *, year: int = YEAR) -> int:
    with transaction() as now:
        evaluation.seed_scheme(now)
        evaluation.open_round(year, "demo-1", actor=officer, now=now)
    with transaction() as now:
        evaluation.compute(queries.round_of(year), actor=officer, now=now)
    return queries.round_of(year).id


def published(officer: Any) -> int:
    supervisor = make_person(role=Role.SUPERVISOR).actor
    make_agency()
    found = computed(officer)
    with transaction() as now:
        evaluation.publish(queries.round_of(YEAR), actor=supervisor, now=now)
    return found


def test_an_evaluation_published_by_whoever_computed_it_is_refused(officer: Any) -> None:
    computed(officer)
    refused_sql(
        "round_two_persons",
        "UPDATE round SET state = 'published', published_by = computed_by, published_at = computed_at",
    )


def test_an_evaluation_that_was_never_computed_cannot_be_published(officer: Any) -> None:
    with transaction() as now:
        evaluation.seed_scheme(now)
        evaluation.open_round(YEAR, "demo-1", actor=officer, now=now)
    other = make_person(role=Role.SUPERVISOR).actor
    with_publisher = "UPDATE round SET state = 'published', published_by = :by, published_at = opened_at"
    refused_sql("store.no_such_move", with_publisher, by=other.id)


def test_an_evaluation_is_never_born_published(officer: Any) -> None:
    born = columns_of(Round, published(officer))
    with pytest.raises(Refusal) as refusal:
        insert(Round, born | {"ref": "EV-X", "year": YEAR - 1})
    assert refusal.value.code in ("round.published_stays", "store.no_such_move")


def test_a_published_evaluation_is_never_changed_nor_removed(officer: Any, at: Any) -> None:
    at(datetime(YEAR, 6, 1, tzinfo=UTC))
    made = make_contract()
    make_rating(contract=made)
    at(NOW)
    found = published(officer)
    statements = (
        "UPDATE score SET score_milli = 99000",
        "UPDATE score SET grade = 'A'",
        "DELETE FROM score_evidence",
        "DELETE FROM score",
        "UPDATE score_evidence SET rating_id = rating_id + 1",
        "UPDATE round SET published_at = computed_at",
        "DELETE FROM round",
        "UPDATE standing SET grade = 'A'",
        "DELETE FROM standing",
    )
    for statement in statements:
        refused_sql("store.frozen", statement)
    back = "UPDATE round SET state = 'computed', published_by = NULL, published_at = NULL"
    with pytest.raises(Refusal) as refusal:
        run(back)
    assert refusal.value.code in ("store.frozen", "store.no_such_move")
    score = columns_of(Score, db.session.scalars(select(Score.id)).first() or 0)
    refused_insert("round.published_stays", Score, score | {"agency_id": make_agency().id})
    evidence = columns_of(ScoreEvidence, db.session.scalars(select(ScoreEvidence.id)).one())
    refused_insert("round.published_stays", ScoreEvidence, evidence)
    standing = columns_of(Standing, db.session.scalars(select(Standing.id)).first() or 0)
    refused_insert("changed.meanwhile", Standing, standing)
    refused_insert("standing.not_published", Standing, standing | {"grade": "A", "year": YEAR - 1})
    assert found


def test_a_scheme_is_never_changed_nor_removed(officer: Any) -> None:
    computed(officer)
    for table in ("scheme_weight", "scheme_grade"):
        refused_sql("store.frozen", f"DELETE FROM {table}")
    refused_sql("store.frozen", "UPDATE scheme_weight SET weight = 1000")
    refused_sql("store.frozen", "UPDATE scheme_grade SET lowest_milli = 0")
    refused_sql("store.frozen", "UPDATE scheme SET fewest_ratings = 1")
