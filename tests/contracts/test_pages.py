"""The pages of a contract, a fee note and a rating: each party sees its turn, and nobody else sees anything."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import people
from tests.contracts.chain import make_award, make_contract, make_fee_note
from tests.make import PASSWORD, make_agency, make_enterprise


@pytest.fixture
def inside(app: Flask) -> Callable[..., Any]:
    """Return a function that calls another one inside an application context of its own, as a request has."""

    def call(make: Callable[..., Any], **named: Any) -> Any:
        with app.app_context():
            return make(**named)

    return call


@pytest.fixture
def browser(app: Flask) -> Callable[[Any], FlaskClient]:
    """Return a function that gives a signed-in browser of a person."""

    def signed_in(person: Any) -> FlaskClient:
        client = app.test_client()
        people.sign_in(client, person, PASSWORD)
        return client

    return signed_in


def refused(page: Any, status: int) -> str:
    assert page.status_code == status, page.text
    return str(page.text)


def test_the_chain_from_award_to_rating_goes_through_the_pages(inside: Any, browser: Any) -> None:
    award = inside(make_award)
    buyer, agency = browser(award.buyer), browser(award.offer.agency)
    assert award.ref in buyer.get("/desk/contracts").text
    page = buyer.get(f"/desk/contracts/propose/{award.ref}")
    assert "¥5,000.00" in page.text and "伍仟元整" in page.text
    made = people.post(buyer, f"/desk/contracts/propose/{award.ref}", {"terms": "地点：样例路\n联系人：某某"})
    url = made.headers["Location"]
    assert "样例路" in buyer.get(url).text
    assert f"{url}/sign" in agency.get(url).text and f"{url}/sign" not in buyer.get(url).text
    people.post(agency, f"{url}/sign")
    assert people.post(agency, f"{url}/deliver", {"title": " ", "note": "附注一"}).status_code == 422
    people.post(agency, f"{url}/deliver", {"title": "样例报告", "note": "附注一"})
    short = people.post(buyer, f"{url}/return", {"reason": "太短"})
    assert "太短" in refused(short, 422)
    people.post(buyer, f"{url}/return", {"reason": "缺少第三章的监测数据，请补充。"})
    assert "缺少第三章" in agency.get(url).text
    people.post(agency, f"{url}/deliver", {"title": "样例报告（二稿）"})
    assert people.post(buyer, f"{url}/accept").status_code == 302
    _fee_and_rating(url, buyer, agency)


def _fee_and_rating(url: str, buyer: FlaskClient, agency: FlaskClient) -> None:
    form = agency.get(f"{url}/fee").text
    field = form.partition('name="amount_')[2].partition('"')[0]
    assert 'value="5,000.00"' in form and buyer.get(f"{url}/fee").status_code == 200
    above = people.post(agency, f"{url}/fee", {f"amount_{field}": "5000.01"})
    assert "5000.01" in refused(above, 422)
    note = people.post(agency, f"{url}/fee", {f"amount_{field}": "4,800"}).headers["Location"]
    page = buyer.get(note).text
    assert "肆仟捌佰元整" in page and "12315" in page
    other = people.post(buyer, f"{note}/declare", {"reference": "回单 88", "amount": "4799.99"})
    assert "回单 88" in refused(other, 422)
    assert people.post(buyer, f"{note}/declare", {"reference": "回单 88", "amount": "4800"}).status_code == 302
    assert people.post(agency, f"{note}/confirm").status_code == 302
    levels = dict.fromkeys(("quality", "timeliness", "attitude", "charge", "norms"), "5")
    assert people.post(buyer, f"{url}/rating", {**levels, "comment": "好"}).status_code == 422
    told = {**levels, "comment": "提前三天交付，省了一次返工。"}
    assert people.post(buyer, f"{url}/rating", told).status_code == 302
    assert people.post(buyer, f"{url}/rating", told).status_code == 409
    assert "省了一次返工" in agency.get(f"{url}/rating").text
    assert "省了一次返工" in agency.get("/desk/ratings").text
    for who in (buyer, agency):
        for address in ("/desk/contracts", "/desk/fees", url, note, f"{url}/rating"):
            assert who.get(address + "?lang=en").status_code == 200
            assert who.get(address + "?lang=zh").status_code == 200


def test_a_contract_of_others_is_not_found(inside: Any, browser: Any) -> None:
    made = inside(make_contract)
    note = inside(make_fee_note, contract=made)
    for stranger in (browser(inside(make_enterprise)), browser(inside(make_agency))):
        for address in (f"/desk/contracts/{made.ref}", f"/desk/contracts/{made.ref}/fee", f"/desk/fees/{note}"):
            assert stranger.get(address).status_code == 404
    stranger = browser(inside(make_enterprise))
    assert people.post(stranger, f"/desk/contracts/{made.ref}/accept").status_code == 404
    assert stranger.get(f"/desk/contracts/propose/{made.award.ref}").status_code == 404
    assert browser(made.buyer).get(f"/desk/contracts/propose/{made.award.ref}").status_code == 302


def test_the_list_of_contracts_asks_the_same_number_of_questions_for_one_and_for_five(
    inside: Any, browser: Any, query_counter: Any
) -> None:
    first = inside(make_contract, reach="proposed")
    buyer = browser(first.buyer)

    def another() -> None:
        made = inside(make_contract, offer=first.award.offer, buyer=first.buyer)
        inside(make_fee_note, contract=made)

    buyer.get("/desk/contracts")
    with query_counter() as one:
        buyer.get("/desk/contracts")
    for _ in range(4):
        another()
    with query_counter() as five:
        buyer.get("/desk/contracts")
    assert one.count == five.count
    with query_counter() as notes:
        buyer.get("/desk/fees")
    another()
    with query_counter() as more:
        buyer.get("/desk/fees")
    assert notes.count == more.count
