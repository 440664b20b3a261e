"""The public log: verification against a bare SHA-256 loop, orders with and without it, sealing, proofs, a fair queue.

Verification runs over 1,000,000 records in one process, the programs' own functions against a bare loop over the same
bytes. An order is a request that is drafted, published and directly awarded by four writers at once, each a process of
its own; without the log, its acts write no row of the journal and nobody numbers. An order's steps are heavy with
rules: what the queue of writers does to the worst served is measured with single acts, and told of the steps too.
"""

import gc
import hashlib
import importlib.util
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from bench import databases
from bench.databases import SQLITE
from bench.lines import told
from market.base.people import Actor, Role
from market.jobs.log import seal_for_ever, seal_log
from market.jobs.log_verifying import Checked, check_row
from market.journal import outside, queries
from market.journal.actions import record
from market.journal.guarding import Log
from market.journal.models import JournalRow, LogCheckpoint, LogEntry
from market.journal.queries.checking import Told
from market.journal.rules import tiles, tree
from market.journal.rules.edge import Edge
from market.journal.rules.leaf import leaf, leaf_hash, leaf_of, payload_hash, stamp
from market.journal.rules.note import Head, Signer, signed
from market.store.db import Base, db
from market.store.guards import drop_triggers, install
from market.store.transaction import transaction

try:
    from tests import make
    from tests.selection import around
except ImportError:
    make = around = None  # type: ignore[assignment]

Steps = Callable[[], Iterator[Callable[[], object]]]
SINGLE = "thing.change"
RECORDS = 1_000_000
RECOMPUTED = 200_000
DISTINCT = 4096
# Beyond the rows of the seeds, which wait.
FIRST = 10_000_000
MOMENT = "2026-03-02 01:02:03.000000"
WRITERS = 4
SECONDS = 1.5
ROUNDS = 30
WARMING = 5
# Limits as told: everything is "at most", so shares of a peer's speed are told as times of its time.
TREE_TIMES, PAYLOAD_TIMES = 1 / 0.2, 1 / 0.05
WITHOUT_TIMES = {SQLITE: 1 / 0.8, databases.POSTGRESQL: 1 / 0.9}
P95_MS, PROOF_MS, SEALED_SECONDS = 100.0, 5.0, 1.0


def main() -> int:
    """Run all of it; how many limits were missed."""
    missed = _verified() + _recomputed()
    for database in databases.here():
        # Requests are made as the tests make them.
        if make is not None:
            with databases.site(database) as app:
                missed += _orders(app, database)
        with databases.site(database) as app:
            missed += _proofs(app, database)
    return missed


# --- verification


def _rows() -> list[Told]:
    salt, moment, rows, last = b"s" * 16, datetime(2026, 3, 2, 1, 2, 3, 456000, tzinfo=UTC), [], {}
    for number in range(DISTINCT):
        obj = f"request/RQ-2026-{number // 4:06}X"
        rev, prev = last.get(obj, (0, ""))
        payload = {"award": f"AW-2026-{number:06}", "method": "lowest_quote", "winner": number, "by": number % 99}
        fields = {"t": stamp(moment), "act": "request.award", "obj": obj, "rev": rev + 1}
        fields |= {"actor": "role:enterprise@organisation/22", "prev": prev, "ph": payload_hash(salt, payload)}
        own = leaf_hash(leaf(fields))
        rows.append(
            Told(number, moment, "request.award", obj, rev + 1, fields["actor"], fields["ph"], prev, own, salt, payload)
        )
        last[obj] = rev + 1, own
    return rows


def _bare(leaves: list[bytes], times: int) -> float:
    """Seconds of CPU of a bare loop over so many times the leaves."""
    began = time.process_time()
    for _ in range(times):
        for data in leaves:
            hashlib.sha256(data).digest()
    return time.process_time() - began


class _Files:
    """The files of a log of RECORDS entries, from memory: the same bundles again and again."""

    def __init__(self, leaves: list[bytes]) -> None:
        bundles = [tiles.bundle(leaves[at : at + tiles.WIDTH]) for at in range(0, DISTINCT, tiles.WIDTH)]
        own = [tree.leaf(data) for data in leaves]
        level = [own[(at * tiles.WIDTH) % DISTINCT :][: tiles.WIDTH] for at in range(-(-RECORDS // tiles.WIDTH))]
        level[-1] = level[-1][: RECORDS % tiles.WIDTH or tiles.WIDTH]
        self.kept: dict[str, bytes] = {}
        for number, hashes in enumerate(level):
            data = bundles[number % len(bundles)]
            if len(hashes) < tiles.WIDTH:
                data = tiles.bundle(tiles.unbundled(data)[: len(hashes)])
            self.kept[f"tile/entries/{tiles.written(number, len(hashes))}"] = data
        height = 0
        while level:
            for number, hashes in enumerate(level):
                self.kept[f"tile/{height}/{tiles.written(number, len(hashes))}"] = b"".join(hashes)
            roots = [tree.root(hashes) for hashes in level if len(hashes) == tiles.WIDTH]
            level, height = [roots[at : at + tiles.WIDTH] for at in range(0, len(roots), tiles.WIDTH)], height + 1


def _verified() -> int:
    program = _program("verify_log")
    rows = _rows()
    leaves = [leaf_of(row) for row in rows]
    files = _Files(leaves)
    bare = _bare(leaves, RECORDS // DISTINCT) * RECORDS / (RECORDS // DISTINCT * DISTINCT)
    program.read = lambda given, name: given.kept[name]  # type: ignore[attr-defined]
    began = time.process_time()
    program.download(files, RECORDS)
    taken = time.process_time() - began
    print(
        f"  {RECORDS} records: bare SHA-256 {bare:.2f} s, tree and tiles {taken:.2f} s: {bare / taken:.2f} of its speed"
    )
    return told("log: tree of 1,000,000 stored leaves / bare SHA-256", taken / bare, TREE_TIMES)


def _recomputed() -> int:
    rows = _rows()
    leaves = [leaf_of(row) for row in rows]
    ratios = []
    for _ in range(RECOMPUTED // DISTINCT):
        # Side by side, so that both meet the same machine.
        bare = _bare(leaves, 1)
        checked, edge = Checked(), Edge(0, [])
        began = time.process_time()
        for row in rows:
            edge.append(check_row(checked, row))
        edge.root()
        ratios.append((time.process_time() - began) / bare)
        if checked.wrong:
            raise RuntimeError(checked.wrong[0])
    ratio = statistics.median(ratios)
    print(f"  {len(ratios) * DISTINCT} records from their payloads: {1 / ratio:.3f} of the bare loop's speed")
    return told("log: recomputed from payloads / bare SHA-256", ratio, PAYLOAD_TIMES)


def _program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(outside.__path__[0]) / f"{name}.py")
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{name} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- orders


@dataclass(frozen=True, slots=True)
class _Round:
    """What writers and sequencer did in one round: orders a second, each writer's p95 in ms."""

    rate: float
    p95: float


def _orders(app: Flask, database: str) -> int:
    site: Log = app.extensions["log"]
    with app.app_context():
        place, agency, buyers = _market()
        # The writers inherit what is compiled and cached by then.
        for _ in range(WARMING):
            for step in _steps(place, agency, buyers[0]):
                step()
        seal_log(site)
        db.session.remove()
        db.engine.dispose()
    works = [partial(_steps, place, agency, buyer) for buyer in buyers]
    pairs = [_pair(app, works, logged_first=bool(number % 2)) for number in range(ROUNDS)]
    acts = _round(app, [partial(_act, number) for number in range(WRITERS)], logged=True)
    with app.app_context():
        seal_log(site)
        sealing = _sealing()
        db.session.remove()
    rates = [statistics.median(pair[at].rate for pair in pairs) for at in (0, 1)]
    steps = statistics.median(logged.p95 for logged, _ in pairs)
    print(
        f"  {database}: {rates[0]:.1f} orders/s with the log, {rates[1]:.1f} without; a step within {steps:.0f} ms (p95)"
    )
    print(f"  {database}: {acts.rate:.0f} single acts/s, each within {acts.p95:.0f} ms (p95)")
    ratio = statistics.median(without.rate / logged.rate for logged, without in pairs)
    missed = told(f"log, {database}: orders without / with the log, 4 writers", ratio, WITHOUT_TIMES[database])
    missed += told(f"log, {database}: from an act to its signed head, s (p95)", sealing, SEALED_SECONDS)
    if database == SQLITE:
        missed += told(f"log, {database}: worst-served writer's p95 of an act, ms", acts.p95, P95_MS)
    return missed


def _market() -> tuple[Any, int, list[Any]]:
    """A service with a marked price and a buyer for each writer."""
    service = make.make_listed_service()
    offer = make.make_offer(service=service)
    return service, offer.agency.id, [make.make_enterprise() for _ in range(WRITERS)]


def _pair(app: Flask, works: Sequence[Steps], *, logged_first: bool) -> tuple[_Round, _Round]:
    """A round with the log and one without, in turn first, because the neighbours on this machine come and go."""
    first, second = _round(app, works, logged=logged_first), _round(app, works, logged=not logged_first)
    return (first, second) if logged_first else (second, first)


def _round(app: Flask, works: Sequence[Steps], *, logged: bool) -> _Round:
    """Let a writer do each of the works again and again, with a sequencer beside them where acts are logged."""
    context = multiprocessing.get_context("fork")
    answers: Any = context.Queue()
    begin = context.Barrier(len(works) + (2 if logged else 1))
    with_log = {"logged": logged}
    writers = [context.Process(target=_write, args=(app, one, begin, answers), kwargs=with_log) for one in works]
    for one in writers:
        one.start()
    sequencer = context.Process(target=_seal, args=(app, begin)) if logged else None
    if sequencer is not None:
        sequencer.start()
    begin.wait()
    found = [answers.get(timeout=60) for _ in writers]
    for one in writers:
        one.join()
    if sequencer is not None:
        sequencer.kill()
        sequencer.join()
    return _Round(sum(count for count, _ in found) / SECONDS, max(p95 for _, p95 in found))


def _write(app: Flask, steps: Steps, begin: Any, answers: Any, *, logged: bool) -> None:
    if not logged:
        _forget_the_log()
    times: list[float] = []
    with app.app_context():
        db.engine.dispose(close=False)
        # A new connection's first order is that of no site that runs.
        for step in steps():
            step()
        begin.wait()
        ends = time.monotonic() + SECONDS
        count = 0
        while time.monotonic() < ends:
            for step in steps():
                began = time.monotonic()
                step()
                times.append(time.monotonic() - began)
            count += 1
    answers.put((count, 1000 * statistics.quantiles(times, n=20)[-1]))


def _steps(service: Any, agency: int, buyer: Any) -> Iterator[Callable[[], object]]:
    kept: list[Any] = []
    yield lambda: kept.append(around.draft(buyer, service, method="direct"))
    yield lambda: around.publish(kept[0])
    yield lambda: around.choose(kept[0], agency)


def _act(writer: int) -> Iterator[Callable[[], object]]:
    def one() -> None:
        with transaction() as now:
            record(SINGLE, f"thing/{writer}", actor=Actor(1, Role.OPERATOR, None), payload={"some": "thing"}, now=now)

    yield one


def _forget_the_log() -> None:
    """Let acts write nothing, in this process."""
    for module in list(sys.modules.values()):
        if getattr(module, "record", None) is record:
            module.record = lambda *_args, **_named: ""  # type: ignore[attr-defined]


def _seal(app: Flask, begin: Any) -> None:
    with app.app_context():
        db.engine.dispose(close=False)
        seal_log(app.extensions["log"])
        begin.wait()
        seal_for_ever(app.extensions["log"], lambda: True)


def _sealing() -> float:
    """The p95 of the seconds from a single act's moment to the head that holds it, the last ones left out.

    Of single acts, because an act of a longer transaction has its moment long before it can be numbered.
    """
    heads = list(db.session.execute(select(LogCheckpoint.size, LogCheckpoint.made_at).order_by(LogCheckpoint.size)))
    rows = select(LogEntry.seq, JournalRow.t).join(JournalRow, JournalRow.id == LogEntry.row_id)
    waits, at = [], 0
    for seq, moment in db.session.execute(rows.where(JournalRow.act == SINGLE).order_by(LogEntry.seq)):
        while heads[at].size <= seq:
            at += 1
        # What was left when the round's sequencer was stopped is in the last head.
        if at < len(heads) - 1:
            waits.append((heads[at].made_at - moment).total_seconds())
    return statistics.quantiles(waits, n=20)[-1]


# --- proofs


def _proofs(app: Flask, database: str) -> int:
    with app.app_context():
        site: Log = app.extensions["log"]
        _fill(site.signer)
        with transaction() as now:
            record("thing.change", "thing/1", actor=Actor(1, Role.OPERATOR, None), payload={}, now=now)
        began = time.monotonic()
        seal_log(site)
        took = time.monotonic() - began
        times = []
        gc.collect()  # what the filling left is no part of a proof
        for seq in range(0, RECORDS, RECORDS // 200):
            db.session.remove()
            began = time.perf_counter()
            head = queries.head()
            if head is None:
                raise RuntimeError("no head")
            path = queries.proof_of(seq, head.size)
            times.append(1000 * (time.perf_counter() - began))
            own = bytes.fromhex(queries.entry(seq).row.leaf)  # type: ignore[union-attr]
            if not tree.includes(own, seq, (head.size, bytes.fromhex(head.root)), path):
                raise RuntimeError("a proof does not hold")
    print(f"  {database}: one act numbered and signed after {RECORDS} in {1000 * took:.0f} ms")
    missed = told(f"log, {database}: a proof among 1,000,000 entries, ms", statistics.median(times), PROOF_MS)
    return missed + told(f"log, {database}: one act numbered after 1,000,000, s", took, SEALED_SECONDS)


def _fill(signer: Signer) -> None:
    """RECORDS entries whose leaves are hashes only, written past the triggers, with the tiles that they make."""
    hashes = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(RECORDS)]
    edge = Edge(0, [])
    full = [tile for own in hashes for tile in edge.append(own)]
    head = Head(signer.name, edge.size, edge.root())
    rows = ((FIRST + n, MOMENT, "a", f"o/{n}", 1, "x", "", "", own.hex(), b"", "{}") for n, own in enumerate(hashes))
    with _unguarded() as copy:
        copy("journal_row (id, t, act, obj, rev, actor, ph, prev, leaf, salt, payload)", rows)
        copy("log_entry (seq, row_id)", ((n, FIRST + n) for n in range(RECORDS)))
        copy("log_tile (level, number, root, hashes)", ((t.level, t.number, t.root, t.hashes) for t in full))
        copy("log_checkpoint (size, root, note, made_at)", [(head.size, head.root.hex(), signed(head, signer), MOMENT)])
    db.session.execute(text("ANALYZE"))
    db.session.commit()


@contextmanager
def _unguarded() -> Iterator[Callable[[str, Iterable[tuple[Any, ...]]], None]]:
    """Yield a function that writes rows into a table, with the triggers off."""
    db.session.remove()
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        raw: Any = connection.connection.driver_connection

        def into_sqlite(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
            raw.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * (table.count(',') + 1))})", rows)

        def into_postgresql(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
            with raw.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

        if connection.dialect.name == "sqlite":
            drop_triggers(connection)
            yield into_sqlite
            install(connection, Base.metadata)
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield into_postgresql
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence('journal_row', 'id'), max(id)) FROM journal_row")
            )
