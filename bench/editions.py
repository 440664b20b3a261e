"""An edition of 2,000 entries: its import, the list as of a day, and a difference, against their limits."""

import csv
import io
import os
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from statistics import quantiles
from typing import Any

from flask import Flask

from bench.city import environment
from bench.lines import told
from bench.pages import counted
from market.app import create_app
from market.base.people import Actor, Role
from market.base.sheets.uploads import Upload
from market.catalogue import actions, queries
from market.catalogue.importing import ListFiles, read_list
from market.cli.demo.cast import Registry
from market.cli.setup import seeds
from market.store.db import db
from market.store.schema import bring_up_to_date
from market.store.transaction import transaction

ENTRIES = 2000
IMPORT_SECONDS = 20.0
PAGE_MS = 60.0
STATEMENTS = 8
ROUNDS = 40
_DATA = files("market.catalogue") / "data"


def main() -> int:
    """Import, ask, and print; 1 when a limit is missed."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(Path(folder)))
        app = create_app()
        with app.app_context():
            bring_up_to_date()
            seeds()
            with transaction() as now:
                desk = Registry().regulators(now)
            began = time.process_time()
            publish(rows(), desk)
            missed = told("import of 2,000 entries, s of CPU", time.process_time() - began, IMPORT_SECONDS)
            second = rows()
            for row in second[:60]:
                row["service_output_zh"] += "（含电子版）"
            publish([*second[:200], *second[240:], *rows(start=ENTRIES, count=40)], desk)
        missed += _pages(app)
        with app.app_context():
            db.engine.dispose()
    return int(missed > 0)


def _pages(app: Flask) -> int:
    client = app.test_client(use_cookies=False)
    missed = 0
    for path in ("/list/as-of", "/list/as-of?page=50", "/editions/1/to/2", "/editions/1/to/2?show=changed&page=2"):
        client.get(path)  # what is read once per process is not the page's
        missed += told(f"statements of {path}", counted(lambda path=path: client.get(path)), STATEMENTS)  # type: ignore[misc]
        missed += told(f"p95 of {path}, ms of CPU", _p95(lambda path=path: client.get(path)), PAGE_MS)  # type: ignore[misc]
    return missed


def _p95(act: Callable[[], Any]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        taken.append((time.process_time() - began) * 1000)
    return quantiles(taken, n=20)[-1]


def publish(entries: list[dict[str, str]], desk: dict[Role, Actor]) -> None:
    """Import entries as an edition and publish it, for the day after the last one's."""
    table = io.StringIO()
    writer = csv.DictWriter(table, list(entries[0]))
    writer.writeheader()
    writer.writerows(entries)
    uploads = [Upload(name, (_DATA / name).read_bytes()) for name in ("price_schedules.json", "links.csv")]
    data = read_list(ListFiles(Upload("items.csv", table.getvalue().encode()), *uploads))
    if data.bad:
        raise RuntimeError(f"{data.bad[0]}")
    with transaction() as now:
        number = actions.import_edition(data, "bench", actor=desk[Role.LIST_EDITOR], now=now).number
    with transaction() as now:
        actions.submit(queries.edition_numbered(number), actor=desk[Role.LIST_EDITOR], now=now)
    with transaction() as now:
        latest = queries.latest_effective_date()
        day = None if latest is None else latest.fromordinal(latest.toordinal() + 1)
        actions.publish(queries.edition_numbered(number), day, actor=desk[Role.LIST_APPROVER], now=now)


def rows(start: int = 0, count: int = ENTRIES) -> list[dict[str, str]]:
    """Real entries, then the same ones again under numbered names."""
    real = list(csv.DictReader((_DATA / "items.csv").read_text(encoding="utf-8").splitlines()))
    made = []
    for number in range(start, start + count):
        row = dict(real[number % len(real)])
        if number >= len(real):
            row["name_zh"], row["name_en"] = f"{row['name_zh']}{number}", f"{row['name_en']} {number}"
        made.append(row)
    return made
