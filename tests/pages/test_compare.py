"""The compare page: every marked price for my quantity, region and day; its order, its filters, and its files."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from market.agencies import actions
from market.agencies.models import Agency
from market.agencies.rules import Counting, Fixed, Mark, PerUnit, Schedule, Step
from market.base import clock
from market.base.pricing import Band
from market.catalogue.actions.seeds import seed_regions
from market.catalogue.listing import Ask
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.catalogue.rules import Payer
from market.pages.calculator import Line, compare
from market.pages.comparing_offers import MOST_DAYS, Sort
from market.pages.queries.compare import Scope, marks_at, offers_at, totals
from market.pages.queries.item import priced_items
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.contracts import chain
from tests.pages.reading import page

NOON = datetime(2026, 5, 11, 4, tzinfo=UTC)
MOST = 8
HOSTILE = (
    "%00",
    "a%00b",
    "x" * 3000,
    "%ff",
    "%ed%a0%80",
    "'\"><script>",
    "=1+1",
    "9" * 400,
    "-1",
    "1e9",
    "NaN",
    "２０",
    "",
)
NAMES = ("q1", "q9", "k1", "region", "on", "within", "grade", "room", "sort", "page", "lang")


def mark(agency: make.MadeAgency, service: make.Listed, how: Mark, days: int = 10, **terms: Any) -> make.MadeOffer:
    """Mark a price with terms: region, first moment, capacity."""
    with transaction() as now:
        entry = entry_of(service.code, db.session.get_one(Edition, service.edition_id))
        marking = actions.Marking(entry, dict.fromkeys(service.fee_item_ids, how), days, actions.Terms(**terms))
        row = actions.mark_price(db.session.get_one(Agency, agency.id), marking, actor=agency.actor, now=now)
        return make.MadeOffer(row.id, agency, service)


def rows(text: str) -> list[tuple[str, str]]:
    """Agency's reference and price of every row, in order."""
    body = text[text.index("<tbody>") :] if "<tbody>" in text else ""
    pairs = re.findall(
        r'<tr>\s*<td><a href="/agencies/([^"]+)">.*?data-label="Marked price"><span>([^<]+)</span>', body, re.S
    )
    assert len(pairs) == body.count("<tr>")
    return pairs


def refs(text: str) -> list[str]:
    """The agencies of the rows in order."""
    return [ref for ref, _price in rows(text)]


def test_who_is_cheapest_follows_the_quantity_and_each_price_tells_how_it_comes_about(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        service = make.make_listed_service()
        small, large = make.make_agency(), make.make_agency()
        mark(small, service, PerUnit(2_00))
        mark(large, service, Fixed(500_00))
    url = f"/list/{service.code}/offers"
    assert rows(page(client, f"{url}?q1=100")) == [(small.ref, "¥200.00"), (large.ref, "¥500.00")]
    text = page(client, f"{url}?q1=1,000")
    assert rows(text) == [(large.ref, "¥500.00"), (small.ref, "¥2,000.00")]
    assert text.count("How this comes about") == 2 and "¥2,000" in re.findall(r"</summary><ol>.*?</ol>", text, re.S)[1]
    assert f"/desk/requests/new/{service.code}?quantity_" in text
    assert f"{url}?q1=1%2C000" in page(client, f"/list/{service.code}?q1=1,000").replace("&amp;", "&")


def test_the_order_is_by_the_very_sums_that_each_offers_bands_come_to(app: Flask) -> None:
    with app.app_context():
        service = make.make_listed_service()
        steps = (Step(5_000, 300_00, 0), Step(50_000, 0, 9_99), Step(None, 200_00, 1_01))
        for how in (PerUnit(2_00, 1_00), Fixed(499_99), Schedule(steps, Counting.PART), Schedule(steps[:2])):  # fmt: skip
            mark(make.make_agency(), service, how)
        item = priced_items(service.entry_id)[0].item
        scope = Scope(service.entry_id, "", clock.now(), graded=False)
        offers = list(offers_at(scope).values())
        for quantity in (1, 1_000, 5_000, 5_001, 37_777, 50_000, 50_001, 10**9):
            line = Line(item, (), (), quantity=quantity)
            made = [(one.offer.offer_id, one.total_fen) for one in compare(offers, [line], Payer.APPLICANT)]
            marks = marks_at(scope, [Ask(item, quantity)])
            assert [(one.offer_id, one.total_fen) for one in marks] == made
            assert totals(marks) == [total for _, total in made if total is not None]
            twice = marks_at(scope, [Ask(item, quantity), Ask(item, quantity)])
            assert [one.total_fen for one in twice] == [total and 2 * total for _, total in made]


def test_a_regions_price_answers_there_and_an_announced_one_on_its_day(
    app: Flask, client: FlaskClient, at: Any
) -> None:
    at(NOON)
    with app.app_context():
        service, agency, other = make.make_listed_service(), make.make_agency(), make.make_agency()
        with transaction():
            seed_regions()
        mark(agency, service, Fixed(500_00))
        mark(agency, service, Fixed(300_00), region="990101")
        mark(other, service, Fixed(800_00), region="990102")
        mark(agency, service, Fixed(900_00), effective_from=datetime(2026, 5, 20, 16, tzinfo=UTC))
    url = f"/list/{service.code}/offers?q1=1"
    assert rows(page(client, url)) == [(agency.ref, "¥500.00")]
    near = page(client, f"{url}&region=990101")
    assert rows(near) == [(agency.ref, "¥300.00")]
    assert "region=990101&amp;agency=" in near and "/desk/requests/new/" not in page(client, f"{url}&on=2026-05-20")
    assert rows(page(client, f"{url}&region=990102")) == [(agency.ref, "¥500.00"), (other.ref, "¥800.00")]
    assert rows(page(client, f"{url}&on=2026-05-20")) == [(agency.ref, "¥500.00")]
    assert rows(page(client, f"{url}&on=2026-05-21")) == [(agency.ref, "¥900.00")]
    for asked, told in (("on=2026-05-10", "has passed"), ("on=2028-01-01", "a year ahead"), ("on=soon", "is no day"),
                        ("region=110000", "such a region"), (f"within={MOST_DAYS + 1}", "from 1 to 999")):  # fmt: skip
        text = page(client, f"{url}&{asked}")
        assert told in text and rows(text) == [(agency.ref, "¥500.00")]
        assert client.get(f"/list/{service.code}/offers.csv?q1=1&{asked}").status_code == 422


def test_days_jobs_ratings_grades_and_load_stand_beside_the_price_and_put_rows_in_order(
    app: Flask, client: FlaskClient, at: Any
) -> None:
    at(NOON - timedelta(days=400))
    with app.app_context():
        service = make.make_listed_service()
        dear, cheap, free = (make.make_agency() for _ in range(3))
        offer = mark(dear, service, Fixed(900_00), 5, capacity=3)
        old = mark(cheap, service, Fixed(100_00), 15, capacity=1)
        mark(free, service, Fixed(500_00), 9)
        chain.make_contract(award=chain.make_award(offer=old))  # older than a year: no day of it counts
        at(NOON)
        for _ in range(5):
            chain.make_rating(contract=chain.make_contract(award=chain.make_award(offer=offer)))
        chain.make_contract(award=chain.make_award(offer=old), reach="in_service")
        chain.make_contract(award=chain.make_award(offer=offer), reach="delivered")
        make.make_grades(2025, A=[cheap], B=[dear])
    url = f"/list/{service.code}/offers?q1=1"
    text = page(client, url)
    assert refs(text) == [cheap.ref, free.ref, dear.ref]
    assert text.count("No comparable data") == 3 and "Not comparable yet" in text and "below the median" not in text
    assert text.count("Not enough data (0)") == 2 and "n = 5" in text and text.count("none in the past year") == 2
    assert "1 of 1 jobs" in text and "1 of 3 jobs" in text and "0 running" in text and text.count(">Full<") == 1
    orders = {
        Sort.DAYS: [dear, free, cheap], Sort.ACTUAL: [dear, cheap, free], Sort.RATING: [dear, cheap, free],
        Sort.GRADE: [cheap, dear, free], Sort.LOAD: [dear, cheap, free], Sort.DISTANCE: [cheap, free, dear],
    }  # fmt: skip
    for sort, order in orders.items():
        assert refs(page(client, f"{url}&sort={sort}")) == [one.ref for one in order], sort
    assert refs(page(client, f"{url}&grade=A")) == [cheap.ref]
    assert refs(page(client, f"{url}&within=9")) == [free.ref, dear.ref]
    assert refs(page(client, f"{url}&room=1")) == [dear.ref]
    none = page(client, f"{url}&grade=A&room=1")
    assert refs(none) == [] and "No marked price answers these filters" in none and "0 of 3 marked prices" in none
    assert "sort=days" in page(client, f"{url}&sort=days&grade=A").split('id="room"')[1]


def test_quantities_without_a_price_say_which_have_one(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        empty = make.make_listed_service()
        assert "No agency has marked a price yet" in page(client, f"/list/{empty.code}/offers")
        unpublished = make.make_listed_service(price="unpublished")
        assert "Price not published" in page(client, f"/list/{unpublished.code}/offers")
        assert client.get(f"/list/{unpublished.code}/offers.csv").status_code == 200
        bands = [Band(q_from=10_000, q_to=20_000, slope_num=1, slope_den=10)]
        listed = make.make_listed_service(price="set", bands=bands)
        make.make_offer(service=listed)
    url = f"/list/{listed.code}/offers"
    for typed, told in (("100", "&gt; 10"), ("abc", "is not a quantity"), ("0", "is not above zero")):
        text = page(client, f"{url}?q1={typed}")
        assert told in text and "for quantities &gt; 10 and ≤ 20 平方米" in text and refs(text) == []
        assert f'value="{typed}"' in text and 'aria-invalid="true"' in text
        assert client.get(f"{url}.xlsx?q1={typed}").status_code == 422
    assert len(refs(page(client, f"{url}?q1=15"))) == 1 and len(refs(page(client, url))) == 1
    assert client.get(f"{url}.pdf").status_code == 404 and client.get("/list/ZJ-9999/offers").status_code == 404


def test_eight_prices_have_a_median_and_the_files_say_what_the_page_says(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        for number in range(1, 8):
            make.make_offer(service=service, mark=Fixed(number * 100_00))
        evil = make.make_agency(name="=HYPERLINK(1)")
        mark(evil, service, Fixed(850_00), 7, capacity=2)
    url = f"/list/{service.code}/offers"
    text = page(client, f"{url}?q1=3&sort=distance")
    assert "Median ¥450.00 of n = 8 prices" in text and "78 % below the median" in text and "No comparable" not in text
    assert rows(text)[0][1] == "¥400.00" and rows(text)[-1] == (evil.ref, "¥850.00")
    answer = client.get(f"{url}.csv?q1=3&sort=distance")
    head, *lines = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert [(line[1], f"¥{line[3]}") for line in lines] == rows(text)
    assert lines[-1][0] == "'=HYPERLINK(1)" and head[3] == "Marked price (yuan)" and lines[-1][4] == "89"
    assert lines[0][-1] and "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{url}.xlsx?q1=3&sort=distance").data))
    sheet = [list(row) for row in book.active.values]
    assert [(row[1], f"¥{row[3]:.2f}") for row in sheet[1:]] == rows(text) and sheet[-1][0] == "'=HYPERLINK(1)"
    assert not [cell for row in book.active.rows for cell in row if cell.data_type == "f"]
    within = client.get(f"{url}.csv?q1=3&within=7").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(within)))) == 2


@pytest.mark.parametrize("agencies", [20, 200])
def test_as_many_statements_for_twenty_prices_as_for_two_hundred(
    app: Flask, client: FlaskClient, query_counter: Any, agencies: int
) -> None:
    with app.app_context():
        cast = people.cast()
        service = make.make_listed_service()
        for number in range(agencies):
            make.make_offer(service=service, mark=Fixed(100_00 + number))
    people.sign_in(client, cast.auditor)
    for asked, kind in (("", ""), ("&sort=rating", ""), ("&room=1", ""), ("", ".csv")):
        with query_counter() as counted:
            text = page(client, f"/list/{service.code}/offers{kind}?q1=1{asked}")
        assert counted.count <= MOST, counted.statements
        if not kind and "room" not in asked:
            assert len(refs(text)) == 20 and f"{agencies} marked prices" in text
        if kind:
            assert text.count("\r\n") == agencies + 1


def test_what_strangers_type_is_answered(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(1_00))
    answered = {}
    for kind in ("", ".csv", ".xlsx"):
        for name in NAMES if not kind else ("q1", "region", "on", "within"):
            for given in HOSTILE:
                url = f"/list/{service.code}/offers{kind}?{name}={given}"
                answered[url[:90]] = client.get(url).status_code
    assert {url: status for url, status in answered.items() if status not in (200, 302, 404, 422)} == {}
