"""What anybody may read: agencies, notices, the evaluation, search. And what stays closed."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import FilingState, Fixed, PerUnit
from market.base.people import Role
from market.evaluation import actions as evaluation
from market.evaluation import queries as rounds
from market.selection.queries import documents
from market.store.transaction import transaction
from tests import make, people
from tests.contracts import chain
from tests.pages.reading import page
from tests.selection import around

IN_THE_YEAR = datetime(2025, 5, 6, 2, tzinfo=UTC)
AFTERWARDS = datetime(2026, 1, 5, 2, tzinfo=UTC)


@pytest.fixture
def rated(app: Flask, at) -> chain.MadeContract:
    """Return the last of six rated jobs of one agency in 2025."""
    at(IN_THE_YEAR)
    with app.app_context():
        offer = make.make_offer(mark=Fixed(800_00), days=12)
        buyer = make.make_enterprise()
        for _ in range(6):
            made = chain.make_contract(offer=offer, buyer=buyer)
            chain.make_rating(contract=made, given=chain.levels(5, 4, 4, 5, 4))
    return made


@pytest.fixture
def published(app: Flask, at, rated: chain.MadeContract) -> chain.MadeContract:
    """Return the same after the evaluation of 2025 was published."""
    at(AFTERWARDS)
    with app.app_context():
        officer, supervisor = make.make_person(role=Role.EVALUATION_OFFICER), make.make_person(role=Role.SUPERVISOR)
        with transaction() as now:
            evaluation.seed_scheme(now)
        with transaction() as now:
            evaluation.open_round(2025, "demo-1", actor=officer.actor, now=now)
        with transaction() as now:
            evaluation.compute(rounds.round_of(2025), actor=officer.actor, now=now)
        with transaction() as now:
            evaluation.publish(rounds.round_of(2025), actor=supervisor.actor, now=now)
    return rated


def test_an_agency_is_public_only_after_its_admission(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_listed_service()
        waiting, admitted = make.make_agency(filed=FilingState.IN_CHECK), make.make_agency()
    text = page(client, "/agencies")
    assert admitted.name in text and waiting.name not in text
    page(client, f"/agencies/{admitted.ref}")
    page(client, f"/agencies/{waiting.ref}", status=404)


def test_agencies_are_found_by_a_part_of_the_name_and_by_service(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        offer = make.make_offer()
        other = make.make_agency(name="【虚构】样例别家（测试）")
    assert "别家" in page(client, "/agencies?q=别家") and offer.agency.name not in page(client, "/agencies?q=别家")
    text = page(client, f"/agencies?service={offer.service.code}")
    assert offer.agency.name in text and other.name not in text
    assert "No agency answers this" in page(client, "/agencies?q=%25_%25")


def test_an_agencys_page_shows_prices_days_ratings_and_their_rows(
    client: FlaskClient, rated: chain.MadeContract
) -> None:
    text = page(client, f"/agencies/{rated.agency.ref}")
    assert "¥800.00 in all" in text and "12 working days" in text
    assert "4.40" in text and "n = 6" in text
    assert text.count("RT-2025-") == 6 and chain.COMMENT in text
    assert "of its jobs in time" in text and "100%" in text


def test_below_five_ratings_no_number_is_shown(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = chain.make_contract()
        chain.make_rating(contract=made)
    text = page(client, f"/agencies/{made.agency.ref}")
    assert "Not enough data (1)" in text and 'class="stars' not in text


def test_the_evaluation_shows_every_row_a_grade_came_from(client: FlaskClient, published: chain.MadeContract) -> None:
    table = page(client, "/evaluation")
    assert "Evaluation of 2025" in table and "90.00" in table
    sheet = page(client, f"/evaluation/2025/{published.agency.ref}")
    assert sheet.count("RT-2025-") == 6
    points = re.search(r"Sum of points ([\d.]+) ÷ 6 ratings = ([\d.]+)", sheet)
    assert points and points[1] == "540.00" and points[2] == "90.00"
    assert f"/evaluation/2025/{published.agency.ref}" in page(client, f"/agencies/{published.agency.ref}")


def test_an_evaluation_is_closed_until_a_second_person_published_it(app: Flask, client: FlaskClient, at, rated) -> None:
    at(AFTERWARDS)
    with app.app_context():
        officer = make.make_person(role=Role.EVALUATION_OFFICER)
        with transaction() as now:
            evaluation.seed_scheme(now)
        with transaction() as now:
            evaluation.open_round(2025, "demo-1", actor=officer.actor, now=now)
        with transaction() as now:
            evaluation.compute(rounds.round_of(2025), actor=officer.actor, now=now)
    assert "No evaluation is published yet" in page(client, "/evaluation")
    page(client, "/evaluation/2025", status=404)
    page(client, f"/evaluation/2025/{rated.agency.ref}", status=404)


def test_quotes_are_sealed_for_the_public_until_the_deadline(app: Flask, client: FlaskClient, at) -> None:
    at(around.MONDAY)
    with app.app_context():
        offer = make.make_offer(mark=PerUnit(2_00))
        asked = around.opened_request(make.make_enterprise(), offer.service)
        around.quote(asked, offer.agency, 1_500_00)
    at(around.BEFORE)
    text = page(client, f"/notices/{asked.ref}")
    assert "1 quotes so far" in text and "1,500.00" not in text and offer.agency.name not in text
    at(around.AFTER)
    text = page(client, f"/notices/{asked.ref}")
    assert "¥1,500.00" in text and offer.agency.name in text


def test_a_notice_follows_its_request_to_the_acceptance(client: FlaskClient, rated: chain.MadeContract) -> None:
    text = page(client, f"/notices/{rated.award.request_ref}")
    assert "was selected at ¥800.00" in text and "Accepted" in text and "of 12 working days" in text
    assert text.index("request.draft") if "request.draft" in text else "Draft" in text
    assert rated.award.request_ref in page(client, "/notices") and rated.award.request_ref in page(client, "/")


def test_a_draft_is_no_notice(app: Flask, client: FlaskClient, at) -> None:
    at(around.MONDAY)
    with app.app_context():
        offer = make.make_offer()
        kept = around.draft(make.make_enterprise(), offer.service)
    page(client, f"/notices/{kept.ref}", status=404)
    assert kept.ref not in page(client, "/notices")


def test_notices_are_narrowed_by_state_and_agency(client: FlaskClient, rated: chain.MadeContract) -> None:
    assert "6 notices" in page(client, "/notices?state=awarded")
    assert "No notice here" in page(client, "/notices?state=failed")
    assert "6 notices" in page(client, f"/notices?agency={rated.agency.ref}")
    assert "6 notices" in page(client, "/notices?state=nonsense")


def test_search_finds_services_notices_and_agencies(app: Flask, client: FlaskClient, rated: chain.MadeContract) -> None:
    service = rated.award.offer.service
    with app.app_context():
        listed = {"id": f"entry/{service.code}", "kind": "entry", "title": service.name, "body": service.code}
        app.extensions["search"].rebuild([listed, *documents()])
    assert f'href="/list/{service.code}"' in page(client, f"/search?q={service.name}")
    assert rated.award.request_ref in page(client, f"/search?q={rated.award.request_ref}")
    assert f'href="/agencies/{rated.agency.ref}"' in page(client, f"/search?q={rated.agency.name}")


def test_what_search_does_not_find_is_nobodys_to_ask_for(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_listed_service()
        app.extensions["search"].rebuild([])
    text = page(client, "/search?q=<b>x</b>月球勘查")
    assert "is not on the list in force" in text and "<b>x</b>" not in text
    assert "Type what you are asked to buy" in page(client, "/search?q=")


def test_a_hit_that_left_the_list_is_not_shown_as_listed(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_listed_service()
        gone = {"id": "entry/ZJ-9999", "kind": "entry", "title": "旧事项", "body": ""}
        app.extensions["search"].rebuild([gone])  # the index is a projection and may lag
    assert "ZJ-9999" not in page(client, "/search?q=旧事项")


@pytest.mark.parametrize(
    "url", ["/", "/list", "/agencies", "/notices", "/evaluation", "/search?q=样例", "/list/removed"]
)
def test_public_pages_answer_in_both_languages(client: FlaskClient, published: chain.MadeContract, url: str) -> None:
    english = page(client, url)
    client.set_cookie("lang", "zh")
    chinese = client.get(url).text
    assert 'lang="en"' in english and 'lang="zh-Hans-CN"' in chinese
    assert "清单之外无服务" in chinese and not re.search(r"style=\"|<script>", english + chinese)


def test_figures_of_the_home_page_are_counted(client: FlaskClient, rated: chain.MadeContract) -> None:
    text = page(client, "/")
    facts = re.findall(r"<dt>([^<]+)</dt>\s*<dd>(?:<a[^>]*>)?([^<]+)", text)
    told = {label: value.strip() for label, value in facts}
    assert told["agencies admitted, 1 marked prices"] == "1"
    assert told["median time really taken, 12 promised (n = 6)"] == "0"
    assert told["paid by government, not by you"] == "0"


def test_signing_in_changes_nothing_that_is_public(app: Flask, client: FlaskClient, rated: chain.MadeContract) -> None:
    people.sign_in(client, rated.buyer, make.PASSWORD)
    assert rated.agency.name in page(client, f"/agencies/{rated.agency.ref}")
