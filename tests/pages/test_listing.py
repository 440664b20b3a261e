"""The shelves: what stands on the list, by which filters, and what no filter can bring in."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import Fixed, PerUnit
from market.base import clock
from market.catalogue.models import CleanUp
from market.pages.queries import shelf
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.pages.reading import page

# A signed-in reader's page asks who reads (1), which edition (2), its shelf (3-5, the first time) and the marks (6).
MOST = 6


def shelf_of(*prices: str) -> list[make.Listed]:
    """One edition in force with a service of each kind of price."""
    edition = make.make_edition()
    made = [make.make_listed_service(price=price, edition_id=edition) for price in prices]
    make.publish_edition(edition_id=edition)
    return made


def remove(edition_id: int, handling: str, name: str) -> None:
    """Keep a clean-up decision in a draft edition."""
    with transaction():
        db.session.add(
            CleanUp(
                edition_id=edition_id, name_zh=name, act_name_zh="样例许可", decision="样例发〔2026〕1号", handling=handling,
                handling_text="不再要求提供", confidence="sourced",
            )
        )  # fmt: skip


def test_every_kind_of_price_has_its_own_words_on_the_tag(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        market, *_ = shelf_of("market", "guided", "set", "fiscal", "unpublished")
        for number in (3, 5):
            make.make_offer(service=market, mark=Fixed(number * 1000_00))
    text = page(client, "/list")
    assert "¥3,000 – ¥5,000" in text and "Marked by 2 agencies" in text
    assert "¥0" in text and "whoever charges you breaks the rule" in text
    assert "Price not published" in text
    assert "at most ¥120" in text  # guided: 120 % of the basic 100 yuan, and more by the unit
    assert text.count('<article class="tag ') == 5


def test_prices_per_unit_are_compared_by_the_unit(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        for unit in (2_50, 4_00):
            make.make_offer(service=service, mark=PerUnit(unit))
    assert "¥2.50 – ¥4 for each 平方米" in page(client, "/list")


def test_marks_of_several_kinds_show_no_range(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(2_50))
        make.make_offer(service=service, mark=Fixed(900_00))
    text = page(client, "/list")
    assert "Marked by 2 agencies" in text and "Enter your quantity to compare" in text and "¥900" not in text


def test_a_withdrawn_price_is_no_marked_price(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        agency = make.make_agency()
        make.make_offer(service=service, agency=agency, mark=Fixed(900_00))
        make.make_offer(service=service, agency=agency, mark=Fixed(700_00))
    text = page(client, "/list")
    assert "Marked by 1 agency" in text and "¥700" in text and "¥900" not in text


def test_filters_are_counted_with_all_other_filters(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        shelf_of("market", "market", "fiscal")
    text = page(client, "/list?pricing=fiscal")
    assert "1 service ·" in text
    offered = {label: int(count) for label, count in re.findall(r"<span>([^<]+)</span><span>(\d+)</span>", text)}
    assert offered["Market-regulated price"] == 2 and offered["Paid by government"] == 1
    assert offered["Samples"] == 1


def test_a_filter_that_names_nothing_is_no_filter(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        shelf_of("market", "fiscal")
    assert "2 services" in page(client, "/list?pricing=nonsense&category=%27%3B--&page=zzz")


def test_filters_that_fit_no_service_say_so_and_what_to_do(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        shelf_of("market", "fiscal")
    text = page(client, "/list?pricing=fiscal&self=no&view=table")
    assert "1 service ·" in text
    authority = page(client, "/list?open=authority")
    assert "Fictitious authority" in authority and "Choose an authority" not in authority


def test_a_question_goes_to_search(client: FlaskClient) -> None:
    answer = client.get("/list?q=水土")
    assert answer.status_code == 302 and answer.location.startswith("/search?q=")


def test_twenty_services_stand_on_a_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        shelf_of(*["market"] * 23)
    assert page(client, "/list").count('<article class="tag ') == 20
    assert page(client, "/list?page=2").count('<article class="tag ') == 3
    assert page(client, "/list?page=99&view=table").count('<td class="ref">') == 3


def test_before_the_first_edition_the_site_says_so(client: FlaskClient) -> None:
    assert "No edition of the list is in force yet" in page(client, "/")
    page(client, "/list", status=409)


def test_an_edition_of_tomorrow_is_not_on_the_shelf(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        shelf_of("market")
        coming = make.make_edition(effective_from=clock.today() + timedelta(days=1))
        make.make_listed_service(edition_id=coming, name="【虚构】明日事项")
        make.publish_edition(edition_id=coming)
    assert "明日事项" not in page(client, "/list")
    text = client.get("/editions/2?lang=en").text
    assert "Not yet in force" in text and 'href="/list/ZJ' not in text


def test_a_draft_edition_is_nobodys_to_read(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        shelf_of("market")
        make.make_edition()
    page(client, "/editions/2", status=404)


def test_what_was_abolished_is_shown_with_its_decision_and_no_price(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_edition()
        make.make_listed_service(edition_id=edition)
        remove(edition, "abolished", "【虚构】已取消评估")
        remove(edition, "authority_commissioned", "【虚构】部门委托检测")
        make.publish_edition(edition_id=edition)
    text = page(client, "/list/removed")
    assert "样例发〔2026〕1号" in text and "Nobody may ask you for it" in text
    assert text.index("已取消评估") < text.index("部门委托检测")
    assert 'class="tag abolished"' in text and 'class="tag free"' in text
    assert "已取消评估" not in page(client, "/list")


@pytest.mark.parametrize("services", [20, 200])
def test_the_list_asks_as_much_for_twenty_services_as_for_two_hundred(
    app: Flask, client: FlaskClient, query_counter, services: int
) -> None:
    with app.app_context():
        cast = people.cast()
        made = shelf_of(*["market"] * services)
        for service in made[: services // 10]:
            make.make_offer(service=service)
    people.sign_in(client, cast.auditor)
    shelf._kept.clear()
    with query_counter() as first:
        page(client, "/list")
    with query_counter() as again:
        page(client, "/list?view=table")
    assert first.count <= MOST, first.statements
    assert again.count <= 3, again.statements
