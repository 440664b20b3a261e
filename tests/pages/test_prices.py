"""The prices of an item through time, and where a quoted price lies."""

import re
from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies.actions import Marking, Terms, mark_price, pause_offer, resume_offer
from market.agencies.models import Agency
from market.agencies.queries import offer_of
from market.agencies.rules import Fixed, PerUnit
from market.base.clock import CHINA
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.catalogue.rules import Payer
from market.pages import panels
from market.pages.ranges import BOTTOM, TOP, Point, range_chart
from market.pages.robust import percentile
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.pages.reading import page

MOST = 7


def marked(service: make.Listed, *sums: int) -> None:
    """Let as many agencies mark these fixed sums in yuan."""
    for yuan in sums:
        make.make_offer(service=service, mark=Fixed(yuan * 100))


def planned(service: make.Listed, agency: make.MadeAgency, yuan: int, begins: datetime) -> None:
    """Let an agency announce a fixed sum for a later day."""
    with transaction() as now:
        entry = entry_of(service.code, db.session.get_one(Edition, service.edition_id))
        given = Marking(entry, {service.fee_item_id: Fixed(yuan * 100)}, 5, Terms(effective_from=begins))
        mark_price(db.session.get_one(Agency, agency.id), given, actor=agency.actor, now=now)


def verdict(text: str) -> str:
    """The sentence about the quoted price."""
    found = re.search(r'role="status">.*?<p>(.*?)</p>', text, re.S)
    return found[1] if found else ""


def test_fewer_than_eight_marked_prices_are_not_compared(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        marked(service, *range(100, 800, 100))
    text = page(client, f"/list/{service.code}/prices")
    assert "Not comparable yet" in text and "median of" not in text
    with app.app_context():
        marked(service, 800)
    assert "median of 8 marked prices" in page(client, f"/list/{service.code}/prices")


@pytest.mark.parametrize(
    ("price", "told"),
    [("150", "Low"), ("450", "middle half"), ("700", "Upper part"), ("790", "High"), ("900", "no agency has marked so high")],
)  # fmt: skip
def test_a_quoted_price_is_placed_among_the_marked_ones(app: Flask, client: FlaskClient, price: str, told: str) -> None:
    with app.app_context():
        service = make.make_listed_service()
        marked(service, *range(100, 900, 100))
    text = page(client, f"/list/{service.code}/prices?price={price}")
    assert told in verdict(text)
    assert ("Report this price" in text) == (price == "900")


def test_a_price_above_what_the_list_allows_is_to_be_reported(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service(price="guided")  # at 100 units from 240 to 360 yuan
    url = f"/list/{service.code}/prices?q1=100&price="
    above = page(client, url + "360.01")
    assert "above the most that the list allows" in verdict(above)
    assert f"kind=demanded_outside&amp;service={service.code}" in above
    assert "nothing to compare with" in verdict(page(client, url + "360"))
    assert "Below the least" in verdict(page(client, url + "239.99"))


def test_what_the_treasury_pays_may_be_charged_to_nobody(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service(price="fiscal")
        make.make_offer(service=service, mark=Fixed(800_00))
    assert "the treasury pays" in verdict(page(client, f"/list/{service.code}/prices?price=1"))


@pytest.mark.parametrize("typed", ["abc", "-5", "1.001", "9" * 30])
def test_an_unreadable_price_is_kept_and_said_beside_its_field(app: Flask, client: FlaskClient, typed: str) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(2_00))
    text = page(client, f"/list/{service.code}/prices?price={typed}")
    assert f'value="{typed}"' in text and 'id="price-error"' in text and not verdict(text)


def test_the_price_of_the_list_is_told_for_each_edition(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        first = make.make_edition()
        service = make.make_listed_service(price="guided", edition_id=first, name="样例勘察")
        make.publish_edition(edition_id=first)
        second = make.make_edition(effective_from=date(2021, 1, 1))
        again = make.make_listed_service(price="set", edition_id=second, code=service.code, name="样例勘察")
        make.publish_edition(edition_id=second)
    text = page(client, f"/list/{again.code}/prices?q1=100")
    rows = re.findall(r"Edition (\d)</a>.*?At least\"><span>([^<]+).*?At most\"><span>([^<]+)", text, re.S)
    assert rows == [("1", "¥240.00", "¥360.00"), ("2", "¥300.00", "¥300.00")]


def test_a_month_end_counts_the_prices_that_stood_then(app: Flask, client: FlaskClient, at) -> None:
    with app.app_context():
        at(datetime(2026, 1, 10, 10, 0, tzinfo=CHINA))
        service = make.make_listed_service()
        marked(service, *range(100, 900, 100))
        at(datetime(2026, 2, 10, 10, 0, tzinfo=CHINA))
        marked(service, 1700)
        # Paused over the end of February; marked in February for April.
        paused, ended = make.make_offer(service=service, mark=Fixed(1800_00)), make.make_agency()
        with transaction() as now:
            pause_offer(offer_of(paused.agency.id, paused.id), "equipment", actor=paused.agency.actor, now=now)
        planned(service, ended, 1900, datetime(2026, 4, 1, 0, 0, tzinfo=CHINA))
        at(datetime(2026, 3, 5, 10, 0, tzinfo=CHINA))
        with transaction() as now:
            resume_offer(offer_of(paused.agency.id, paused.id), actor=paused.agency.actor, now=now)
    text = page(client, f"/list/{service.code}/prices")
    row = r"<td>{}</td>.*?Prices\"><span>(\d+).*?Lowest\"><span>([^<]+).*?Median\"><span>([^<]+).*?Highest\"><span>([^<]+)"
    told = [
        re.search(row.format(day), text, re.S) for day in ("5 Mar 2026", "28 Feb 2026", "31 Jan 2026", "31 Dec 2025")
    ]
    assert [found and found.groups() for found in told] == [
        ("10", "¥100.00", "¥550.00", "¥1,800.00"),
        ("9", "¥100.00", "¥500.00", "¥1,700.00"),
        ("8", "¥100.00", "¥450.00", "¥800.00"),
        ("0", "—", "—", "—"),
    ]


@pytest.mark.parametrize("agencies", [9, 40])
def test_prices_ask_as_much_for_nine_agencies_as_for_forty(
    app: Flask, client: FlaskClient, query_counter, agencies: int
) -> None:
    with app.app_context():
        service = make.make_listed_service()
        marked(service, *range(100, 100 + agencies))
    with query_counter() as counted:
        page(client, f"/list/{service.code}/prices?price=100")
    assert counted.count <= MOST, counted.statements


def test_prices_of_what_is_not_listed_are_not_found(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_listed_service()
    page(client, "/list/ZJ-9999/prices", status=404)


def test_a_percentile_lies_on_a_straight_line_between_its_neighbours() -> None:
    assert [percentile([10, 20, 30, 40], one) for one in (0, 25, 50, 100)] == [10, 18, 25, 40]
    assert percentile([7], 90) == 7


def test_two_years_of_month_ends_are_told_with_today() -> None:
    days = panels.month_ends(date(2026, 3, 31))
    assert (len(days), days[0], days[-2], days[-1]) == (25, date(2024, 3, 31), date(2026, 2, 28), date(2026, 3, 31))


def test_a_price_at_the_ceiling_of_the_list_is_inside_it() -> None:
    assert panels.position(100, [90] * 8 + [100], (80, 100), Payer.APPLICANT).verdict == "high"
    assert panels.position(101, [], (80, 100), Payer.APPLICANT).outside


def test_equal_prices_are_drawn_as_a_line_in_the_middle() -> None:
    chart = range_chart([Point("a", None, None, None), Point("b", 5, 5, 5)])
    assert chart is not None and len(chart.columns) == 1 and TOP < chart.columns[0].top < BOTTOM
    assert range_chart([Point("a", None, None, None)]) is None
