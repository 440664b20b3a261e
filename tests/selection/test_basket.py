"""The basket: what goes in, what one click drafts, and whose it is."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from market.accounts.models import Organisation
from market.base.clock import china_date
from market.base.errors import Refusal
from market.catalogue.models import Entry
from market.journal.queries import history
from market.selection import actions, queries
from market.selection.actions.basket import Drafting
from market.selection.models import BasketItem, Request
from market.selection.queries.basket import basket_lock, basket_of
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.selection.around import MONDAY
from tests.selection.test_pages import page, send, signed_in
from tests.selection.test_races import together


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


def put(person, *services, typed=None):
    with transaction(basket_lock(person.actor.organisation)) as now:
        by_place = {
            (one.code, place): typed[item]
            for one in services
            for place, item in enumerate(one.fee_item_ids, 1)
            if typed and item in typed
        }
        return actions.basket.put([one.code for one in services], by_place, actor=person.actor, now=now)


def draft(person, typed=None, **wanted):
    with transaction(basket_lock(person.actor.organisation)) as now:
        given = Drafting(typed or {}, **{"method": "lowest_quote", **wanted})
        return actions.basket.draft_all(given, actor=person.actor, now=now)


def rows(person):
    return basket_of(person.actor.organisation, china_date(MONDAY))


def two_services(**named):
    """Two market-priced services of one edition."""
    edition = make.make_edition()
    made = [make.make_listed_service(edition_id=edition, **named) for _ in range(2)]
    make.publish_edition(edition_id=edition)
    return made


def grouped_services(count):
    """So many services of one merged group, and one of none."""
    edition = make.make_edition()
    group = [make.make_listed_service(edition_id=edition) for _ in range(count)]
    alone = make.make_listed_service(edition_id=edition)
    with transaction():
        for service, name in (*((one, "多评合一") for one in group), (alone, "区域评估")):
            db.session.get_one(Entry, service.entry_id).merged_group = name
    make.publish_edition(edition_id=edition)
    return group, alone


@pytest.mark.usefixtures("session")
class TestActions:
    """Every step through the actions."""

    def test_one_click_drafts_one_request_for_each_service_with_its_quantity(self):
        (one, two), buyer = two_services(), make.make_enterprise()
        put(buyer, one, two, typed={one.fee_item_id: "1000", two.fee_item_id: "25"})
        taken = draft(buyer)
        made = [queries.request_of(buyer.actor, ref) for ref in taken.done]
        assert [(row.entry_id, row.state, row.lines[0].quantity) for row in made] == [
            (one.entry_id, "draft", 1_000_000),
            (two.entry_id, "draft", 25_000),
        ]
        assert (taken.left, rows(buyer)) == ([], [])

    def test_what_is_put_in_twice_is_there_once_with_the_newer_quantity(self):
        service, buyer = make.make_listed_service(), make.make_enterprise()
        put(buyer, service, service, typed={service.fee_item_id: "10"})
        put(buyer, service, typed={service.fee_item_id: "12"})
        put(buyer, service)
        [row] = rows(buyer)
        assert row.typed == {service.fee_item_id: "12"}

    def test_what_an_enterprise_need_not_buy_does_not_go_in_and_is_named(self):
        buyer = make.make_enterprise()
        for price, code in (("fiscal", "price.free_to_applicant"), ("unpublished", "price.not_published")):
            service = make.make_listed_service(price=price)
            [left] = put(buyer, service).left
            assert (left.code, left.refusal.code) == (service.code, code)
        with transaction() as now:
            taken = actions.basket.put(["ZJ-9999X"], {}, actor=buyer.actor, now=now)
        assert [left.refusal.code for left in taken.left] == ["service.not_listed"]
        assert rows(buyer) == []

    def test_what_cannot_be_drafted_stays_with_its_reason_and_what_was_typed(self):
        (one, two), buyer = two_services(), make.make_enterprise()
        put(buyer, one, two, typed={one.fee_item_id: "1000"})
        taken = draft(buyer, {two.fee_item_id: "many"})
        assert len(taken.done) == 1
        assert [(left.code, left.refusal.code) for left in taken.left] == [(two.code, "price.quantity_unreadable")]
        [row] = rows(buyer)
        assert (row.code, row.typed) == (two.code, {two.fee_item_id: "many"})

    def test_without_a_quantity_nothing_is_drafted(self):
        service, buyer = make.make_listed_service(), make.make_enterprise()
        put(buyer, service)
        assert [left.refusal.code for left in draft(buyer).left] == ["request.line_needed"]
        assert db.session.scalar(select(func.count(Request.id))) == 0

    def test_services_of_one_merged_group_become_one_merged_request_unless_they_are_to_stay_apart(self):
        group, alone = grouped_services(2)
        buyer, every = make.make_enterprise(), [*group, alone]
        put(buyer, *every, typed={service.fee_item_id: "5" for service in every})
        taken = draft(buyer)
        titles = [queries.request_of(buyer.actor, ref).title for ref in taken.done]
        assert titles == [f"{group[0].name}（多评合一）", f"{group[1].name}（多评合一）", alone.name]
        [ref] = taken.merged
        found = queries.merged_of(buyer.actor, ref)
        assert (found.head.group_name, [lot.ref for lot in found.lots]) == ("多评合一", taken.done[:2])
        put(buyer, *group, typed={service.fee_item_id: "5" for service in group})
        apart = draft(buyer, apart={"多评合一"})
        assert (len(apart.done), apart.merged) == (2, [])

    def test_a_refused_service_stays_and_the_others_of_its_group_go_on_alone_if_only_one_is_left(self):
        group, _alone = grouped_services(3)
        buyer = make.make_enterprise()
        put(buyer, *group, typed={service.fee_item_id: "5" for service in group})
        taken = draft(buyer, {group[0].fee_item_id: "many"})
        assert ([left.code for left in taken.left], len(taken.merged)) == ([group[0].code], 1)
        assert rows(buyer)[0].typed == {group[0].fee_item_id: "many"}
        put(buyer, group[1], typed={group[1].fee_item_id: "5"})
        alone = draft(buyer)
        assert (len(alone.done), len(alone.left), alone.merged) == (1, 1, [])

    def test_a_basket_outlives_the_edition_it_was_filled_under(self, at):
        service, buyer = make.make_listed_service(), make.make_enterprise()
        put(buyer, service, typed={service.fee_item_id: "7"})
        at(MONDAY + timedelta(days=1))
        edition = make.make_edition(effective_from=date(2026, 3, 3))
        newer = make.make_listed_service(edition_id=edition, code=service.code, name=service.name)
        make.publish_edition(edition_id=edition)
        [row] = basket_of(buyer.actor.organisation, date(2026, 3, 3))
        assert row.entry.id == newer.entry_id
        assert [queries.request_of(buyer.actor, ref).edition_id for ref in draft(buyer).done] == [edition]

    def test_what_has_left_the_list_stays_and_says_so(self, at):
        service, buyer = make.make_listed_service(), make.make_enterprise()
        put(buyer, service, typed={service.fee_item_id: "7"})
        at(MONDAY + timedelta(days=1))
        edition = make.make_edition(effective_from=date(2026, 3, 3))
        make.make_listed_service(edition_id=edition)
        make.publish_edition(edition_id=edition)
        assert [left.refusal.code for left in draft(buyer).left] == ["basket.off_the_list"]

    def test_another_enterprises_basket_is_not_found(self):
        service, buyer, other = make.make_listed_service(), make.make_enterprise(), make.make_enterprise()
        put(buyer, service)
        with pytest.raises(Refusal) as refused, transaction() as now:
            actions.basket.take_out(service.code, actor=other.actor, now=now)
        assert refused.value.code == "basket.not_in_it"
        assert len(rows(buyer)) == 1 and rows(other) == []

    def test_a_basket_has_a_largest_size(self, monkeypatch):
        monkeypatch.setattr(actions.basket, "MOST_IN_BASKET", 1)
        (one, two), buyer = two_services(), make.make_enterprise()
        with pytest.raises(Refusal) as refused:
            put(buyer, one, two)
        assert refused.value.code == "basket.full"
        assert rows(buyer) == []

    def test_every_act_on_a_basket_is_in_the_journal(self):
        (one, two), buyer = two_services(), make.make_enterprise()
        put(buyer, one, two, typed={one.fee_item_id: "1"})
        with transaction() as now:
            actions.basket.take_out(two.code, actor=buyer.actor, now=now)
        draft(buyer)
        ref = db.session.get_one(Organisation, buyer.actor.organisation).ref
        assert [row.act for row in history(f"basket/{ref}")] == ["basket.put", "basket.take_out", "basket.draft"]

    def test_only_an_enterprise_has_a_basket_by_the_database_too(self):
        service, department = make.make_listed_service(), make.make_department()
        with pytest.raises(Refusal) as refused, transaction() as now:
            row = BasketItem(
                organisation_id=department.actor.organisation, service_id=service.service_id, amounts=[],
                added_at=now, added_by=department.actor.id,
            )  # fmt: skip
            db.session.add(row)
        assert refused.value.code == "basket.only_for_enterprises"


def test_of_two_clicks_one_drafts_and_the_other_finds_nothing(app):
    with app.app_context():
        service, buyer = make.make_listed_service(), make.make_enterprise()
        put(buyer, service, typed={service.fee_item_id: "3"})
    assert together(app, lambda: draft(buyer), lambda: draft(buyer)) == ["basket.empty", "done"]
    with app.app_context():
        assert db.session.scalar(select(func.count(Request.id))) == 1


def test_through_the_pages_without_scripts(app):
    with app.app_context():
        (one, two), buyer = two_services(), make.make_enterprise()
    client = signed_in(app, buyer)
    assert "The basket is empty" in page(client, "/desk/basket")
    answer = people.post(
        client, "/desk/basket/put", {"service": [one.code, two.code], f"q.{one.code}.1": "40", "q.x": "1"}
    )
    assert answer.status_code == 302
    shown = page(client, "/desk/basket")
    assert 'value="40"' in shown and two.code in shown
    kept = send(
        client, "/desk/basket", 422,
        **{"method": "lowest_quote", f"quantity_{one.fee_item_id}": "41", f"quantity_{two.fee_item_id}": "viele"},
    )  # fmt: skip
    assert 'value="viele"' in kept and "“viele”" in kept and "RQ-2026-" in kept
    people.post(client, f"/desk/basket/{two.code}/take-out", {})
    assert "The basket is empty" in page(client, "/desk/basket")


def test_a_basket_is_for_enterprises_only(app):
    with app.app_context():
        department = make.make_department()
    assert app.test_client().get("/desk/basket").status_code == 302
    client = signed_in(app, department)
    assert client.get("/desk/basket").status_code == 403
    assert people.post(client, "/desk/basket/put", {"service": "ZJ-0001"}).status_code == 403


def test_the_basket_asks_the_same_number_of_questions_whatever_is_in_it(app, query_counter):
    with app.app_context():
        buyer = make.make_enterprise()
        edition = make.make_edition()
        services = [make.make_listed_service(edition_id=edition) for _ in range(8)]
        make.publish_edition(edition_id=edition)
        put(buyer, *services[:2])
    client = signed_in(app, buyer)
    client.get("/desk/basket")
    with query_counter() as few:
        client.get("/desk/basket")
    with app.app_context():
        put(buyer, *services)
    with query_counter() as many:
        client.get("/desk/basket")
    assert many.count == few.count
