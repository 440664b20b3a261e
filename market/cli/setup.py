"""`flask setup`: everything a new machine needs, in order; a second run finds nothing to do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext

from market.accounts.queries import anybody
from market.agencies.actions import seed_commitments, seed_qualifications
from market.agencies.queries import directory_is_whole
from market.base import clock
from market.catalogue.actions.seeds import seed_bases, seed_regions
from market.cli.demo.command import SEED, build
from market.cli.search import is_stale, rebuild_directory, rebuild_index
from market.evaluation.actions import seed_scheme
from market.store.calendar import seed_calendar
from market.store.schema import bring_up_to_date
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


def seeds() -> None:
    """Settings, working days, the list's registers and the evaluation's scheme; keeps what is there."""
    with transaction() as now:
        seed_settings()
        seed_calendar()
        seed_commitments()
        seed_qualifications()
        if current_app.config["MARKET_DEMO"]:
            # The package's regions are fictitious; a city enters its own by `flask list regions`.
            seed_regions()
        seed_bases(now=now)
        seed_scheme(now)


def city() -> None:
    """The demo city, where the site is a demonstration and nobody is registered yet."""
    if current_app.config["MARKET_DEMO"] and not inhabited():
        click.echo()
        build(clock.today(), SEED)


def inhabited() -> bool:
    """Whether any organisation is registered."""
    with transaction():
        return anybody()


def index() -> None:
    """The search index, where it is missing, incomplete, of another dictionary or of other help."""
    found = current_app.extensions["search"]
    if is_stale(found):
        rebuild_index(found)


def directory() -> None:
    """The directory of agencies, where an upgrade has left it without rows."""
    with transaction():
        whole = directory_is_whole()
    if not whole:
        rebuild_directory()


STEPS: tuple[Step, ...] = (
    ("Tables", bring_up_to_date),
    ("Settings and calendar", seeds),
    ("Demo city", city),
    ("Search index", index),
    ("Directory of agencies", directory),
)
