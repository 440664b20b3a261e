"""A merged request: one reference and one publication for services of one group, while every lot is a request."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from market.agencies.models import Agency
from market.agencies.rules import PerUnit
from market.journal.queries import history
from market.notices.models import Notice
from market.notices.queries import inbox
from market.selection import actions, queries
from market.selection.actions.merged import LotsRefused
from market.selection.methods import Given
from market.selection.models import Award, MergedRequest, Quote, Request, RequestLot
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.selection import around
from tests.selection.around import AFTER, MONDAY
from tests.selection.lots import by_sql, merged, refused, row_of
from tests.selection.test_races import together


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


@pytest.mark.usefixtures("session")
class TestLawsOfTheDatabase:
    """Raw SQL by the application's own connection."""

    def test_a_lot_is_of_the_same_buyer_and_edition_and_of_one_merged_request_only(self):
        mine = merged(2)
        edition = db.session.scalars(select(MergedRequest.edition_id)).one()
        foreign = around.draft(make.make_enterprise(), mine.services[0])
        own = around.draft(mine.buyer, mine.services[0])
        ids = {row.ref: row.id for row in db.session.execute(select(Request.ref, Request.id))}
        free = {**row_of(RequestLot), "position": 9}
        for changes in (
            {"request_id": ids[foreign.ref]},
            {"request_id": ids[foreign.ref], "organisation_id": foreign.owner.organisation},
            {"request_id": ids[own.ref], "edition_id": edition + 1},
        ):
            said = by_sql(insert(RequestLot).values({**free, **changes}))
            assert said.startswith("fk_") or "foreign key" in said
        other = {**row_of(MergedRequest), "ref": "MR-TEST"}
        key = db.session.execute(insert(MergedRequest).values(other)).inserted_primary_key
        assert key is not None
        said = by_sql(insert(RequestLot).values({**free, "merged_request_id": key[0], "request_id": ids[mine.lots[0]]}))
        assert said in ("request_lot.request_id", "uq_request_lot_request_id")
        assert by_sql(insert(MergedRequest).values({**other, "title": ""})) == "merged_request_named"

    def test_nothing_joins_leaves_or_changes_after_publication(self):
        mine = merged(2)
        own = around.draft(mine.buyer, mine.services[0])
        own_id = db.session.scalars(select(Request.id).where(Request.ref == own.ref)).one()
        mine.act(actions.merged.publish)
        joins = {**row_of(RequestLot), "position": 9, "request_id": own_id}
        assert by_sql(insert(RequestLot).values(joins)) == "refused:lot.only_drafts"
        assert by_sql(delete(RequestLot)) == "frozen:request_lot"
        assert by_sql(update(RequestLot).values(position=RequestLot.position + 5)) == "frozen:request_lot"
        assert by_sql(update(MergedRequest).values(title="x")) == "frozen:merged_request"
        alone = {**row_of(MergedRequest), "ref": "MR-TEST"}
        key = db.session.execute(insert(MergedRequest).values(alone)).inserted_primary_key
        assert key is not None
        published = db.session.scalars(select(Request.id).where(Request.ref == mine.lots[0])).one()
        joins = {**joins, "merged_request_id": key[0], "request_id": published}
        assert by_sql(insert(RequestLot).values(joins)) == "refused:lot.only_drafts"

    def test_lots_are_one_publication_and_one_without_its_sisters_takes_no_quote(self):
        mine = merged(2, method="lowest_quote")
        offer = make.make_offer(service=mine.services[0])
        first, second = (select(Request.id).where(Request.ref == lot).scalar_subquery() for lot in mine.lots)
        opened = {"state": "open", "published_at": MONDAY, "quotes_until": AFTER}
        db.session.execute(update(Request).where(Request.id == first).values(opened))
        request = row_of(Request, ref=mine.lots[0])
        quote = {
            "ref": "QT-TEST", "request_id": first, "agency_id": offer.agency.id, "offer_id": offer.id,
            **{name: request[name] for name in ("edition_id", "service_id", "payer")},
            "origin": "submitted", "state": "standing", "promised_days": 5, "submitted_at": MONDAY,
        }  # fmt: skip
        db.session.commit()
        assert by_sql(insert(Quote).values(quote)) == "refused:lot.sister_is_a_draft"
        for changes in ({"published_at": MONDAY + timedelta(seconds=1)}, {"quotes_until": AFTER + timedelta(days=1)}):
            late = update(Request).where(Request.id == second).values({**opened, **changes})
            assert by_sql(late) == "refused:lot.published_together"
        db.session.execute(update(Request).where(Request.id == second).values(opened))
        db.session.execute(insert(Quote).values(quote))


@pytest.mark.usefixtures("session")
class TestActions:
    """Every step through the actions."""

    def test_an_act_on_all_lots_is_told_to_each_agency_once(self):
        mine = merged(method="lowest_quote")
        every, one = make.make_agency(), make.make_agency()
        for service in mine.services:
            make.make_offer(agency=every, service=service, mark=PerUnit(3_00))
        make.make_offer(agency=one, service=mine.services[0], mark=PerUnit(3_00))
        mine.act(actions.merged.publish)
        for place in (1, 2):
            around.quote(mine.lot(place), every, 10_00)
        mine.act(actions.merged.cancel)
        told = {agency: [(row.code, row.facts) for row in inbox(agency.organisation_id, 9)] for agency in (every, one)}
        (cancelled, fewer), (published, all_of_them) = [row for row in told[every] if "filing" not in row[0]]
        assert (published, cancelled) == ("notice.merged.published", "notice.merged.cancelled")
        assert (all_of_them["count"], fewer["count"], all_of_them["ref"]) == (3, 2, mine.ref)
        assert all_of_them["services"] == [service.name for service in mine.services]
        assert [code for code, _facts in told[one]] == ["notice.request.published"]

    def test_one_agency_is_chosen_for_all_lots_and_each_gets_an_award(self):
        mine = merged()
        agencies = [make.make_agency() for _ in range(2)]
        for agency, fen in zip(agencies, (3_00, 2_00), strict=True):
            for service in mine.services:
                make.make_offer(agency=agency, service=service, mark=PerUnit(fen))
        make.make_offer(service=mine.services[0], mark=PerUnit(1_00))  # marks one lot only
        mine.act(actions.merged.publish)
        found = queries.merged_of(mine.buyer.actor, mine.ref)
        rows = queries.compare_together(found.lots, queries.items_of_lots(found.lots))
        expected = [(agencies[1].id, 60_00), (agencies[0].id, 90_00)]
        assert [(row.offer.agency_id, row.total_fen) for row in rows] == expected
        seen = Given(agencies[1].id, 59_99)
        assert refused(lambda: mine.act(actions.merged.choose_for_all, seen)) == "choice.price_changed"
        assert mine.states() == ["open"] * 3
        mine.act(actions.merged.choose_for_all, Given(agencies[1].id, 60_00))
        assert mine.states() == ["awarded"] * 3
        assert db.session.scalars(select(Award.agency_id)).all() == [agencies[1].id] * 3
        assert refused(lambda: mine.act(actions.merged.choose_for_all, seen)) == "request.not_open"
        acts = [row.act for row in history(f"merged/{mine.ref}")]
        assert acts == ["merged.draft", "merged.publish", "merged.award"]
        told = db.session.execute(select(Notice.code, Notice.organisation_id, Notice.facts).order_by(Notice.id)).all()
        awarded = {(row.code, row.organisation_id) for row in told if "publish" not in row.code}
        shop = db.session.get_one(Agency, agencies[1].id).organisation_id
        assert awarded == {("notice.merged.awarded", shop), ("notice.merged.chosen", mine.buyer.organisation_id)}
        assert len(told) == 2 and told[-1].facts["count"] == 3

    def test_a_choice_that_one_lot_refuses_is_made_for_none(self):
        mine = merged(2)
        agency = make.make_agency()
        make.make_offer(agency=agency, service=mine.services[0])
        mine.act(actions.merged.publish)
        given = Given(agency.id)
        assert refused(lambda: mine.act(actions.merged.choose_for_all, given)) == "merged.agency_not_for_all"
        own = make.make_agency()
        for service in mine.services:
            make.make_offer(agency=own, service=service)
        around.choose(mine.lot(1), agency.id)
        mine.act(actions.merged.choose_for_all, Given(own.id))
        found = db.session.scalars(select(Award.agency_id).order_by(Award.id)).all()
        assert found == [agency.id, own.id]
        codes = db.session.scalars(select(Notice.code).order_by(Notice.id)).all()
        assert set(codes) == {"notice.request.awarded", "notice.request.chosen"}  # one lot each time

    def test_what_one_lot_refuses_at_publication_publishes_none_and_is_told_by_lot(self, at):
        mine = merged(3)
        at(MONDAY + timedelta(days=1))
        newer = make.make_edition(effective_from=date(2026, 3, 3))
        for service in mine.services[:2]:
            make.make_listed_service(edition_id=newer, code=service.code, name=service.name)
        make.publish_edition(edition_id=newer)
        with pytest.raises(LotsRefused) as several:
            mine.act(actions.merged.publish)
        assert [left.refusal.code for left in several.value.left] == ["request.edition_superseded"] * 3
        assert mine.states() == ["draft"] * 3
        with pytest.raises(LotsRefused) as several:
            mine.act(actions.merged.accept_edition)
        assert [left.code for left in several.value.left] == [mine.services[2].code]
        assert (
            refused(lambda: mine.act(actions.merged.edit, around.terms(mine.services[0])))
            == "merged.edition_superseded"
        )
        assert mine.act(actions.merged.take_out, mine.lots[2]) is True
        mine.act(actions.merged.accept_edition)
        assert db.session.scalars(select(MergedRequest.edition_id)).one() == newer
        mine.act(actions.merged.publish)
        assert mine.states() == ["open", "open", "draft"]

    def test_lots_of_quotes_share_a_deadline_and_each_goes_to_its_own_lowest(self, at):
        mine = merged(2, method="lowest_quote")
        offers = [make.make_offer(service=service) for service in mine.services]
        mine.act(actions.merged.publish)
        ends = db.session.scalars(select(Request.quotes_until)).all()
        assert set(ends) == {AFTER}
        for place, offer in enumerate(offers, 1):
            around.quote(mine.lot(place), offer.agency, 10_00)
        at(AFTER)
        assert [around.choose(mine.lot(place)) for place in (1, 2)] == [offer.agency.id for offer in offers]
        assert queries.merged_of(mine.buyer.actor, mine.ref).state == "awarded"

    def test_all_lots_are_written_at_once_or_none_is(self):
        mine = merged(2)
        items = [service.fee_item_id for service in mine.services]
        new = {"title": "厂区评估", "case_number": "XK-9", "description": "plot 7", "last_day": date(2026, 3, 20)}
        terms = actions.Terms({item: actions.Amount("7") for item in items}, "lowest_quote", **new)
        mine.act(actions.merged.edit, terms)
        for place, lot in enumerate(mine.lots):
            found = queries.request_of(mine.buyer.actor, lot)
            assert (found.title, found.case_number) == (f"{mine.services[place].name}（厂区评估）", "XK-9")
            assert (found.lines[0].quantity, found.method) == (7_000, "lowest_quote")
        assert db.session.scalars(select(MergedRequest.title)).one() == "厂区评估"
        half = actions.Terms({items[0]: actions.Amount("8")}, "direct")
        with pytest.raises(LotsRefused) as several:
            mine.act(actions.merged.edit, half)
        assert [(left.code, left.refusal.code) for left in several.value.left] == [
            (mine.services[1].code, "request.line_needed")
        ]
        assert queries.request_of(mine.buyer.actor, mine.lots[0]).lines[0].quantity == 7_000

    def test_a_draft_lot_does_nothing_alone_until_it_is_taken_out_and_two_are_the_fewest(self):
        mine = merged(3)
        lot, terms = mine.lot(1), around.terms(mine.services[0])

        def edits() -> None:
            with transaction() as now:
                actions.edit_draft(queries.request_of(lot.owner, lot.ref), terms, actor=lot.owner, now=now)

        for deed in (lambda: around.publish(lot), lambda: around.cancel(lot), edits):
            assert refused(deed) == "lot.with_the_others"
        assert mine.act(actions.merged.take_out, lot.ref) is True
        around.publish(lot)
        assert mine.act(actions.merged.take_out, mine.lots[1]) is False
        assert refused(lambda: queries.merged_of(mine.buyer.actor, mine.ref)) == "merged.not_found"
        assert mine.states() == ["open", "draft", "draft"]
        assert [row.act for row in history(f"merged/{mine.ref}")][-1] == "merged.dissolve"

    def test_cancelling_takes_back_what_is_not_decided_and_leaves_what_is(self):
        mine = merged(2)
        offer = make.make_offer(service=mine.services[0])
        mine.act(actions.merged.publish)
        around.choose(mine.lot(1), offer.agency.id)
        mine.act(actions.merged.cancel)
        assert mine.states() == ["awarded", "cancelled"]
        assert refused(lambda: mine.act(actions.merged.cancel)) == "request.not_open"

    def test_somebody_elses_merged_request_is_not_found(self):
        mine, other = merged(2), make.make_enterprise()
        assert refused(lambda: queries.merged_of(other.actor, mine.ref)) == "merged.not_found"
        with transaction() as now:
            found = queries.merged_of(mine.buyer.actor, mine.ref)
            for deed in (actions.merged.publish, actions.merged.cancel):
                assert refused(lambda deed=deed: deed(found, actor=other.actor, now=now)) == "merged.not_found"


def test_of_two_publishers_one_publishes_all_lots_and_the_other_is_told(app):
    with app.app_context():
        mine = merged(2)
    outcomes = together(app, *[lambda: mine.act(actions.merged.publish)] * 2)
    assert outcomes == ["done", "merged.not_drafts"]
    with app.app_context():
        assert mine.states() == ["open", "open"]


def test_a_chooser_for_all_and_a_chooser_of_one_lot_leave_one_award_a_lot(app):
    with app.app_context():
        mine, agency = merged(2), make.make_agency()
        for service in mine.services:
            make.make_offer(agency=agency, service=service)
        mine.act(actions.merged.publish)
        lot = mine.lot(2)
    outcomes = together(
        app,
        lambda: mine.act(actions.merged.choose_for_all, Given(agency.id)),
        lambda: around.choose(lot, agency.id),
    )
    assert outcomes in (["done", "done"], ["done", "request.not_open"])
    with app.app_context():
        assert db.session.scalar(select(func.count(Award.id))) == 2
