"""Requests whose terms are not those that the acts of writing and publishing them say.

A draft is its owner's business: of it a finding names the column and no value.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from market.base.words import N_, register_sentences
from market.journal.queries.checking import Act, of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import UNKNOWN, Thing, otherwise, unlike
from market.selection.queries.bound import BoundRequest, bound_requests
from market.selection.rules import REQUEST

_PUBLISH = ("request.publish", "request.publish_random")
_AS_TOLD = ("method", "region", "funding", "lines")
_ACTS = ("request.draft", "request.edit", "request.accept_edition", *_PUBLISH)


@dataclass(slots=True)
class _Said:
    """What the last act that wrote a request says of its terms, and what the act that published it does."""

    written: dict[str, Any] = field(default_factory=dict)
    published: dict[str, Any] | None = None


def differing_requests() -> Iterator[Finding]:
    """Requests whose terms are other than their acts say. Two queries."""
    said: dict[str, _Said] = {}
    for act in of_acts(_ACTS):
        one = said.setdefault(act.obj, _Said())
        if act.act in _PUBLISH:
            one.published = _published(act)
        else:
            one.written = _terms(act.payload)
    for request in bound_requests():
        name = f"request/{request.ref}"
        if name in said:
            yield from _compared(Thing(name, REQUEST.name), request, said[name])


def _compared(about: Thing, request: BoundRequest, said: _Said) -> Iterator[Finding]:
    row = {
        **request.terms,
        "published_at": request.published_at,
        "edition": request.edition_id,
        "service": request.service_id,
    }
    if said.published is None:
        written = {**dict.fromkeys(row, UNKNOWN), **said.written, "published_at": None}
        yield from otherwise(about, row, written)
        return
    # What a draft says of the deadline is a wish.
    kept = {name: value for name, value in said.written.items() if name != "quotes_until"}
    yield from unlike(about, row, {**dict.fromkeys(row, UNKNOWN), **kept, **said.published})
    for column, value in kept.items():
        if said.published.get(column, value) != value:
            yield about.finding("finding.published_otherwise", {"column": column})


def _published(act: Act) -> dict[str, Any]:
    told = act.payload or {}
    own: dict[str, Any] = {name: told[name] for name in ("edition", "service") if name in told}
    return {**_terms(act.payload), **own, "published_at": act.t}


def _terms(payload: dict[str, Any] | None) -> dict[str, Any]:
    """The terms that a private part says; a region that it leaves out is the whole area."""
    if payload is None:
        return {}
    said = {"region": "", **{name: payload[name] for name in _AS_TOLD if name in payload}}
    until = payload.get("quotes_until")
    if until or "lines" in payload:
        said["quotes_until"] = datetime.fromisoformat(until).astimezone(UTC).isoformat() if until else None
    return said


register_sentences(
    {"finding.published_otherwise": N_("{name}: it was published with another {column} than was written before")}
)
