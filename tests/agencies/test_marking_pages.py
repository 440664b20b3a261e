"""Marking a price by forms alone: rows of a schedule, two windows, marking again, and the public history."""

import re

import pytest

from market.agencies import queries
from market.agencies.rules import Counting, Fixed, Percent, Schedule, Step, mark_of
from market.catalogue.listing import line_of
from market.jobs.catalogue import bring_list_into_force
from tests import make
from tests.journeys.editions import BEFORE_DAY, MORNING, both_editions, signed_in
from tests.people import post


@pytest.fixture
def made(app):
    """Return a function that calls another inside an application context of its own, apart from the client's."""

    def call(function, *args, **kwargs):
        with app.app_context():
            return function(*args, **kwargs)

    return call


def sign_in(client, who):
    assert post(client, "/account/sign-in", {"email": who.email, "password": make.PASSWORD}).status_code == 302


def test_a_schedule_is_typed_row_by_row_tried_and_marked(client, made):
    service, agency = made(make.make_listed_service), made(make.make_agency)
    item, url = service.fee_item_id, f"/desk/offers/{service.code}"
    sign_in(client, agency)
    typed = {
        "promised_days": "15", f"kind_{item}": "schedule", f"counting_{item}": "part", f"rows_{item}-0-up_to": "１，０００",
        f"rows_{item}-0-base": "1,000.00", f"rows_{item}-0-unit": "2",
    }  # fmt: skip
    grown = post(client, url, typed | {"do": f"add-{item}"})
    assert grown.status_code == 200
    assert f'name="rows_{item}-1-up_to"' in grown.text and 'value="1,000.00"' in grown.text
    typed |= {
        f"rows_{item}-1-up_to": "",
        f"rows_{item}-1-base": "",
        f"rows_{item}-1-unit": "1.5",
        f"quantity_{item}": "1200",
    }
    for path, more in ((url, {"try": "1"}), (f"{url}/preview", {})):
        tried = post(client, path, typed | more)
        assert tried.status_code == 200
        # 1,000 + 2 for each of the first thousand + 1.50 for each of the other 200.
        assert "¥3,300.00" in tried.text and "price-curve" in tried.text
    assert made(queries.offers_for, service.entry_id) == []
    refused = post(client, url, typed | {f"rows_{item}-0-up_to": "1.2345"})
    assert refused.status_code == 422 and 'value="1.2345"' in refused.text
    assert post(client, url, typed).status_code == 302
    [row] = made(queries.offers_for, service.entry_id)
    expected = Schedule((Step(1_000_000, 1_000_00, 2_00), Step(None, 0, 1_50)), Counting.PART)
    assert mark_of([line_of(band) for band in row.bands[item]], 1000) == expected
    again = client.get(url)
    assert 'value="1000"' in again.text and f'name="rows_{item}-1-unit"' in again.text
    shrunk = post(client, url, typed | {"do": f"remove-{item}-1"})
    assert f'name="rows_{item}-1-unit"' not in shrunk.text


def test_the_second_window_gets_both_versions_and_loses_nothing(client, made):
    offer = made(make.make_offer, mark=Fixed(500_00))
    item, url = offer.service.fee_item_id, f"/desk/offers/{offer.service.code}"
    sign_in(client, offer.agency)
    [seen] = re.findall(r'name="seen"[^>]*value="([^"]+)"', client.get(url).text)
    first = {"promised_days": "9", f"kind_{item}": "fixed", f"base_{item}": "400", "seen": seen}
    assert post(client, url, first).status_code == 302
    clash = post(client, f"{url}?lang=en", first | {f"base_{item}": "300.00", "promised_days": "8", "capacity": "4"})
    assert clash.status_code == 409
    for text in ("Two versions of this price", "¥400.00", "¥300.00", 'value="300.00"', 'value="4"'):
        assert text in clash.text
    # A mistake in between does not make the page forget that there are two versions.
    wrong = post(client, url, first | {f"base_{item}": "abc"})
    [still] = re.findall(r'name="seen"[^>]*value="([^"]+)"', wrong.text)
    assert still == seen
    [now] = re.findall(r'name="seen"[^>]*value="([^"]+)"', clash.text)
    assert post(client, url, first | {f"base_{item}": "300.00", "seen": now}).status_code == 302
    [row] = made(queries.offers_for, offer.service.entry_id)
    assert (row.version, row.bands[item][0].y0) == (3, 300_00)
    assert post(client, f"/desk/offers/{row.offer_id}/pause", {"reason": "equipment"}).status_code == 302
    assert made(queries.offers_for, offer.service.entry_id) == []
    assert "Equipment or laboratory" in client.get("/desk/offers?lang=en").text
    assert post(client, f"/desk/offers/{row.offer_id}/resume").status_code == 302
    client.get("/account/sign-out")
    public = client.get(f"/agencies/{offer.agency.ref}/prices/{offer.service.code}?lang=en").text
    assert [text for text in ("¥500.00", "¥400.00", "¥300.00", "Equipment") if text not in public] == []
    assert client.get(f"/agencies/{offer.agency.ref}/prices/ZJ-NONE").status_code == 404


def test_what_an_edition_ended_is_marked_again_one_by_one_or_all_at_once(app, at):
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        agency = make.make_agency()
        services = {**lists.same, **lists.repriced, **lists.removed}
        for name, service in services.items():
            mark = Percent(900) if name in ("guided", "dearer", "cheaper", "gone_b") else None
            make.make_offer(agency=agency, service=service, mark=mark, days=10)
    at(MORNING)
    with app.app_context():
        bring_list_into_force()
        edition = lists.second
        found = {one.lapsed.code: one for one in queries.proposals(agency.id, edition, MORNING.date())}
        told = {code.removeprefix("ZJ-T-"): (list((one.marks or {}).values()), one.days) for code, one in found.items()}
    assert told["shorter"] == ([Fixed(5_000_00)], 5)
    assert told["dearer"] == told["cheaper"] == ([Percent(900)], 10)
    assert told["newly_set"] == ([Percent(1000)], 10)
    client = signed_in(app, agency.email)
    assert "ZJ-T-shorter" in client.get("/desk/offers").text
    one = found["ZJ-T-shorter"].lapsed.offer_id
    assert post(client, "/desk/offers/remark", {"offer": str(one)}).status_code == 302
    with app.app_context():
        assert len(queries.proposals(agency.id, edition, MORNING.date())) == len(found) - 1
    assert post(client, "/desk/offers/remark", {"all": "1"}).status_code == 302
    with app.app_context():
        left = queries.proposals(agency.id, edition, MORNING.date())
        assert [one.lapsed.code for one in left if one.marks] == []
        marked = {row.code: row.promised_days for row in queries.offers_of(agency.id) if row.edition_number == 2}
        assert marked["ZJ-T-shorter"] == 5 and "ZJ-T-dearer" in marked
    assert "ZJ-T-nothing" not in post(client, "/desk/offers/remark", {"all": "1"}).text
