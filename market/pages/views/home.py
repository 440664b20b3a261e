"""The home page: search first, what the list holds in figures, some price tags, and what just happened."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from market.base import clock
from market.oversight.queries import Narrowed, answered
from market.oversight.rules import VoiceState
from market.pages.cards import Hung, cards, in_words
from market.pages.panels import median_change
from market.pages.queries import home as queries
from market.pages.queries.shelf import Cell, shelf_of
from market.pages.views.blueprint import in_force_or_none, pages
from market.selection.queries import latest_notices
from market.selection.queries.draws import latest_drawn
from market.web.access import public

LATEST = 6
VOICES = 4
FIRST_WORDS = ("环评", "水土保持", "测绘", "公证", "检测")


@pages.get("/")
@public
def home() -> ResponseReturnValue:
    """What a person needs who has to get a permit: the search, and what the whole costs."""
    edition = in_force_or_none()
    if edition is None:
        return render_template("pages/soon.html")
    shelf = shelf_of(edition)
    cells = shelf.cells
    rows = shelf.of_codes(queries.shop_window(edition.id))
    day = queries.day_facts(edition, clock.today())
    compared, change = median_change(day.remarked)
    return render_template(
        "pages/home.html",
        edition=edition,
        figures=queries.figures(edition.id),
        total=len(shelf.rows),
        self_service=sum(cell.entries for cell in cells if cell.self == "yes"),
        fiscal=sum(cell.entries for cell in cells if cell.pricing == "fiscal"),
        cards=cards(rows, shelf.rules, Hung(edition.number)),
        categories=_categories(cells),
        kinds=_kinds(cells),
        bundles=[(one.code, in_words(one.name_zh, one.name_en), one.services) for one in day.bundles],
        compared=compared,
        change=change,
        before=day.before,
        changes=[(kind, count) for kind, count in day.changes.items() if count],
        notices=latest_notices(LATEST),
        drawn=latest_drawn(),
        voices=answered(Narrowed(state=VoiceState.ANSWERED), limit=VOICES),
        now=clock.now(),
        words=FIRST_WORDS,
    )


def _categories(cells: Sequence[Cell]) -> list[tuple[str, str, int]]:
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for cell in cells:
        counts[cell.category] = counts.get(cell.category, 0) + cell.entries
        names.setdefault(cell.category, in_words(cell.category_zh, cell.category_en))
    return [(key, names[key], counts[key]) for key in sorted(counts, key=lambda one: -counts[one])]


def _kinds(cells: Sequence[Cell]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell.kind] = counts.get(cell.kind, 0) + cell.entries
    return sorted(counts.items(), key=lambda one: -one[1])
