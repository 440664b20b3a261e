"""How every command refuses: exit code 2 and one line `code: sentence` on standard error."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click
from flask import current_app

from market.base.errors import ReadOnly, Refusal
from market.journal.guarding import Log
from market.store.transaction import release

REFUSED = 2
P = ParamSpec("P")


def refuse(refusal: Refusal) -> None:
    """End the program as every refusal ends."""
    click.echo(f"{refusal.code}: {' '.join(refusal.sentence().split())}", err=True)
    raise SystemExit(REFUSED)


def reading(command: Callable[P, None]) -> Callable[P, None]:
    """For commands that write nothing, or are there to mend the log: let a refusal end the program so."""

    @wraps(command)
    def run(*args: P.args, **named: P.kwargs) -> None:
        try:
            command(*args, **named)
        except Refusal as refusal:
            refuse(refusal)

    return run


def refusing(command: Callable[P, None]) -> Callable[P, None]:
    """For commands that write: as `reading`, and refused from the start while the site only reads, as its pages are.

    The database is looked at anew: perhaps no process has seen it since a backup was put back.
    """

    @reading
    @wraps(command)
    def run(*args: P.args, **named: P.kwargs) -> None:
        site: Log = current_app.extensions["log"]
        if code := site.look():
            raise ReadOnly(code)
        release()
        command(*args, **named)

    return run
