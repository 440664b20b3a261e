"""An agency's own desk: the same few statements however much it shows, and figures that follow from rows."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import Counting, Schedule, Step
from market.base import clock
from market.evaluation.rules import SchemeRules
from market.jobs.agencies import watch_agencies
from market.pages.my_evaluation import coming
from market.pages.queries.my_agency import Rated, beside_the_market
from tests import make, people
from tests.agencies.test_records import _service
from tests.pages.reading import page

SCHEME = SchemeRules(
    {"quality": 300, "timeliness": 250, "attitude": 100, "charge": 200, "norms": 150},
    [("A", 90_000), ("B", 80_000), ("C", 60_000), ("D", 0)],
    fewest_ratings=3,
)
MARCH = datetime(2026, 3, 2, 2, tzinfo=UTC)


def _rated(*levels: int) -> list[Rated]:
    return [Rated("RT", MARCH, dict.fromkeys(SCHEME.weights, level)) for level in levels]


def test_the_gap_to_the_next_grade_is_made_of_what_the_factors_leave_lying() -> None:
    rated = [*_rated(5, 4), Rated("RT", MARCH, dict.fromkeys(SCHEME.weights, 5) | {"timeliness": 1})]
    found = coming(rated, SCHEME)
    # 100 + 80 + (100 - 0.25 x 80) = 260, a third of it 86.667
    assert (found.result.score_milli, found.result.grade) == (86_667, "B")
    assert (found.next_grade, found.gap_milli) == ("A", 90_000 - 86_667)
    assert found.parts[0].factor == "timeliness"
    assert sum(part.given_milli for part in found.parts) in range(86_664, 86_670)
    assert all(part.given_milli + part.lost_milli == part.weight * 100 for part in found.parts)


def test_the_best_grade_has_no_gap_and_too_few_ratings_no_score() -> None:
    assert coming(_rated(5, 5, 5), SCHEME).next_grade is None
    few = coming(_rated(5, 5), SCHEME)
    assert (few.result.score_milli, few.gap_milli, few.parts) == (None, None, ())


def _sign_in(client: FlaskClient, who: Any) -> None:
    people.post(client, "/account/sign-in", {"email": who.email, "password": make.PASSWORD})


def test_the_own_desk_takes_as_many_statements_for_one_price_as_for_ten(
    app: Flask, client: FlaskClient, query_counter: Callable[[], Any]
) -> None:
    with app.app_context():
        edition = make.make_edition()
        services = [make.make_listed_service(edition_id=edition) for _ in range(10)]
        make.publish_edition(edition_id=edition)
        agency = make.make_agency()
        make.make_offer(agency=agency, service=services[0])
        make.make_paper(agency=agency, days=(date(2026, 1, 1), date(2099, 1, 1)))
        for _ in range(8):
            make.make_offer(service=services[1])
    _sign_in(client, agency)
    page(client, "/desk/my-agency")
    with query_counter() as few:
        page(client, "/desk/my-agency")
    with app.app_context():
        for service in services[1:]:
            make.make_offer(agency=agency, service=service)
        for number in range(9):
            make.make_paper(agency=agency, days=(date(2026, 1, 1), date.max - timedelta(days=number)))
    with query_counter() as many:
        text = page(client, "/desk/my-agency")
    assert many.count == few.count
    assert "0 of 9 are cheaper" in text
    assert "No comparable data (n = 1)" in text


def test_marks_that_are_no_single_figure_are_compared_for_a_quantity_only(session: Any) -> None:
    market = make.make_listed_service()
    rows = Schedule((Step(1_000_000, 1_000_00, 0), Step(None, 3_000_00, 0)), Counting.WHOLE)
    mine = make.make_offer(service=market, mark=rows)
    make.make_offer(service=market, mark=rows)
    [row] = beside_the_market(mine.agency.id, market.edition_id, clock.now())
    assert (row.kind, row.cheaper, row.market.n) == ("", 0, 2)


def test_an_expiry_pauses_and_a_renewal_resumes_on_every_page_as_the_clock_goes(
    app: Flask, client: FlaskClient, at: Callable[[datetime], None], query_counter: Callable[[], Any]
) -> None:
    at(MARCH)
    with app.app_context():
        service = _service(("qualification", "测绘资质", "乙级", 1))
        offer = make.make_offer(service=service)
        agency = offer.agency
        held = {"agency": agency, "qualification": "测绘资质", "grade": "乙级"}
        make.make_paper(**held, days=(date(2026, 1, 1), date(2026, 3, 20)), number="FAKE-1")
    public, item = f"/agencies/{agency.ref}", f"/list/{service.code}"
    _sign_in(client, agency)
    assert "Ends soon" in page(client, "/desk/my-agency")
    assert agency.name in page(client, item)
    at(datetime(2026, 3, 21, 2, tzinfo=UTC))
    with app.app_context():
        watch_agencies()
    shown = page(client, public)
    assert "Services that rest" in shown and "ended on 20 Mar 2026" in shown
    assert agency.name not in page(client, item)
    _sign_in(client, agency)  # the session ended with the days that passed
    assert "These services rest" in page(client, "/desk/notices")
    at(datetime(2026, 3, 25, 2, tzinfo=UTC))
    with app.app_context():
        make.make_paper(**held, days=(date(2026, 3, 24), date(2029, 3, 23)), number="FAKE-2")
        watch_agencies()
    assert "Services that rest" not in page(client, public)
    assert agency.name in page(client, item)
    _sign_in(client, agency)
    assert "These services can be chosen again" in page(client, "/desk/notices")
    with query_counter() as asked:
        then = page(client, f"{public}?on=2026-03-22")
    assert asked.count <= 8
    assert "As of 22 Mar 2026" in then and "rested" in then and "FAKE-2" not in then
    assert "could be chosen" in page(client, f"{public}?on=2026-03-20")
