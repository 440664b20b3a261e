"""The desks by form only, without scripts: what was typed is kept, and a refusal is said on the page."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from market.agencies import actions, queries
from market.agencies.rules import AgencyState, FilingState, Fixed, PerUnit, mark_of
from market.base import clock
from market.base.people import Role
from market.catalogue.listing import line_of
from market.jobs.agencies import watch_agencies
from market.store.transaction import transaction
from tests import make
from tests.journeys.visitor import Visitor
from tests.people import post


@pytest.fixture
def made(app):
    """Return a function that calls another inside an application context of its own, apart from the client's."""

    def call(function, *args, **kwargs):
        with app.app_context():
            return function(*args, **kwargs)

    return call


def _sign_in(client, who):
    answer = post(client, "/account/sign-in", {"email": who.email, "password": make.PASSWORD})
    assert answer.status_code == 302, answer.text


PAPER = {
    "name": "【虚构】资质证书",
    "number": "FAKE-7",
    "issuer": "【虚构】协会",
    "valid_from": "2025-01-01",
    "valid_until": "2099-01-01",
}


def test_an_agency_registers_sends_and_is_admitted_by_forms_alone(app, client, made):
    newcomer = made(make.make_person, role=Role.AGENCY)
    desk = made(make.make_person, role=Role.ADMISSION_DESK)
    made(make.make_agency)  # settings and calendar
    agency = Visitor(app).sign_in(newcomer.email)
    home = "/desk/agency"
    agency.send(f"{home}/kind", f"{home}/kind", kind="company")
    said = {"legal_representative": "【虚构】某某", "phone": "000-00000001", "address": "虚构省虚构市"}
    agency.send(f"{home}/details", f"{home}/details", **said)
    agency.send(f"{home}/papers", f"{home}/papers", **PAPER)
    without = agency.send(f"{home}/check", f"{home}/check", 422)
    assert "commitment letter" in without.text
    agency.send(f"{home}/letter", f"{home}/letter", commitment="y")
    agency.send(f"{home}/check", f"{home}/check")
    mine = made(queries.agency_of, newcomer.actor)
    assert made(queries.filing_of, mine.id).state == FilingState.IN_CHECK
    _sign_in(client, desk)
    assert newcomer.organisation_name in client.get("/desk/admission").text
    page = client.get(f"/desk/admission/{mine.ref}")
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    assert "FAKE-7" in page.text
    assert post(client, f"/desk/admission/{mine.ref}/return", {"version": version}).status_code == 422
    wrong = {"version": version, "reasons": ["name_differs:phone"]}
    assert post(client, f"/desk/admission/{mine.ref}/return", wrong).status_code == 422
    assert post(client, f"/desk/admission/{mine.ref}/admit", {"version": "0"}).status_code == 409
    assert post(client, f"/desk/admission/{mine.ref}/admit", {"version": version}).status_code == 302
    assert made(queries.agency_of, newcomer.actor).state == AgencyState.ADMITTED
    client.post("/account/sign-out", data={"csrf_token": _token(client)})
    assert client.get("/desk/admission").status_code in (302, 401)


def _token(client):
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/account/me").text)[1]


@pytest.mark.parametrize("url", ["/desk/agency", "/desk/offers", "/desk/admission"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_desk_opens_for_its_own_people_in_both_languages(client, made, url, lang):
    agency = made(make.make_agency)
    made(make.make_offer, agency=agency)
    _sign_in(client, made(make.make_person, role=Role.ADMISSION_DESK) if "admission" in url else agency)
    assert client.get(f"{url}?lang={lang}").status_code == 200


@pytest.mark.parametrize("url", ["/desk/agency", "/desk/offers", "/desk/admission", "/desk/offers/ZJ-0001"])
def test_enterprises_have_no_business_on_these_desks(client, made, url):
    _sign_in(client, made(make.make_enterprise))
    assert client.get(url).status_code == 403


def test_a_change_is_checked_beside_what_is_public_and_returned_with_reasons_at_its_fields(client, made):
    agency = made(make.make_agency)

    def moves():
        with transaction() as now:
            row = queries.agency_of(agency.actor)
            filing = actions.begin_change(row, actor=agency.actor, now=now)
            said = replace(actions.profile_of(filing), address="虚构省虚构市新址")
            actions.save_profile(filing, said, actor=agency.actor, now=now)
            actions.accept_commitment(filing, actor=agency.actor, now=now)
            actions.submit(filing, actor=agency.actor, now=now)

    made(moves)
    _sign_in(client, made(make.make_person, role=Role.ADMISSION_DESK))
    page = client.get(f"/desk/admission/{agency.ref}")
    assert "虚构省虚构市虚构路 1 号" in page.text
    assert "虚构省虚构市新址" in page.text
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    ticked = ["address_differs:address", "attachment_missing:attachments"]
    given = {"version": version, "reasons": [*ticked, "no_reason:address"]}
    kept = post(client, f"/desk/admission/{agency.ref}/return", given)
    assert kept.status_code == 422
    assert kept.text.count(" checked") == 2
    assert post(client, f"/desk/admission/{agency.ref}/return", given | {"reasons": ticked}).status_code == 302
    filing = made(queries.filing_of, agency.id)
    returned = made(queries.returned_by_field, filing)
    assert returned == {"address": ["address_differs"], "attachments": ["attachment_missing"]}
    assert made(queries.agency_of, agency.actor).address == "虚构省虚构市虚构路 1 号"


def test_one_person_proposes_to_suspend_another_confirms_and_it_is_lifted(client, made):
    agency = made(make.make_agency)
    first, second = (made(make.make_person, role=role) for role in (Role.ADMISSION_DESK, Role.SUPERVISOR))
    proposal = {"agency": agency.ref, "ground": "misconduct", "last_day": "2000-01-01"}
    url = f"/desk/suspensions/{agency.ref}"
    _sign_in(client, first)
    assert post(client, "/desk/suspensions", proposal).status_code == 422
    day = (clock.today() + timedelta(days=20)).isoformat()
    assert post(client, "/desk/suspensions", proposal | {"last_day": day}).status_code == 302
    page = client.get("/desk/suspensions").text
    assert f"{url}/end" in page
    assert f"{url}/confirm" not in page
    assert post(client, f"{url}/confirm").status_code == 422
    client.post("/account/sign-out", data={"csrf_token": _token(client)})
    _sign_in(client, second)
    assert f"{url}/confirm" in client.get("/desk/suspensions").text
    assert post(client, f"{url}/confirm").status_code == 302
    assert made(queries.agency_of, agency.actor).state == AgencyState.SUSPENDED
    assert post(client, f"{url}/end").status_code == 302
    assert made(queries.agency_of, agency.actor).state == AgencyState.ADMITTED
    assert post(client, f"{url}/end").status_code == 404


def test_a_check_that_is_late_goes_up_and_both_desks_see_when(client, made, at):
    at(datetime(2026, 3, 2, 2, tzinfo=UTC))
    agency = made(make.make_agency, filed=FilingState.IN_CHECK)
    at(datetime(2026, 3, 9, 2, tzinfo=UTC))
    supervisor, desk = (made(make.make_person, role=role) for role in (Role.SUPERVISOR, Role.ADMISSION_DESK))
    _sign_in(client, supervisor)
    before = client.get("/desk/overdue-checks?lang=en").text
    assert agency.ref in before
    assert "at the next round of the clock" in before
    made(watch_agencies)
    assert "9 Mar 2026" in client.get("/desk/overdue-checks?lang=en").text
    assert "was due by 2 Mar 2026" in client.get("/desk/notices?lang=en").text
    client.post("/account/sign-out", data={"csrf_token": _token(client)})
    _sign_in(client, desk)
    assert "supervisor told" in client.get("/desk/admission?lang=en").text
    assert client.get("/desk/overdue-checks").status_code == 403


def test_an_unknown_application_or_a_draft_is_not_found(client, made):
    draft = made(make.make_agency, filed=FilingState.DRAFT)
    _sign_in(client, made(make.make_person, role=Role.ADMISSION_DESK))
    for ref in (draft.ref, "AG-2026-000999X"):
        assert client.get(f"/desk/admission/{ref}").status_code == 404
        assert post(client, f"/desk/admission/{ref}/admit", {"version": "1"}).status_code == 404


def test_a_price_is_marked_tried_and_changed_by_form(client, made):
    service, agency = made(make.make_listed_service), made(make.make_agency)
    item = service.fee_item_id
    url = f"/desk/offers/{service.code}"
    _sign_in(client, agency)
    typed = {"promised_days": "15", f"base_{item}": "1,000.00", f"unit_{item}": "1.5", f"quantity_{item}": "200"}
    tried = post(client, url, typed | {"try": "1"})
    assert tried.status_code == 200
    assert "¥1,300.00" in tried.text
    assert made(queries.offers_for, service.entry_id) == []
    assert post(client, url, typed).status_code == 302
    [row] = made(queries.offers_for, service.entry_id)
    assert mark_of([line_of(band) for band in row.bands[item]], 1000) == PerUnit(150, 1_000_00)
    again = client.get(url)
    assert 'value="1,000.00"' in again.text
    assert 'value="1.50"' in again.text
    assert post(client, url, {"promised_days": "15", f"base_{item}": "900"}).status_code == 302
    [row] = made(queries.offers_for, service.entry_id)
    assert (row.version, mark_of([line_of(band) for band in row.bands[item]], 1000)) == (2, Fixed(900_00))
    assert post(client, f"/desk/offers/{row.offer_id}/withdraw").status_code == 302
    assert made(queries.offers_for, service.entry_id) == []


@pytest.mark.parametrize(
    ("price", "field", "given", "status"),
    [
        ("guided", "percent", "79.9", 422),
        ("guided", "percent", "80", 302),
        ("guided", "percent", "97.5", 302),
        ("guided", "percent", "97.55", 422),
        ("guided", "percent", "NaN", 422),
        ("set", "take", "y", 302),
        ("set", "percent", "90", 422),
        ("market", "base", "1.005", 422),
        ("market", "base", "-1", 422),
        ("market", "base", "5.2万元", 302),
        ("market", "base", "", 422),
        ("fiscal", "base", "8000", 302),
        ("unpublished", "base", "8000", 422),
    ],
)
def test_the_form_takes_what_the_list_allows_and_nothing_else(client, made, price, field, given, status):
    service = made(make.make_listed_service, price=price)
    _sign_in(client, made(make.make_agency))
    answer = post(
        client, f"/desk/offers/{service.code}", {"promised_days": "9", f"{field}_{service.fee_item_id}": given}
    )
    assert answer.status_code == status, answer.text
    if status == 422 and given and field != "percent":
        assert 'value="9"' in answer.text


def test_whatever_is_sent_by_hand_gets_an_answer(client, made):
    service = made(make.make_listed_service)
    item, url = service.fee_item_id, f"/desk/offers/{service.code}"
    _sign_in(client, made(make.make_agency))
    whole = {"promised_days": "9", f"base_{item}": "5"}
    assert post(client, url, whole | {"effective_from": "0001-01-01"}).status_code == 422
    assert post(client, url, {"do": f"remove-{item}-{'9' * 5000}", f"rows_{item}-1-base": "1"}).status_code == 200
    assert post(client, "/desk/offers/remark", {"offer": ["9" * 5000, "x", "9" * 18]}).status_code == 302


def test_more_days_than_the_list_allows_are_refused_beside_the_field(client, made):
    service = made(make.make_listed_service, time_limit=10)
    _sign_in(client, made(make.make_agency))
    answer = post(client, f"/desk/offers/{service.code}", {"promised_days": "11", f"base_{service.fee_item_id}": "1"})
    assert answer.status_code == 422
    assert 'id="promised_days-error"' in answer.text


def test_an_agency_that_is_not_admitted_is_told_what_to_do_first(client, made):
    service = made(make.make_listed_service)
    _sign_in(client, made(make.make_agency, filed=FilingState.DRAFT))
    assert client.get("/desk/offers").status_code == 200
    assert client.get(f"/desk/offers/{service.code}").status_code == 409


def test_nobody_withdraws_another_agencys_price_or_takes_its_paper(client, made):
    theirs = made(make.make_offer)
    _sign_in(client, made(make.make_agency))
    assert post(client, f"/desk/offers/{theirs.id}/withdraw").status_code == 404
    assert post(client, "/desk/agency/papers/1/remove").status_code == 404
    assert client.get("/desk/offers/ZJ-9999").status_code == 404


def test_the_offers_desk_takes_the_same_queries_for_two_prices_and_for_eight(client, made, query_counter):
    edition = made(make.make_edition)
    services = [made(make.make_listed_service, edition_id=edition) for _ in range(12)]
    made(make.publish_edition, edition_id=edition)
    agency = made(make.make_agency)
    _sign_in(client, agency)
    counts = []
    for some in (services[:2], services[2:8]):
        for service in some:
            made(make.make_offer, agency=agency, service=service)
        with query_counter() as counted:
            assert client.get("/desk/offers").status_code == 200
        counts.append(counted.count)
    assert counts[0] == counts[1] <= 9
