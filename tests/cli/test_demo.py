"""The demo city is big enough to look around in, lawful to the last row, and unmistakably fictitious."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from market.accounts.models import Organisation, User
from market.agencies.models import Agency, CarryOver, Filing, Offer
from market.agencies.rules import FilingState
from market.base import clock
from market.base.errors import BadState
from market.base.uscc import is_fictitious
from market.catalogue.models import Edition
from market.cli.demo.command import SEED, build
from market.cli.setup import seeds
from market.contracts.models import Contract
from market.contracts.rules import ContractState
from market.evaluation.models import Round, Score
from market.fees.models import FeeNote
from market.fees.rules import FeeNoteState
from market.journal.models import JournalRow
from market.notices.models import Notice
from market.ratings.models import Rating
from market.selection.models import Request
from market.selection.rules import RequestState
from market.store.db import db

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def city(app: Flask) -> Iterator[float]:
    """Build the whole city once; yield the CPU seconds it took."""
    with app.app_context():
        began = time.process_time()
        with clock.moved_to(NOON):
            seeds()
            build(date(2026, 11, 20), SEED)
        yield time.process_time() - began


def count(model: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]


@pytest.mark.timeout(400)
def test_the_city(city: float) -> None:
    # One build serves every question: it is the longest act of the whole suite.
    assert city < 90
    assert count(Agency, Agency.state == "admitted") >= 60
    assert count(Offer, Offer.state == "in_force") >= 400
    assert count(Request) >= 120
    _every_state()
    _two_editions()
    _two_years()
    _nobody_is_real()
    _acts_are_written_down()
    with pytest.raises(BadState) as again:
        build(date(2026, 11, 20), SEED)
    assert again.value.code == "demo.not_empty"


def _every_state() -> None:
    assert set(db.session.scalars(select(Request.state))) == set(RequestState)
    assert set(db.session.scalars(select(Contract.state))) == set(ContractState)
    assert set(db.session.scalars(select(FeeNote.state))) == set(FeeNoteState)
    assert {"entering", "admitted", "exited"} <= set(db.session.scalars(select(Agency.state)))
    assert set(db.session.scalars(select(Filing.state))) == set(FilingState) - {FilingState.TAKEN_BACK}


def _two_editions() -> None:
    """Marked prices go over to the edition of the day, and orders run on under both."""
    first, second = db.session.scalars(select(Edition).order_by(Edition.number)).all()
    assert second.effective_from == date(2026, 8, 15)
    assert count(CarryOver, CarryOver.outcome == "carried") >= 300
    assert count(Offer, Offer.edition_id == second.id, Offer.state == "in_force") >= 300
    for edition in (first, second):
        assert count(Request, Request.edition_id == edition.id, Request.state == RequestState.AWARDED) >= 20


def _two_years() -> None:
    first, last = db.session.execute(select(func.min(Contract.proposed_at), func.max(Contract.proposed_at))).one()
    assert (last - first).days > 600
    rounds = {one.year: one.state for one in db.session.scalars(select(Round))}
    assert rounds == {2025: "published", 2026: "open"}
    assert count(Score, Score.grade != "none") >= 8
    assert count(Rating) >= 80


def _nobody_is_real() -> None:
    for organisation in db.session.scalars(select(Organisation)):
        assert organisation.name.startswith("【虚构】")
        assert organisation.name.endswith("（测试）")
        assert organisation.uscc is None or is_fictitious(organisation.uscc)
    assert all(email.endswith("@example.invalid") for email in db.session.scalars(select(User.email)))
    assert all(phone.startswith("000-0000") for phone in db.session.scalars(select(Filing.phone)))


def _acts_are_written_down() -> None:
    acts = set(db.session.scalars(select(JournalRow.act)))
    steps = {"filing.pass", "offer.mark", "request.publish", "contract.sign", "contract.accept", "fee.issue"}
    assert steps <= acts, sorted(acts)
    unheard = text(
        "SELECT count(*) FROM contract c WHERE NOT EXISTS"
        " (SELECT 1 FROM journal_row j WHERE j.obj = 'contract/' || c.ref)"
    )
    assert db.session.scalar(unheard) == 0
    assert count(Notice) > 500
