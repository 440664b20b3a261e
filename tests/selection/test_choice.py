"""The choice: by its method, once, with reasons; and what everybody may read afterwards."""

import pytest
from sqlalchemy import select

from market.agencies.rules import Fixed, Percent
from market.base.errors import Refusal
from market.journal.queries import history
from market.notices.models import Notice
from market.selection import actions, queries
from market.selection.methods import Given
from market.selection.models import Award, Quote, QuoteLine
from market.store.db import db
from market.store.models import Outbox
from market.store.transaction import transaction
from tests import make
from tests.selection import around
from tests.selection.around import AFTER, BEFORE, MONDAY

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


def told(code: str) -> list[int]:
    """Return the organisations that got a message."""
    return sorted(db.session.scalars(select(Notice.organisation_id).where(Notice.code == code)))


def test_a_direct_choice_makes_a_quote_of_the_marked_price_and_an_award():
    service = make.make_listed_service()
    dear = make.make_offer(service=service, mark=Fixed(9_000_00), days=7)
    make.make_offer(service=service, mark=Fixed(5_000_00))
    made = around.opened_request(make.make_enterprise(), service, method="direct")
    assert around.choose(made, dear.agency.id) == dear.agency.id
    quote = db.session.scalars(select(Quote)).one()
    assert (quote.origin, quote.promised_days, quote.offer_id) == ("marked", 7, dear.id)
    assert db.session.scalars(select(QuoteLine.amount_fen)).all() == [9_000_00]
    award = db.session.scalars(select(Award)).one()
    assert award.reasons == [
        {"code": "reason.direct", "agency": dear.agency.name, "amount_fen": 9_000_00, "count": 2, "lower": 1}
    ]
    assert around.state_of(made) == "awarded"
    assert told("notice.request.awarded") == [dear.agency.organisation_id]
    assert told("notice.request.chosen") == [made.owner.organisation]
    assert told("notice.request.not_awarded") == []


def test_a_direct_choice_needs_an_agency_with_a_price_for_this_quantity():
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service, method="direct")
    for agency, code in ((None, "choice.agency_needed"), (make.make_agency().id, "choice.no_price_there")):
        with pytest.raises(Refusal) as refused:
            around.choose(made, agency)
        assert refused.value.code == code
    assert around.state_of(made) == "open"


def test_the_lowest_quote_is_chosen_after_the_deadline_only(at):
    service = make.make_listed_service()
    first, second = make.make_offer(service=service), make.make_offer(service=service)
    made = around.opened_request(make.make_enterprise(), service)
    around.quote(made, first.agency, 4_000_00)
    around.quote(made, second.agency, 3_999_99)
    at(BEFORE)
    with pytest.raises(Refusal) as refused:
        around.choose(made)
    assert (refused.value.code, refused.value.status) == ("request.deadline_not_passed", 409)
    at(AFTER)
    # Whom the buyer would like is not asked.
    assert around.choose(made, first.agency.id) == second.agency.id
    assert told("notice.request.awarded") == [second.agency.organisation_id]
    assert told("notice.request.not_awarded") == [first.agency.organisation_id]
    assert [row.act for row in history(f"request/{made.ref}")][-1] == "request.award"


def test_of_equal_lowest_quotes_the_earlier_wins_also_in_the_register(at):
    service = make.make_listed_service()
    offers = [make.make_offer(service=service) for _ in range(3)]
    made = around.opened_request(make.make_enterprise(), service)
    for minute, offer in enumerate(reversed(offers)):
        at(MONDAY.replace(minute=minute))
        around.quote(made, offer.agency, 4_000_00)
    at(AFTER)
    assert around.choose(made) == offers[2].agency.id
    detail = queries.notice_of(made.ref, AFTER)
    assert [reason["code"] for reason in detail.award.reasons] == ["reason.lowest", "reason.equal_earlier"]
    assert detail.winner.agency_id == offers[2].agency.id


def test_without_quotes_the_selection_fails_and_the_buyer_is_told(at):
    made = around.opened_request(make.make_enterprise(), make.make_listed_service())
    at(AFTER)
    assert around.choose(made) is None
    assert around.state_of(made) == "failed"
    assert told("notice.request.failed") == [made.owner.organisation]


def test_a_withdrawn_quote_is_no_quote(at):
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service)
    around.quote(made, offer.agency, 100_00)
    around.withdraw(made, offer.agency)
    at(AFTER)
    assert around.choose(made) is None


def test_an_authority_buys_what_the_treasury_bears_by_the_lowest_quote(at):
    service = make.make_listed_service(price="fiscal")
    offer = make.make_offer(service=service)
    made = around.opened_request(make.make_department(), service)
    around.quote(made, offer.agency, 4_999_00)
    at(AFTER)
    assert around.choose(made) == offer.agency.id
    assert db.session.scalars(select(QuoteLine.payer)).all() == ["authority"]


def test_only_the_owner_chooses_and_only_once():
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service, method="direct")
    stranger = make.make_enterprise()
    with pytest.raises(Refusal) as refused, transaction(queries.request_lock(made.ref)) as now:
        request = queries.request_of(made.owner, made.ref)
        actions.choose(request, Given(offer.agency.id), actor=stranger.actor, now=now)
    assert refused.value.code == "request.not_found"
    around.choose(made, offer.agency.id)
    with pytest.raises(Refusal) as refused:
        around.choose(made, offer.agency.id)
    assert (refused.value.code, refused.value.status) == ("request.not_open", 409)


def test_the_comparison_shows_every_marked_price_for_this_quantity_cheapest_first(query_counter):
    service = make.make_listed_service(price="guided")
    shares = (1100, 900, 1000)
    offers = {share: make.make_offer(service=service, mark=Percent(share)) for share in shares}
    made = around.opened_request(make.make_enterprise(), service, method="direct")
    request = queries.request_of(made.owner, made.ref)
    with query_counter() as counted:
        rows = queries.compare(request)
    assert [row.offer.agency_id for row in rows] == [offers[share].agency.id for share in (900, 1000, 1100)]
    assert [row.total_fen for row in rows] == [1_890_00, 2_100_00, 2_310_00]
    assert counted.count <= 3


def test_notices_show_every_published_request_and_never_a_draft(at, query_counter):
    offer = make.make_offer()
    buyer = make.make_enterprise()
    opened = around.opened_request(buyer, offer.service)
    direct = around.opened_request(buyer, offer.service, method="direct")
    around.draft(buyer, offer.service)
    at(MONDAY.replace(hour=11))
    around.choose(direct, offer.agency.id)
    with query_counter() as counted:
        page = queries.notices(1)
    assert counted.count == 2
    assert [(row.ref, row.state, row.total_fen) for row in page.items] == [
        (direct.ref, "awarded", 5_000_00),
        (opened.ref, "open", None),
    ]
    assert [row.ref for row in queries.notices(1, queries.NoticeFilter(state="open")).items] == [opened.ref]
    agency_ref = offer.agency.ref
    assert [row.ref for row in queries.notices(9, queries.NoticeFilter(agency_ref=agency_ref)).items] == [direct.ref]
    with pytest.raises(Refusal) as refused:
        queries.notice_of("RQ-2026-000999X", AFTER)
    assert refused.value.code == "request.not_found"


def test_search_is_told_of_every_public_step_and_the_rebuilt_index_says_the_same(at):
    offer = make.make_offer()
    made = around.opened_request(make.make_enterprise(), offer.service, method="direct")
    around.choose(made, offer.agency.id)
    rows = db.session.scalars(select(Outbox).where(Outbox.topic == f"notice/{made.ref}").order_by(Outbox.id)).all()
    assert len(rows) == 2
    assert rows[-1].payload == queries.documents()[0]
    assert offer.agency.name in rows[-1].payload["body"]
