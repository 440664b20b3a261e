"""Marked prices go on where the next edition has the same price law, and lapse where it has not."""

from datetime import date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from market.agencies.actions import Marking, Terms, carry_over, mark_price, withdraw_offer
from market.agencies.models import Agency, CarryOn, CarryOver, Offer
from market.agencies.queries import offers_for, proposals, waiting_to_be_marked
from market.agencies.rules import Fixed, Percent
from market.base.clock import CHINA
from market.catalogue.actions.seeds import seed_regions
from market.catalogue.models import Entry, EntryRegion
from market.catalogue.queries import edition_numbered
from market.jobs.catalogue import bring_list_into_force
from market.journal.queries import history
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.journeys.editions import (
    BEFORE_DAY,
    FIRST_MOMENT,
    MORNING,
    THE_DAY,
    At,
    both_editions,
    figures,
    first_edition,
    notices_to,
    offers_now,
    second_listed,
    signed_in,
)
from tests.make import refuses
from tests.selection.test_races import together


def test_an_offer_goes_on_where_the_price_law_is_the_same_and_lapses_where_it_is_not(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        agency, other = make.make_agency(), make.make_agency()
        services = {**lists.same, **lists.repriced, **lists.removed}
        for name, service in services.items():
            mark = Percent(900) if name in ("guided", "dearer", "cheaper", "freed", "gone_b") else None
            make.make_offer(agency=agency, service=service, mark=mark, days=10)
        make.make_offer(agency=other, service=lists.same["market"], mark=Fixed(4_000_00), days=7)
        before = db.session.scalar(select(func.count(Offer.id)))
    at(FIRST_MOMENT)
    with app.app_context():
        assert bring_list_into_force() == 2
        for name in ("market", "guided", "set", "fiscal"):
            (mine, *_) = [row for row in offers_now(lists, services[name]) if row.agency_id == agency.id]
            (was,) = [row for row in offers_for(services[name].entry_id) if row.agency_id == agency.id]
            assert (mine.version, mine.promised_days, mine.marked_at) == (1, 10, FIRST_MOMENT)
            assert figures(mine) == figures(was)
        (row,) = history("offers/edition/2")
        assert (row.act, row.payload["outcomes"]["carried"]) == ("offer.carry_over", 5)
        assert {row.agency_id for row in offers_now(lists, services["market"])} == {agency.id, other.id}
        for name in ("shorter", "dearer", "cheaper", "newly_set", "freed"):
            assert offers_now(lists, services[name]) == []
        outcomes = dict(
            db.session.execute(
                select(Entry.code, CarryOver.outcome)
                .join(Offer, Offer.id == CarryOver.offer_id)
                .join(Entry, Entry.id == Offer.entry_id)
                .where(Offer.agency_id == agency.id)
            ).all()
        )
        by_outcome = {
            "carried": ("market", "guided", "set", "fiscal"), "days": ("shorter",), "pricing": ("freed",),
            "price_rule": ("dearer", "cheaper", "newly_set"), "removed": ("gone_a", "gone_b", "gone_c"),
        }  # fmt: skip
        assert outcomes == {services[name].code: outcome for outcome, names in by_outcome.items() for name in names}
        assert db.session.scalar(select(func.count(Offer.id))) == before + 5
        # The old rows stay as they are, for what was asked for under edition 1.
        assert db.session.scalars(select(Offer.state).where(Offer.edition_id != lists.second).distinct()).all() == [
            "in_force"
        ]
        # One message that names them all; none to whom nothing lapsed.
        (told,) = notices_to(agency.organisation_id, "notice.offer.lapsed")
        assert told["removed"] == [f"{services[name].code} 样例{name}" for name in ("gone_a", "gone_b", "gone_c")]
        assert told["days"] == ["ZJ-T-shorter 样例shorter"] and told["link"] == "/desk/offers"
        assert notices_to(other.organisation_id, "notice.offer.lapsed") == []
        waits = waiting_to_be_marked(agency.id, lists.second)
        assert {one.code for one in waits} == {
            services[n].code for n in ("shorter", "dearer", "cheaper", "newly_set", "freed")
        }
    desk = signed_in(app, agency.email).get("/desk").text
    assert "/desk/offers/ZJ-T-dearer" in desk and "ZJ-T-gone_a" not in desk
    inbox = signed_in(app, agency.email).get("/desk/notices?lang=en").text
    assert "[Price rule changed] ZJ-T-dearer" in inbox
    with app.app_context():
        again = second_listed(lists, services["dearer"])
        make.make_offer(agency=agency, service=again, mark=Percent(900))
        assert "ZJ-T-dearer" not in {one.code for one in waiting_to_be_marked(agency.id, lists.second)}


def test_carrying_over_happens_once_however_often_and_by_however_many_it_is_done(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        make.make_offer(service=lists.same["market"])
        lapses = make.make_offer(service=lists.repriced["dearer"])
    at(MORNING)
    outcomes = together(app, *[bring_list_into_force] * 3)
    assert set(outcomes) == {"done"}
    with app.app_context():
        assert bring_list_into_force() is None
        assert len(offers_now(lists, lists.same["market"])) == 1
        assert len(notices_to(lapses.agency.organisation_id, "notice.offer.lapsed")) == 1
        assert len(history("edition/2")) == 1


def test_what_the_agency_did_itself_is_not_done_over(app: Flask, at: At) -> None:
    """A price marked on the day before the clock came round stands; one taken back stays back, also in edition 3."""
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        faster = make.make_offer(service=lists.same["market"], mark=Fixed(5_000_00))
        gone = make.make_offer(service=lists.same["guided"])
        with transaction() as now:
            withdraw_offer(db.session.get_one(Offer, gone.id), actor=gone.agency.actor, now=now)
    at(FIRST_MOMENT)
    with app.app_context():
        again = second_listed(lists, lists.same["market"])
        make.make_offer(agency=faster.agency, service=again, mark=Fixed(6_000_00))
        bring_list_into_force()
        (only,) = offers_now(lists, lists.same["market"])
        assert figures(only)[0][0][3] == 6_000_00
        assert offers_now(lists, lists.same["guided"]) == []


def test_an_agency_that_marks_while_prices_are_carried_over_has_one_price_in_the_end(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        service = lists.same["market"]
        offer = make.make_offer(service=service)
        again = second_listed(lists, service)
    at(MORNING)
    outcomes = together(app, bring_list_into_force, lambda: make.make_offer(agency=offer.agency, service=again))
    assert set(outcomes) <= {"done", "changed.meanwhile"} and "done" in outcomes
    with app.app_context():
        bring_list_into_force()
        assert len(offers_now(lists, service)) == 1


def test_an_offer_of_an_edition_that_nobody_brought_in_goes_on_to_the_next_one(app: Flask, at: At) -> None:
    """The clock stood still over a whole edition: what was taken back under it stays back, the rest goes on."""
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        first = lists.same
        keeps, leaves = (make.make_offer(service=first["market"]) for _ in range(2))
        third = make.make_edition(effective_from=date(2026, 4, 1))
        make.make_listed_service(edition_id=third, code=first["market"].code, name=first["market"].name)
        make.publish_edition(edition_id=third)
    at(MORNING)
    with app.app_context():
        own = make.make_offer(agency=leaves.agency, service=second_listed(lists, first["market"]))
        with transaction() as now:
            withdraw_offer(db.session.get_one(Offer, own.id), actor=leaves.agency.actor, now=now)
    at(datetime(2026, 4, 1, 9, 0, tzinfo=CHINA))
    with app.app_context():
        assert bring_list_into_force() == 3
        entry = db.session.scalars(select(Entry.id).where(Entry.edition_id == third)).one()
        assert [row.agency_id for row in offers_for(entry)] == [keeps.agency.id]


def test_what_became_of_an_offer_stays_written_down(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        make.make_offer(service=lists.same["market"])
    at(MORNING)
    with app.app_context():
        bring_list_into_force()
        for statement in ("UPDATE carry_over SET outcome = 'removed'", "DELETE FROM carry_over"):
            with refuses("store.frozen"), transaction():
                db.session.execute(text(statement))


def test_a_price_of_a_region_lapses_where_the_service_is_listed_for_others_only(app: Flask, at: At) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        with transaction():
            seed_regions()
        _, made = first_edition()
        agency = make.make_agency()
        marked_for = {region: _marked(agency, made["market"], region) for region in ("990101", "990102")}
        second = make.make_edition(effective_from=THE_DAY)
        again = make.make_listed_service(edition_id=second, code=made["market"].code, name=made["market"].name)
        with transaction():
            db.session.add(EntryRegion(entry_id=again.entry_id, edition_id=second, region_code="990101"))
        make.publish_edition(edition_id=second)
    at(MORNING)
    with app.app_context():
        bring_list_into_force()
        outcomes = {row.offer_id: row.outcome for row in db.session.scalars(select(CarryOver))}
        assert outcomes == {marked_for["990101"]: "carried", marked_for["990102"]: "region"}
        assert [row.region_code for row in offers_for(again.entry_id, "990101")] == ["990101"]
        (told,) = notices_to(agency.organisation_id, "notice.offer.lapsed")
        assert told["region"] == ["ZJ-T-market 样例market"]
        (one,) = proposals(agency.id, second, THE_DAY)
        assert (one.lapsed.outcome, one.marks) == ("region", None)


def test_what_was_settled_and_not_yet_written_again_goes_on_where_it_stopped(app: Flask, at: At) -> None:
    """The clock was killed between the two: who marked meanwhile is left alone, the suspended wait."""
    at(BEFORE_DAY)
    with app.app_context():
        lists = both_editions()
        service = lists.same["market"]
        goes_on, faster, away = (make.make_offer(service=service).agency for _ in range(3))
        _suspend(away)
    at(FIRST_MOMENT)
    with app.app_context():
        _restore(away)
        with transaction() as now:
            carry_over(edition_numbered(2), now=now)
        _suspend(away)
        assert offers_now(lists, service) == []
    at(MORNING)
    with app.app_context():
        make.make_offer(agency=faster, service=second_listed(lists, service), mark=Fixed(9_000_00))
        bring_list_into_force()
        assert {row.agency_id: row.marked_at for row in offers_now(lists, service)} == {
            goes_on.id: FIRST_MOMENT,
            faster.id: MORNING,
        }
        assert db.session.scalars(select(CarryOn.agency_id)).all() == [away.id]
        _restore(away)
        bring_list_into_force()
        assert {row.agency_id for row in offers_now(lists, service)} == {goes_on.id, faster.id, away.id}
        assert db.session.scalar(select(func.count()).select_from(CarryOn)) == 0


def _marked(agency: Any, service: Any, region: str) -> int:
    with transaction() as now:
        entry = db.session.get_one(Entry, service.entry_id)
        prices = dict.fromkeys(service.fee_item_ids, Fixed(3_000_00))
        marking = Marking(entry, prices, 10, Terms(region=region))
        return mark_price(db.session.get_one(Agency, agency.id), marking, actor=agency.actor, now=now).id


def _suspend(agency: Any) -> None:
    with transaction():
        until = "suspended_until = '2026-12-31'"
        db.session.execute(text(f"UPDATE agency SET state = 'suspended', {until} WHERE id = {agency.id}"))


def _restore(agency: Any) -> None:
    with transaction():
        back = "state = 'admitted', suspended_until = NULL"
        db.session.execute(text(f"UPDATE agency SET {back} WHERE id = {agency.id}"))
