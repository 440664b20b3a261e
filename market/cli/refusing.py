"""How every command refuses: exit code 2 and one line `code: sentence` on standard error."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from market.base.errors import Refusal

REFUSED = 2
P = ParamSpec("P")


def refuse(refusal: Refusal) -> None:
    """End the program as every refusal ends."""
    click.echo(f"{refusal.code}: {' '.join(refusal.sentence().split())}", err=True)
    raise SystemExit(REFUSED)


def refusing(command: Callable[P, None]) -> Callable[P, None]:
    """Let a refusal of the command end the program so."""

    @wraps(command)
    def run(*args: P.args, **named: P.kwargs) -> None:
        try:
            command(*args, **named)
        except Refusal as refusal:
            refuse(refusal)

    return run
