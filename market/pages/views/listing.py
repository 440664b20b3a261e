"""The shelves: the list in force by category, act, authority and price; an older edition."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote, urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import clock
from market.pages.cards import Hung, Tongue, cards
from market.pages.queries import editions
from market.pages.queries.shelf import FACETS, Cell, ShelfRow, shelf_of
from market.pages.views.blueprint import in_force, pages
from market.web.access import public
from market.web.paging import Page, page_of, wanted

# So much of a question is looked at, and sent on to the search page.
LONGEST_QUESTION = 100
VIEWS = ("tags", "table")
_LABELLED = {"kind": "act", "pricing": "pricing", "self": "self_service"}


@pages.get("/list")
@public
def listing() -> ResponseReturnValue:
    """The list in force; every filter is in the address."""
    if request.args.get("q", "").strip():
        return redirect(url_for("pages.search", q=request.args["q"].strip()[:LONGEST_QUESTION]))
    here = in_force()
    shelf = shelf_of(here)
    chosen = _chosen(shelf.cells)
    page = _page(shelf.with_all(chosen))
    view = request.args.get("view", "")
    return render_template(
        "pages/listing.html",
        edition=here,
        total=len(shelf.rows),
        page=page,
        cards=cards(page.items, shelf.rules, Hung(here.number)),
        facets=facets(shelf.cells, chosen, request.args.get("open", "")),
        open_authority="?" + urlencode([*chosen.items(), ("open", "authority")]),
        chosen=chosen,
        view=view if view in VIEWS else VIEWS[0],
        views=[(name, "?" + urlencode([*chosen.items(), ("view", name)])) for name in VIEWS],
    )


@pages.get("/editions/<int:number>")
@public
def edition(number: int) -> ResponseReturnValue:
    """A published edition as it was."""
    one = editions.published(number)
    shelf = shelf_of(one)
    page = _page(shelf.rows)
    current = in_force()
    hung = Hung(one.number, one.id == current.id)
    coming = one.effective_from > clock.today()
    return render_template(
        "pages/edition.html",
        edition=one,
        total=len(shelf.rows),
        page=page,
        cards=cards(page.items, shelf.rules, hung),
        editions=editions.all_published(),
        state="in_force" if hung.in_force else "coming" if coming else "older",
    )


def _page(rows: Sequence[ShelfRow]) -> Page[ShelfRow]:
    return page_of(len(rows), wanted(request.args), lambda limit, offset: rows[offset : offset + limit])


def _chosen(cells: Sequence[Cell]) -> dict[str, str]:
    """The filters of the address that name something there is; what else stands there is no filter."""
    given = {name: request.args.get(name, "") for name in FACETS}
    known = {name: {getattr(cell, name) for cell in cells} for name, value in given.items() if value}
    return {name: value for name, value in given.items() if value and value in known[name]}


def facets(cells: Sequence[Cell], chosen: Mapping[str, str], opened: str = "") -> list[dict[str, object]]:
    """Every filter with its options; each count holds with all other filters as they are."""
    titles = {
        "category": _("Category"),
        "kind": _("Kind of act"),
        "pricing": _("Pricing"),
        "self": _("May I do it myself?"),
        "authority": _("Authority"),
    }
    if not (chosen.get("authority") or "authority" in opened):
        # Thirty links that most readers never open; another link brings them.
        del titles["authority"]
    counts = _counts(cells, chosen)
    first: dict[str, dict[str, Cell]] = {name: {} for name in titles}
    for cell in cells:
        for name, known in first.items():
            known.setdefault(getattr(cell, name), cell)
    everything, tongue = _("All"), Tongue.of_reader()
    made = []
    for name, title in titles.items():
        kept = urlencode([(key, value) for key, value in chosen.items() if key != name])
        current = chosen.get(name)
        options: list[dict[str, object]] = [
            {"label": everything, "count": sum(counts[name].values()), "href": f"?{kept}", "current": current is None}
        ]
        prefix = f"?{kept}&{name}=" if kept else f"?{name}="
        for value, cell in first[name].items():
            if value in counts[name] or value == current:
                label = _told(name, value, cell, tongue=tongue)
                count = counts[name].get(value, 0)
                href = prefix + _quoted(value)
                options.append({"label": label, "count": count, "href": href, "current": value == current})
        made.append({"name": name, "title": title, "options": options, "current": current is not None})
    return made


def _counts(cells: Sequence[Cell], chosen: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """How many entries each value of each facet has. A cell that misses one filter counts for that facet alone."""
    counts: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    for cell in cells:
        missed = [name for name, value in chosen.items() if getattr(cell, name) != value]
        if len(missed) > 1:
            continue
        for name in missed or counts:
            value = getattr(cell, name)
            counts[name][value] = counts[name].get(value, 0) + cell.entries
    return counts


@lru_cache(maxsize=1024)
def _quoted(value: str) -> str:
    return quote(value)


def _told(name: str, value: str, cell: Cell, *, tongue: Tongue) -> str:
    if name == "category":
        return tongue.pick(cell.category_zh, cell.category_en)
    if name == "authority":
        return tongue.pick(value, cell.authority_en)
    return tongue.words[f"{_LABELLED[name]}.{value}"]
