"""Refusals as pages in the house's look, or as JSON for programs. Nothing escapes as a bare 500."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from markupsafe import escape
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

from market.base.errors import BadState, Refusal
from market.base.words import N_, register_sentences
from market.store.transaction import refusal_of, release
from market.web.labels import said, sentence

log = logging.getLogger(__name__)

CODE_OF_STATUS = {
    400: "page.bad_request",
    404: "page.not_found",
    405: "page.method",
    413: "request.too_large",
    422: "form.invalid",
    429: "page.too_many",
    500: "page.failed",
}
# Refused because it is not on the list: whoever was asked for it can report that from the refusal's page.
REPORTABLE = ("service.not_listed", "service.abolished", "service.off_the_list")
NEVER_KEPT = ("password", "csrf_token", "token")


register_sentences(
    {
        "page.bad_request": N_(
            "The request could not be understood. Go back, load the page again and use its buttons."
        ),
        "page.too_many": N_("There were too many tries in a short time. Wait a while and try again."),
    }
)


def wants_json() -> bool:
    """Whether the asker is a program: it accepts JSON rather than a page."""
    accepted = request.accept_mimetypes
    return accepted.best == "application/json" or (accepted["application/json"] > accepted["text/html"])


def refused(refusal: Refusal) -> Response:
    """The answer to a request that broke a rule."""
    reported = str(refusal.facts.get("service", "")) if refusal.code in REPORTABLE else ""
    response = _answer(refusal.status, refusal.code, said(refusal), reported=reported)
    seconds = refusal.facts.get("seconds")
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS and seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def _database_said_no(error: DBAPIError) -> Response:
    # Actions turn broken constraints into refusals themselves; this is for what a read or a late flush throws.
    # PostgreSQL answers nothing more in a transaction with a failed statement, not even for the error page.
    release()
    try:
        return refused(refusal_of(error))
    except DBAPIError:
        log.exception("the database failed")
        return _answer(500, "page.failed", sentence("page.failed", {}))


def _changed_meanwhile(_error: StaleDataError) -> Response:
    release()
    return refused(BadState("changed.meanwhile"))


def _http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    status = error.code or 500
    code = CODE_OF_STATUS.get(status, "page.failed" if status >= 500 else "page.bad_request")
    response = _answer(status, code, sentence(code, {}))
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _form_expired(_error: CSRFError) -> Response:
    # What was typed may be sent again only from a page of ours, or another site could fill the form.
    ours = request.headers.get("Sec-Fetch-Site", "same-origin" if _same_origin() else "cross-site") == "same-origin"
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if ours and not any(word in name for word in NEVER_KEPT)
    ]
    code = "form.expired" if typed else "page.bad_request"
    return _answer(400, code, sentence(code, {}), typed)


def _same_origin() -> bool:
    return request.headers.get("Origin", "") == request.host_url.rstrip("/")


def _answer(
    status: int, code: str, text: str, typed: list[tuple[str, str]] | None = None, *, reported: str = ""
) -> Response:
    shown = {"refusal_sentence": text, "code": code, "typed": typed or [], "reported": reported}
    body = jsonify(code=code, sentence=text) if wants_json() else _page(status, shown)
    response = make_response(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept")
    return response


def _page(status: int, shown: dict[str, Any]) -> str:
    general = "errors/500.html" if status >= 500 else "errors/422.html"
    try:
        return render_template([f"errors/{status}.html", general], **shown)
    except (SQLAlchemyError, TemplateError, BuildError):
        # The page that tells of a failure must not fail with it.
        log.exception("the error page failed")
        return f'<!doctype html><meta charset="utf-8"><title>{status}</title><p>{escape(shown["refusal_sentence"])}</p>'


def init_app(app: Flask) -> None:
    """Answer every refusal and every error."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(DBAPIError, _database_said_no)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
