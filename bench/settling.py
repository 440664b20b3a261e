"""What an edition of 2,000 entries does to a million marked prices: settled in one statement, written again in parts.

The yardstick for the settling is a plain INSERT of the same outcomes, with the same keys, into a table of its own.
"""

from datetime import datetime, time, timedelta

from flask import Flask
from sqlalchemy import text

from bench.crowd import tidied
from bench.databases import POSTGRESQL, SQLITE, worked
from bench.editions import ENTRIES, publish, rows
from bench.lines import told
from market.accounts.queries import first_with_role
from market.agencies.actions import carry_on, carry_over
from market.base import clock
from market.base.people import Role
from market.catalogue.models import Edition
from market.catalogue.queries import edition_in_force
from market.store.db import db
from market.store.transaction import transaction

SECONDS = 60.0
TIMES_PLAIN = {SQLITE: 15.0, POSTGRESQL: 6.0}
PART_SECONDS = 10.0
PARTS = 3
_PLAIN = (
    "CREATE TABLE peer_outcome (offer_id bigint PRIMARY KEY REFERENCES offer, agency_id bigint NOT NULL,"
    " edition_id bigint NOT NULL REFERENCES edition, outcome varchar(64) NOT NULL)"
)
_PLAINLY = (
    "INSERT INTO peer_outcome SELECT offer.id, offer.agency_id, {edition}, CASE WHEN entry.id IS NULL THEN 'removed'"
    " WHEN entry.time_limit_workdays < offer.promised_days THEN 'days' ELSE 'carried' END FROM offer"
    " LEFT JOIN entry ON entry.edition_id = {edition} AND entry.service_id = offer.service_id"
)


def settled(app: Flask, database: str) -> int:
    """Publish the next edition, let its day come, and print; how many limits were missed."""
    with app.app_context():
        _next_edition()
        tidied()
        day = edition_in_force(clock.today()).effective_from + timedelta(days=1)
        with clock.moved_to(datetime.combine(day, time(1), clock.CHINA)):
            edition = edition_in_force(day)
            plain = _plainly(edition)
            began = worked()
            with transaction() as now:
                counts = carry_over(db.session.get_one(Edition, edition.id), now=now)
            taken = worked() - began
            print(f"  {database}: {sum(counts.values())} offers: {dict(counts)}")
            missed = told(f"{database}: settling after an edition, s of CPU", taken, SECONDS)
            missed += told(
                f"{database}: settling after an edition / a plain INSERT", taken / plain, TIMES_PLAIN[database]
            )
            tidied()
            began = worked()
            with_prices = sum(_part() for _ in range(PARTS))
            taken = (worked() - began) / PARTS
            print(f"  {database}: {with_prices} agencies written again in {PARTS} parts")
            missed += told(f"{database}: a part of what goes on, s of CPU", taken, PART_SECONDS)
    return missed


def _next_edition() -> None:
    """Most entries again; 40 are gone, 40 new, and 200 give less time."""
    editor, approver = (first_with_role([role], None) for role in (Role.LIST_EDITOR, Role.LIST_APPROVER))
    if editor is None or approver is None:
        raise RuntimeError("nobody publishes the list here")
    second = rows()
    for row in second[300:500]:
        row["time_limit_workdays"] = "3"
    desk = {Role.LIST_EDITOR: editor, Role.LIST_APPROVER: approver}
    publish([*second[:200], *second[240:], *rows(start=ENTRIES, count=40)], desk)


def _plainly(edition: Edition) -> float:
    """Seconds of CPU of the plain INSERT; its table is taken away again."""
    number = edition.id
    db.session.remove()
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin() as whole:
        connection.execute(text(_PLAIN))
        began = worked()
        connection.execute(text(_PLAINLY.format(edition=number)))
        taken = worked() - began
        whole.rollback()
    return taken


def _part() -> int:
    with transaction() as now:
        return carry_on(now=now)
