"""The home page: every figure is counted from rows, by a fixed number of statements."""

import re
from datetime import date, datetime
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies import actions as agencies
from market.agencies.models import Agency
from market.agencies.rules import Fixed, Mark, PerUnit
from market.base import clock
from market.base.clock import CHINA
from market.catalogue.models import Entry
from market.catalogue.queries.bundles import bundles_of
from market.pages.panels import median_change
from market.pages.queries.home import Remarked, remarked
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.contracts import chain
from tests.pages.reading import page

MOST = 10


def figures(text: str) -> dict[str, str]:
    """The strip of figures by label."""
    return {label: value.strip() for label, value in re.findall(r"<dt>([^<]+)</dt>\s*<dd>(?:<a[^>]*>)?([^<]+)", text)}


def remark(made: make.MadeOffer, mark: Mark) -> None:
    """Let the agency mark another price in place of the one in force."""
    with transaction() as now:
        entry = db.session.get_one(Entry, made.service.entry_id)
        given = agencies.Marking(entry, dict.fromkeys(made.service.fee_item_ids, mark), 10)
        agencies.mark_price(db.session.get_one(Agency, made.agency.id), given, actor=made.agency.actor, now=now)


def test_a_price_marked_anew_is_compared_with_the_one_of_a_year_before(app: Flask, client: FlaskClient, at) -> None:
    with app.app_context():
        at(datetime(2024, 5, 1, 10, 0, tzinfo=CHINA))
        service = make.make_listed_service()
        fixed = [make.make_offer(service=service, mark=Fixed(100_00)) for _ in range(4)]
        units = [make.make_offer(service=service, mark=PerUnit(10_00)) for _ in range(4)]
        make.make_offer(service=service, mark=Fixed(100_00))  # stays
        at(datetime(2025, 3, 1, 10, 0, tzinfo=CHINA))
        for one in fixed:
            remark(one, Fixed(90_00))
        for one in units:
            remark(one, PerUnit(11_00))
        remark(make.make_offer(service=service, mark=Fixed(5_00)), Fixed(50_00))  # too young to compare
        at(datetime(2025, 6, 1, 10, 0, tzinfo=CHINA))
        found = sorted(remarked(clock.today()), key=lambda one: one.ratio)
        assert found == [Remarked(Fraction(9, 10), 4), Remarked(Fraction(1), 1), Remarked(Fraction(11, 10), 4)]
        assert remarked(date(2025, 3, 1)) == []  # a year before, nothing was marked yet
    told = figures(page(client, "/"))
    assert told["median change of marked prices in a year (n = 9)"] == "0%"


def test_below_eight_comparable_prices_there_is_a_dash_and_no_figure(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_offer()
    assert figures(page(client, "/"))["change of marked prices in a year: not comparable yet (n = 0)"] == "—"
    assert median_change([Remarked(Fraction(2), 7)]) == (7, None)
    assert median_change([Remarked(Fraction(2), 7), Remarked(Fraction(1, 2), 2)]) == (9, 1000)


def test_days_saved_are_the_promised_less_the_actual_of_all_jobs(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        offer = make.make_offer(days=12)
        for _ in range(2):
            chain.make_contract(offer=offer)
    told = figures(page(client, "/"))
    assert told["less than promised over all jobs (n = 2)"] == "24"
    assert told["median time really taken, 12 promised (n = 2)"] == "0"


def test_the_latest_changes_of_the_list_lead_to_the_difference(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        first = make.make_edition()
        service = make.make_listed_service(price="guided", edition_id=first, name="样例勘察")
        make.publish_edition(edition_id=first)
    assert "What changed on the list" not in page(client, "/")
    with app.app_context():
        second = make.make_edition(effective_from=date(2021, 1, 1))
        make.make_listed_service(price="set", edition_id=second, code=service.code, name="样例勘察")
        make.make_listed_service(edition_id=second)
        make.publish_edition(edition_id=second)
    text = page(client, "/")
    told = re.findall(r'href="/editions/1/to/2\?show=(\w+)"><span>[^<]+</span><b>(\d+)</b>', text)
    assert told == [("added", "1"), ("repriced", "1")]
    page(client, "/editions/1/to/2?show=added")


@pytest.mark.parametrize("agencies", [2, 12])
def test_the_home_page_asks_as_much_for_two_agencies_as_for_twelve(
    app: Flask, client: FlaskClient, query_counter, agencies: int
) -> None:
    with app.app_context():
        cast = people.cast()
        service = make.make_listed_service()
        for number in range(agencies):
            make.make_offer(service=service, mark=Fixed(100_00 + number))
    people.sign_in(client, cast.auditor)
    page(client, "/")  # what is read once a day is not the page's
    with query_counter() as counted:
        page(client, "/")
    assert counted.count <= MOST, counted.statements


def test_bundles_stand_as_shelves_that_lead_to_their_plan(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_real_list()
        known = bundles_of(edition)
    text = page(client, "/")
    told = re.findall(r'href="/plan\?bundle=([^"]+)"><span>[^<]+</span><b>(\d+)</b>', text)
    assert told == [(one.code, str(one.services)) for one in known] and len(told) >= 8
    page(client, f"/plan?bundle={told[0][0]}")
