"""`flask setup`: everything a new machine needs, in order; a second run finds nothing to do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import create_engine, inspect

from market.store.calendar import seed_calendar
from market.store.db import db
from market.store.schema import create_all
from market.store.settings import seed_settings
from market.store.transaction import transaction

Step = tuple[str, Callable[[], None]]


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Bring the database up to date and fill it with what the site cannot be without."""
    for name, step in STEPS:
        with _told(name):
            step()


@contextmanager
def _told(name: str) -> Iterator[None]:
    click.echo(f"{name} ... ", nl=False)
    began = time.monotonic()
    yield
    click.echo(f"{time.monotonic() - began:.1f} s")


def tables() -> None:
    """Tables and triggers, made or brought up to date by their owner."""
    db.session.close()
    if any((Path(current_app.extensions["migrate"].directory) / "versions").glob("*.py")):
        upgrade()
        return
    engine = create_engine(current_app.config["OWNER_DATABASE_URL"] or db.engine.url)
    if not inspect(engine).has_table("outbox"):
        create_all(engine)
    engine.dispose()


def seeds() -> None:
    """Settings and working days; keeps what is there."""
    with transaction():
        seed_settings()
        seed_calendar()


STEPS: tuple[Step, ...] = (("Tables", tables), ("Settings and calendar", seeds))
