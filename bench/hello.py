"""The site with a bare Flask hello beside it, in one server."""

import gc
import sys

# It comes with the tests' packages only; a worker of a site in use has none, and Alembic's templates would load it.
sys.modules["pygments"] = None  # type: ignore[assignment]

from flask import Flask  # noqa: E402
from werkzeug.middleware.dispatcher import DispatcherMiddleware  # noqa: E402

from market.app import create_app  # noqa: E402

hello = Flask("hello")


@hello.route("/")
def world() -> str:
    """The peer: what Flask itself costs."""
    return "hello"


site = DispatcherMiddleware(create_app().wsgi_app, {"/hello": hello})
gc.collect()
gc.freeze()  # as `wsgi.py` does
