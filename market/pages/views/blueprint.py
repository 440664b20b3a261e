"""The blueprint of the public pages, and the edition of the list that a page stands on."""

from flask import Blueprint, has_request_context, request

from market.base import clock
from market.base.errors import BadState
from market.pages.queries import editions
from market.pages.queries.editions import EditionFacts

pages = Blueprint("pages", __name__)
_KEPT = "market.edition"


def in_force_or_none() -> EditionFacts | None:
    """The edition in force today, asked for once a request; None before the first one."""
    if not has_request_context():
        return None
    if _KEPT not in request.environ:
        remember(editions.in_force(clock.today()))
    found: EditionFacts | None = request.environ[_KEPT]
    return found


def in_force() -> EditionFacts:
    """The edition in force today; BadState("edition.none_in_force") before the first one."""
    found = in_force_or_none()
    if found is None:
        raise BadState("edition.none_in_force")
    return found


def remember(found: EditionFacts | None) -> None:
    """Keep the edition that a query of this request has brought along, so that the frame need not ask again."""
    request.environ[_KEPT] = found
