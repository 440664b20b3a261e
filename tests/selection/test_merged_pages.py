"""Merged requests on their pages: from the basket to the awards, and how much is asked of the database."""

import re
from datetime import date, timedelta

import pytest

from market.agencies.rules import PerUnit
from market.catalogue.models import Entry
from market.selection import queries
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.selection.around import AFTER, MONDAY
from tests.selection.lots import merged
from tests.selection.test_basket import draft, grouped_services, put
from tests.selection.test_pages import page, send, signed_in


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


def test_from_the_basket_to_the_awards_without_scripts(app):
    with app.app_context():
        services, alone = grouped_services(3)
        buyer, stranger, agency = make.make_enterprise(), make.make_enterprise(), make.make_agency()
        for service in services:
            make.make_offer(agency=agency, service=service, mark=PerUnit(2_00))
        put(buyer, *services, alone, typed={one.fee_item_id: "10" for one in (*services, alone)})
    client = signed_in(app, buyer)
    shown = page(client, "/desk/basket")
    assert "3 services, one merged request" in shown and "Draft them apart instead" in shown
    typed = {f"quantity_{one.fee_item_id}": "10" for one in (*services, alone)}
    listing = send(client, "/desk/basket", method="direct", **typed)
    found = re.search(r"/desk/merged/(MR-2026-\d{6}\w)", listing)
    assert found and listing.count("MR-2026-") >= 2
    url = f"/desk/merged/{found[1]}"
    draft_page = page(client, url)
    assert draft_page.count('class="card lot"') == 3 and "¥60.00" in draft_page and "Publish all lots" in draft_page
    waits = set(re.findall(r'href="(/desk/(?:requests|merged)/[A-Z]{2}-[^"?]+)"', page(client, "/desk")))
    assert url in waits and len(waits) == 2
    lot = re.search(r"/desk/requests/(RQ-2026-\d{6}\w)", draft_page)
    assert lot and "Your turn, for all lots" in page(client, f"/desk/requests/{lot[1]}")
    assert client.get(f"/desk/requests/{lot[1]}/edit").location == f"{url}/edit"
    items = [one.fee_item_id for one in services]
    given = {f"quantity_{item}": "20" for item in items} | {"method": "direct", "title": "Plant"}
    bad = send(client, f"{url}/edit", 422, **{**given, f"quantity_{items[1]}": "viele"})
    assert 'value="viele"' in bad
    assert "Plant" in send(client, f"{url}/edit", **given)
    other = signed_in(app, stranger)
    assert other.get(url).status_code == 404
    assert people.post(other, f"{url}/publish").status_code == 404
    assert client.post(f"{url}/publish").status_code == 400  # without the form's token
    send(client, f"{url}/publish")
    assert people.post(client, f"{url}/publish").status_code == 409
    confirm = page(client, f"{url}/choose/{agency.ref}")
    assert "¥120.00" in confirm and "Choose this agency for 3 lots" in confirm and "How it comes about" in confirm
    old = send(client, f"{url}/choose", 409, agency=agency.ref, seen="1")
    assert "changed its marked price" in old
    assert send(client, f"{url}/choose", agency=agency.ref, seen="12000").count("Agency selected") >= 3
    assert people.post(client, f"{url}/choose", {"agency": agency.ref, "seen": "12000"}).status_code == 409
    notice = page(client, f"/notices/{lot[1]}")
    assert "Lot 1 of 3" in notice
    assert len(set(re.findall(r'href="/notices/(RQ-2026-\d{6}\w)"', notice)) - {lot[1]}) == 2


def test_the_page_says_how_quotes_are_taken_and_that_drafts_stand_under_another_edition(app, at):
    with app.app_context():
        mine = merged(2, method="lowest_quote")
        offer = make.make_offer(service=mine.services[0])
    client = signed_in(app, mine.buyer)
    url = f"/desk/merged/{mine.ref}"
    send(client, f"{url}/publish")
    assert "each lot goes to its own lowest valid quote" in page(client, url)
    assert people.post(client, f"{url}/choose", {"agency": offer.agency.ref}).status_code == 409
    at(AFTER)
    client = signed_in(app, mine.buyer)
    assert page(client, url).count("Select the lowest valid quote") == 2
    send(client, f"{url}/cancel")
    assert "Cancelled" in page(client, url)
    assert people.post(client, f"{url}/cancel").status_code == 409
    at(MONDAY)
    with app.app_context():
        second = make.make_enterprise()
        services = mine.services
        put(second, *services, typed={one.fee_item_id: "10" for one in services})
        ref = draft(second, method="direct").merged[0]
        at(MONDAY + timedelta(days=1))
        newer = make.make_edition(effective_from=date(2026, 3, 3))
        for service in services:
            make.make_listed_service(edition_id=newer, code=service.code, name=service.name)
        make.publish_edition(edition_id=newer)
    client, url = signed_in(app, second), f"/desk/merged/{ref}"
    assert "Accept edition" in page(client, url)
    told = send(client, f"{url}/publish", 422)
    assert told.count("The list has changed since the draft was written") == 2
    assert client.get(f"{url}/edit").status_code == 302
    assert "Publish all lots" in send(client, f"{url}/accept-edition")
    send(client, f"{url}/lots/RQ-2026-0000000/take-out", 404)
    lots = re.findall(r"/lots/(RQ-2026-\d{6}\w)/take-out", page(client, url))
    send(client, f"{url}/lots/{lots[0]}/take-out")
    assert client.get(url).status_code == 404


def test_pages_ask_the_same_number_of_questions_whatever_the_lots(app, query_counter):
    with app.app_context():
        edition, buyer, agency = make.make_edition(), make.make_enterprise(), make.make_agency()
        services = [make.make_listed_service(edition_id=edition) for _ in range(7)]
        with transaction():
            for place, service in enumerate(services):
                db.session.get_one(Entry, service.entry_id).merged_group = "联合测绘" if place < 2 else "多评合一"
        make.publish_edition(edition_id=edition)
        for service in services:
            make.make_offer(agency=agency, service=service)
        refs = []
        for some in (services[:2], services[2:]):
            put(buyer, *some, typed={one.fee_item_id: "10" for one in some})
            taken = draft(buyer, method="direct")
            refs.append((taken.merged[0], taken.done[0]))
        sizes = [len(queries.merged_of(buyer.actor, ref).lots) for ref, _lot in refs]
        assert sizes == [2, 5]
    client = signed_in(app, buyer)

    def counts(ref: str, lot: str) -> list[int]:
        found = []
        for url in (f"/desk/merged/{ref}", f"/desk/merged/{ref}/edit", f"/desk/merged/{ref}/choose/{agency.ref}"):
            client.get(url)
            with query_counter() as asked:
                assert client.get(url).status_code == 200
            found.append(asked.count)
        with query_counter() as asked:
            assert client.get(f"/desk/requests/{lot}").status_code == 200
        return [*found, asked.count]

    few, many = (counts(*one) for one in refs)
    assert many == few
    with query_counter() as asked:
        assert client.get("/desk/requests").text.count("MR-2026-") == 4
    assert asked.count <= 8
