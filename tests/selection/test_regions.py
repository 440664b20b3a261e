"""A request's region: only prices that hold where the work is done are quoted or chosen, an agency's nearest."""

import re

import pytest
from sqlalchemy import select

from market.agencies import actions as marking
from market.agencies.models import Agency, Offer
from market.agencies.rules import Fixed
from market.base.errors import NotFound
from market.catalogue.actions.seeds import seed_regions
from market.catalogue.models import Edition, EntryRegion
from market.catalogue.queries import entry_of
from market.journal.queries import history
from market.notices.models import Notice
from market.selection import actions, queries
from market.selection.models import Quote, Request
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.guards.raw import columns_of, refused_insert, refused_sql, run
from tests.pages.reading import page
from tests.selection import around
from tests.selection.around import MONDAY
from tests.selection.lots import merged
from tests.selection.test_pages import send, signed_in

JIA, YI, CITY = "990101", "990102", "990100"


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


def mark(agency: make.MadeAgency, service: make.Listed, yuan: int, region: str = "") -> int:
    """Mark a price that holds in a region."""
    with transaction() as now:
        entry = entry_of(service.code, db.session.get_one(Edition, service.edition_id))
        given = marking.Marking(entry, {service.fee_item_id: Fixed(yuan * 100)}, 10, marking.Terms(region=region))
        return marking.mark_price(db.session.get_one(Agency, agency.id), given, actor=agency.actor, now=now).id


def ground() -> tuple[make.Listed, make.MadeAgency, make.MadeAgency]:
    """A service with an agency that marks the whole area, the city and Jia, and one that marks Yi alone."""
    with transaction():
        seed_regions()
    service, wide, narrow = make.make_listed_service(), make.make_agency(), make.make_agency()
    for yuan, region in ((500, ""), (400, CITY), (300, JIA)):
        mark(wide, service, yuan, region)
    mark(narrow, service, 100, YI)
    return service, wide, narrow


def id_of(made: around.MadeRequest) -> int:
    """The key of a request."""
    return db.session.scalars(select(Request.id).where(Request.ref == made.ref)).one()


def compared(made: around.MadeRequest) -> list[tuple[int, int]]:
    """Agency and total in yuan of each price that a request may choose from."""
    rows = queries.compare(queries.request_of(made.owner, made.ref))
    return [(row.offer.agency_id, row.total_fen // 100) for row in rows]


def test_an_agencys_nearest_price_around_the_work_answers_and_no_price_of_elsewhere(session):
    service, wide, narrow = ground()
    buyer = make.make_enterprise()
    asked = {
        "": [(wide.id, 500)], JIA: [(wide.id, 300)], YI: [(narrow.id, 100), (wide.id, 400)], CITY: [(wide.id, 400)],
    }  # fmt: skip
    for region, told in asked.items():
        assert compared(around.draft(buyer, service, method="direct", region=region)) == told, region
    made = around.opened_request(buyer, service, method="direct", region=YI)
    assert around.choose(made, wide.id) == wide.id
    quote = db.session.scalars(select(Quote)).one()
    assert db.session.get_one(Offer, quote.offer_id).region_code == CITY
    deeds = {row.act: row.payload for row in history(f"request/{made.ref}")}
    assert deeds["request.draft"]["region"] == deeds["request.publish"]["region"] == YI


def test_only_agencies_that_serve_there_are_told_and_may_quote(session):
    service, wide, narrow = ground()
    made = around.opened_request(make.make_enterprise(), service, region=JIA)
    told = set(db.session.scalars(select(Notice.organisation_id).where(Notice.code == "notice.request.published")))
    organisations = {one.id: db.session.get_one(Agency, one.id).organisation_id for one in (wide, narrow)}
    assert told == {organisations[wide.id]}
    with pytest.raises(NotFound):
        queries.request_open_to(narrow.id, made.ref)
    found = {one: queries.opportunities_for(db.session.get_one(Agency, one), MONDAY) for one in (wide.id, narrow.id)}
    assert [row.region_en for row in found[wide.id]] == ["Jia District, Fictitious City"] and not found[narrow.id]
    with make.refuses("price.outside_rule"):
        around.quote(made, wide, 301_00)
    around.quote(made, wide, 300_00)


def test_a_merged_request_has_one_region_for_all_lots(session):
    with transaction():
        seed_regions()
    made = merged(2)
    agency = make.make_agency()
    for service in made.services:
        mark(agency, service, 500)
        mark(agency, service, 100, JIA)

    def total() -> list[int]:
        lots = queries.merged_of(made.buyer.actor, made.ref).lots
        return [row.total_fen for row in queries.compare_together(lots, queries.items_of_lots(lots))]

    assert total() == [1000_00]
    amounts = {service.fee_item_id: actions.Amount("10") for service in made.services}
    made.act(actions.merged.edit, actions.Terms(amounts, "direct", region=JIA))
    assert total() == [200_00]
    run("UPDATE request SET region_code = :region WHERE ref = :ref", region=YI, ref=made.lots[0])
    with make.refuses("lot.published_together"):
        made.act(actions.merged.publish)


def test_the_database_knows_the_regions_by_itself(session):
    edition = make.make_edition()
    limited, unlimited = (make.make_listed_service(edition_id=edition) for _ in range(2))
    with transaction():
        seed_regions()
        db.session.add(EntryRegion(entry_id=limited.entry_id, edition_id=edition, region_code=JIA))
    make.publish_edition(edition_id=edition)
    buyer, agency = make.make_enterprise(), make.make_agency()
    for region, code in ((YI, "request.region_outside"), ("110000", "request.region_unknown")):
        with make.refuses(code):
            around.draft(buyer, limited, region=region)
    made = around.draft(buyer, limited, region=JIA)
    request = id_of(made)
    row = columns_of(Request, request) | {"ref": "RQ-TEST", "region_code": YI}
    refused_insert("request.region_outside", Request, row)
    refused_sql("request.region_outside", "UPDATE request SET region_code = :region", region=YI)
    free = around.draft(buyer, unlimited)
    row = columns_of(Request, id_of(free)) | {"ref": "RQ-TEST", "region_code": "110000"}
    refused_insert("request.region_unknown", Request, row)
    refused_sql("request.region_unknown", "UPDATE request SET region_code = '110000' WHERE id = :id", id=id_of(free))
    mark(agency, limited, 500)
    near = mark(agency, limited, 400, JIA)
    around.publish(made)
    refused_sql("store.frozen", "UPDATE request SET region_code = '' WHERE id = :id", id=request)
    around.quote(made, agency, 400_00)
    quote = columns_of(Quote, db.session.scalars(select(Quote)).one().id)
    assert quote["offer_id"] == near
    whole = around.opened_request(buyer, limited)
    refused_insert("quote.offer_elsewhere", Quote, quote | {"ref": "QT-TEST", "request_id": id_of(whole)})


def test_a_region_goes_from_the_comparison_into_the_draft_and_stands_on_every_page(app):
    with app.app_context():
        service, wide, _narrow = ground()
        buyer = signed_in(app, make.make_enterprise())
    near = page(buyer, f"/list/{service.code}/offers?q1=1000&region={JIA}")
    link = re.search(r'href="(/desk/requests/new/[^"]+agency=[^"]+)"', near)
    assert link and f"region={JIA}" in link[1]
    form = page(buyer, link[1].replace("&amp;", "&"))
    assert f'<option selected value="{JIA}">' in form
    data = {f"quantity_{service.fee_item_id}": "1000", "method": "direct"}
    refused = send(buyer, f"/desk/requests/new/{service.code}", 422, **data, region="110000")
    assert 'id="region-error"' in refused
    written = people.post(buyer, f"/desk/requests/new/{service.code}", {**data, "region": JIA})
    ref = written.location.rsplit("/", 1)[1]
    url, name = f"/desk/requests/{ref}", "Jia District, Fictitious City"
    draft = page(buyer, url)
    assert draft.count(name) == 2 and "¥300.00" in draft and "¥500.00" not in draft
    assert f'<option selected value="{JIA}">' in page(buyer, f"{url}/edit")
    send(buyer, f"{url}/publish")
    assert name in page(buyer, f"/notices/{ref}")
    assert name in page(buyer, f"{url}/choose/{wide.ref}")
