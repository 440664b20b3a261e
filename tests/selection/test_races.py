"""Two at once: the row's lock lets one act first, and the other sees what became of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from threading import Barrier, Event

import pytest
from flask import Flask
from sqlalchemy import select

from market.base import clock
from market.base.errors import BadState, Refusal
from market.selection import queries
from market.selection.models import Award, Request
from market.selection.rules import RequestState
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.selection import around


def outcome_of(app: Flask, act: Callable[[], object]) -> str:
    """Run `act` as another worker would, in its own thread and session; return the refusal's code or `done`."""
    with app.app_context():
        try:
            act()
        except Refusal as refused:
            return refused.code
        finally:
            db.session.remove()
    return "done"


def together(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Run every act at the same moment; return their outcomes, sorted."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        barrier.wait(timeout=30)
        return outcome_of(app, act)

    with ThreadPoolExecutor(len(acts)) as pool:
        # Each runs by the clock of the test, moved or not.
        running = [pool.submit(copy_context().run, run, act) for act in acts]
        return sorted(one.result() for one in running)


def test_of_two_choosers_one_chooses_and_the_other_is_told(app):
    with app.app_context():
        service = make.make_listed_service()
        offers = [make.make_offer(service=service) for _ in range(2)]
        made = around.opened_request(make.make_enterprise(), service, method="direct")
    choices = [lambda agency=offer.agency.id: around.choose(made, agency) for offer in offers]
    assert together(app, *choices, *choices) == ["done", *["request.not_open"] * 3]
    with app.app_context():
        assert len(db.session.scalars(select(Award.id)).all()) == 1


def test_a_chooser_and_a_canceller_cannot_both_end_a_request(app):
    with app.app_context():
        offer = make.make_offer()
        made = around.opened_request(make.make_enterprise(), offer.service, method="direct")
    outcomes = together(app, lambda: around.choose(made, offer.agency.id), lambda: around.cancel(made))
    assert outcomes in (["done", "request.not_open"], ["done", "lifecycle.no_such_move"])


def test_two_quotes_of_one_agency_at_once_leave_one(app):
    with app.app_context():
        offer = make.make_offer()
        made = around.opened_request(make.make_enterprise(), offer.service)
    sent = [lambda: around.quote(made, offer.agency, 100_00)] * 3
    assert together(app, *sent) == ["done", "quote.exists", "quote.exists"]


def test_a_door_that_forgets_the_lock_is_stopped_by_the_version_and_the_index(app):
    with app.app_context():
        offer = make.make_offer()
        made = around.opened_request(make.make_enterprise(), offer.service, method="direct")
        with pytest.raises(BadState) as refused, transaction():
            request = queries.request_of(made.owner, made.ref)
            # Somebody else was here between the read and the write.
            db.session.connection().exec_driver_sql("UPDATE request SET row_version = row_version + 1")
            request.state = RequestState.CANCELLED
        assert refused.value.code == "changed.meanwhile"


def test_a_quote_that_waited_for_the_lock_past_the_deadline_is_late(app):
    """In flight at the deadline is late: the clock is read under the lock, not when the request arrived."""
    with app.app_context():
        offer = make.make_offer()
        made = around.draft(make.make_enterprise(), offer.service)
        with transaction() as now:
            deadline = now + timedelta(seconds=1)
            request = db.session.scalars(select(Request).where(Request.ref == made.ref)).one()
            request.state, request.published_at, request.quotes_until = RequestState.OPEN, now, deadline
        locked = Event()

        def hold() -> None:
            with transaction(queries.request_lock(made.ref)):
                locked.set()
                passed.wait(timeout=30)

        passed = Event()
        with ThreadPoolExecutor(2) as pool:
            holder = pool.submit(outcome_of, app, hold)
            assert locked.wait(timeout=30)
            sent = pool.submit(outcome_of, app, lambda: around.quote(made, offer.agency, 100_00))
            while clock.now() <= deadline:
                passed.wait(timeout=0.05)
            assert not sent.done()
            passed.set()
            assert (holder.result(), sent.result()) == ("done", "request.deadline_passed")
