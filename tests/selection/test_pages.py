"""The same acts through the doors, without scripts; and what each page shows to whom."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import PerUnit
from market.selection import queries
from tests import make, people
from tests.selection import around
from tests.selection.around import AFTER, MONDAY


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


@pytest.fixture
def inside(app):
    """Return a function that calls another one as a worker would, outside of every request."""

    def call(act, *given, **named):
        with app.app_context():
            return act(*given, **named)

    return call


def line_of(owner: make.Person, ref: str) -> int:
    """Return the id of a request's first line."""
    return queries.request_of(owner.actor, ref).lines[0].id


def signed_in(app: Flask, person) -> FlaskClient:
    """Return a browser in which `person` is signed in."""
    client = app.test_client()
    people.sign_in(client, person, make.PASSWORD)
    return client


def page(client: FlaskClient, url: str, status: int = 200) -> str:
    """Read a page in English."""
    answer = client.get(url, query_string={"lang": "en"})
    assert answer.status_code == status, answer.text
    return answer.text


def send(client: FlaskClient, url: str, status: int = 302, **data: str) -> str:
    """Send a form; return the page that follows or the refused form."""
    answer = people.post(client, url, data)
    assert answer.status_code == status, answer.text
    return client.get(answer.location).text if status == 302 else answer.text


def written(client: FlaskClient, service: make.Listed, **changes: str) -> str:
    """Write a draft through the form and return its reference."""
    data = {f"quantity_{item}": around.QUANTITY for item in service.fee_item_ids}
    answer = people.post(client, f"/desk/requests/new/{service.code}", {**data, "method": "lowest_quote", **changes})
    assert answer.status_code == 302, answer.text
    return answer.location.rsplit("/", 1)[1]


def test_from_the_item_to_the_award_by_direct_choice(app, inside):
    service = inside(make.make_listed_service)
    cheap, dear = (inside(make.make_offer, service=service, mark=PerUnit(fen)) for fen in (3_00, 4_00))
    buyer = signed_in(app, inside(make.make_enterprise))
    assert service.code in page(buyer, f"/desk/requests/new/{service.code}")
    ref = written(buyer, service, method="direct", title="Flood report")
    url = f"/desk/requests/{ref}"
    text = page(buyer, url)
    assert "Flood report" in text and "¥3,000.00" in text and "Publish the request" in text
    send(buyer, f"{url}/publish")
    assert "Choose it" in page(buyer, url)
    confirm = page(buyer, f"{url}/choose/{dear.agency.ref}")
    assert "¥4,000.00" in confirm and "Lower than this" in confirm
    seen = re.search(r'name="seen"[^>]* value="(\d+)"', confirm)
    assert seen and seen[1] == "400000"
    send(buyer, f"{url}/choose", agency=dear.agency.ref, seen=seen[1])
    text = page(buyer, url)
    assert dear.agency.name in text and "Why this agency" in text and "1 of them lower" in text
    agency = signed_in(app, dear.agency)
    assert "You were selected" in page(agency, f"/desk/opportunities/{ref}")
    assert "You were selected" in page(agency, "/desk/opportunities")
    other = signed_in(app, cheap.agency)
    assert "Another agency was selected" in page(other, f"/desk/opportunities/{ref}")


def test_a_price_that_changed_since_the_buyer_looked_is_not_taken(app, inside):
    offer = inside(make.make_offer, mark=PerUnit(3_00))
    buyer = signed_in(app, inside(make.make_enterprise))
    ref = written(buyer, offer.service, method="direct")
    send(buyer, f"/desk/requests/{ref}/publish")
    inside(make.make_offer, agency=offer.agency, service=offer.service, mark=PerUnit(9_00))
    text = send(buyer, f"/desk/requests/{ref}/choose?lang=en", 409, agency=offer.agency.ref, seen="300000")
    assert "changed its marked price meanwhile" in text and "¥9,000.00" in text


def test_from_the_item_to_the_award_by_sealed_quotes(app, inside, at):
    service = inside(make.make_listed_service)
    first, second = inside(make.make_offer, service=service), inside(make.make_offer, service=service)
    owner = inside(make.make_enterprise)
    buyer = signed_in(app, owner)
    ref = written(buyer, service)
    send(buyer, f"/desk/requests/{ref}/publish")
    line = inside(line_of, owner, ref)
    url = f"/desk/opportunities/{ref}"
    agencies = [signed_in(app, offer.agency) for offer in (first, second)]
    assert ref in page(agencies[0], "/desk/opportunities")
    form = page(agencies[0], url)
    assert 'value="5,000.00"' in form and "At most ¥5,000.00" in form
    for client, amount in zip(agencies, ("4,321.09", "4,321.08"), strict=True):
        sent = send(client, url, **{f"amount_{line}": amount, "promised_days": "9"})
        assert f"¥{amount}" in sent
    send(agencies[0], f"{url}/withdraw")
    send(agencies[0], url, **{f"amount_{line}": "4321.07", "promised_days": "9"})
    at(AFTER)
    buyer, agencies[0] = signed_in(app, owner), signed_in(app, first.agency)  # three days later
    text = page(buyer, f"/desk/requests/{ref}")
    assert "¥4,321.07" in text and "Select the lowest valid quote" in text
    send(buyer, f"/desk/requests/{ref}/choose")
    text = page(buyer, f"/desk/requests/{ref}")
    assert "quoted the lowest total, ¥4,321.07, of 2 valid quotes" in text
    assert "¥4,321.08" in page(agencies[0], url)


def test_sealed_quotes_stand_on_no_page_but_the_agencys_own(app, inside, at):
    service = inside(make.make_listed_service)
    mine, rival = inside(make.make_offer, service=service), inside(make.make_offer, service=service)
    owner = inside(make.make_enterprise)
    buyer, quoting, other = (signed_in(app, one) for one in (owner, mine.agency, rival.agency))
    public = app.test_client()
    ref = written(buyer, service)
    send(buyer, f"/desk/requests/{ref}/publish")
    line = inside(line_of, owner, ref)
    send(quoting, f"/desk/opportunities/{ref}", **{f"amount_{line}": "4321.09", "promised_days": "9"})
    assert "¥4,321.09" in page(quoting, f"/desk/opportunities/{ref}")
    readers = [(buyer, f"/desk/requests/{ref}"), (buyer, "/desk/requests"), (buyer, "/desk"), (buyer, "/desk/notices")]
    readers += [(other, f"/desk/opportunities/{ref}"), (other, "/desk/opportunities"), (other, "/desk")]
    readers += [(public, f"/notices/{ref}"), (public, "/notices"), (public, f"/list/{service.code}"), (public, "/")]
    for client, url in readers:
        text = client.get(url, query_string={"lang": "en"}).text
        assert "4,321.09" not in text and "432109" not in text
        assert f"QT-{MONDAY.year}" not in text
    assert "1 quote has arrived and is sealed" in page(buyer, f"/desk/requests/{ref}")
    # An agency's own page may name it, but not as one that quoted here.
    assert mine.agency.name not in page(buyer, f"/desk/requests/{ref}")
    assert mine.agency.name not in page(other, f"/desk/opportunities/{ref}")


def test_a_refused_form_keeps_what_was_typed_and_says_why(app, inside):
    service = inside(make.make_listed_service, price="guided")
    buyer = signed_in(app, inside(make.make_enterprise))
    data = {f"quantity_{service.fee_item_id}": "99999999", "method": "direct", "title": "Mine"}
    text = send(buyer, f"/desk/requests/new/{service.code}?lang=en", 422, **data)
    assert 'value="99999999"' in text and 'value="Mine"' in text and 'role="alert"' in text
    text = send(buyer, f"/desk/requests/new/{service.code}?lang=en", 422, method="direct")
    assert "Fill this in." in text


def test_a_quote_above_the_marked_price_is_refused_on_the_page_with_what_was_typed(app, inside):
    offer = inside(make.make_offer)
    owner = inside(make.make_enterprise)
    ref = inside(around.opened_request, owner, offer.service).ref
    line = inside(line_of, owner, ref)
    agency = signed_in(app, offer.agency)
    data = {f"amount_{line}": "5000.01", "promised_days": "9"}
    text = send(agency, f"/desk/opportunities/{ref}?lang=en", 422, **data)
    assert 'value="5000.01"' in text and "¥5,000.01" in text


def test_free_services_and_unknown_ones_have_no_request_page(app, inside):
    buyer = signed_in(app, inside(make.make_enterprise))
    free = inside(make.make_listed_service, price="fiscal")
    assert "paid for by the authority" in page(buyer, f"/desk/requests/new/{free.code}", 422)
    page(buyer, "/desk/requests/new/ZJ-9999X", 404)


def test_foreign_requests_and_drafts_are_not_found(app, inside):
    service = inside(make.make_listed_service)
    offer = inside(make.make_offer, service=service)
    made = inside(around.draft, inside(make.make_enterprise), service)
    stranger, agency = signed_in(app, inside(make.make_enterprise)), signed_in(app, offer.agency)
    page(stranger, f"/desk/requests/{made.ref}", 404)
    page(agency, f"/desk/opportunities/{made.ref}", 404)
    for act in ("publish", "cancel", "choose"):
        assert people.post(stranger, f"/desk/requests/{made.ref}/{act}").status_code == 404
    page(agency, f"/desk/requests/{made.ref}", 403)
    page(stranger, f"/desk/opportunities/{made.ref}", 403)


def test_a_draft_can_be_edited_and_discarded_by_its_owner(app, inside):
    service = inside(make.make_listed_service)
    buyer = signed_in(app, inside(make.make_enterprise))
    ref = written(buyer, service, last_day="2026-03-10")
    form = page(buyer, f"/desk/requests/{ref}/edit")
    assert 'value="1000"' in form and 'value="2026-03-10"' in form
    data = {f"quantity_{service.fee_item_id}": "7.5", "method": "lowest_quote", "title": "New title"}
    assert "New title" in send(buyer, f"/desk/requests/{ref}/edit", **data)
    send(buyer, f"/desk/requests/{ref}/cancel")
    assert "You cancelled this request" in page(buyer, f"/desk/requests/{ref}")
    assert buyer.get(f"/desk/requests/{ref}/edit").status_code == 302
    text = send(buyer, f"/desk/requests/{ref}/publish?lang=en", 409)
    assert "the present state is “Cancelled”" in text


def test_the_tables_ask_the_database_as_often_for_many_rows_as_for_few(app, inside, query_counter):
    service = inside(make.make_listed_service)
    offer = inside(make.make_offer, service=service)
    owner = inside(make.make_enterprise)
    buyer, agency = signed_in(app, owner), signed_in(app, offer.agency)
    counts = []
    for more in (2, 6):
        for _ in range(more):
            made = inside(around.opened_request, owner, service)
            inside(make.make_offer, service=service)
        direct = inside(around.draft, owner, service, method="direct")
        with query_counter() as counted:
            for client, url in (
                (buyer, "/desk/requests"),
                (buyer, f"/desk/requests/{direct.ref}"),
                (agency, "/desk/opportunities"),
                (agency, f"/desk/opportunities/{made.ref}"),
            ):
                page(client, url)
        counts.append(counted.count)
    assert counts[0] == counts[1]
