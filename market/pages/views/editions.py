"""The list through time: every edition, the list as of a day, the difference of two editions, one service's history."""

from datetime import date
from itertools import pairwise
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from market.base import clock
from market.base.errors import NotFound
from market.base.permissions import Permission, may
from market.catalogue.models import Edition
from market.catalogue.queries import edition_numbered
from market.catalogue.queries.difference import (
    COUNTED,
    Moved,
    difference,
    editions_of,
    said_by,
    two_editions,
)
from market.catalogue.rules import EditionState
from market.pages.cards import Hung, cards, in_words
from market.pages.differing import rows_shown, rules_shown, shown, value_shown
from market.pages.queries import editions as queries
from market.pages.queries.shelf import shelf_of
from market.pages.views.blueprint import in_force_or_none, pages
from market.web.access import actor_or_none, public
from market.web.paging import page_of, wanted

STEPS_SHOWN = 8


@pages.get("/editions")
@public
def editions() -> ResponseReturnValue:
    """Every published edition with its days and what it changed."""
    rows = queries.with_counts()
    current = in_force_or_none()
    ends = {older.id: newer.effective_from for newer, older in pairwise(rows)}
    earlier = {newer.id: older.number for newer, older in pairwise(rows)}
    steps = [(older, newer) for newer, older in pairwise(rows)][:STEPS_SHOWN]
    counts = {newer.id: found for (_older, newer), found in queries.steps_between(steps).items()}
    return render_template(
        "pages/editions.html",
        rows=rows,
        until=ends,
        earlier=earlier,
        current=current,
        counts=counts,
    )


@pages.get("/list/as-of")
@public
def as_of() -> ResponseReturnValue:
    """The list as it was, is or will be on a day."""
    given = request.args.get("day", "")
    try:
        day = date.fromisoformat(given) if given else clock.today()
    except ValueError:
        nothing: dict[str, Any] = {"bad": True, "edition": None, "cards": [], "page": None, "total": 0}
        return render_template("pages/as_of.html", day=given, **nothing), 422
    one = queries.in_force(day)
    if one is None:
        return render_template("pages/as_of.html", day=day, bad=False, edition=None, cards=[], page=None, total=0)
    shelf = shelf_of(one)
    page = page_of(len(shelf.rows), wanted(request.args), lambda limit, offset: shelf.rows[offset : offset + limit])
    current = in_force_or_none()
    hung = Hung(one.number, current is not None and one.id == current.id)
    return render_template(
        "pages/as_of.html",
        day=day,
        bad=False,
        edition=one,
        page=page,
        total=len(shelf.rows),
        cards=cards(page.items, shelf.rules, hung),
        current=current,
    )


@pages.get("/editions/compare")
@public
def compare_editions() -> ResponseReturnValue:
    """Where the form of two editions leads."""
    before, after = request.args.get("before", type=int), request.args.get("after", type=int)
    if before is None or after is None:
        return redirect(url_for("pages.editions"))
    return redirect(url_for("pages.difference_page", before=before, after=after))


@pages.get("/editions/<int:before>/to/<int:after>")
@public
def difference_page(before: int, after: int) -> ResponseReturnValue:
    """What the edition `after` changes against `before`; a draft only for those who read drafts."""
    both = two_editions(before, after)
    old, new = (_readable(both.get(number, (None, 0))[0]) for number in (before, after))
    found = difference(both[before], both[after])
    asked = request.args.get("show", "")
    kind = asked if asked in COUNTED else ""
    rows = rows_shown(found, kind)
    page = page_of(len(rows), wanted(request.args), lambda limit, offset: shown(rows[offset : offset + limit]))
    return render_template(
        "pages/difference.html",
        old=old,
        new=new,
        found=found,
        page=page,
        kind=kind,
        counts=found.counts,
        published=old.state == new.state == EditionState.PUBLISHED,
    )


@pages.get("/editions/<int:number>/<code>")
@public
def entry(number: int, code: str) -> ResponseReturnValue:
    """One service as one edition lists it."""
    edition = _readable(edition_numbered(number))
    one = queries.entry_in(edition.id, code)
    said = said_by([one])[one]
    names = ("pricing", "payer", "self_service", "commissioned_by", "setup_level")
    return render_template(
        "pages/entry.html",
        edition=edition,
        said=said,
        entry=said.entry,
        name=in_words(said.entry.name_zh, said.entry.name_en),
        values={name: value_shown(name, said.value(name)) for name in names},
        rules=rules_shown(said.prices),
    )


@pages.get("/list/<code>/history")
@public
def history(code: str) -> ResponseReturnValue:
    """One service through every published edition: when it came, what changed, when it went."""
    service = queries.service_coded(code)
    rows = editions_of(service.id)
    steps = [
        Moved(
            "repriced" if old.price_fingerprint != new.price_fingerprint else "changed",
            new.code, new.name_zh, new.name_en, old.id, new.id,
        )
        for (_old_edition, old), (_new_edition, new) in pairwise(rows)
        if old.fingerprint != new.fingerprint
    ]  # fmt: skip
    current = in_force_or_none()
    return render_template(
        "pages/history.html",
        code=service.code,
        name=in_words(rows[-1][1].name_zh, rows[-1][1].name_en) if rows else service.name_zh,
        rows=rows,
        steps=dict(zip([step.after for step in steps], shown(steps), strict=True)),
        gone=_gone(rows[-1][0], service.id) if rows else None,
        listed=bool(rows) and current is not None and rows[-1][0].id == current.id,
    )


def _gone(last: Edition, service_id: int) -> queries.EditionFacts | None:
    """The edition that no longer lists a service which `last` listed."""
    later = [one for one in queries.all_published() if last.effective_from and one.effective_from > last.effective_from]
    return later[-1] if later else None


def _readable(found: Edition | None) -> Edition:
    """The edition if the reader may read it; otherwise it is not there."""
    actor = actor_or_none()
    reads = actor is not None and may(actor.role, Permission.CATALOGUE_EDITION_READ)
    if found is None or (found.state != EditionState.PUBLISHED and not reads):
        raise NotFound("edition.not_found")
    return found


@pages.get("/statistics")
@public
def statistics() -> ResponseReturnValue:
    """Figures of the list through its editions: how many services, how many were cut, who pays, who may do it."""
    rows = list(reversed(queries.with_counts()))
    steps = list(pairwise(rows))[-STEPS_SHOWN:]
    counts = queries.steps_between(steps)
    current = in_force_or_none()
    return render_template(
        "pages/statistics.html",
        rows=rows[-STEPS_SHOWN - 1 :],
        steps=[(earlier, later, counts[earlier, later]) for earlier, later in steps],
        shares=queries.shares(current.id) if current else {},
    )
