"""Requests: what may be requested, when quotes end, and that no other road leads through a request's life."""

from datetime import date

import pytest
from sqlalchemy import select

from market.base.errors import Refusal
from market.journal.queries import history
from market.notices.models import Notice
from market.selection import actions, queries
from market.selection.models import Request, RequestLine
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.selection import around
from tests.selection.around import AFTER, DEADLINE, MONDAY

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


def test_a_request_is_written_against_the_edition_in_force():
    service, buyer = make.make_listed_service(), make.make_enterprise()
    made = around.draft(buyer, service)
    request = queries.request_of(buyer.actor, made.ref)
    assert (request.entry_id, request.edition_id, request.state) == (service.entry_id, service.edition_id, "draft")
    assert [(line.fee_item_id, line.quantity) for line in request.lines] == [(service.fee_item_id, 1_000_000)]
    assert request.title == service.name
    assert [row.act for row in history(f"request/{made.ref}")] == ["request.draft"]


@pytest.mark.parametrize(
    ("price", "code"), [("fiscal", "price.free_to_applicant"), ("unpublished", "price.not_published")]
)
def test_an_enterprise_cannot_request_what_is_free_or_has_no_published_price(price, code):
    service, buyer = make.make_listed_service(price=price), make.make_enterprise()
    with pytest.raises(Refusal) as refused:
        around.draft(buyer, service)
    assert refused.value.code == code


def test_an_authority_buys_only_what_the_treasury_bears():
    department = make.make_department()
    with pytest.raises(Refusal) as refused:
        around.draft(department, make.make_listed_service())
    assert refused.value.code == "price.only_for_applicant"
    made = around.draft(department, make.make_listed_service(price="fiscal"))
    assert queries.request_of(department.actor, made.ref).payer == "authority"


def test_an_authority_names_its_case_and_never_an_agency():
    department, service = make.make_department(), make.make_listed_service(price="fiscal")
    for changes, code in (
        ({"case_number": " "}, "request.case_needed"),
        ({"method": "direct"}, "request.direct_only_by_applicant"),
    ):
        with pytest.raises(Refusal) as refused:
            around.draft(department, service, **changes)
        assert refused.value.code == code


def test_only_listed_services_and_fee_items_can_be_requested():
    service, other, buyer = make.make_listed_service(), None, make.make_enterprise()
    other = make.make_listed_service()
    with pytest.raises(Refusal) as refused, transaction() as now:
        actions.draft_request("ZJ-9999X", around.terms(other), actor=buyer.actor, now=now)
    assert refused.value.code == "service.not_listed"
    with pytest.raises(Refusal) as refused, transaction() as now:
        actions.draft_request(other.code, around.terms(service), actor=buyer.actor, now=now)
    assert refused.value.code == "fee_item.not_listed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amounts": {}}, "request.line_needed"),
        ({"method": "dice"}, "request.method_unknown"),
        ({"title": "x" * 201}, "request.title_needed"),
        ({"last_day": date(2026, 3, 1)}, "request.deadline_in_past"),
        ({"last_day": date(9999, 12, 31)}, "request.deadline_too_far"),
    ],
)
def test_bad_terms_are_refused(changes, code):
    service, buyer = make.make_listed_service(), make.make_enterprise()
    with pytest.raises(Refusal) as refused:
        around.draft(buyer, service, **changes)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (("0",), "price.quantity_not_positive"),
        (("much",), "price.quantity_unreadable"),
        (("0.00001",), "price.quantity_too_precise"),
        (("1000001",), "price.quantity_outside"),
        (("10", 20_000), "price.no_coefficient"),
    ],
)
def test_quantity_and_coefficient_obey_the_list(amount, code):
    service, buyer = make.make_listed_service(price="guided"), make.make_enterprise()
    with pytest.raises(Refusal) as refused:
        around.draft(buyer, service, amounts={service.fee_item_id: actions.Amount(*amount)})
    assert refused.value.code == code


def test_a_draft_can_be_written_anew_and_a_published_request_cannot():
    service, buyer = make.make_listed_service(fee_items=2), make.make_enterprise()
    made = around.draft(buyer, service)
    new = around.terms(service, amounts={service.fee_item_ids[1]: actions.Amount("7")}, title="新的", method="direct")
    with transaction(queries.request_lock(made.ref)) as now:
        actions.edit_draft(queries.request_of(buyer.actor, made.ref), new, actor=buyer.actor, now=now)
    request = queries.request_of(buyer.actor, made.ref)
    assert [(line.fee_item_id, line.quantity) for line in request.lines] == [(service.fee_item_ids[1], 7000)]
    assert (request.title, request.method) == ("新的", "direct")
    around.publish(made)
    with pytest.raises(Refusal) as refused, transaction(queries.request_lock(made.ref)) as now:
        actions.edit_draft(queries.request_of(buyer.actor, made.ref), new, actor=buyer.actor, now=now)
    assert refused.value.code == "request.not_a_draft"


def test_a_published_request_never_changes_in_the_database_either():
    made = around.opened_request(make.make_enterprise(), make.make_listed_service())
    for change in (
        lambda row, _line: setattr(row, "title", "changed"),
        lambda row, _line: setattr(row, "quotes_until", MONDAY),
        lambda _row, line: setattr(line, "quantity", 1),
        lambda _row, line: db.session.delete(line),
    ):
        with pytest.raises(Refusal) as refused, transaction():
            row = db.session.scalars(select(Request).where(Request.ref == made.ref)).one()
            change(row, db.session.scalars(select(RequestLine).where(RequestLine.request_id == row.id)).one())
        assert refused.value.code == "store.frozen"


def test_quotes_end_with_the_third_working_day_or_a_later_day_of_the_buyers():
    service, buyer = make.make_listed_service(), make.make_enterprise()
    for last_day, until in (
        (None, DEADLINE),
        (date(2026, 3, 3), DEADLINE),
        (date(2026, 3, 10), DEADLINE.replace(day=11)),
    ):
        made = around.opened_request(buyer, service, last_day=last_day)
        assert queries.request_of(buyer.actor, made.ref).quotes_until == until
    direct = around.opened_request(buyer, service, method="direct")
    assert queries.request_of(buyer.actor, direct.ref).quotes_until is None


def test_only_agencies_with_a_marked_price_for_the_service_are_told_of_it():
    service = make.make_listed_service()
    offer = make.make_offer(service=service)
    make.make_agency()
    around.opened_request(make.make_enterprise(), service)
    told = db.session.scalars(select(Notice).where(Notice.code == "notice.request.published")).all()
    assert [notice.organisation_id for notice in told] == [offer.agency.organisation_id]
    assert told[0].facts["until"] == "2026-03-05 24:00"


def test_a_draft_of_an_older_edition_must_be_looked_at_again_before_it_is_published():
    service, buyer = make.make_listed_service(code="ZJ-7001A", name="甲"), make.make_enterprise()
    made = around.draft(buyer, service)
    edition = make.make_edition(effective_from=date(2026, 3, 1))
    newer = make.make_listed_service(code="ZJ-7001A", name="甲", edition_id=edition)
    make.publish_edition(edition_id=edition)
    with pytest.raises(Refusal) as refused:
        around.publish(made)
    assert refused.value.code == "request.edition_superseded"
    with transaction(queries.request_lock(made.ref)) as now:
        request = queries.request_of(buyer.actor, made.ref)
        actions.edit_draft(request, around.terms(newer), actor=buyer.actor, now=now)
    around.publish(made)
    assert queries.request_of(buyer.actor, made.ref).edition_id == edition


def test_somebody_elses_request_does_not_exist():
    made = around.draft(make.make_enterprise(), make.make_listed_service())
    with pytest.raises(Refusal) as refused:
        queries.request_of(make.make_enterprise().actor, made.ref)
    assert (refused.value.code, refused.value.status) == ("request.not_found", 404)


ROADS = {
    "draft": {"publish": "open", "cancel": "cancelled"},
    "open": {"choose": "awarded", "close": "open", "cancel": "cancelled"},
    "open without quotes": {"choose": "failed", "close": "failed", "cancel": "cancelled"},
    "awarded": {"close": "awarded"},
    "failed": {"close": "failed"},
    "cancelled": {"close": "cancelled"},
}


@pytest.mark.parametrize("event", ["publish", "choose", "cancel", "close"])
@pytest.mark.parametrize("state", list(ROADS))
def test_every_state_takes_exactly_its_own_moves(state, event, at):
    service, buyer = make.make_listed_service(), make.make_enterprise()
    offer = make.make_offer(service=service)
    made = around.draft(buyer, service)
    if state != "draft":
        around.publish(made)
    if state in ("open", "awarded"):
        around.quote(made, offer.agency, 100_00)
    at(AFTER)
    if state in ("awarded", "failed"):
        around.choose(made)
    elif state == "cancelled":
        around.cancel(made)
    before = around.state_of(made)
    expected = ROADS[state].get(event)
    if expected is None and event != "close":
        with pytest.raises(Refusal) as refused:
            getattr(around, event)(made)
        assert refused.value.status == 409
        assert around.state_of(made) == before
        return
    if event == "close":
        with transaction() as now:
            actions.close_due(now)
    else:
        getattr(around, event)(made)
    assert around.state_of(made) == (expected or before)


def test_closing_due_requests_twice_closes_them_once(at):
    made = around.opened_request(make.make_enterprise(), make.make_listed_service())
    with transaction() as now:
        assert actions.close_due(now) == []
    at(AFTER)
    for closed in ([made.ref], []):
        with transaction() as now:
            assert actions.close_due(now) == closed
    acts = [row.act for row in history(f"request/{made.ref}")]
    assert acts == ["request.draft", "request.publish", "request.fail"]
