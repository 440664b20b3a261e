"""My desk: what waits for whom, with its deadline, and nothing of anybody else."""

from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import FilingState, PerUnit
from market.base.clock import CHINA
from market.base.people import Role
from market.base.workdays import Calendar
from market.notices.queries import unread
from market.pages.waits import Today, due
from tests import make, people
from tests.contracts import chain
from tests.pages.reading import page
from tests.selection import around

FRIDAY = datetime(2026, 3, 6, 10, 0, tzinfo=CHINA)


def signed_in(app: Flask, person: make.Person | make.MadeAgency) -> FlaskClient:
    """Return a browser in which `person` is signed in."""
    client = app.test_client()
    people.sign_in(client, person, make.PASSWORD)  # type: ignore[arg-type]
    return client


def test_every_role_has_a_desk(app: Flask) -> None:
    with app.app_context():
        cast = people.cast()
    for person in cast.everybody():
        client = app.test_client()
        people.sign_in(client, person)
        assert "My desk" in page(client, "/desk"), person.name


def test_a_desk_needs_somebody(client: FlaskClient) -> None:
    for url in ("/desk", "/desk/notices", "/desk/journal"):
        answer = client.get(url)
        assert answer.status_code == 302 and "/account/sign-in" in answer.location


@pytest.mark.parametrize(
    ("reach", "buyers", "agencys"),
    [
        ("proposed", "", "Sign"),
        ("in_service", "", "Deliver"),
        ("delivered", "Accept or return", ""),
        ("accepted", "Rate", "Issue the fee note"),
    ],
)
def test_a_contract_waits_for_whoever_is_on_turn(app: Flask, reach: str, buyers: str, agencys: str) -> None:
    with app.app_context():
        made = chain.make_contract(reach=reach)
    for person, act in ((made.buyer, buyers), (made.agency, agencys)):
        text = page(signed_in(app, person), "/desk")
        assert (f">{act}</a>" in text) if act else "Nothing waits for you" in text


def test_a_fee_note_waits_for_the_payer_and_then_for_the_agency(app: Flask) -> None:
    with app.app_context():
        made = chain.make_contract()
        chain.make_rating(contract=made)
        chain.make_fee_note(contract=made, reach="declared")
    assert "Nothing waits for you" in page(signed_in(app, made.buyer), "/desk")
    assert "Payments to confirm" in page(signed_in(app, made.agency), "/desk")


def test_a_request_waits_for_its_owner_once_its_quotes_are_opened(app: Flask, at) -> None:
    at(around.MONDAY)
    with app.app_context():
        offer = make.make_offer(mark=PerUnit(2_00))
        buyer, other = make.make_enterprise(), make.make_enterprise()
        asked = around.opened_request(buyer, offer.service)
        around.draft(buyer, offer.service, title="样例草稿")
    agency = signed_in(app, offer.agency)
    assert "Requests to quote on" in page(agency, "/desk") and "working days left" in page(agency, "/desk")
    text = page(signed_in(app, buyer), "/desk")
    assert "样例草稿" in text and "1 thing waits for you" in text
    with app.app_context():
        around.quote(asked, offer.agency, 1_500_00)
    assert "Nothing waits for you" in page(agency, "/desk")
    at(around.AFTER)
    text = page(signed_in(app, buyer), "/desk")
    assert "1 quote was opened" in text and "The time is over" in text
    assert "Nothing waits for you" in page(signed_in(app, other), "/desk")


def test_the_admission_desk_sees_who_waits(app: Flask) -> None:
    with app.app_context():
        make.make_agency(filed=FilingState.DRAFT)
        desk = make.make_person(role=Role.ADMISSION_DESK)
    assert "Nothing waits for you" in page(signed_in(app, desk), "/desk")


def test_an_agency_before_its_admission_is_led_to_the_registration(app: Flask) -> None:
    with app.app_context():
        agency = make.make_agency(filed=FilingState.DRAFT)
    assert "Finish the registration" in page(signed_in(app, agency), "/desk")


def test_only_the_first_of_many_are_shown_and_all_are_counted(app: Flask) -> None:
    with app.app_context():
        offer = make.make_offer()
        buyer = make.make_enterprise()
        for _ in range(9):
            chain.make_award(offer=offer, buyer=buyer)
    text = page(signed_in(app, buyer), "/desk")
    assert text.count(">Propose the contract</a>") == 8 and "All 9 →" in text


@pytest.mark.parametrize("jobs", [1, 9])
def test_a_desk_asks_as_much_for_one_job_as_for_nine(app: Flask, query_counter, jobs: int) -> None:
    with app.app_context():
        offer = make.make_offer()
        buyer = make.make_enterprise()
        for _ in range(jobs):
            chain.make_contract(offer=offer, buyer=buyer, reach="delivered")
    client = signed_in(app, buyer)
    with query_counter() as counted:
        page(client, "/desk")
    assert counted.count <= 12, counted.statements


def test_messages_are_my_organisations_and_are_marked_as_read(app: Flask) -> None:
    with app.app_context():
        made = chain.make_contract(reach="delivered")
        stranger = make.make_enterprise()
    client = signed_in(app, made.buyer)
    text = page(client, "/desk/notices")
    assert made.ref in text and "delivered the result" in text and f'href="/desk/contracts/{made.ref}"' in text
    assert "No message yet" in page(signed_in(app, stranger), "/desk/notices")
    assert people.post(client, "/desk/notices/read").status_code == 302
    assert "Mark all as read" not in page(client, "/desk/notices")
    with app.app_context():
        assert unread(made.buyer.organisation_id) == 0
        assert unread(made.agency.organisation_id) > 0


def test_the_journal_is_for_those_who_watch(app: Flask) -> None:
    with app.app_context():
        made = chain.make_contract()
        auditor = make.make_person(role=Role.AUDITOR)
    assert signed_in(app, made.buyer).get("/desk/journal").status_code == 403
    client = signed_in(app, auditor)
    assert "contract.accept" in page(client, "/desk/journal")
    text = page(client, f"/desk/journal?obj=contract/{made.ref}")
    assert "4 acts" in text and "request.publish" not in text
    assert "No act of that object" in page(client, "/desk/journal?obj=nothing")


@pytest.mark.parametrize(
    ("on", "text", "tone"),
    [
        (date(2026, 3, 6), "Today until 24:00", "soon"),
        (date(2026, 3, 8), "Until 8 Mar 2026 24:00", "soon"),  # a Sunday: no working day is left before it ends
        (date(2026, 3, 9), "1 working day left", "soon"),
        (date(2026, 3, 11), "3 working days left", ""),
        (date(2026, 3, 5), "1 working day late", "late"),
        (date(2026, 3, 2), "4 working days late", "late"),
    ],
)
def test_deadlines_are_counted_in_working_days(app: Flask, on: date, text: str, tone: str) -> None:
    today = Today(FRIDAY, FRIDAY.date(), Calendar({}, frozenset({2026})))
    with app.test_request_context("/?lang=en"):
        told = due(on, today)
    assert (told["text"], told["tone"]) == (text, tone)
