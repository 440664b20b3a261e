"""Requests across a change of edition: drafts are forced over and see the difference, forms lose nothing, what is no
longer listed is cancelled by rule, and what is listed runs on by the prices of its own edition."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from market.agencies.rules import Percent
from market.base import clock
from market.jobs.catalogue import bring_list_into_force
from market.journal.queries import history
from market.selection import actions, queries
from market.selection.models import Request
from market.selection.rules import CANCELLED_BY_RULE, RequestState
from market.store.transaction import transaction
from tests import make
from tests.journeys.editions import (
    BEFORE_DAY,
    DECISION,
    FIRST_MOMENT,
    LAST_MOMENT,
    MORNING,
    THE_DAY,
    At,
    both_editions,
    notices_to,
    second_listed,
    signed_in,
)
from tests.make import refuses
from tests.people import post
from tests.selection import around
from tests.selection.around import MadeRequest
from tests.selection.test_races import together


def accept(request: MadeRequest) -> None:
    with transaction(queries.request_lock(request.ref)) as now:
        actions.accept_edition(queries.request_of(request.owner, request.ref), actor=request.owner, now=now)


def loaded(request: MadeRequest) -> Request:
    return queries.request_of(request.owner, request.ref)


# --- drafts


def test_a_draft_is_forced_to_the_new_edition_and_keeps_its_quantities(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        service, buyer = lists.repriced["dearer"], make.make_enterprise()
        draft = around.draft(buyer, service)
    at(MORNING)
    with app.app_context():
        changed = queries.difference(loaded(draft), THE_DAY)
        assert changed is not None and (changed.old_edition, changed.new_edition) == (1, 2)
        (line,) = changed.lines
        # 1,000 m2 at 100 yuan and 2 (now 3) yuan a m2, 80 % to 120 %.
        assert (line.old, line.new, line.fits) == ((1_680_00, 2_520_00), (2_480_00, 3_720_00), True)
        with refuses("request.edition_superseded"):
            around.publish(draft)
        accept(draft)
        mine = loaded(draft)
        assert (mine.edition_id, mine.state) == (lists.second, RequestState.DRAFT)
        assert [line.quantity for line in mine.lines] == [1_000_000]
        assert queries.difference(mine, THE_DAY) is None
        assert history(f"request/{draft.ref}")[-1].act == "request.accept_edition"
        accept(draft)  # a second click changes nothing
        around.publish(draft)
        assert loaded(draft).state == RequestState.OPEN


def test_the_drafts_page_shows_old_and_new_and_publishing_waits_for_one_click(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        buyer = make.make_enterprise()
        drafts = {name: around.draft(buyer, service) for name, service in
                  {**lists.repriced, "gone_a": lists.removed["gone_a"], "market": lists.same["market"]}.items()}  # fmt: skip
    page = f"/desk/requests/{drafts['dearer'].ref}"
    assert "accept-edition" not in signed_in(app, buyer.email).get(page).text
    at(MORNING)
    client = signed_in(app, buyer.email)
    text = client.get(f"{page}?lang=en").text
    assert "¥1,680.00" in text and "¥3,720.00" in text and "Accept edition 2" in text
    assert f"{page}/publish" not in text
    assert post(client, f"{page}/publish").status_code == 409
    freed = client.get(f"/desk/requests/{drafts['freed'].ref}?lang=en").text
    assert "Government-guided price" in freed and "Market-regulated price" in freed
    same = client.get(f"/desk/requests/{drafts['market'].ref}?lang=en").text
    assert "Nothing has changed in this entry" in same and "Accept edition 2" in same
    gone = client.get(f"/desk/requests/{drafts['gone_a'].ref}?lang=en").text
    assert DECISION in gone and "It cannot be published" in gone and "accept-edition" not in gone
    assert post(client, f"/desk/requests/{drafts['gone_a'].ref}/publish").status_code == 409
    refused = post(client, f"/desk/requests/{drafts['gone_a'].ref}/accept-edition?lang=en")
    assert refused.status_code == 410 and DECISION in refused.text
    assert post(client, f"{page}/accept-edition").status_code == 302
    assert post(client, f"{page}/publish").status_code == 302


def test_a_quantity_that_no_longer_fits_is_named_and_the_draft_stays(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        buyer = make.make_enterprise()
        # Edition 1 prices any quantity here, edition 2 up to 1,000,000 units.
        amounts = {lists.repriced["newly_set"].fee_item_id: actions.Amount("2000000")}
        draft = around.draft(buyer, lists.repriced["newly_set"], amounts=amounts)
    at(MORNING)
    client = signed_in(app, buyer.email)
    answer = post(client, f"/desk/requests/{draft.ref}/accept-edition?lang=en")
    assert answer.status_code == 422 and "样例收费1" in answer.text and "2000000 平方米" in answer.text
    with app.app_context():
        assert loaded(draft).edition_id != lists.second
    edit = client.get(f"/desk/requests/{draft.ref}/edit?lang=en").text
    assert 'value="2000000"' in edit and "What has changed" in edit


# --- forms that were open across the change


def test_a_form_that_was_open_across_the_change_comes_back_with_everything_and_the_difference(
    app: Flask, at: At
) -> None:
    at(LAST_MOMENT)
    with app.app_context():
        lists = both_editions()
        buyer, service = make.make_enterprise(), lists.repriced["dearer"]
    client = signed_in(app, buyer.email)
    address = f"/desk/requests/new/{service.code}?lang=en"
    assert 'name="edition" value="1"' in client.get(address).text
    typed = {f"quantity_{service.fee_item_id}": "1234.5", "method": "direct", "title": "我的项目", "edition": "1"}
    at(FIRST_MOMENT)
    answer = post(client, address, typed)
    with app.app_context():
        item = second_listed(lists, service).fee_item_id
    assert answer.status_code == 409
    assert f'name="quantity_{item}"' in answer.text and 'value="1234.5"' in answer.text and "我的项目" in answer.text
    assert 'name="edition" value="2"' in answer.text and "What has changed" in answer.text
    again = {f"quantity_{item}": "1234.5", "method": "direct", "title": "我的项目", "edition": "2"}
    assert post(client, address, again).status_code == 302


@pytest.mark.parametrize(
    ("asked", "says"), [("ZJ-T-gone_a", DECISION), ("ZJ-T-gone_b", "Edition 1 of the list"), ("样例gone_a", DECISION)]
)
def test_asking_for_what_is_off_the_list_names_the_decision_or_the_day(
    app: Flask, at: At, asked: str, says: str
) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        both_editions()
        buyer = make.make_enterprise()
    at(MORNING)
    client = signed_in(app, buyer.email)
    answer = client.get(f"/desk/requests/new/{asked}?lang=en")
    assert answer.status_code == 410 and says in answer.text and "Report who asks for it" in answer.text
    sent = post(client, f"/desk/requests/new/{asked}?lang=en", {"title": "我的项目", "edition": "1"})
    assert sent.status_code == 410 and "我的项目" in sent.text
    assert client.get("/desk/requests/new/ZJ-T-never").status_code == 404


# --- open requests


def test_open_requests_for_what_is_no_longer_listed_are_cancelled_by_rule_with_notice(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        owner = make.make_enterprise()
        offers = {name: make.make_offer(service=service) for name, service in lists.removed.items() if name != "gone_c"}
        open_ones = [around.opened_request(owner, lists.removed[name]) for name in ("gone_a", "gone_a", "gone_b")]
        listed = around.opened_request(owner, lists.repriced["dearer"])
        around.quote(open_ones[0], offers["gone_a"].agency, 4_000_00)
    at(LAST_MOMENT)
    with app.app_context():
        bring_list_into_force()
        assert {around.state_of(one) for one in open_ones} == {"open"}
    at(FIRST_MOMENT)
    with app.app_context():
        bring_list_into_force()
        assert {around.state_of(one) for one in open_ones} == {"cancelled"}
        assert around.state_of(listed) == "open"
        ground = history(f"request/{open_ones[0].ref}")[-1]
        assert (ground.act, ground.actor, ground.payload["decision"]) == (CANCELLED_BY_RULE, "role:system", DECISION)
        told = notices_to(owner.organisation_id, "notice.request.unlisted")
        assert [one["ref"] for one in told] == [one.ref for one in open_ones]
        assert [one["decision"] for one in told] == [DECISION, DECISION, ""]
        (agencys,) = notices_to(offers["gone_a"].agency.organisation_id, "notice.request.unlisted")
        assert agencys["link"] == f"/desk/opportunities/{open_ones[0].ref}"
        assert notices_to(offers["gone_b"].agency.organisation_id, "notice.request.unlisted") == []
        bring_list_into_force()
        assert len(notices_to(owner.organisation_id, "notice.request.unlisted")) == 3
    client = signed_in(app, owner.email)
    for address in (f"/desk/requests/{open_ones[0].ref}", f"/notices/{open_ones[0].ref}"):
        text = client.get(f"{address}?lang=en").text
        assert "Cancelled by rule" in text and DECISION in text and "You cancelled" not in text


def test_a_request_published_before_the_day_takes_quotes_and_awards_by_its_own_edition(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        service = lists.repriced["cheaper"]
        offer = make.make_offer(service=service, mark=Percent(1200))
        made = around.opened_request(make.make_enterprise(), service)
    at(MORNING)
    with app.app_context():
        bring_list_into_force()
        # Edition 2 allows 1,320 yuan at most for 1,000 m2; edition 1, which holds here, 2,520.
        around.quote(made, offer.agency, 2_500_00)
        until = loaded(made).quotes_until
        assert until is not None
    at(until + timedelta(hours=9))
    with app.app_context():
        assert around.choose(made) == offer.agency.id


def test_publishing_at_the_instant_of_the_change_is_before_it_or_refused(app: Flask, at: At) -> None:
    at(LAST_MOMENT)
    with app.app_context():
        lists = both_editions()
        early, late, gone = (
            around.draft(make.make_enterprise(), service)
            for service in (lists.repriced["dearer"], lists.repriced["dearer"], lists.removed["gone_b"])
        )
        around.publish(early)
    at(FIRST_MOMENT)
    outcomes = together(app, lambda: around.publish(late), lambda: around.publish(gone), bring_list_into_force)
    assert outcomes == ["done", "request.edition_superseded", "request.edition_superseded"]
    with app.app_context():
        assert around.state_of(early) == "open"


def test_a_request_written_by_the_old_day_after_the_clock_came_round_is_cancelled_in_the_next_round(app, at) -> None:
    """Its transaction read the time before midnight and was stored after the change."""
    at(FIRST_MOMENT)
    with app.app_context():
        with clock.moved_to(BEFORE_DAY):
            lists = both_editions()
            slow = around.draft(make.make_enterprise(), lists.removed["gone_b"])
        assert bring_list_into_force() == 2
        with clock.moved_to(LAST_MOMENT):
            around.publish(slow)
        bring_list_into_force()
        assert around.state_of(slow) == "cancelled"


def test_two_job_processes_cancel_once(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        owner = make.make_enterprise()
        made = around.opened_request(owner, lists.removed["gone_a"])
    at(MORNING)
    acts: list[Callable[[], object]] = [bring_list_into_force] * 3
    assert set(together(app, *acts)) == {"done"}
    with app.app_context():
        assert len(notices_to(owner.organisation_id, "notice.request.unlisted")) == 1
        assert [row.act for row in history(f"request/{made.ref}")].count(CANCELLED_BY_RULE) == 1
