"""`/healthz`: whether this process can do its work. For load balancers, so it says little and costs little."""

import logging
from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from market.web.access import public

Check = Callable[[], str]
OK, MISSING = "ok", "missing"
log = logging.getLogger(__name__)
health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Every part with `ok` or what is wrong, news that stop nothing, and the version; 503 when a part is not ok."""
    parts = {name: _said(check) for name, check in current_app.extensions["market_checks"].items()}
    told = {name: tell() for name, tell in current_app.extensions["market_news"].items()}
    well = all(said == OK for said in parts.values())
    answer = jsonify(status="ok" if well else "failing", version=current_app.config["VERSION"], **parts, **told)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if well else 503


def ok_if(holds: Callable[[], bool]) -> Check:
    """A part that is there or missing."""
    return lambda: OK if holds() else MISSING


def _said(check: Check) -> str:
    try:
        return check()
    except (SQLAlchemyError, OSError):
        log.exception("a health check failed")
        return MISSING


def init_app(app: Flask, checks: Mapping[str, Check], news: Mapping[str, Callable[[], str]]) -> None:
    """Answer /healthz from `checks`, each of which says OK or one word for what is wrong.

    `news` are said beside them and never make the answer a failure.
    """
    app.extensions["market_checks"] = checks
    app.extensions["market_news"] = news
    app.register_blueprint(health)
