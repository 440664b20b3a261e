"""How `make serve` runs gunicorn: ``gunicorn -c python:market.cli.serve wsgi:app``.

The first process loads the application once, prepares the database with it, and forks the workers: half the time of a
command for each, and the workers share the memory of what was loaded.
"""

import subprocess
import sys
from typing import Any

import click

from market.cli.setup import setup
from market.store.db import db

preload_app = True
# A query of 10,000 Chinese characters is an address of 90 KB and gets an answer; gunicorn's own limit of 4 KB would be
# a bare page in English. Without a limit here its parser still ends at 1 MB.
limit_request_line = 0


def on_starting(server: Any) -> None:
    """Run `flask setup` before the address is opened; what it raises ends the start."""
    app = server.app.wsgi()
    with app.app_context():
        setup.main(args=[], standalone_mode=False)
        # A connection must not cross the fork.
        db.engine.dispose()


def when_ready(server: Any) -> None:
    """Start the clock's process beside the workers, and say where the site is."""
    # A process of its own: a thread here would be copied half alive into every worker that is forked later.
    server.clock = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run", "--with-parent"])
    click.echo(f"Serving on {', '.join(f'http://{address}/' for address in server.cfg.bind)} - stop with Ctrl-C")


def on_exit(server: Any) -> None:
    """Stop the clock's process with the server."""
    server.clock.terminate()
    server.clock.wait()
