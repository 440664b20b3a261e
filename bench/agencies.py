"""Agencies found, listed, shown, compared by price, marking one and settled: 100,000 of them, with 1,000,000 offers.

The search is judged against the database's own full text as it comes: the same tokens in a table of its own, the same
expression, the 20 best by the database's own rank and how many there are, through the same connection.
"""

import random
import sys
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select, text

from bench import marked, settling
from bench.crowd import Crowd, settle, tidied
from bench.databases import POSTGRESQL, SQLITE, here, site
from bench.editions import publish, rows
from bench.lines import told
from bench.pages import counted
from bench.timing import p95, timed
from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.agencies.queries import Wanted, directory, directory_size
from market.agencies.search import fts5, sought, tsquery
from market.base import clock
from market.catalogue.queries import edition_in_force
from market.cli.demo.cast import Registry
from market.store.db import db
from market.store.transaction import transaction

AGENCIES = 100_000
QUESTIONS, ROUNDS, PAGE_ROUNDS = 12, 3, 12
SHOWN = 20
TIMES_PEER = {SQLITE: 2.0, POSTGRESQL: 1.5}
PAGE_MS, STATEMENTS = 80.0, 8
PAGES = (
    *("", "?page=40", "?grade=B", "?grade=D&page=9", "?service={popular}", "?service={popular}&grade=A"),
    *("?q=测绘", "?q=有限公司", "?q=虚构&page=3", "?q=院", "?q=瑞恒&grade=A", "?q=survey&service={popular}"),
)


def main() -> int:
    """Measure on every database that is here; 1 when a limit was missed."""
    missed = 0
    for database in here():
        began = time.monotonic()
        with site(database) as app:
            with app.app_context():
                crowd = _settled()
                print(
                    f"{database}: {crowd.agencies} agencies, {crowd.offers} offers in {time.monotonic() - began:.0f} s"
                )
                missed += _search(database)
            missed += _pages(app, database, crowd)
            missed += marked.compare(app, database)
            missed += marked.shown(app, database)
            missed += marked.marking(app, database)
            missed += settling.settled(app, database)
    if POSTGRESQL not in here():
        print("PostgreSQL is left out: the packages of the tests are not installed")
    return int(missed > 0)


def _settled() -> Crowd:
    with transaction() as now:
        desk = Registry().regulators(now)
    publish(rows(), desk)
    edition = edition_in_force(clock.today()).id
    return settle(AGENCIES, edition)


def _search(database: str) -> int:
    edition = edition_in_force(clock.today()).id
    peer = _peer(database)

    def ours(typed: str) -> object:
        wanted = Wanted(text=typed)
        return directory(wanted, edition, limit=SHOWN, offset=0), directory_size(wanted)

    ours_all: list[float] = []
    theirs_all: list[float] = []
    for kind, questions in _questions().items():
        mine, theirs = timed(ours, questions, rounds=ROUNDS), timed(peer, questions, rounds=ROUNDS)
        ours_all += mine
        theirs_all += theirs
        print(f"  {kind}: p95 {p95(mine):.1f} ms, plain {p95(theirs):.1f} ms, ratio {p95(mine) / p95(theirs):.2f}")
    name = "plain FTS5" if database == SQLITE else "plain tsvector"
    return told(f"{database}: agency search p95 / {name}", p95(ours_all) / p95(theirs_all), TIMES_PEER[database])


def _peer(database: str) -> Callable[[str], object]:
    """Plain full text over the same tokens: the best by its own rank, and how many there are."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if database == SQLITE:
            connection.execute(text("CREATE VIRTUAL TABLE peer USING fts5(name UNINDEXED, tokens, tokenize='ascii')"))
            made = "INSERT INTO peer (rowid, name, tokens) SELECT agency_id, name_key, tokens FROM directory_row"
            connection.execute(text(made))
        else:
            connection.execute(
                text("CREATE TABLE peer AS SELECT agency_id AS id, name_key AS name, tokens FROM directory_row")
            )
            connection.execute(text("CREATE INDEX peer_tokens ON peer USING gin (tokens)"))
    tidied()
    db.session.rollback()  # the session's view is older than the table
    if database == SQLITE:
        best = text("SELECT rowid, name FROM peer WHERE peer MATCH :match ORDER BY rank LIMIT 20")
        total = text("SELECT count(*) FROM peer WHERE peer MATCH :match")
    else:
        asked = "tokens @@ CAST(:match AS tsquery)"
        rank = "ts_rank(tokens, CAST(:match AS tsquery))"
        best = text(f"SELECT id, name FROM peer WHERE {asked} ORDER BY {rank} DESC LIMIT 20")
        total = text(f"SELECT count(*) FROM peer WHERE {asked}")
    write = fts5 if database == SQLITE else tsquery

    def find(typed: str) -> object:
        found = sought(typed)
        given = {"match": write(found.clauses if found else ())}
        return db.session.execute(best, given).all(), db.session.scalar(total, given)

    return find


def _questions() -> dict[str, list[str]]:
    """What people type, by kind; the same every time."""
    dice = random.Random(11)
    query = select(Organisation.name, Organisation.uscc, Agency.ref).join(Agency)
    known = [tuple(row) for row in db.session.execute(query.order_by(Agency.id).limit(20_000))]
    some = dice.sample(known, QUESTIONS)
    bare = [name.removeprefix("【虚构】").removesuffix("（测试）") for name, _, _ in some]
    words = ("测绘", "环境影响", "咨询", "监理", "设计", "研究院", "评价", "检测", "造价", "消防", "勘查", "规划")
    return {
        "one word": [*words[:QUESTIONS]],
        "two words": [f"{dice.choice(words)} {name[:2]}" for name in bare],
        "phrase": [f'"{name[2:]}"' for name in bare],
        "two characters": [name[at : at + 2] for name in bare for at in (dice.randrange(len(name) - 1),)],
        "one character": [dice.choice(name) for name in bare],
        "prefix": ["surv", "sur", "survey", "abc"],
        "code": [code for _, code, _ in some[: QUESTIONS // 2]] + [ref for _, _, ref in some[QUESTIONS // 2 :]],
        "whole name": bare,
    }


def _pages(app: Flask, database: str, crowd: Crowd) -> int:
    client = app.test_client(use_cookies=False)
    with app.app_context():
        refs = db.session.scalars(select(Agency.ref).order_by(Agency.id.desc()).limit(6)).all()
        db.session.remove()
    lists = ["/agencies" + page.format(popular=crowd.popular) for page in PAGES]
    missed = 0
    for name, paths in (("the directory", lists), ("an agency's page", [f"/agencies/{ref}" for ref in refs])):
        most = max(counted(lambda path=path: client.get(path)) for path in paths)  # type: ignore[misc]
        missed += told(f"{database}: statements of {name}, at most", most, STATEMENTS)
        taken = {path: timed(client.get, [path], rounds=PAGE_ROUNDS) for path in paths}
        for path, own in taken.items():
            if name == "the directory":
                print(f"  {path}: p95 {p95(own):.0f} ms")
        missed += told(f"{database}: p95 of {name}, ms", p95([one for own in taken.values() for one in own]), PAGE_MS)
    return missed


if __name__ == "__main__":
    sys.exit(main())
