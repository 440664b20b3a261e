"""The record of an item: days, methods, quotes and ratings, counted from what the chain records."""

import re

from flask import Flask
from flask.testing import FlaskClient

from market.pages.queries.record import Decided, Jobs
from market.pages.views.record import _bins, _methods
from tests import make
from tests.contracts import chain
from tests.pages.reading import page

MOST = 6


def figures(text: str) -> dict[str, str]:
    """The strip of figures by label."""
    return dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd>([^< ]+)", text))


def test_an_item_without_jobs_says_what_will_stand_here(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
    text = page(client, f"/list/{service.code}/record")
    for told in ("No job was accepted yet", "Nobody has selected an agency", "No job of it was rated yet"):
        assert told in text


def test_jobs_selections_and_ratings_of_this_item_alone_are_counted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_edition()
        services = [make.make_listed_service(edition_id=edition) for _ in range(2)]
        make.publish_edition(edition_id=edition)
        mine, other = (make.make_offer(service=one, days=12) for one in services)
        for offer in (mine, mine, other):
            made = chain.make_contract(offer=offer)
            chain.make_rating(contract=made, given=chain.levels(5 if offer is mine else 1))
        chain.make_award(offer=mine)
    text = page(client, f"/list/{mine.service.code}/record")
    assert figures(text) == {"mean really taken": "0.00", "mean promised": "12.00", "in time (2 of 2 jobs)": "100%"}
    assert "12 early" in text and mine.agency.name in text and other.agency.name not in text
    assert re.search(r"Direct choice</td>.*?Used\"><span>3<.*?100%.*?1\.00", text, re.S), text
    assert "Not enough data (2)" in text and "<svg height" not in text  # two jobs are no distribution


def test_the_methods_tell_how_many_quotes_came() -> None:
    decided = [Decided("lowest_quote", 0, 1, 0), Decided("lowest_quote", 4, 2, 2), Decided("direct", 1, 3, 3)]
    direct, lowest = _methods(decided)
    assert (direct.method, direct.used, direct.mean_milli) == ("direct", 3, 1000)
    assert (lowest.used, lowest.awarded, lowest.mean_milli, lowest.most) == (3, 2, 2667, 4)


def test_every_job_falls_into_one_bin_of_days_early_or_late() -> None:
    jobs = [Jobs(20, actual, 1) for actual in (1, 14, 15, 19, 20, 21, 25, 26, 90)]
    assert [one["count"] for one in _bins(jobs)] == [2, 2, 1, 2, 2]
    assert [one["label"] for one in _bins(jobs)] == ["≤ −6", "−5 … −1", "0", "+1 … +5", "≥ +6"]


def test_a_record_asks_as_much_for_one_job_as_for_three(app: Flask, client: FlaskClient, query_counter) -> None:
    with app.app_context():
        offer = make.make_offer()
        chain.make_rating(contract=chain.make_contract(offer=offer))
    counts = []
    for more in (0, 2):
        with app.app_context():
            for _ in range(more):
                chain.make_rating(contract=chain.make_contract(offer=offer))
        with query_counter() as counted:
            page(client, f"/list/{offer.service.code}/record")
        counts.append(counted.count)
    assert counts[0] == counts[1] <= MOST


def test_the_record_of_what_is_not_listed_is_not_found(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_listed_service()
    page(client, "/list/ZJ-9999/record", status=404)
