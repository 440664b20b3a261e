"""`flask jobs`: what the clock starts, once or for ever."""

import logging
import os
import threading
import time

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from market.base.errors import Refusal
from market.jobs.log import seal_for_ever
from market.jobs.log_verifying import verify_nightly
from market.jobs.round import one_round
from market.store.transaction import release

log = logging.getLogger(__name__)
MINUTE = 60


@click.group("jobs", help="What the clock starts: due requests, the search index.")
def jobs_group() -> None:
    """Hold the commands together."""


@jobs_group.command("once")
@with_appcontext
def once() -> None:
    """Run every job once."""
    closed, indexed = one_round(
        current_app.extensions["search"], current_app.extensions["log"], current_app.config["DRAND_RELAYS"]
    )
    verify_nightly(current_app.extensions["log"])
    click.echo(f"{closed} requests closed, {indexed} rows indexed.")


@jobs_group.command("run")
@click.option("--every", default=5.0, show_default=True, help="Seconds between two rounds.")
@click.option("--with-parent", "until", flag_value="parent", help="End when the process that started this one ends.")
@with_appcontext
def run(every: float, until: str | None) -> None:
    """Run every job again and again until stopped."""
    parent = os.getppid()
    # In a thread of its own: an act has its number within a second, however long a round takes.
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_seal, args=[app], daemon=True).start()
    threading.Thread(target=_verify, args=[app], daemon=True).start()
    while until != "parent" or os.getppid() == parent:
        try:
            one_round(
                current_app.extensions["search"], current_app.extensions["log"], current_app.config["DRAND_RELAYS"]
            )
        except Refusal as refusal:
            # A busy database or a row changed meanwhile: the next round looks again.
            log.warning("a round of jobs was refused: %s", refusal)
        finally:
            release()
        time.sleep(every)


def _seal(app: Flask) -> None:
    with app.app_context():
        seal_for_ever(app.extensions["log"], lambda: True)


def _verify(app: Flask) -> None:
    """Verify every night; no round waits for it."""
    with app.app_context():
        while True:
            try:
                verify_nightly(app.extensions["log"])
            except Exception:  # whatever it is, this thread lives on and tries again
                log.exception("the log could not be verified")
            finally:
                release()
            time.sleep(MINUTE)
