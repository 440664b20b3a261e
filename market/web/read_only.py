"""While the site may not write, everything but reading is answered with 503 and the reason."""

from collections.abc import Callable

from flask import Flask, request

from market.base.errors import ReadOnly

READING = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask, reason: Callable[[], str]) -> None:
    """Refuse to write while `reason` gives the code of one."""

    @app.before_request
    def only_read() -> None:
        if request.method not in READING and (code := reason()):
            raise ReadOnly(code)
