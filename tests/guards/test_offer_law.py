"""The law of marked prices holds in the database alone: raw SQL through the application's own connection is refused."""

from typing import Any

import pytest
from sqlalchemy import text

from market.agencies.rules import FilingState, Fixed, Percent
from market.base.errors import Refusal
from market.store.db import db
from market.store.transaction import transaction
from tests import make


def _row(table: str, row_id: int) -> dict[str, Any]:
    query = text(f"SELECT * FROM {table} WHERE id = :id")
    return dict(db.session.execute(query, {"id": row_id}).mappings().one())


def _insert(table: str, row: dict[str, Any]) -> None:
    row = {name: value for name, value in row.items() if name != "id"}
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    db.session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def _refused(statement: Any) -> str:
    with pytest.raises(Refusal) as caught, transaction():
        statement()
    return caught.value.code + ("/" + str(caught.value.facts["name"]) if "name" in caught.value.facts else "")


def _marked_band(offer: make.MadeOffer) -> dict[str, Any]:
    query = text("SELECT band_id FROM offer_band WHERE offer_id = :id")
    return _row("band", db.session.execute(query, {"id": offer.id}).scalar_one())


@pytest.fixture
def guided(session: Any) -> make.MadeOffer:
    """Return a marked price at 100 % of a guided price (80 % to 120 %)."""
    return make.make_offer(service=make.make_listed_service(price="guided"), mark=Percent(1000))


@pytest.mark.parametrize(
    ("high", "den"), [(1201, 1000), (799, 1000), (13, 10)], ids=["above the ceiling", "below the floor", "far above"]
)
def test_a_mark_outside_the_guided_rule_is_refused(guided, high, den):
    band = _marked_band(guided) | {"float_high": high, "float_low": den * 4 // 5, "float_den": den}
    code = _refused(lambda: _insert("band", band))
    assert code.split("/")[0] in ("band_mark_inside_rule", "store.constraint")


def test_a_mark_cannot_lower_the_lists_floor(guided):
    band = _marked_band(guided) | {"float_low": 0}
    assert _refused(lambda: _insert("band", band)) == "band_mark_inside_rule"


def test_a_mark_on_a_government_price_cannot_stand_without_the_lists_band(guided):
    band = _marked_band(guided) | {"parent_id": None}
    assert _refused(lambda: _insert("band", band)) == "band_by_pricing"


def test_a_mark_cannot_invent_a_line_that_the_list_does_not_have(guided):
    band = _marked_band(guided) | {"y0": 999_999_00}
    assert _refused(lambda: _insert("band", band)) == "store.link_broken"


def test_a_mark_cannot_claim_that_the_list_allows_more(guided):
    band = _marked_band(guided)
    forged = band | {
        "parent_float_high": 99,
        "parent_float_den": 1,
        "parent_float_low": 0,
        "float_high": 50,
        "float_low": 0,
    }
    assert _refused(lambda: _insert("band", forged)) == "store.link_broken"


def test_nobody_marks_a_price_to_the_applicant_of_what_the_treasury_bears(session):
    offer = make.make_offer(service=make.make_listed_service(price="fiscal"), mark=Fixed(1_00))
    band = _marked_band(offer) | {"payer": "applicant"}
    assert _refused(lambda: _insert("band", band)) == "band_by_pricing"


def test_the_list_gets_no_band_of_its_own_after_publication(guided):
    band = _marked_band(guided) | {"agency_id": 0, "parent_id": None}
    assert _refused(lambda: _insert("band", band)) == "edition.published_stays"


@pytest.mark.parametrize("state", [FilingState.DRAFT, FilingState.IN_CHECK, FilingState.RETURNED])
def test_an_offer_of_an_agency_that_is_not_admitted_is_refused(guided, state):
    other = make.make_agency(filed=state)
    offer = _row("offer", guided.id) | {"agency_id": other.id}
    assert _refused(lambda: _insert("offer", offer)) == "offer.agency_not_admitted"


def test_an_offer_for_a_draft_edition_is_refused(guided):
    draft = make.make_listed_service(edition_id=make.make_edition())
    offer = _row("offer", guided.id)
    offer |= {"entry_id": draft.entry_id, "edition_id": draft.edition_id, "service_id": draft.service_id}
    offer |= {"pricing": "market_regulated"}
    assert _refused(lambda: _insert("offer", offer)) == "offer.edition_not_published"


def test_two_offers_of_one_agency_in_force_for_one_service_are_refused(guided):
    offer = _row("offer", guided.id) | {"version": 2}
    assert _refused(lambda: _insert("offer", offer)) == "offer.intervals_overlap"


def test_an_offer_cannot_misname_how_its_service_is_priced(guided):
    offer = _row("offer", guided.id) | {"agency_id": make.make_agency().id, "pricing": "market_regulated"}
    assert _refused(lambda: _insert("offer", offer)) == "store.link_broken"


def test_a_mark_on_another_services_fee_item_is_refused(session):
    edition = make.make_edition()
    one, other = (make.make_listed_service(edition_id=edition) for _ in range(2))
    make.publish_edition(edition_id=edition)
    offer = make.make_offer(service=one)
    band = _marked_band(offer)
    stray = band | {"fee_item_id": other.fee_item_id}
    assert _refused(lambda: _insert("band", stray)) == "store.link_broken"
    # A lawful band of the other service cannot be put into this offer either.
    lawful = make.make_offer(agency=offer.agency, service=other)
    there = text("SELECT id FROM offer_band WHERE offer_id = :id")
    row = _row("offer_band", db.session.execute(there, {"id": lawful.id}).scalar_one()) | {"offer_id": offer.id}
    assert _refused(lambda: _insert("offer_band", row)) == "store.link_broken"


def test_another_agencys_band_cannot_be_put_into_an_offer(session):
    service = make.make_listed_service()
    one, other = make.make_offer(service=service), make.make_offer(service=service)
    query = text("SELECT id FROM offer_band WHERE offer_id = :id")
    row = _row("offer_band", db.session.execute(query, {"id": other.id}).scalar_one()) | {"offer_id": one.id}
    assert _refused(lambda: _insert("offer_band", row)) == "store.link_broken"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offer SET promised_days = 1",
        "UPDATE offer SET marked_by = marked_by + 1",
        "DELETE FROM offer_band",
        "UPDATE offer_band SET band_id = band_id + 1",
        "UPDATE band SET float_high = float_high + 1 WHERE agency_id > 0",
        "DELETE FROM band WHERE agency_id > 0",
    ],
)
def test_a_marked_price_is_never_edited_or_erased(guided, statement):
    assert _refused(lambda: db.session.execute(text(statement))).startswith("store.frozen")


def test_a_withdrawn_offer_carries_its_day(guided):
    assert _refused(lambda: db.session.execute(text("UPDATE offer SET state = 'withdrawn'"))).startswith(
        "store.constraint"
    )


@pytest.mark.parametrize("change", ["promised_days = 0", "state = 'sold'"])
def test_states_and_promises_outside_the_rule_are_refused(guided, change):
    name, _, value = change.partition(" = ")
    typed = value.strip("'") if "'" in value else int(value)
    offer = _row("offer", guided.id) | {"agency_id": make.make_agency().id, name: typed}
    assert _refused(lambda: _insert("offer", offer)).split("/")[0] in ("store.constraint", "store.no_such_move")


def test_an_application_is_not_sent_without_the_commitment(session):
    agency = make.make_agency(filed=FilingState.DRAFT)
    statement = text("UPDATE filing SET state = 'in_check' WHERE agency_id = :id")
    assert _refused(lambda: db.session.execute(statement, {"id": agency.id})) == "filing_commitment_first"
