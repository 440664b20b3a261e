"""A published edition as a file for everybody: it never changes, so browsers may keep it."""

from collections.abc import Callable

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from market.base.errors import NotFound
from market.catalogue import exporting, queries
from market.catalogue.models import Edition
from market.catalogue.queries.bundle_file import bundles_file
from market.catalogue.queries.export import export_of
from market.catalogue.rules import EditionState
from market.pages.views.blueprint import pages
from market.web.access import public

_KINDS: dict[str, tuple[Callable[[Edition], bytes], str]] = {
    "xlsx": (
        lambda edition: exporting.xlsx(export_of(edition).public),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "csv": (lambda edition: exporting.csv(export_of(edition).public), "text/csv; charset=utf-8"),
    "json": (lambda edition: exporting.json(export_of(edition).public), "application/json"),
    "bundles": (bundles_file, "application/json"),
}
_LIST_KINDS = ("xlsx", "csv", "json")
_KEPT = "market.lists"
_MOST_KEPT = 12
_FRESH = 3600  # seconds


@pages.get("/editions/<int:number>/list.<kind>")
@public
def download(number: int, kind: str) -> ResponseReturnValue:
    """The edition as xlsx (official columns), CSV (the items) or JSON (everything)."""
    if kind not in _LIST_KINDS:
        raise NotFound("edition.not_found")
    return _answer(number, kind, f"list-{number}.{kind}")


@pages.get("/editions/<int:number>/bundles.json")
@public
def download_bundles(number: int) -> ResponseReturnValue:
    """The edition's bundles, marks of acts, questions and rules."""
    return _answer(number, "bundles", f"bundles-{number}.json")


def _answer(number: int, kind: str, name: str) -> ResponseReturnValue:
    edition = queries.edition_numbered(number)
    if edition.state != EditionState.PUBLISHED:
        raise NotFound("edition.not_found")
    answer = Response(content_type=_KINDS[kind][1])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.set_etag(f"list-{edition.id}-{edition.row_version}-{kind}")
    answer.last_modified = edition.published_at
    answer.cache_control.public = True
    answer.cache_control.max_age = _FRESH
    if not request.if_none_match.contains(answer.get_etag()[0] or ""):
        answer.set_data(_content(edition, kind))
    return answer.make_conditional(request)


def _content(edition: Edition, kind: str) -> bytes:
    """The file, made once for each edition and kind."""
    kept: dict[tuple[int, str], bytes] = current_app.extensions.setdefault(_KEPT, {})
    key = edition.id, kind
    if key not in kept:
        while len(kept) >= _MOST_KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = _KINDS[kind][0](edition)
    return kept[key]
