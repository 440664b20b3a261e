"""The item page: my quantity, every agency's price for it, and what nobody may ask for."""

import html
import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import Fixed, Percent, PerUnit
from market.base.clock import CHINA
from market.base.pricing import Band, Gap, PricedItem
from market.catalogue.actions.seeds import seed_regions
from market.catalogue.models import Entry
from market.pages import calculator
from market.pages.brackets import rule_table
from market.pages.queries.item import offers_shown
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.contracts import chain
from tests.pages.reading import page
from tests.pages.test_compare import mark

MOST = 6


def amounts(text: str) -> list[str]:
    """The marked prices in the order of the table."""
    body = text[text.index('id="offers"') :]
    return re.findall(r'class="n" data-label="Marked price"><span>(¥[^<]+)</span>', body)


def test_agencies_stand_by_their_price_for_my_quantity(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(2_00))
        make.make_offer(service=service, mark=Fixed(500_00))
    assert amounts(page(client, f"/list/{service.code}?q1=100")) == ["¥200.00", "¥500.00"]
    assert amounts(page(client, f"/list/{service.code}?q1=1,000")) == ["¥500.00", "¥2,000.00"]


def test_a_region_of_the_address_has_its_own_prices_and_goes_along_into_every_link(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        with transaction():
            seed_regions()
        service = make.make_listed_service()
        agency = make.make_offer(service=service, mark=Fixed(500_00)).agency
        mark(agency, service, Fixed(300_00), region="990101")
    whole, near = (page(client, f"/list/{service.code}?q1=1{asked}") for asked in ("", "&region=990101"))
    assert amounts(whole) == ["¥500.00"] and "region=" not in whole and "Prices for the whole area" not in whole
    assert amounts(near) == ["¥300.00"] and "hold in Jia District" in near and 'value="990101"' in near
    assert re.search(r'/desk/requests/new/[^"]+&amp;region=990101"', near) and "/offers?q1=1&amp;region=990101" in near
    assert f"&amp;region=990101&amp;agency={agency.ref}" in near
    assert amounts(page(client, f"/list/{service.code}?q1=1&region=110000")) == ["¥500.00"]


def test_without_a_quantity_one_unit_is_the_example(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(2_00))
    text = page(client, f"/list/{service.code}")
    assert amounts(text) == ["¥2.00"] and "for 1 平方米" in text


@pytest.mark.parametrize(("typed", "sentence"), [("abc", "is not a quantity"), ("0", "is not above zero"), ("0.00001", "too many decimals")])  # fmt: skip
def test_an_unreadable_quantity_is_kept_and_said_beside_its_field(
    app: Flask, client: FlaskClient, typed: str, sentence: str
) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(2_00))
    text = page(client, f"/list/{service.code}?q1={typed}")
    assert sentence in text and f'value="{typed}"' in text and 'aria-invalid="true"' in text
    assert "¥2.00 for each 平方米" in text  # the mark in words


def test_what_the_list_allows_is_explained_step_by_step(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service(price="guided")
        make.make_offer(service=service, mark=Percent(900))
    text = page(client, f"/list/{service.code}?q1=100")
    assert "Lawful charge: at least ¥240.00, at most ¥360.00" in text
    assert "¥240 – ¥360" in text and amounts(text) == ["¥270.00"]


def test_a_quantity_outside_the_list_is_refused_with_the_limits(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        bands = [Band(q_from=10_000, q_to=20_000, slope_num=1, slope_den=10)]
        service = make.make_listed_service(price="set", bands=bands)
    text = page(client, f"/list/{service.code}?q1=100")
    assert "There is no price for this quantity" in text and 'value="100"' in text
    assert 'value="20"' in page(client, f"/list/{service.code}")  # the example lies inside


def test_what_the_treasury_pays_costs_the_applicant_nothing_and_cannot_be_chosen(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        service = make.make_listed_service(price="fiscal")
        make.make_offer(service=service, mark=Fixed(800_00))
        buyer, department = make.make_enterprise(), make.make_department()
    text = page(client, f"/list/{service.code}")
    assert "You pay nothing" in text and "any sum from the applicant" in text and "prices to the authority" in text
    people.sign_in(client, buyer, make.PASSWORD)
    assert "/desk/requests/new/" not in page(client, f"/list/{service.code}")
    other = app.test_client()
    people.sign_in(other, department, make.PASSWORD)
    assert "/desk/requests/new/" in page(other, f"/list/{service.code}")


def test_a_department_cannot_choose_what_the_applicant_buys(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service)
        department = make.make_department()
    assert f"/desk/requests/new/{service.code}?quantity_" in page(client, f"/list/{service.code}")
    people.sign_in(client, department, make.PASSWORD)
    assert "/desk/requests/new/" not in page(client, f"/list/{service.code}")


def test_what_has_no_published_price_cannot_be_asked_for(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service(price="unpublished")
    text = page(client, f"/list/{service.code}")
    assert "Price not published" in text and 'name="q1"' not in text and "/desk/requests/new/" not in text


def test_what_is_not_on_the_list_is_said_to_be_nobodys_to_ask_for(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_listed_service()
    text = page(client, "/list/ZJ-9999", status=404)
    assert "ZJ-9999" in text and "nobody may ask you for it" in text


def test_few_prices_are_compared_with_no_median(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        for number in range(1, 8):
            make.make_offer(service=service, mark=Fixed(number * 100_00))
        few = page(client, f"/list/{service.code}")
        make.make_offer(service=service, mark=Fixed(800_00))
    assert (
        "Not comparable yet" in few
        and "median</" not in few
        and "below the median" not in few
        and "<svg height" not in few
    )
    text = page(client, f"/list/{service.code}")
    assert "78 % below the median" in text and "11 % above the median" in text and "<svg height" in text


def test_several_fee_items_are_added_up(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service(fee_items=2)
        make.make_offer(service=service, mark=PerUnit(1_00))
    assert amounts(page(client, f"/list/{service.code}?q1=10&q2=5")) == ["¥15.00"]
    assert amounts(page(client, f"/list/{service.code}?q2=5")) == ["¥5.00"]


def test_days_really_taken_are_those_of_this_service(app: Flask, client: FlaskClient, at) -> None:
    at(datetime(2026, 3, 2, 10, 0, tzinfo=CHINA))
    with app.app_context():
        agency = make.make_agency()
        mine, other = (make.make_offer(agency=agency, service=one) for one in two_services())
        contract = chain.make_contract(award=chain.make_award(offer=mine), reach="accepted")
        assert contract
    assert "n = 1" in page(client, f"/list/{mine.service.code}")
    assert "n = 1" not in page(client, f"/list/{other.service.code}")


def two_services() -> list[make.Listed]:
    """Two services of one edition in force."""
    edition = make.make_edition()
    made = [make.make_listed_service(edition_id=edition) for _ in range(2)]
    make.publish_edition(edition_id=edition)
    return made


@pytest.mark.parametrize("agencies", [20, 200])
def test_an_item_asks_as_much_for_twenty_agencies_as_for_two_hundred(
    app: Flask, client: FlaskClient, query_counter, agencies: int
) -> None:
    with app.app_context():
        cast = people.cast()
        service = make.make_listed_service()
        for number in range(agencies):
            make.make_offer(service=service, mark=Fixed(100_00 + number))
    people.sign_in(client, cast.auditor)
    with query_counter() as counted:
        text = page(client, f"/list/{service.code}")
    assert counted.count <= MOST, counted.statements
    assert len(amounts(text)) == 20 and f"{agencies} agencies" in text


def test_the_offers_of_an_item_are_one_row_each(app: Flask) -> None:
    with app.app_context():
        service = make.make_listed_service(fee_items=2)
        offer = make.make_offer(service=service)
        ((row, days),) = offers_shown([offer.id], offer.service.service_id).values()
        assert days is None and row.agency_ref == offer.agency.ref and set(row.bands) == set(service.fee_item_ids)


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    found = calculator.spread([1, 2, 3, 4, 5, 6, 10, 20])
    assert found is not None and (found.median_fen, found.low_fen, found.high_fen) == (5, 1, 20)
    assert sum(count for _low, _high, count in found.bins) == 8


def test_equal_prices_make_no_distribution() -> None:
    found = calculator.spread([700] * 9)
    assert found is not None and found.median_fen == 700 and not found.bins


def test_an_interpolated_bracket_is_told_by_the_figures_at_its_ends(app: Flask) -> None:
    band = Band(q_from=3_000_000, q_to=6_000_000, q0=3_000_000, y0=6_000_000, slope_num=1, slope_den=3)
    gap = Gap(6_000_000, 10**14, "price.no_ceiling_published", {"lower": "6", "unit": "万元"})
    item = PricedItem(
        name="x", base_name="投资额", unit="万元", steps_per_unit=1_000_000, bands=(band,), gaps=(gap,), method="bracket_interpolated",
    )  # fmt: skip
    with app.test_request_context("/?lang=en"):
        first, last = rule_table(item).rows
    assert first.standard.endswith("on a straight line") and last.gap and "no lawful ceiling" in last.standard


def answers(text: str) -> dict[str, str]:
    """The answered questions of a page."""
    found = re.findall(r"<summary>([^<]+)</summary>\s*<p>([^<]*)</p>", text)
    return {question: html.unescape(answer) for question, answer in found}


@pytest.mark.parametrize(
    ("price", "most"),
    [
        ("fiscal", "Nothing: ¥0."),
        ("set", "By the list ¥102 (for 1 平方米)"),
        ("market", "no agency has marked a price yet"),
        ("unpublished", "No figure is published"),
    ],
)
def test_what_people_ask_is_answered_from_the_entry(app: Flask, client: FlaskClient, price: str, most: str) -> None:
    with app.app_context():
        service = make.make_listed_service(price=price)
    told = answers(page(client, f"/list/{service.code}"))
    assert most in told["How much at most?"] and len(told) == 8
    assert ("treasury" in told["Who pays?"]) == (price == "fiscal")
    assert "20 working days" in told["How long may it take?"] and service.code in told["What if somebody demands more?"]


def test_where_the_list_is_silent_the_answer_says_so(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_edition()
        service = make.make_listed_service(edition_id=edition, time_limit=None)
        with transaction():
            entry = db.session.get_one(Entry, service.entry_id)
            entry.self_service, entry.qualification, entry.merged_group = "unknown", "", ""
        make.publish_edition(edition_id=edition)
        make.make_offer(service=service)
    told = answers(page(client, f"/list/{service.code}"))
    assert "does not say" in told["May I do it myself?"] and "no limit" in told["How long may it take?"]
    assert "no qualification" in told["Who may serve?"] and "¥5,000" in told["How much at most?"]
    assert "no merged group" in told["Is it merged with other reports, or done for a whole area?"]
