"""The comparison of a popular service's marked prices, and marking a price, among 1,000,000 others.

The comparison is judged against plain SQL: the same offers with their agencies, in the order of their prices, worked
out on the line of the band. Marking is judged against a plain INSERT of its rows into tables without keys or laws.
"""

import random
from collections.abc import Callable
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Row, func, insert, select, text

from bench.crowd import FIRST_ID
from bench.databases import POSTGRESQL, SQLITE
from bench.lines import told
from bench.pages import counted
from bench.timing import p95, timed
from market.agencies import actions, queries
from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.rules import Mark, PerUnit
from market.base import clock
from market.base.people import Actor, Role
from market.catalogue.models import Band, Entry, Region
from market.catalogue.queries import edition_in_force, entry_of, fee_items_of
from market.journal.models import JournalRow
from market.store.db import Base, db
from market.store.transaction import transaction

SERVICES = 4
QUANTITIES = (3, 1000)
COMPARE_MS, STATEMENTS, TIMES_PLAIN = 80.0, 8, {SQLITE: 3.0, POSTGRESQL: 2.0}
MARKS, MARK_MS, TIMES_INSERT = 60, 30.0, {SQLITE: 45.0, POSTGRESQL: 40.0}
ITEM_STATEMENTS = 6
ROUNDS = 6
WRITTEN = (Offer, Band, OfferBand, JournalRow)

PLAIN = """
SELECT offer.id, agency.ref, organisation.name, offer.promised_days, offer.capacity,
  band.y0 + band.slope_num * (:quantity - band.q0) / band.slope_den AS price
FROM offer JOIN agency ON agency.id = offer.agency_id JOIN organisation ON organisation.id = agency.organisation_id
  JOIN offer_band ON offer_band.offer_id = offer.id JOIN band ON band.id = offer_band.band_id
WHERE offer.entry_id = :entry AND offer.state = 'in_force' AND agency.state = 'admitted'
ORDER BY price, offer.id
"""


def compare(app: Flask, database: str) -> int:
    """The page of several popular services, for two quantities, by price; the second quantity in a region."""
    client = app.test_client(use_cookies=False)
    with app.app_context():
        popular = _popular()
        region = db.session.scalar(select(func.max(Region.code)))
        db.session.remove()
    few, many = QUANTITIES
    paths = [
        f"/list/{row.code}/offers?{asked}" for row in popular for asked in (f"q1={few}", f"q1={many}&region={region}")
    ]
    most = max(counted(lambda path=path: client.get(path)) for path in paths)  # type: ignore[misc]
    taken = {path: timed(client.get, [path], rounds=ROUNDS) for path in paths}
    worst = max(taken, key=lambda path: sum(taken[path]))
    print(
        f"  the worst: {worst} of {max(row.offers for row in popular)} offers at most, p95 {p95(taken[worst]):.0f} ms"
    )
    every = p95([one for own in taken.values() for one in own])

    def plain(entry: int) -> object:
        return db.session.execute(text(PLAIN), {"entry": entry, "quantity": few * 1000}).all()

    with app.app_context():
        theirs = p95(timed(plain, [row.id for row in popular], rounds=ROUNDS))
        db.session.remove()
    missed = 0
    missed += told(f"{database}: statements of the comparison, at most", most, STATEMENTS)
    missed += told(f"{database}: p95 of the comparison, ms", every, COMPARE_MS)
    return missed + told(f"{database}: comparison p95 / plain SQL", every / theirs, TIMES_PLAIN[database])


def shown(app: Flask, database: str) -> int:
    """The pages of several popular services themselves, without a quantity and with one."""
    client = app.test_client(use_cookies=False)
    with app.app_context():
        popular = _popular()
        db.session.remove()
    paths = [f"/list/{row.code}{asked}" for row in popular for asked in ("", f"?q1={QUANTITIES[1]}")]
    most = max(counted(lambda path=path: client.get(path)) for path in paths)  # type: ignore[misc]
    taken = timed(client.get, paths, rounds=ROUNDS)
    missed = told(f"{database}: statements of an item's page, at most", most, ITEM_STATEMENTS)
    return missed + told(f"{database}: p95 of an item's page, ms", p95(taken), COMPARE_MS)


def _popular() -> list[Row[Any]]:
    offers = func.count().label("offers")
    query = select(Entry.id, Entry.code, offers).join(Offer, Offer.entry_id == Entry.id).group_by(Entry.id, Entry.code)
    return list(db.session.execute(query.order_by(offers.desc(), Entry.id).limit(SERVICES)))


def marking(app: Flask, database: str) -> int:
    """Prices marked anew by as many agencies, each in a transaction of its own."""
    with app.app_context():
        marks = _marks()
        first = {model: db.session.scalar(select(func.max(model.id))) or 0 for model in WRITTEN}
        db.session.rollback()
        ours = timed(_mark, marks, rounds=1)
        rows = {model: _rows(model, first[model]) for model in WRITTEN}
        theirs = timed(_peer(rows), list(range(len(marks))), rounds=1)
        db.session.remove()
    missed = 0
    missed += told(f"{database}: p95 of marking a price, ms", p95(ours), MARK_MS)
    return missed + told(f"{database}: marking / plain INSERT", median(ours) / median(theirs), TIMES_INSERT[database])


def _marks() -> list[tuple[Actor, str]]:
    """Agencies of the crowd, each with the code of a service for which it has a price; the same ones every time."""
    edition = edition_in_force(clock.today())
    last = db.session.scalar(select(func.max(Agency.id))) or FIRST_ID
    drawn = random.Random(5).sample(range(FIRST_ID, last + 1), MARKS)
    query = select(Agency.organisation_id, func.min(Entry.code), func.min(Offer.marked_by))
    query = query.join(Offer, Offer.agency_id == Agency.id).join(Entry, Entry.id == Offer.entry_id)
    query = query.where(Agency.id.in_(drawn), Offer.edition_id == edition.id).group_by(Agency.organisation_id)
    return [(Actor(by, Role.AGENCY, organisation), code) for organisation, code, by in db.session.execute(query)]


def _mark(one: tuple[Actor, str]) -> None:
    actor, code = one
    with transaction(queries.agency_lock(actor)) as now:
        entry = entry_of(code, edition_in_force(clock.china_date(now)))
        prices: dict[int, Mark] = {item.id: PerUnit(1234) for item in fee_items_of(entry.id)}
        actions.mark_price(queries.agency_of(actor), actions.Marking(entry, prices, 1), actor=actor, now=now)


def _rows(model: type[Any], after: int) -> list[dict[str, Any]]:
    table = model.__table__
    found = db.session.execute(select(table).where(table.c.id > after).order_by(table.c.id)).mappings()
    return [dict(row) for row in found]


def _peer(rows: dict[Any, list[dict[str, Any]]]) -> Callable[[int], None]:
    """Write the rows of one mark, as many of each table as a mark has, into tables that ask nothing."""
    with _writing() as connection, connection.begin():
        for model in rows:
            name = model.__tablename__
            connection.execute(text(f"CREATE TABLE plain_{name} AS SELECT * FROM {name} WHERE 1 = 0"))
    tables = {
        model: model.__table__.to_metadata(type(Base.metadata)(), name=f"plain_{model.__tablename__}") for model in rows
    }

    def write(number: int) -> None:
        with _writing() as connection, connection.begin():
            for model, written in rows.items():
                connection.execute(insert(tables[model]), [written[number % len(written)]])

    return write


def _writing() -> Connection:
    return db.engine.connect().execution_options(writes=True)
