"""The quote's law in the database alone: raw SQL through the application's own connection, on both databases."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from market.agencies.models import OfferBand
from market.base.clock import moved_to
from market.selection.models import Award, Quote, QuoteLine, Request, RequestLine
from market.store.db import db
from market.store.transaction import constraint_name
from tests import make
from tests.selection import around
from tests.selection.around import AFTER, MONDAY

pytestmark = pytest.mark.usefixtures("session")


@dataclass
class Ground:
    """A request with one quote, and another agency's offer on the same service."""

    request: around.MadeRequest
    mine: make.MadeOffer
    other: make.MadeOffer
    buyer: make.Person
    line: dict[str, Any]
    quote: dict[str, Any]


@pytest.fixture
def ground(at) -> Iterator[Ground]:
    at(MONDAY)
    service = make.make_listed_service(fee_items=2)
    mine, other = make.make_offer(service=service), make.make_offer(service=service)
    buyer = make.make_enterprise()
    request = around.opened_request(buyer, service)
    around.quote(request, mine.agency, 4_000_00, 4_000_00)
    line = dict(db.session.execute(select(QuoteLine.__table__).order_by(QuoteLine.id).limit(1)).mappings().one())
    quote = dict(db.session.execute(select(Quote.__table__)).mappings().one())
    yield Ground(request, mine, other, buyer, line, quote)


def refused(statement: Any) -> str:
    """Run a statement that the database must refuse by itself; return the constraint's name or the kind of refusal."""
    with pytest.raises(DBAPIError) as error:
        db.session.execute(statement)
    db.session.rollback()
    return constraint_name(error.value) or str(error.value.orig).lower()


def new_quote(ground: Ground, **changes: Any) -> dict[str, Any]:
    """Write a second, empty quote of the other agency; return its row."""
    row = {
        **ground.quote,
        "ref": "QT-TEST",
        "agency_id": ground.other.agency.id,
        "offer_id": ground.other.id,
        **changes,
    }
    del row["id"]
    key = db.session.execute(insert(Quote.__table__).values(row)).inserted_primary_key
    assert key is not None
    return {**row, "id": key[0]}


def other_line(ground: Ground, quote: dict[str, Any], **changes: Any) -> Any:
    """A line of the other agency's quote at the same place, priced on its own band unless changed."""
    band = db.session.execute(
        select(OfferBand.band_id).where(
            OfferBand.offer_id == ground.other.id, OfferBand.fee_item_id == ground.line["fee_item_id"]
        )
    ).scalar_one()
    row = {
        **ground.line, "quote_id": quote["id"], "agency_id": quote["agency_id"], "offer_id": quote["offer_id"],
        "band_id": band, **changes,
    }  # fmt: skip
    del row["id"]
    return insert(QuoteLine.__table__).values(row)


def test_a_lawful_line_is_taken_by_the_same_road(ground):
    db.session.execute(other_line(ground, new_quote(ground)))


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"amount_fen": 5_000_01}, "price_above_ceiling"),
        ({"amount_fen": 0}, "quote_line_positive"),
        ({"amount_fen": -1}, "quote_line_positive|price_above_ceiling"),
        ({"base_fen": 9_000_00, "charge_base_fen": 9_000_00}, "price_base_off_the_line"),
        ({"charge_base_fen": 9_000_00}, "price_base_not_limited"),
        ({"y0": 9_000_00, "base_fen": 9_000_00, "charge_base_fen": 9_000_00}, "foreign key"),
        ({"float_high": 2}, "foreign key"),
        ({"max_fen": 10**12 - 1}, "foreign key"),
        ({"quantity": 2_000_000}, "foreign key"),
        ({"coefficient": 20_000}, "foreign key"),
        ({"payer": "authority"}, "foreign key"),
    ],
)
def test_no_amount_but_a_lawful_one_can_be_written(ground, changes, law):
    quote = new_quote(ground)
    said = refused(other_line(ground, quote, **changes))
    assert re.search(law, said) or (law == "foreign key" and said.startswith("fk_"))


def test_no_line_on_another_agencys_marked_price(ground):
    quote = new_quote(ground)
    for changes in (
        {"band_id": ground.line["band_id"]},
        {"band_id": ground.line["band_id"], "agency_id": ground.mine.agency.id},
        {"offer_id": ground.mine.id},
        {"offer_id": ground.mine.id, "band_id": ground.line["band_id"]},
    ):
        said = refused(other_line(ground, quote, **changes))
        assert said.startswith("fk_") or "foreign key" in said
        quote = new_quote(ground)


def test_no_quote_on_another_agencys_offer_or_another_editions(ground):
    elsewhere = make.make_offer(agency=ground.other.agency)
    for changes in (
        {"offer_id": ground.mine.id},
        {"offer_id": elsewhere.id},
        {"offer_id": elsewhere.id, "edition_id": elsewhere.service.edition_id},
    ):
        with pytest.raises(DBAPIError):
            new_quote(ground, **changes)
        db.session.rollback()


def test_no_line_of_another_request_or_another_line_of_this_one(ground):
    foreign = around.opened_request(ground.buyer, ground.mine.service)
    for line_id in (foreign.line_ids[0], ground.request.line_ids[1]):
        said = refused(other_line(ground, new_quote(ground), request_line_id=line_id))
        assert said.startswith("fk_") or "foreign key" in said
    foreign_id = db.session.scalars(select(Request.id).where(Request.ref == foreign.ref)).one()
    moved = {"request_line_id": foreign.line_ids[0], "request_id": foreign_id}
    said = refused(other_line(ground, new_quote(ground), **moved))
    assert said.startswith("fk_") or "foreign key" in said


def test_one_standing_quote_an_agency(ground):
    with pytest.raises(DBAPIError) as error:
        new_quote(ground, agency_id=ground.mine.agency.id, offer_id=ground.mine.id)
    assert "unique" in str(error.value.orig).lower()


def test_no_quote_and_no_line_once_the_request_is_no_longer_open(ground):
    around.cancel(ground.request)
    with pytest.raises(DBAPIError) as error:
        new_quote(ground)
    assert constraint_name(error.value) == "refused:request.not_open"


def test_a_quote_and_its_lines_stay_as_they_were_sent(ground):
    assert refused(update(QuoteLine).values(amount_fen=1)) == "frozen:quote_line"
    assert refused(QuoteLine.__table__.delete()) == "frozen:quote_line"
    assert refused(update(Quote).values(promised_days=1)) == "frozen:quote"
    assert refused(Quote.__table__.delete()) == "frozen:quote"


def test_a_request_is_awarded_once_and_the_award_stays(ground):
    with moved_to(AFTER):
        around.choose(ground.request)
    row = dict(db.session.execute(select(Award.__table__)).mappings().one())
    del row["id"]
    with pytest.raises(DBAPIError) as error:
        db.session.execute(insert(Award.__table__).values({**row, "ref": "AW-TEST"}))
    assert "unique" in str(error.value.orig).lower()
    db.session.rollback()
    assert refused(update(Award).values(reasons=[])) == "frozen:award"
    assert refused(Award.__table__.delete()) == "frozen:award"


def test_an_award_names_a_quote_of_its_own_request_and_that_quotes_agency(ground):
    foreign = around.opened_request(ground.buyer, ground.mine.service)
    foreign_id = db.session.scalars(select(Request.id).where(Request.ref == foreign.ref)).one()
    lawful = {
        "ref": "AW-TEST", "request_id": ground.quote["request_id"], "quote_id": ground.quote["id"],
        "agency_id": ground.mine.agency.id, "state": "active", "reasons": [], "decided_at": AFTER, "decided_by": None,
    }  # fmt: skip
    for changes in ({"request_id": foreign_id}, {"agency_id": ground.other.agency.id}):
        said = refused(insert(Award.__table__).values({**lawful, **changes}))
        assert said.startswith("fk_") or "foreign key" in said


def test_a_request_line_cannot_be_added_to_a_published_request_nor_name_another_services_item(ground):
    row = dict(db.session.execute(select(RequestLine.__table__).limit(1)).mappings().one())
    del row["id"]
    assert refused(insert(RequestLine.__table__).values(row)) == "refused:request.not_draft"
    drafted = around.draft(ground.buyer, ground.mine.service, amounts=around.terms(ground.mine.service).amounts)
    drafted_id = db.session.scalars(select(Request.id).where(Request.ref == drafted.ref)).one()
    foreign = make.make_listed_service()
    changes = {"request_id": drafted_id, "fee_item_id": foreign.fee_item_id}
    said = refused(insert(RequestLine.__table__).values({**row, **changes}))
    assert said.startswith("fk_") or "foreign key" in said
    free = make.make_listed_service(price="fiscal")
    said = refused(
        insert(RequestLine.__table__).values(
            {**row, "request_id": drafted_id, "price_state": "free", "fee_item_id": free.fee_item_id}
        )
    )
    assert said == "request_line_can_be_bought"


def test_an_authority_cannot_be_written_down_as_choosing_directly(ground):
    row = dict(db.session.execute(select(Request.__table__).limit(1)).mappings().one())
    del row["id"]
    changes = {"ref": "RQ-TEST", "payer": "authority", "method": "direct", "state": "draft", "published_at": None}
    changes["funding"] = "state"
    changes["organisation_id"] = make.make_department().organisation_id
    assert refused(insert(Request.__table__).values({**row, **changes})) == "request_authority_never_names"
