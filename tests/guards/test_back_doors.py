"""Back doors beside plain INSERT, UPDATE and DELETE: each is shut by the database alone, on both."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from market.agencies.models import Offer, OfferBand, Standing
from market.agencies.rules import OfferState
from market.base.clock import moved_to
from market.base.errors import Refusal
from market.catalogue.models import Band, FeeItem
from market.contracts.models import Contract, Delivery
from market.evaluation import actions as evaluation
from market.evaluation.models import SchemeGrade
from market.fees.models import FeeLine
from market.selection.models import Award, Quote, Request
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.contracts.chain import make_contract, make_fee_note
from tests.guards.raw import columns_of, insert, refused_insert, refused_sql, run
from tests.selection import around

pytestmark = pytest.mark.usefixtures("session")
ONLY_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
ONLY_POSTGRES = pytest.mark.parametrize("app", ["postgres"], indirect=True)


def first(column: Any) -> Any:
    return db.session.scalars(select(column).order_by(column).limit(1)).one()


# --- rows removed behind the triggers


@pytest.mark.parametrize("table", ["award", "contract", "journal_row", "payment", "rating"])
@ONLY_SQLITE
def test_replacing_a_row_is_removing_it(app: Any, table: str) -> None:
    make_fee_note(reach="declared")
    with pytest.raises(Refusal), transaction():
        db.session.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"))
        # A table without rows replaces nothing; then the law is not what stopped us.
        assert not db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar()
        raise Refusal("nothing.there")


@ONLY_SQLITE
def test_a_marked_price_is_not_replaced_by_a_dearer_one(app: Any) -> None:
    offer = make.make_offer()
    band = db.session.scalars(select(OfferBand.band_id).where(OfferBand.offer_id == offer.id)).one()
    columns = ", ".join(name if name != "y0" else "y0 * 2" for name in Band.__table__.columns.keys())  # noqa: SIM118
    refused_sql("store.frozen", f"INSERT OR REPLACE INTO band SELECT {columns} FROM band WHERE id = :id", id=band)


@ONLY_SQLITE
def test_an_update_pushes_no_other_row_out(app: Any) -> None:
    make_contract()
    make_contract()
    refused_sql("store.frozen", "UPDATE OR REPLACE award SET id = (SELECT min(id) FROM award)")


@ONLY_POSTGRES
def test_a_temporary_table_does_not_answer_for_ours(app: Any) -> None:
    make.make_listed_service()
    with pytest.raises(Refusal) as refusal, transaction():
        db.session.execute(text("CREATE TEMPORARY TABLE edition AS SELECT id, 'draft' AS state FROM public.edition"))
        db.session.execute(text("UPDATE public.band SET y0 = y0 + 1"))
        db.session.execute(text("UPDATE public.entry SET name_zh = '别的服务'"))
    assert refusal.value.code == "store.frozen"


# --- the list


def test_a_set_of_coefficients_in_use_takes_no_more() -> None:
    make_contract()
    closed = first(FeeItem.coefficient_set_id)
    refused_sql("store.closed", "INSERT INTO coefficient (set_id, value) VALUES (:closed, 100000)", closed=closed)


def test_an_act_that_a_published_edition_names_stays() -> None:
    make.make_listed_service()
    refused_sql("store.frozen", "UPDATE act SET authority_zh = '别的机关'")


def test_nobody_makes_somebody_else_the_drafter_to_publish_alone() -> None:
    edition, other = make.make_edition(), make.make_person().actor.id
    refused_sql("edition_two_persons", "UPDATE edition SET drafted_by = :other WHERE id = :id", other=other, id=edition)


# --- marked prices and who buys


def test_a_quantity_has_one_marked_price() -> None:
    offer = make.make_offer()
    owned = columns_of(OfferBand, db.session.scalars(select(OfferBand.id).where(OfferBand.offer_id == offer.id)).one())
    band = columns_of(Band, owned["band_id"])
    insert(Band, band | {"y0": band["y0"] * 2})
    smuggled = db.session.scalars(select(Band.id).order_by(Band.id.desc()).limit(1)).one()
    refused_insert("offer.prices_overlap", OfferBand, owned | {"band_id": smuggled})


def test_a_price_that_was_chosen_gets_no_further_part() -> None:
    made = make_contract(offer=make.make_offer(service=make.make_listed_service(price="guided")), quantity="900000")
    parts = select(OfferBand).where(OfferBand.offer_id == made.award.offer.id).order_by(OfferBand.id)
    owned = columns_of(OfferBand, db.session.scalars(parts).first().id)
    band = columns_of(Band, owned["band_id"])
    row = columns_of(Offer, made.award.offer.id)
    run("UPDATE offer SET state = 'withdrawn', withdrawn_at = marked_at")
    insert(Offer, row | {"version": 2, "state": OfferState.IN_FORCE, "withdrawn_at": None})
    again = db.session.scalars(select(Offer.id).order_by(Offer.id.desc()).limit(1)).one()
    insert(OfferBand, owned | {"offer_id": again})
    insert(Band, band)
    late = db.session.scalars(select(Band.id).order_by(Band.id.desc()).limit(1)).one()
    with pytest.raises(Refusal) as refusal:
        insert(OfferBand, owned | {"band_id": late})
    assert refusal.value.code in ("store.closed", "offer.prices_overlap")


def test_a_withdrawn_price_keeps_its_day() -> None:
    make.make_offer()
    run("UPDATE offer SET state = 'withdrawn', withdrawn_at = marked_at")
    refused_sql("store.frozen", "UPDATE offer SET withdrawn_at = '2020-01-01 00:00:00'")


def test_an_offer_by_an_edition_that_another_replaced_is_refused() -> None:
    offer = make.make_offer()
    row = columns_of(Offer, offer.id)
    make.publish_edition(edition_id=make.make_edition(effective_from=date(2026, 2, 1)))
    other = make.make_agency()
    refused_insert("offer.not_in_force", Offer, row | {"agency_id": other.id})


def test_no_enterprise_poses_as_the_authority_to_be_charged_for_what_is_free() -> None:
    made = around.draft(make.make_department(), make.make_listed_service(price="fiscal"))
    row = columns_of(Request, db.session.scalars(select(Request.id).where(Request.ref == made.ref)).one())
    forged = {"ref": "RQ-X", "organisation_id": make.make_enterprise().organisation_id}
    refused_insert("request.not_the_payer", Request, row | forged)
    refused_sql("store.frozen", "UPDATE organisation SET kind = 'department' WHERE kind = 'enterprise'")


# --- requests and quotes


def test_a_draft_is_not_moved_to_an_unpublished_edition() -> None:
    around.draft(make.make_enterprise(), make.make_listed_service())
    draft = make.make_listed_service(edition_id=make.make_edition())
    run("DELETE FROM request_line")
    moved = {"entry": draft.entry_id, "edition": draft.edition_id, "service": draft.service_id}
    statement = "UPDATE request SET entry_id = :entry, edition_id = :edition, service_id = :service"
    refused_sql("offer.edition_not_published", statement, **moved)


def test_a_draft_is_not_published_by_an_edition_that_another_replaced() -> None:
    around.draft(make.make_enterprise(), make.make_listed_service())
    make.publish_edition(edition_id=make.make_edition(effective_from=date(2026, 2, 1)))
    refused_sql(
        "request.edition_superseded",
        "UPDATE request SET state = 'open', published_at = '2026-03-02 04:00:00', quotes_until = '2026-03-06 04:00:00'",
    )


def test_a_line_is_not_moved_into_a_published_request() -> None:
    service, buyer = make.make_listed_service(fee_items=2), make.make_enterprise()
    one, other = ({item: around.actions.Amount("1")} for item in service.fee_item_ids)
    published = around.publish(around.draft(buyer, service, amounts=one))
    line = around.draft(buyer, service, amounts=other).line_id
    target = db.session.scalars(select(Request.id).where(Request.ref == published.ref)).one()
    refused_sql(
        "store.frozen", "UPDATE request_line SET request_id = :target WHERE id = :line", target=target, line=line
    )


@pytest.fixture
def quoted(at: Any) -> dict[str, Any]:
    """Return the one quote on an open request, as a row."""
    at(around.MONDAY)
    service = make.make_listed_service()
    request = around.opened_request(make.make_enterprise(), service)
    around.quote(request, make.make_offer(service=service).agency, 4_000_00)
    return {"id": first(Quote.id), **columns_of(Quote, first(Quote.id))}


def award_of(quote: dict[str, Any]) -> dict[str, Any]:
    same = {name: quote[name] for name in ("request_id", "agency_id")}
    rest = {"state": "active", "reasons": [], "decided_at": around.AFTER, "decided_by": None}
    return same | rest | {"ref": "AW-X", "quote_id": quote["id"]}


def test_no_quote_is_sent_nor_taken_back_after_the_deadline(quoted: dict[str, Any]) -> None:
    run("UPDATE quote SET state = 'withdrawn', withdrawn_at = submitted_at")
    row = columns_of(Quote, quoted["id"]) | {"state": "standing", "withdrawn_at": None, "ref": "QT-X"}
    refused_insert("quote.after_deadline", Quote, row | {"submitted_at": around.AFTER})
    insert(Quote, row | {"submitted_at": around.BEFORE})
    statement = "UPDATE quote SET state = 'withdrawn', withdrawn_at = '2026-03-06 04:00:00' WHERE ref = 'QT-X'"
    refused_sql("quote.after_deadline", statement)


def test_nobody_quotes_by_a_price_that_was_withdrawn(quoted: dict[str, Any]) -> None:
    run("UPDATE quote SET state = 'withdrawn', withdrawn_at = submitted_at")
    run("UPDATE offer SET state = 'withdrawn', withdrawn_at = marked_at")
    row = columns_of(Quote, quoted["id"]) | {"state": "standing", "withdrawn_at": None, "ref": "QT-X"}
    refused_insert("quote.no_offer", Quote, row)


def test_no_award_before_the_deadline(quoted: dict[str, Any]) -> None:
    refused_insert("award.before_deadline", Award, award_of(quoted) | {"decided_at": around.BEFORE})


def test_no_award_for_a_quote_that_was_withdrawn(quoted: dict[str, Any]) -> None:
    run("UPDATE quote SET state = 'withdrawn', withdrawn_at = submitted_at")
    refused_insert("award.quote_withdrawn", Award, award_of(quoted))


def test_no_award_of_a_cancelled_request(quoted: dict[str, Any]) -> None:
    run("UPDATE request SET state = 'cancelled'")
    refused_insert("request.not_open", Award, award_of(quoted))


# --- what happened stays


@pytest.mark.parametrize(
    "change", ["actual_days = 1", "due_on = '2030-01-01'", "accepted_at = signed_at", "signed_by = proposed_by"]
)
def test_what_an_accepted_contract_says_stays(change: str) -> None:
    make_contract()
    refused_sql("store.frozen", f"UPDATE contract SET {change}")


@pytest.mark.parametrize("change", ["due_on = '2030-01-01'", "signed_by = proposed_by"])
def test_a_signature_stays_while_the_work_goes_on(change: str) -> None:
    make_contract(reach="in_service")
    refused_sql("store.frozen", f"UPDATE contract SET {change}")


def test_a_contract_is_not_born_accepted() -> None:
    made = make_contract()
    other = make_contract(reach="proposed")
    signed = {name: columns_of(Contract, made.id)[name] for name in ("signed_at", "signed_by", "due_on")}
    done = {"state": "accepted", "accepted_at": signed["signed_at"], "actual_days": 1}
    refused_insert("store.no_such_move", Contract, columns_of(Contract, other.id) | signed | done | {"ref": "CT-X"})


def test_an_accepted_contract_gets_no_further_delivery() -> None:
    make_contract()
    refused_insert("store.closed", Delivery, columns_of(Delivery, first(Delivery.id)) | {"number": 2})


def test_a_paid_fee_note_stays_and_grows_no_more() -> None:
    make_fee_note(reach="paid")
    refused_sql("store.frozen", "UPDATE fee_note SET paid_at = issued_at")
    refused_insert("store.closed", FeeLine, columns_of(FeeLine, first(FeeLine.id)))


def test_an_awarded_request_stays() -> None:
    make_contract()
    refused_sql("store.frozen", "UPDATE request SET closed_at = published_at")


def test_a_paper_that_was_sent_in_stays() -> None:
    agency = make.make_agency()
    make.make_paper(agency=agency, number="FAKE-1")
    refused_sql("store.frozen", "UPDATE agency_paper SET valid_until = '2099-01-01'")
    refused_sql("store.frozen", "DELETE FROM agency_paper")


# --- the evaluation


def test_no_grade_without_a_published_evaluation() -> None:
    agency = make.make_agency()
    grade = {"agency_id": agency.id, "year": 2025, "round_ref": "EV-X", "grade": "A", "score_milli": 99_000}
    refused_insert("standing.not_published", Standing, grade | {"set_at": around.AFTER})


def test_a_scheme_in_use_takes_no_further_grade() -> None:
    officer = make.make_person().actor
    with moved_to(around.AFTER):
        with transaction() as now:
            evaluation.seed_scheme(now)
            evaluation.open_round(2025, "demo-1", actor=officer, now=now)
        scheme = first(SchemeGrade.scheme_id)
        refused_insert("store.closed", SchemeGrade, {"scheme_id": scheme, "grade": "S", "lowest_milli": 0})
