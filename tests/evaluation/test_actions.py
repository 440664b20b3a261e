"""From contracts to a published grade, recomputed from the rows alone; two persons; nothing before the year is over."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from market.agencies.queries import admitted_agency
from market.base.errors import Refusal
from market.base.people import Role
from market.evaluation import actions, queries
from market.evaluation.models import Score, ScoreEvidence
from market.journal.queries import history
from market.notices.queries import inbox
from market.store.db import db
from market.store.transaction import transaction
from tests import people
from tests.contracts.chain import MadeContract, levels, make_contract, make_fee_note, make_rating
from tests.make import PASSWORD, Person, make_agency, make_offer, make_person

YEAR = 2025
IN_THE_YEAR = datetime(YEAR, 5, 6, 2, tzinfo=UTC)
AFTERWARDS = datetime(YEAR + 1, 1, 5, 2, tzinfo=UTC)
FIVES, FOURS = levels(5), levels(4)


@pytest.fixture
def officer(session: Any) -> Person:
    """Return who opens and computes."""
    return make_person(role=Role.EVALUATION_OFFICER)


@pytest.fixture
def supervisor(session: Any) -> Person:
    """Return who publishes."""
    return make_person(role=Role.SUPERVISOR)


def open_round(officer: Person, year: int = YEAR) -> None:
    with transaction() as now:
        actions.seed_scheme(now)
        actions.open_round(year, "demo-1", actor=officer.actor, now=now)


def run(act: Any, person: Person, year: int = YEAR) -> None:
    with transaction(queries.round_lock(year)) as now:
        act(queries.round_of(year), actor=person.actor, now=now)


def refused(code: str, act: Any, *given: Any, **named: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        act(*given, **named)
    assert refusal.value.code == code


def rated(given: list[dict[str, int]]) -> MadeContract:
    """Jobs of one agency, one for each rating."""
    first = make_contract()
    make_rating(contract=first, given=given[0])
    for one in given[1:]:
        make_rating(contract=make_contract(offer=first.award.offer, buyer=first.buyer), given=one)
    return first


def test_the_whole_chain_ends_in_a_grade_on_the_agencys_record(officer: Person, supervisor: Person, at: Any) -> None:
    at(IN_THE_YEAR)
    good = rated([levels(5, 4, 4, 3, 5), FOURS, levels(4, 3, 4, 4, 4)])
    make_fee_note(contract=good, reach="paid")
    best = rated([FIVES, FIVES, levels(5, 5, 5, 4, 5)])
    new = rated([FIVES, FIVES])
    unrated = make_agency()
    at(AFTERWARDS)
    open_round(officer)
    run(actions.compute, officer)
    run(actions.publish, supervisor)
    found = queries.published_round(YEAR)
    table = {row.agency_id: row for row in queries.table_of(found)}
    assert [(table[one.agency.id].rank, table[one.agency.id].score_milli) for one in (best, good, new)] == [
        (1, 98_667), (2, 80_000), (None, None),
    ]  # fmt: skip
    assert [table[one].grade for one in (best.agency.id, good.agency.id, new.agency.id, unrated.id)] == [
        "A", "B", "none", "none",
    ]  # fmt: skip
    standing = admitted_agency(good.agency.ref).standings[0]
    assert (standing.year, standing.grade, standing.score_milli, standing.round_ref) == (YEAR, "B", 80_000, found.ref)
    assert [row.act for row in history(f"round/{found.ref}")] == ["round.open", "round.compute", "round.publish"]
    assert inbox(unrated.organisation_id, 1)[0].facts["grade"] == "grade.none"
    sheet = queries.sheet_of(found, good.agency.ref)
    assert [one.points_milli for one in sheet.evidence] == [85_000, 80_000, 75_000]
    assert sheet.points_sum_milli == 240_000 and sum(sheet.shares_milli.values()) == 80_000
    assert queries.published_years() == [YEAR]
    _recomputed_from_rows_alone()


def _recomputed_from_rows_alone() -> None:
    """The published scores follow from four tables by arithmetic of one's own."""
    weights = dict(db.session.execute(text("SELECT factor, weight FROM scheme_weight")).all())
    grades = db.session.execute(text("SELECT grade, lowest_milli FROM scheme_grade ORDER BY lowest_milli DESC")).all()
    scores = db.session.execute(text("SELECT id, agency_id, n, score_milli, grade FROM score")).all()
    for score_id, agency_id, n, score_milli, grade in scores:
        query = "SELECT r.* FROM rating r JOIN score_evidence e ON e.rating_id = r.id WHERE e.score_id = :id"
        rows = db.session.execute(text(query), {"id": score_id}).mappings().all()
        assert len(rows) == n and all(row["agency_id"] == agency_id for row in rows)
        if n < 3:
            assert (score_milli, grade) == (None, "none")
            continue
        points = Fraction(sum(weights[name] * row[name] * 20 for row in rows for name in weights), n)
        assert score_milli == int(points + Fraction(1, 2))
        assert grade == next(name for name, lowest in grades if score_milli >= lowest)


def test_computing_again_replaces_the_figures_until_they_are_published(officer: Person, at: Any) -> None:
    at(IN_THE_YEAR)
    made = rated([FOURS, FOURS])
    at(AFTERWARDS - timedelta(days=5, hours=12))
    late = make_contract(offer=made.award.offer, buyer=made.buyer)
    open_round(officer)
    refused("round.year_not_over", run, actions.compute, officer)
    make_rating(contract=late, given=FOURS)
    at(AFTERWARDS)
    for _ in range(2):
        run(actions.compute, officer)
        score = db.session.scalars(select(Score).where(Score.agency_id == made.agency.id)).one()
        assert (score.n, score.score_milli, score.grade) == (3, 80_000, "B")
        assert len(db.session.scalars(select(ScoreEvidence)).all()) == 3


def test_nobody_publishes_what_he_computed(officer: Person, supervisor: Person, at: Any) -> None:
    at(AFTERWARDS)
    open_round(officer)
    refused("lifecycle.no_such_move", run, actions.publish, supervisor)
    run(actions.compute, officer)
    refused("round_two_persons", run, actions.publish, officer)
    refused("round.not_found", queries.published_round, YEAR)
    assert [one.year for one in queries.waiting_to_publish()] == [YEAR]
    run(actions.publish, supervisor)
    refused("lifecycle.no_such_move", run, actions.compute, officer)
    refused("lifecycle.no_such_move", run, actions.publish, supervisor)


def test_a_year_is_opened_once_and_not_before_it_begins(officer: Person, at: Any) -> None:
    at(AFTERWARDS)
    open_round(officer)
    for code, year, scheme in (
        ("round.exists", YEAR, "demo-1"),
        ("round.year_range", YEAR + 2, "demo-1"),
        ("round.year_range", 1999, "demo-1"),
        ("scheme.not_found", YEAR + 1, "demo-9"),
    ):
        with pytest.raises(Refusal) as refusal, transaction() as now:
            actions.open_round(year, scheme, actor=officer.actor, now=now)
        assert refusal.value.code == code


def test_the_scheme_is_written_once_and_says_that_it_is_an_example(officer: Person) -> None:
    for _ in range(2):
        with transaction() as now:
            actions.seed_scheme(now)
    scheme = queries.scheme_of("demo-1")
    rules = queries.rules_of(scheme)
    assert sum(rules.weights.values()) == 1000 and len(queries.schemes()) == 1
    assert rules.grades == [("A", 90_000), ("B", 80_000), ("C", 60_000), ("D", 0)] and rules.fewest_ratings == 3
    assert "非规范性文件" in scheme.title


def test_an_agency_admitted_after_the_year_is_not_in_its_table(officer: Person, at: Any) -> None:
    at(AFTERWARDS)
    make_agency()
    open_round(officer)
    run(actions.compute, officer)
    assert queries.table_of(queries.round_of(YEAR)) == []


def test_the_table_and_a_sheet_ask_the_same_number_of_questions_for_few_and_many(
    officer: Person, at: Any, query_counter: Any
) -> None:
    at(IN_THE_YEAR)
    made = rated([FOURS, FOURS, FOURS])
    at(AFTERWARDS)
    open_round(officer)
    counts = []
    for _ in range(2):
        run(actions.compute, officer)
        db.session.remove()
        with query_counter() as counted:
            found = queries.round_of(YEAR)
            queries.table_of(found)
            queries.sheet_of(found, made.agency.ref)
        counts.append(counted.count)
        at(IN_THE_YEAR)
        make_rating(contract=make_contract(offer=made.award.offer, buyer=made.buyer))
        make_agency()
        at(AFTERWARDS)
    assert counts[0] == counts[1] <= 6


def test_the_desks_open_compute_and_publish_by_two_persons(app: Flask, at: Any) -> None:
    at(IN_THE_YEAR)
    with app.app_context():
        officer, supervisor = make_person(role=Role.EVALUATION_OFFICER), make_person(role=Role.SUPERVISOR)
        made = rated([FOURS, FOURS, FIVES])
        make_offer()
        with transaction() as now:
            actions.seed_scheme(now)
    at(AFTERWARDS)
    first, second = app.test_client(), app.test_client()
    people.sign_in(first, officer, PASSWORD)
    people.sign_in(second, supervisor, PASSWORD)
    url = f"/desk/evaluation/{YEAR}"
    asked = {"year": str(YEAR), "scheme": "demo-1"}
    assert 'value="2025"' in first.get("/desk/evaluation").text
    assert people.post(second, "/desk/evaluation", asked).status_code == 403
    assert people.post(first, "/desk/evaluation", {**asked, "year": "20x5"}).status_code == 422
    assert people.post(first, "/desk/evaluation", asked).status_code == 302
    assert people.post(first, "/desk/evaluation", asked).status_code == 409
    assert people.post(second, f"{url}/publish").status_code == 409
    assert people.post(first, f"{url}/compute").status_code == 302
    assert people.post(first, f"{url}/publish").status_code == 403
    assert made.agency.name in second.get(url).text
    assert people.post(second, f"{url}/publish").status_code == 302
    assert people.post(first, f"{url}/compute").status_code == 409
    for address in ("/desk/evaluation", url, f"{url}/{made.agency.ref}"):
        for language in ("zh", "en"):
            assert first.get(f"{address}?lang={language}").status_code == 200
    assert "86.67" in first.get(f"{url}/{made.agency.ref}").text
    assert first.get(f"{url}/AG-2025-999999X").status_code == first.get("/desk/evaluation/2019").status_code == 404
