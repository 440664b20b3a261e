"""`flask log verify` and what was agreed: who is given an award, at which price, on which terms, stands in the log."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.pool import NullPool

from market.agencies.rules import PerUnit
from market.base.draw import Lottery
from market.base.people import Role
from market.jobs import draws as draw_jobs
from market.selection import actions
from market.selection.methods import Given
from market.selection.models import Award
from market.selection.queries.draws import draw_of
from market.store.db import db
from market.store.guards import drop_triggers
from tests import make
from tests.cli.test_log_rows import wrong
from tests.selection import around, draws
from tests.selection.around import DEADLINE, MONDAY
from tests.selection.lots import merged
from tests.selection.test_draw_beacons import enter

At = Callable[[datetime], datetime]
ABOUT = re.compile(r"(request|quote|award|draw|lottery)/")


def told(app: Flask) -> list[str]:
    """What is wrong of selections; the tests' own agencies, prices and editions have no acts."""
    return [line for line in wrong(app) if ABOUT.match(line)]


@pytest.fixture
def story(app: Flask, at: At) -> Iterator[dict[str, str]]:
    """Every method with its quotes, told honestly: the references of their requests."""
    with app.app_context():
        at(MONDAY)
        service, buyer = make.make_listed_service(), make.make_enterprise()
        agencies = [make.make_agency() for _ in range(3)]
        for one in agencies:
            make.make_offer(agency=one, service=service)
        lowest = around.opened_request(buyer, service)
        for number, one in enumerate(agencies, 1):
            around.quote(lowest, one, number * 1_000_00)
        around.withdraw(lowest, agencies[0])
        around.quote(lowest, agencies[0], 4_000_00)
        direct = around.opened_request(buyer, service, method="direct")
        around.choose(direct, agencies[1].id)
        sealed = around.opened_request(buyer, service, last_day=DEADLINE.date().replace(day=20))
        around.quote(sealed, agencies[0], 500_00)
        around.cancel(around.opened_request(buyer, service))
        around.draft(buyer, service, last_day=DEADLINE.date())
        lots = merged(2)
        for one in lots.services:
            make.make_offer(agency=agencies[0], service=one, mark=PerUnit(3_00))
        lots.act(actions.merged.publish)
        lots.act(actions.merged.choose_for_all, Given(agencies[0].id))
        made = draws.made(at, agencies=3)
        draws.leave(made.ref, made.agencies[0])
        draws.sign_up(made.ref, made.agencies[0])
        at(DEADLINE)
        around.choose(lowest)
        draw_jobs.watch_draws(())
        draws.beacon_comes(made.ref)
        at(draws.BEACON)
        draw_jobs.watch_draws(())
        first = db.session.scalar(select(Award.agency_id).where(Award.request_id == draw_of(made.ref).request_id))
        drawing = Lottery("2026026", (1, 5, 9, 20, 28, 33), 7, date(2026, 3, 8))
        at(MONDAY + timedelta(days=9))
        one, two = (make.make_person(role=role) for role in (Role.SUPERVISOR, Role.AUDITOR))
        for who, result in ((one, replace(drawing, blue=8)), (two, drawing), (one, drawing)):
            enter(who, result)
        draws.refuse(made.ref, next(one for one in made.agencies if one.id == first))
        db.session.remove()
    yield {"lowest": lowest.ref, "direct": direct.ref, "sealed": sealed.ref, "random": made.ref, "lot": lots.lots[0]}


OF = "(SELECT id FROM request WHERE ref = '{}')"
QUOTE = "request_id = " + OF + " AND state = 'standing'"
ANOTHER = "(SELECT MAX(id) FROM quote q WHERE q.request_id = award.request_id AND q.state = 'standing' AND q.id <> award.quote_id)"
TO_ANOTHER = f"UPDATE award SET quote_id = {ANOTHER}, agency_id = (SELECT agency_id FROM quote WHERE id = {ANOTHER})"
STRANGER = "(SELECT MAX(id) FROM agency)"
CHEAPER = "UPDATE quote_line SET amount_fen = amount_fen - 1 WHERE request_id = " + OF
CHANGES = [
    ("lowest", f"{TO_ANOTHER} WHERE request_id = {OF}", "award/", ("agency", "quote")),
    ("random", f"{TO_ANOTHER} WHERE request_id = {OF} AND state = 'active'", "award/", ("agency", "quote")),
    ("random", f"UPDATE award SET agency_id = {STRANGER} - 1 WHERE agency_id <> {STRANGER} - 1 AND request_id = {OF}", "award/", ("agency", "its quote")),
    ("direct", f"UPDATE award SET agency_id = {STRANGER} WHERE request_id = {OF}", "award/", ("agency", "its quote")),
    ("lowest", "UPDATE award SET reasons = '[]' WHERE request_id = " + OF, "award/", ("reasons",)),
    ("lot", "UPDATE award SET quote_id = (SELECT MIN(id) FROM quote) WHERE request_id = " + OF, "award/", ("quote", "its quote")),
    ("random", f"UPDATE sign_up SET agency_id = {STRANGER} - 1 WHERE agency_id <> {STRANGER} - 1 AND request_id = {OF}", "draw/", ("agency",)),
    ("random", "UPDATE sign_up SET quote_id = (SELECT MIN(id) FROM quote) WHERE id = (SELECT MIN(id) FROM sign_up)", "draw/", ("quote",)),
    ("lowest", f"UPDATE quote SET agency_id = {STRANGER} WHERE id = (SELECT MAX(id) FROM quote WHERE {QUOTE})", "quote/", ("agency",)),
    ("random", f"UPDATE quote SET agency_id = {STRANGER} - 5 WHERE id = (SELECT MAX(id) FROM quote WHERE {QUOTE})", "quote/", ("agency",)),
    ("sealed", CHEAPER, "quote/", ("amounts", "lines")),
    ("lowest", CHEAPER, "quote/", ("amounts", "lines")),
    ("direct", CHEAPER, "quote/", ("amounts", "lines")),
    ("lot", CHEAPER, "quote/", ("amounts", "lines")),
    ("random", CHEAPER, "quote/", ("amounts", "lines")),
    ("sealed", "UPDATE quote_line SET max_fen = max_fen - 1 WHERE request_id = " + OF, "quote/", ("lines",)),
    ("sealed", "DELETE FROM quote_line WHERE request_id = " + OF, "quote/", ("amounts", "lines")),
    ("sealed", f"UPDATE quote SET promised_days = 1 WHERE {QUOTE}", "quote/", ("days",)),
    ("direct", f"UPDATE quote SET offer_id = offer_id + 1 WHERE {QUOTE}", "quote/", ("offer",)),
    ("sealed", f"UPDATE quote SET submitted_at = '2026-03-02 01:00:00.000000' WHERE {QUOTE}", "quote/", ("submitted_at",)),
    ("random", f"DELETE FROM quote WHERE {QUOTE} AND id NOT IN (SELECT quote_id FROM award)", "quote/", ("not there",)),
    ("lowest", "UPDATE request SET method = 'direct' WHERE ref = '{}'", "request/", ("method",)),
    ("sealed", "UPDATE request SET quotes_until = '2026-03-03 16:00:00.000000' WHERE ref = '{}'", "request/", ("quotes_until",)),
    ("direct", "UPDATE request SET region_code = '110000' WHERE ref = '{}'", "request/", ("region",)),
    ("random", "UPDATE request SET funding = 'state' WHERE ref = '{}'", "request/", ("funding",)),
    ("sealed", "UPDATE request_line SET quantity = quantity + 1 WHERE request_id = " + OF, "request/", ("lines",)),
    ("direct", "UPDATE request_line SET coefficient = 1 WHERE request_id = " + OF, "request/", ("lines",)),
    ("lowest", "UPDATE request SET method = 'direct', quotes_until = NULL WHERE state = 'draft' AND ref <> '{}'", "request/", ("method", "quotes_until")),
    ("lowest", "UPDATE lottery_entry SET source = 'x' WHERE id = 1 AND '' <> '{}'", "lottery/", ("source",)),
    ("lowest", "DELETE FROM lottery_entry WHERE id = 1 AND '' <> '{}'", "lottery/", ("not there",)),
    ("lowest", "UPDATE request SET published_at = '2026-03-03 16:00:00.000000' WHERE ref = '{}'", "request/", ("published_at",)),
]  # fmt: skip


TABLES = ("request", "request_line", "quote", "quote_line", "award", "sign_up", "lottery_entry")
OFF = "PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON"
NO_LAW = (
    """DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT conrelid::regclass AS held, conname FROM pg_constraint
            WHERE contype IN ('f', 'c') AND connamespace = 'public'::regnamespace ORDER BY contype DESC
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.held, one.conname); END LOOP; END $$""",
    """DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        LOOP EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', name); END LOOP; END $$""",
)


def lawless(owner_url: str) -> Engine:
    """An engine past triggers, foreign keys and checks, for an operator who is past caring; none comes back."""
    engine = create_engine(owner_url, poolclass=NullPool, execution_options={"writes": True})
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        event.listen(engine, "connect", lambda connection, _record: connection.executescript(OFF))
    with engine.begin() as connection:
        if sqlite:
            drop_triggers(connection)
        for statement in () if sqlite else NO_LAW:
            connection.execute(text(statement.replace(":", r"\:")))
        for table in TABLES:
            connection.exec_driver_sql(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    return engine


def test_whoever_changes_what_was_agreed_is_named_and_sealed_quotes_stay_sealed(
    app: Flask, story: dict[str, str], owner_url: str
) -> None:
    assert told(app) == []
    with app.app_context():
        amounts = set(map(str, db.session.scalars(text("SELECT amount_fen FROM quote_line"))))
        db.session.remove()
    engine = lawless(owner_url)
    for which, change, about, columns in CHANGES:
        with engine.begin() as connection:
            assert connection.exec_driver_sql(change.replace("{}", story[which])).rowcount > 0, change
        said = [line for line in told(app) if line.startswith(about)]
        for column in columns:
            assert any(column in line for line in said), (change, column, said)
        if about in ("quote/", "draw/"):
            assert not any(amount in line for amount in amounts for line in said)
        with engine.begin() as connection:
            for table in TABLES:
                connection.exec_driver_sql(f"DELETE FROM {table}")
                connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM kept_{table}")
    assert told(app) == []
    # What only the private parts knew is not known to be wrong.
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal_row SET salt = NULL, payload = NULL")
        connection.exec_driver_sql(CHEAPER.replace("{}", story["sealed"]))
    assert told(app) == []
