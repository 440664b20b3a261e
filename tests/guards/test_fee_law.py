"""No fee outside the list, by raw SQL: on both databases the database alone refuses each forgery.

Every forged row differs in one thing from a row that the database takes.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from market.agencies.models import OfferBand as Owned
from market.base.money import MAX_FEN
from market.base.pricing import straight
from market.catalogue.listing import band_row
from market.catalogue.models import Band, FeeItem
from market.contracts.models import Contract, ContractLine
from market.fees.models import FeeLine, FeeNote, Payment
from market.selection.models import Award, QuoteLine, Request, RequestLine
from market.store.db import db
from tests.contracts.chain import MadeContract, make_contract, make_fee_note
from tests.guards.raw import columns_of, insert, refused_check, refused_insert, refused_sql, run
from tests.make import make_agency, make_edition, make_listed_service, make_offer, publish_edition

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("session")


def note_of(made: MadeContract) -> int:
    """An empty fee note for the contract, written by raw SQL."""
    insert(FeeNote, note_columns(made))
    return db.session.scalars(select(FeeNote.id)).one()


def note_columns(made: MadeContract) -> dict[str, Any]:
    return {
        "ref": "FN-2026-000001X",
        "contract_id": made.id,
        "agency_id": made.agency.id,
        "state": "issued",
        "issued_at": NOW,
        "issued_by": made.agency.actor.id,
        "row_version": 1,
    }


@pytest.fixture
def made() -> MadeContract:
    """Return an accepted contract of one line."""
    return make_contract()


@pytest.fixture
def line(made: MadeContract) -> dict[str, Any]:
    """Return a fee line that the database would take."""
    return line_of(made)


def line_of(made: MadeContract) -> dict[str, Any]:
    note = note_of(made)
    copied = columns_of(ContractLine, made.line_ids[0])
    copied["contract_amount_fen"] = copied["amount_fen"]
    unwanted = ("quote_id", "quote_line_id")
    return {name: value for name, value in copied.items() if name not in unwanted} | {
        "fee_note_id": note,
        "contract_line_id": made.line_ids[0],
    }


def test_the_fee_of_the_contract_is_taken(line: dict[str, Any]) -> None:
    insert(FeeLine, line)
    assert db.session.scalars(select(FeeLine.amount_fen)).one() == line["contract_amount_fen"]


def test_a_smaller_fee_is_taken(line: dict[str, Any]) -> None:
    insert(FeeLine, line | {"amount_fen": line["amount_fen"] - 1})


def test_an_unlisted_fee_is_refused(line: dict[str, Any]) -> None:
    refused_insert("store.link_broken", FeeLine, line | {"band_id": line["band_id"] + 999})


def test_a_fee_without_a_band_is_refused(line: dict[str, Any]) -> None:
    refused_insert("store.constraint", FeeLine, line | {"band_id": None})


def test_the_fee_of_another_service_is_refused(line: dict[str, Any]) -> None:
    edition = make_edition()
    other = make_listed_service(edition_id=edition)
    publish_edition(edition_id=edition)
    mark = make_offer(service=other)
    band = db.session.scalars(select(Band).join(Owned, Owned.band_id == Band.id).where(Owned.offer_id == mark.id)).one()
    theirs = {name: getattr(band, name) for name in ("edition_id", "service_id", "fee_item_id", "agency_id")}
    refused_insert("store.link_broken", FeeLine, line | theirs | {"band_id": band.id})
    refused_insert("store.link_broken", FeeLine, line | {"service_id": theirs["service_id"]})


def test_another_agencys_mark_is_refused(made: MadeContract, line: dict[str, Any]) -> None:
    mark = make_offer(service=made.award.offer.service)
    band = db.session.scalars(select(Owned.band_id).where(Owned.offer_id == mark.id)).one()
    refused_insert("store.link_broken", FeeLine, line | {"band_id": band})
    refused_insert("store.link_broken", FeeLine, line | {"band_id": band, "agency_id": mark.agency.id})


@pytest.mark.parametrize(
    "forged",
    [
        {"float_high": 2},
        {"max_fen": MAX_FEN - 1},
        {"y0": 600_000, "base_fen": 600_000, "charge_base_fen": 600_000},
        {"q_to": 10**14 - 1},
    ],
)
def test_a_forged_ceiling_is_refused(line: dict[str, Any], forged: dict[str, int]) -> None:
    refused_insert("store.link_broken", FeeLine, line | forged)


def test_a_fee_above_the_agreed_amount_is_refused(line: dict[str, Any]) -> None:
    # Mark and contract say the same sum here, so either CHECK may be the first to speak. Nor can the sum be forged.
    refused_check(
        "price_above_ceiling fee_line_within_contract", FeeLine, line | {"amount_fen": line["amount_fen"] + 1}
    )
    refused_insert("store.link_broken", FeeLine, line | {"contract_amount_fen": line["amount_fen"] + 1})


def test_a_fee_above_a_contract_that_agreed_on_less_is_refused(line: dict[str, Any]) -> None:
    refused_check("fee_line_within_contract", FeeLine, line | {"contract_amount_fen": line["amount_fen"] - 1})


def test_a_fee_for_another_quantity_is_refused(line: dict[str, Any]) -> None:
    refused_insert("store.link_broken", FeeLine, line | {"quantity": line["quantity"] + 1})


def test_a_quantity_outside_the_band_is_refused() -> None:
    made = make_contract(offer=make_offer(service=make_listed_service(price="guided")), quantity="900000")
    line = columns_of(QuoteLine, db.session.scalars(select(QuoteLine.id)).one())
    beyond = line["q_to"] + 1
    base = line["y0"] + (beyond - line["q0"]) * line["slope_num"] // line["slope_den"]
    forged = {"quantity": beyond, "base_fen": base, "charge_base_fen": base, "amount_fen": base}
    refused_check("price_quantity_outside_band", QuoteLine, line | forged)
    assert made.line_ids


def test_a_fee_before_acceptance_is_refused() -> None:
    refused_insert("fee.contract_not_accepted", FeeNote, note_columns(make_contract(reach="delivered")))


def test_a_fee_note_of_another_agency_is_refused() -> None:
    made = make_contract()
    other = make_offer()
    refused_insert("store.link_broken", FeeNote, note_columns(made) | {"agency_id": other.agency.id})


def test_a_second_fee_for_a_line_is_refused(line: dict[str, Any]) -> None:
    insert(FeeLine, line)
    refused_insert("changed.meanwhile", FeeLine, line)


@pytest.mark.parametrize("difference", [-1, 1, 100])
def test_a_payment_of_another_sum_is_refused(line: dict[str, Any], difference: int) -> None:
    insert(FeeLine, line)
    payment = {
        "fee_note_id": line["fee_note_id"],
        "contract_line_id": line["contract_line_id"],
        "amount_fen": line["amount_fen"],
        "reference": "回单",
        "declared_at": NOW,
        "declared_by": db.session.scalars(select(Contract.proposed_by)).one(),
    }
    refused_insert("store.link_broken", Payment, payment | {"amount_fen": payment["amount_fen"] + difference})
    insert(Payment, payment)


def test_a_charge_to_the_applicant_on_what_the_state_pays_is_refused() -> None:
    fiscal, agency = make_listed_service(price="fiscal"), make_agency()
    mark = band_row(db.session.get_one(FeeItem, fiscal.fee_item_id), straight(100_00, 0), agency_id=agency.id)
    shape = {column.name: getattr(mark, column.name) for column in Band.__table__.columns if column.name != "id"}
    refused_check("band_by_pricing", Band, shape)


def test_a_request_line_for_what_is_free_is_refused_even_in_a_draft() -> None:
    make_contract()
    fiscal = make_listed_service(price="fiscal")
    request = columns_of(Request, db.session.scalars(select(Request.id)).one())
    keys = {"entry_id": fiscal.entry_id, "edition_id": fiscal.edition_id, "service_id": fiscal.service_id}
    insert(Request, request | keys | {"state": "draft", "published_at": None, "closed_at": None, "ref": "RQ-X"})
    draft = db.session.scalars(select(Request.id).where(Request.ref == "RQ-X")).one()
    line = columns_of(RequestLine, db.session.scalars(select(RequestLine.id)).one())
    free = {"request_id": draft, "fee_item_id": fiscal.fee_item_id, "price_state": "free", "payer": "applicant"}
    forged = line | free | {name: keys[name] for name in ("edition_id", "service_id")}
    refused_check("request_line_can_be_bought", RequestLine, forged)


@pytest.mark.parametrize("table", ["fee_line", "payment", "contract_line", "quote_line"])
def test_priced_rows_are_never_changed_nor_removed(table: str) -> None:
    make_fee_note(reach="declared")
    refused_sql("store.frozen", f"UPDATE {table} SET amount_fen = amount_fen - 1")
    refused_sql("store.frozen", f"DELETE FROM {table}")


@pytest.mark.parametrize("change", ["agency_id = agency_id + 1", "reasons = NULL", "decided_by = NULL"])
def test_an_award_is_never_changed_nor_removed(change: str) -> None:
    make_contract()
    refused_sql("store.frozen", f"UPDATE award SET {change}")
    refused_sql("store.frozen", "DELETE FROM award")


# Whatever is refused below is not refused for being born old.
BORN = {"ref": "CT-X", "state": "proposed"} | dict.fromkeys(
    ("signed_at", "signed_by", "due_on", "accepted_at", "actual_days")
)


def test_a_contract_for_somebody_elses_request_is_refused() -> None:
    made = make_contract()
    other = make_contract()
    columns = columns_of(Contract, made.id)
    award = db.session.get_one(Award, other.award.id)
    theirs = {"award_id": award.id, "request_id": award.request_id, "quote_id": award.quote_id}
    forged = columns | theirs | BORN | {"agency_id": other.agency.id}
    refused_insert("contract.not_the_buyers", Contract, forged)


def test_a_contract_of_a_void_award_is_refused() -> None:
    made = make_contract()
    columns = columns_of(Contract, made.id)
    run("UPDATE award SET state = 'void'")
    refused_insert("contract.not_awarded", Contract, columns | BORN)


def test_a_contract_cannot_be_removed_nor_its_promise_changed() -> None:
    make_contract()
    refused_sql("store.frozen", "UPDATE contract SET promised_days = 700")
    refused_sql("store.frozen", "UPDATE contract SET organisation_id = organisation_id + 1")
    refused_sql("store.frozen", "DELETE FROM contract")
