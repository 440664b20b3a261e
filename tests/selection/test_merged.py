"""A merged request: one reference and one publication for services of one group, while every lot is a request."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from market.agencies.rules import PerUnit
from market.base.errors import Refusal
from market.catalogue.models import Entry
from market.journal.queries import history
from market.selection import actions, queries
from market.selection.actions.merged import LotsRefused
from market.selection.methods import Given
from market.selection.models import Award, MergedRequest, Quote, Request, RequestLot
from market.store.db import db
from market.store.transaction import constraint_name, transaction
from tests import make, people
from tests.selection import around
from tests.selection.around import AFTER, MONDAY
from tests.selection.test_basket import draft, grouped_services, put
from tests.selection.test_pages import page, send, signed_in
from tests.selection.test_races import together


@pytest.fixture(autouse=True)
def _on_monday(at):
    at(MONDAY)


@dataclass(frozen=True)
class Made:
    """A merged request of `lots`, and the services they are for."""

    ref: str
    buyer: make.Person
    services: tuple[make.Listed, ...]
    lots: tuple[str, ...]

    def act(self, deed: Callable[..., object], *given: object) -> object:
        """Do it as the owner does, under the lock."""
        with transaction(queries.merged_lock(self.ref)) as now:
            return deed(queries.merged_of(self.buyer.actor, self.ref), *given, actor=self.buyer.actor, now=now)

    def states(self) -> list[str]:
        """The lots' states in order."""
        return [queries.request_of(self.buyer.actor, lot).state for lot in self.lots]

    def lot(self, place: int) -> around.MadeRequest:
        """A lot as a request, by its place from 1."""
        found = queries.request_of(self.buyer.actor, self.lots[place - 1])
        return around.MadeRequest(found.ref, self.buyer.actor, tuple(line.id for line in found.lines))


def merged(count: int = 3, *, method: str = "direct", buyer: make.Person | None = None) -> Made:
    """Fill a basket with a group and draft it."""
    services, _alone = grouped_services(count)
    buyer = buyer or make.make_enterprise()
    put(buyer, *services, typed={service.fee_item_id: "10" for service in services})
    taken = draft(buyer, method=method)
    return Made(taken.merged[0], buyer, tuple(services), tuple(taken.done))


def refused(deed: Callable[[], object]) -> str:
    """The code of the refusal."""
    with pytest.raises(Refusal) as refusal:
        deed()
    return refusal.value.code


def by_sql(statement: object) -> str:
    """Run a statement that the database must refuse by itself; return the name of what refused."""
    with pytest.raises(DBAPIError) as error:
        db.session.execute(statement)  # type: ignore[call-overload]
    db.session.rollback()
    return constraint_name(error.value) or str(error.value.orig).lower()


def row_of(model: type, **where: object) -> dict[str, object]:
    """A stored row without its key."""
    row = dict(db.session.execute(select(model.__table__).filter_by(**where).limit(1)).mappings().one())
    return {name: value for name, value in row.items() if name != "id"}


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
