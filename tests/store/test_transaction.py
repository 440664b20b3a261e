"""The one transaction, the one clock, and the database's own refusals."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.refs import RefKind
from market.store import outbox
from market.store.calendar import calendar, seed_calendar
from market.store.db import db
from market.store.models import DatedSetting, Outbox, ReferenceCounter
from market.store.references import next_reference
from market.store.settings import DEFAULTS, seed_settings, setting
from market.store.transaction import database_now, transaction


def test_what_raises_leaves_nothing_behind(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction() as now:
            outbox.put("search", "x", {}, now=now)
            db.session.flush()
            _ = 1 // 0
        assert db.session.scalar(select(func.count()).select_from(Outbox)) == 0


def test_the_clock_is_the_databases_unless_it_is_moved(app: Flask) -> None:
    with app.app_context():
        with transaction() as now:
            assert abs(now - datetime.now(UTC)) < timedelta(minutes=5)
        moment = datetime(2026, 2, 14, 1, 30, tzinfo=UTC)
        with clock.moved_to(moment), transaction() as now:
            assert now == moment


def test_the_clock_goes_on_inside_a_transaction(app: Flask) -> None:
    with app.app_context(), transaction() as now:
        for _ in range(200):
            if database_now() > now:
                return
        pytest.fail("the clock stands still")


def test_a_broken_constraint_is_a_refusal(app: Flask) -> None:
    with app.app_context():
        with transaction():
            db.session.add(ReferenceCounter(kind="RQ", year=2026, last=1))
        with pytest.raises(BadState) as twice, transaction():
            db.session.add(ReferenceCounter(kind="RQ", year=2026, last=1))
        assert twice.value.code == "changed.meanwhile"
        with pytest.raises(BreaksRule) as beyond, transaction():
            db.session.add(ReferenceCounter(kind="RQ", year=2027, last=1_000_000))
        assert beyond.value.code == "store.constraint"


def test_numbers_that_fit_no_column_are_refused(app: Flask) -> None:
    with app.app_context():
        statement = "UPDATE reference_counter SET year = 9223372036854775807 * 4"
        if db.engine.dialect.name == "sqlite":
            statement = "INSERT INTO reference_counter (kind, year, last) VALUES ('RQ', 2026.5, 1)"
        with transaction():
            db.session.add(ReferenceCounter(kind="CT", year=2026, last=1))
        with pytest.raises(BreaksRule), transaction():
            db.session.execute(text(statement))


def test_references_count_up_by_kind_and_year(app: Flask) -> None:
    with app.app_context():
        with clock.moved_to(datetime(2025, 12, 31, 15, 59, tzinfo=UTC)), transaction() as now:
            assert next_reference(RefKind.REQUEST, now).startswith("RQ-2025-000001")
        with clock.moved_to(datetime(2025, 12, 31, 16, 1, tzinfo=UTC)), transaction() as now:
            # In China it is the new year already.
            assert next_reference(RefKind.REQUEST, now).startswith("RQ-2026-000001")
            assert next_reference(RefKind.REQUEST, now).startswith("RQ-2026-000002")
            assert next_reference(RefKind.CONTRACT, now).startswith("CT-2026-000001")


def test_two_writers_never_get_one_reference(app: Flask) -> None:
    with app.app_context(), transaction() as now:
        next_reference(RefKind.REQUEST, now)
    found: list[str] = []

    def take() -> None:
        with app.app_context(), transaction() as now:
            found.append(next_reference(RefKind.REQUEST, now))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 6


def test_a_setting_holds_from_its_day(app: Flask) -> None:
    with app.app_context():
        with transaction():
            seed_settings()
            db.session.add(
                DatedSetting(key="admission.check_workdays", valid_from=date(2026, 7, 1), value=3, source="new rule")
            )
        assert setting("admission.check_workdays", date(2026, 6, 30)) == 2
        assert setting("admission.check_workdays", date(2026, 7, 1)) == 3
        with pytest.raises(LookupError):
            setting("no.such_key", date(2026, 7, 1))


def test_seeding_twice_changes_nothing(app: Flask) -> None:
    with app.app_context():
        for _ in range(2):
            with transaction():
                seed_settings()
                seed_calendar()
        assert db.session.scalar(select(func.count()).select_from(DatedSetting)) == len(DEFAULTS)


def test_the_stored_calendar_is_the_announced_one(app: Flask) -> None:
    with app.app_context():
        with transaction():
            seed_calendar()
        days = calendar()
        assert days.is_workday(date(2026, 2, 14))
        assert not days.is_workday(date(2026, 2, 17))
        assert days.is_workday(date(2026, 10, 10))
        assert 2026 in days.announced
        assert days.after(date(2026, 12, 29), 5).provisional == (2027 not in days.announced)


def test_what_was_written_is_rolled_back_and_what_was_prepared_for_reading_stays(app: Flask) -> None:
    with app.app_context():
        for _ in range(8):
            db.session.scalar(select(func.count()).select_from(DatedSetting))
            db.session.rollback()
        if db.engine.dialect.name == "postgresql":
            prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%dated_setting%'")
            assert db.session.scalar(prepared) == 1
        db.session.add(ReferenceCounter(kind="x", year=2026, last=1))
        db.session.flush()
        db.session.rollback()
        assert db.session.scalar(select(func.count()).where(ReferenceCounter.kind == "x")) == 0
